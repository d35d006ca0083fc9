"""Tips: a list with likely earlier checks beside each, a page per tip, and the form that brings one in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from claims.access import Actor
from claims.admin.base import DeskAdmin
from claims.admin.claim_page import EventShown, web_address
from claims.admin.desk import actor_of
from claims.admin.fields import add_problems
from claims.admin.tip_forms import ACTS, DeclineTipForm, MakeClaimForm, TipAct, TipActForm, TipForm
from claims.admin.wording import lines_of, names_in
from claims.errors import DomainError, InvalidInputError, NotFoundError, NotPermittedError
from claims.models import Claim, Submission
from claims.selectors.similar import Suggestion, likely_checks
from claims.selectors.submissions import (
    contact_of,
    history_of_submission,
    may_read_contacts,
    submission_in_sight,
    visible_submissions,
    with_parts,
)
from claims.vocab import Channel, Right, SubmissionAct, SubmissionState
from claims.workflow import submissions
from claims.workflow.submissions import BulkReport, allowed_acts

PAGE = 25

TABS = {
    "new": ("New", "No tip waits. The public form brings them in, and you can add one yourself."),
    "linked": ("Linked", "No tip is linked to a claim."),
    "answered": ("Answered", "No tip has been answered with a published check."),
    "declined": ("Declined", "No tip has been declined."),
    "all": ("All", "No tip has come in yet."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A tip with what may be done about it at once."""

    submission: Submission
    suggestions: list[Suggestion]
    acts: list[SubmissionAct]

    @property
    def link(self) -> str:
        return web_address(self.submission.url)

    @property
    def claims(self) -> list[Claim]:
        return [link.claim for link in self.submission.submission_claims.all()]

    @property
    def has_open_choice(self) -> bool:
        return SubmissionAct.LINK in self.acts


@dataclass(frozen=True, slots=True)
class Panel:
    act: TipAct
    form: TipActForm
    url: str
    is_open: bool = False

    @property
    def has_fields(self) -> bool:
        return bool(self.form.visible_fields())


