"""The queue: what waits in its order, why, and one button that takes the best of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from claims.access import Actor
from claims.admin.desk import actor_of
from claims.admin.wording import clock
from claims.errors import NotPermittedError
from claims.models import Article, Assignment, Claim, Claimant
from claims.selectors.desk import Place, after, held_by, open_claims, why_nothing_to_approve, with_row_parts
from claims.selectors.queue import takeable, takeable_for_approval, why_nothing
from claims.vocab import Right, Stage, Status
from claims.workflow import queue as acts

PAGE = 50


@dataclass(frozen=True, slots=True)
class Tab:
    """One list of the queue, and why it is empty when it is."""

    name: str
    label: str
    claims: Callable[[Actor], QuerySet[Claim]]
    why_empty: Callable[[Actor], Sequence[str]]


TABS = {
    tab.name: tab
    for tab in (
        Tab("take", "To take", takeable, lambda actor: why_nothing(actor, is_narrowed=False)),
        Tab("mine", "Mine", held_by, lambda _: ["You have no claim in hand: take the next one from the queue."]),
        Tab("approve", "To approve", takeable_for_approval, why_nothing_to_approve),
        Tab("open", "All open", open_claims, lambda _: ["No claim is open: record one, or add an article."]),
    )
}


@dataclass(frozen=True, slots=True)
class Row:
    claim: Claim

    @property
    def claimants(self) -> list[Claimant]:
        return [link.claimant for link in self.claim.claim_claimants.all()]

    @property
    def article(self) -> Article | None:
        versions = (found.version for found in self.claim.appearances.all())
        return next((version.article for version in versions if version), None)

    @property
    def holds(self) -> list[Assignment]:
        found: list[Assignment] = self.claim.holds  # type: ignore[attr-defined]  # prefetched by `with_row_parts`
        return found

    @property
    def reasons(self) -> str:
        return ", ".join(f"{part['reason']} ({part['value']:+d})" for part in self.claim.priority_parts)

    @property
    def due(self) -> str:
        return clock(self.claim.due, past="Overdue by", ahead="Due in") if self.claim.due else ""

    @property
    def status(self) -> str:
        return str(Status(self.claim.status).label)


def queue(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    tab = TABS.get(request.GET.get("tab", "take"))
    if tab is None:
        raise Http404
    place = _place(request)
    claims = tab.claims(actor)
    found = list(with_row_parts(after(claims, place) if place else claims)[: PAGE + 1])
    rows = [Row(claim) for claim in found[:PAGE]]
    context = {
        **admin.site.each_context(request),
        "title": "Queue",
        "tabs": TABS.values(),
        "tab": tab,
        "rows": rows,
        "why_empty": [] if rows or place else tab.why_empty(actor),
        "is_continued": place is not None,
        "next": _next(tab, rows[-1].claim) if len(found) > PAGE else "",
        "may_take": actor.may(Right.REVIEW),
        "may_record": actor.may(Right.SUBMIT),
    }
    return TemplateResponse(request, "admin/claims/queue.html", context)


def _next(tab: Tab, last: Claim) -> str:
    place = f"{int(last.is_urgent)}_{last.rank!r}_{last.pk}"
    return f"{reverse('admin:queue')}?{urlencode({'tab': tab.name, 'after': place})}"


def _place(request: HttpRequest) -> Place | None:
    given = request.GET.get("after")
    if given is None:
        return None
    try:
        urgent, rank, claim_id = given.split("_")
        return Place(bool(int(urgent)), float(rank), UUID(claim_id))
    except ValueError as error:
        raise Http404 from error


def take_next(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    stage = request.POST.get("stage", Stage.CHECK)
    if stage not in Stage.values:
        raise Http404
    tab = "take" if stage == Stage.CHECK else "approve"
    try:
        claim = acts.take_next(actor=actor, stage=Stage(stage))
    except NotPermittedError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(f"{reverse('admin:queue')}?tab={tab}")
    if claim is None:
        reasons = "; ".join(reason.rstrip(".") for reason in TABS[tab].why_empty(actor))
        messages.warning(request, f"There is nothing for you to take now: {reasons}.")
        return HttpResponseRedirect(f"{reverse('admin:queue')}?tab={tab}")
    messages.success(request, "You have this claim in hand now.")
    return HttpResponseRedirect(reverse("admin:claims_claim_change", args=[claim.pk]))