@admin.register(Submission)
class SubmissionAdmin(DeskAdmin):
    """The list and the page are our own, and their buttons are the acts of the workflow."""

    pages = ("changelist", "change", "add")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request) and actor_of(request).may(Right.SUBMIT)

    def get_urls(self) -> list[Any]:
        guarded = self.admin_site.admin_view
        own = [
            path("bulk/", guarded(require_POST(in_bulk)), name="claims_submission_bulk"),
            path("<uuid:submission_id>/act/<slug:name>/", guarded(require_POST(act)), name="claims_submission_act"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _list(request, may_add=self.has_add_permission(request))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return _show(request, object_id)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TipForm(request.POST, request.FILES) if request.method == "POST" else TipForm()
        if form.is_valid():
            try:
                made = submissions.submit(actor=actor_of(request), given=form.given(), channel=Channel.ADMIN)
            except InvalidInputError as error:
                add_problems(form, error, {})
            else:
                address = settings.PUBLIC_URL + reverse("public:tip-status", args=[made.secret])
                messages.success(
                    request, f"The tip is recorded. Its status link, shown this once, for the sender: {address}"
                )
                return HttpResponseRedirect(_page_of(made.submission.pk))
        context = {**self.admin_site.each_context(request), "title": "Add a tip", "form": form, "opts": self.opts}
        return TemplateResponse(request, "admin/claims/form_page.html", context, status=400 if form.errors else 200)


def _page_of(submission_id: UUID) -> str:
    return reverse("admin:claims_submission_change", args=[submission_id])


def _tip(actor: Actor, submission_id: UUID) -> Submission:
    try:
        return submission_in_sight(actor=actor, submission_id=submission_id)
    except NotFoundError as error:
        raise Http404 from error


# The list.


def _list(request: HttpRequest, *, may_add: bool) -> HttpResponse:
    actor = actor_of(request)
    tab = request.GET.get("tab", "new")
    if tab not in TABS:
        raise Http404
    rows = _of_tab(visible_submissions(actor), tab).order_by("-received_at", "-id")
    after = request.GET.get("after")
    found = list(with_parts(_behind(rows, after) if after else rows)[: PAGE + 1])
    context = {
        **admin.site.each_context(request),
        "title": "Tips",
        "tabs": [(name, label) for name, (label, _) in TABS.items()],
        "tab": tab,
        "rows": _rows(actor, found[:PAGE]),
        "nothing_yet": TABS[tab][1],
        "is_continued": bool(after),
        "next": _next(tab, found[PAGE - 1]) if len(found) > PAGE else "",
        "bulk": _bulk_panels(actor),
        "decline_form": DeclineTipForm(auto_id=""),
        "may_add": may_add,
        "opts": Submission._meta,
    }
    return TemplateResponse(request, "admin/claims/tips.html", context)


def _of_tab(rows: QuerySet[Submission], tab: str) -> QuerySet[Submission]:
    return rows if tab == "all" else rows.filter(state=SubmissionState(tab))


def _rows(actor: Actor, tips: list[Submission]) -> list[Row]:
    """Suggestions are looked for where they can be acted upon."""
    acts = {tip.pk: allowed_acts(tip, actor=actor) for tip in tips}
    texts = {tip.pk: tip.text for tip in tips if tip.state == SubmissionState.NEW}
    suggested = likely_checks(actor=actor, texts=texts)
    return [Row(tip, suggested.get(tip.pk, []), acts[tip.pk]) for tip in tips]


def _behind(rows: QuerySet[Submission], after: str) -> QuerySet[Submission]:
    try:
        moment, tip_id = after.split("_")
        received_at, pk = datetime.fromisoformat(moment), UUID(tip_id)
    except ValueError as error:
        raise Http404 from error
    if received_at.tzinfo is None:
        raise Http404
    return rows.filter(Q(received_at__lt=received_at) | Q(received_at=received_at, pk__lt=pk))


def _next(tab: str, last: Submission) -> str:
    return f"?{urlencode({'tab': tab, 'after': f'{last.received_at.isoformat()}_{last.pk}'})}"


def _bulk_panels(actor: Actor) -> list[Panel]:
    if not actor.may(Right.REVIEW):
        return []
    url = reverse("admin:claims_submission_bulk")
    return [Panel(found, found.form(auto_id=f"bulk-{found.name}-%s"), url) for found in ACTS.values()]


def in_bulk(request: HttpRequest) -> HttpResponse:
    """One act on the tips that were ticked; what was left out is told with the reason."""
    actor = actor_of(request)
    if not actor.may(Right.REVIEW):
        raise PermissionDenied
    chosen = ACTS.get(request.POST.get("act", ""))
    back = HttpResponseRedirect(f"{reverse('admin:claims_submission_changelist')}?{urlencode({'tab': _tab(request)})}")
    if chosen is None:
        raise Http404
    ids = _ids(request.POST.getlist("tip"))
    form = chosen.form(request.POST)
    if not ids:
        messages.error(request, "No tip is ticked: nothing was done.")
    elif not form.is_valid():
        problems = " ".join(str(found) for errors in form.errors.values() for found in errors)
        messages.error(request, f"Nothing was done: {problems}")
    else:
        _tell(request, chosen, chosen.run_in_bulk(actor, ids, form))
    return back


def _tab(request: HttpRequest) -> str:
    tab = request.POST.get("tab", "new")
    return tab if tab in TABS else "new"


def _ids(given: list[str]) -> list[UUID]:
    try:
        return [UUID(found) for found in given]
    except ValueError as error:
        raise Http404 from error


def _tell(request: HttpRequest, chosen: TipAct, report: BulkReport) -> None:
    count = len(report.done)
    if count:
        messages.success(request, f"{chosen.title}: done for {count} tip{'' if count == 1 else 's'}.")
    reasons: dict[str, int] = {}
    for found in report.left_out:
        reasons[found.detail] = reasons.get(found.detail, 0) + 1
    for detail, number in reasons.items():
        messages.warning(request, f"{number} left out: {detail}")


# The page of one tip.


@require_safe
def _show(request: HttpRequest, object_id: str) -> HttpResponse:
    try:
        submission_id = UUID(object_id)
    except ValueError as error:
        raise Http404 from error
    return _page(request, _tip(actor_of(request), submission_id))


def _page(
    request: HttpRequest, tip: Submission, *, name: str = "", form: TipActForm | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    row = _rows(actor, [tip])[0]
    events = history_of_submission(tip)
    names = names_in(events)
    context = {
        **admin.site.each_context(request),
        "title": "Tip",
        "tip": tip,
        "row": row,
        "panels": _panels(tip, row, name, form),
        "may_read_contacts": may_read_contacts(actor),
        "contact": _contact(request, tip, actor),
        "history": [EventShown(event, lines_of(event, names)) for event in reversed(events)],
        "opts": Submission._meta,
    }
    return TemplateResponse(request, "admin/claims/tip_page.html", context, status=status)


def _contact(request: HttpRequest, tip: Submission, actor: Actor) -> str:
    """Shown when it is asked for, and not before: a page is open for longer than a telephone call takes."""
    if "contact" not in request.GET or not may_read_contacts(actor):
        return ""
    try:
        return contact_of(tip, actor=actor) or ""
    except DomainError as error:
        messages.error(request, error.detail)
        return ""


def _panels(tip: Submission, row: Row, name: str, form: TipActForm | None) -> list[Panel]:
    panels = []
    for found in ACTS.values():
        is_answered = form is not None and found.name == name
        if found.act not in row.acts and not is_answered:
            continue
        url = reverse("admin:claims_submission_act", args=[tip.pk, found.name])
        shown = form if is_answered and form is not None else _empty(found, tip)
        panels.append(Panel(found, shown, url, is_open=is_answered))
    return panels


def _empty(found: TipAct, tip: Submission) -> TipActForm:
    initial = {"statement": " ".join(tip.text.split())} if found.form is MakeClaimForm and len(tip.text) < 500 else {}
    return found.form(initial=initial, auto_id=f"{found.name}-%s")


def act(request: HttpRequest, submission_id: UUID, name: str) -> HttpResponse:
    """Does one act, or shows the page again with what was typed and what stood in the way."""
    actor = actor_of(request)
    tip = _tip(actor, submission_id)
    chosen = ACTS.get(name)
    if chosen is None:
        raise Http404
    form = chosen.form(request.POST, auto_id=f"{name}-%s")
    if not form.is_valid():
        messages.error(request, "Nothing was done yet: please put right what is marked below.")
        return _page(request, tip, name=name, form=form, status=400)
    try:
        chosen.run(actor, submission_id, form)
    except InvalidInputError as error:
        add_problems(form, error, form.pointers)
        messages.error(request, "Nothing was done yet: please put right what is marked below.")
        return _page(request, tip, name=name, form=form, status=400)
    except DomainError as error:
        messages.error(request, error.detail)
        status = 403 if isinstance(error, NotPermittedError) else 409
        return _page(request, _tip(actor, submission_id), name=name, form=form, status=status)
    messages.success(request, chosen.done)
    if "tab" in request.POST:  # from the list, where the next tip waits
        return HttpResponseRedirect(
            f"{reverse('admin:claims_submission_changelist')}?{urlencode({'tab': _tab(request)})}"
        )
    return HttpResponseRedirect(_page_of(submission_id))
