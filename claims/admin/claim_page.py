"""The page of one claim: what was said and by whom, what was found, what may be done now, and what happened so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from claims.access import Actor
from claims.admin.act_forms import ActForm, DeskAct, Order
from claims.admin.desk import actor_of
from claims.admin.fields import add_problems
from claims.admin.forms import ACTS
from claims.admin.marking import MarkedText, mark
from claims.admin.sighting_forms import quote_of
from claims.admin.wording import ChangeLine, basis_in_words, called, chain_in_words, clock, lines_of, names_in
from claims.errors import DomainError, InvalidInputError, NotPermittedError, StaleRevisionError
from claims.models import (
    Appearance,
    Approval,
    Article,
    Attribution,
    Claim,
    ClaimLink,
    ClaimReview,
    Event,
    Evidence,
    Verdict,
)
from claims.selectors.desk import appearances_in, appearances_of, history_of, verdicts_of
from claims.selectors.links import is_said_after_publication, links_beside
from claims.selectors.submissions import tips_of
from claims.text.markdown import render
from claims.vocab import Act, Basis, LinkKind, ReviewState, Status
from claims.workflow.repeats import repeated_by
from claims.workflow.rules import Refusal, barriers
from claims.workflow.situation import Situation
from claims.workflow.verdicts import is_adoptable
from claims.workflow.waiting import next_steps

#: Acts with a place of their own on the page; the others stand together at the side.
IN_THE_MIDDLE = ("propose", "approve", "publish")
BESIDE_WHAT_THEY_CHANGE = (
    "add-evidence",
    "withdraw-evidence",
    "edit",
    "claimants",
    "add-sighting",
    "change-span",
    "who-said-it",
    "confirm-sighting",
    "remove-sighting",
    "link",
    "unlink",
    "split",
    "adopt",
)
#: So many tips of a claim are shown on its page, the newest.
MOST_TIPS = 10


@dataclass(frozen=True, slots=True)
class Panel:
    """One act on the page: a button, with a form where it needs words; what was typed stays, possible or not."""

    name: str
    title: str
    url: str
    form: ActForm
    is_open: bool = False
    is_possible: bool = True

    @property
    def has_fields(self) -> bool:
        return bool(self.form.visible_fields())


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an act that was refused: its form as it was filled in, and what happened since it was opened."""

    name: str
    form: ActForm
    status: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class SpeakerShown:
    """One link of a chain, with the form that says how we know."""

    name: str
    basis: str
    confirmed_by: str
    change: Panel | None

    @classmethod
    def of(cls, link: Attribution, change: Panel | None) -> SpeakerShown:
        by = link.confirmed_by.get_username() if link.confirmed_by else ""
        return cls(called(link), str(Basis(link.basis).label), by, change)


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """One appearance with its chain in words and what may be done with it."""

    appearance: Appearance
    article: Article | None
    link: str
    chain: str
    basis: str
    speakers: list[SpeakerShown]
    panels: list[Panel]


@dataclass(frozen=True, slots=True)
class Related:
    """Another claim, how it stands to this one, and what was found of it."""

    link: ClaimLink
    claim: Claim
    words: str
    unlink: Panel | None

    @property
    def is_repeat(self) -> bool:
        return self.link.kind == LinkKind.REPEATS


#: How a link is called from the claim that it leads to.
_SEEN_FROM_THERE = {
    LinkKind.REPEATS: "is repeated by",
    LinkKind.PART_OF: "falls into",
    LinkKind.CONTRADICTS: "contradicts",
    LinkKind.REPORTS: "is reported by",
}


@dataclass(frozen=True, slots=True)
class EvidenceShown:
    item: Evidence
    link: str
    withdraw: Panel | None


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    approval: Approval
    state: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class VerdictShown:
    verdict: Verdict
    is_current: bool
    approvals: list[ApprovalShown]


@dataclass(frozen=True, slots=True)
class EventShown:
    event: Event
    lines: list[ChangeLine]

    @property
    def who(self) -> str:
        return self.event.actor.get_username() if self.event.actor else "system"


@dataclass(frozen=True, slots=True)
class Step:
    """A next step, and what is in its way."""

    label: str
    blocked_by: list[Refusal]


@dataclass
class ClaimPage:
    """Everything that the template shows, read as the page is put together."""

    situation: Situation
    answered: Answered | None = None
    panels: dict[str, Panel] = field(default_factory=dict)

    @property
    def claim(self) -> Claim:
        return self.situation.claim

    def __post_init__(self) -> None:
        self.panels = {name: self._panel(name, act) for name, act in ACTS.items() if self._is_open(name, act)}

    def _is_open(self, name: str, desk_act: DeskAct) -> bool:
        is_answered = self.answered is not None and self.answered.name == name
        is_possible = next(barriers(self.situation, desk_act.act), None) is None
        return is_answered or (is_possible and desk_act.is_offered(self.situation))

    def _panel(self, name: str, desk_act: DeskAct) -> Panel:
        is_possible = next(barriers(self.situation, desk_act.act), None) is None
        url = reverse("admin:claims_claim_act", args=[self.claim.pk, name])
        title = desk_act.title
        if desk_act.act == Act.MARK_URGENT and self.claim.is_urgent:
            title = "No longer urgent"
        if self.answered is not None and self.answered.name == name:
            return Panel(name, title, url, self.answered.form, is_open=True, is_possible=is_possible)
        return Panel(name, title, url, _form(desk_act, self.situation, name))

    @property
    def side_panels(self) -> list[Panel]:
        own_place = {*IN_THE_MIDDLE, *BESIDE_WHAT_THEY_CHANGE}
        return [panel for name, panel in self.panels.items() if name not in own_place]

    @property
    def evidence_panel(self) -> Panel | None:
        return self.panels.get("add-evidence")

    @property
    def sighting_panel(self) -> Panel | None:
        return self.panels.get("add-sighting")

    def steps(self) -> list[Step]:
        return [Step(str(step.act.label), step.blocked_by) for step in next_steps(self.situation)]

    def hold(self) -> str:
        hold = self.situation.hold
        if hold is None:
            return ""
        who = "In your hands" if self.situation.is_holder else f"In the hands of {hold.reviewer.get_username()}"
        ahead = "lapses in" if self.situation.is_holder else "free again in"
        until = f"; {clock(hold.held_until, past='lapsed since', ahead=ahead)}" if hold.held_until else ""
        return f"{who}{until}"

    def evidence(self) -> list[EvidenceShown]:
        rows = self.claim.evidence.select_related("source", "added_by", "withdrawn_by").order_by("id")
        return [EvidenceShown(item, web_address(item.source.url), self._withdrawal(item)) for item in rows]

    def _withdrawal(self, item: Evidence) -> Panel | None:
        return None if item.withdrawn_at is not None else self._of_row("withdraw-evidence", {"evidence": item.pk})

    def _of_row(self, name: str, row: Mapping[str, object], **initial: object) -> Panel | None:
        """The panel of an act for one of the rows that the page shows, as it was filled in where it was about that."""
        panel = self.panels.get(name)
        if panel is None:
            return None
        if panel.is_open and all(panel.form.data.get(field) == str(value) for field, value in row.items()):
            return panel
        key = "-".join(map(str, row.values()))
        form = ACTS[name].form(situation=self.situation, initial={**row, **initial}, auto_id=f"{name}-{key}-%s")
        return Panel(panel.name, panel.title, panel.url, form, is_possible=panel.is_possible)

    @cached_property
    def places(self) -> list[PlaceShown]:
        found = appearances_of(self.claim)
        confirmed = [appearance for appearance in found if not appearance.is_suggested]
        return [self._place(appearance, is_only=confirmed == [appearance]) for appearance in found]

    def _place(self, appearance: Appearance, *, is_only: bool) -> PlaceShown:
        links = list(appearance.attributions.all())
        article = appearance.version.article if appearance.version else None
        row = {"appearance": appearance.pk}
        panels = [self._of_row("confirm-sighting", row) if appearance.is_suggested else None]
        if article is not None:
            quote = quote_of([segment.exact for segment in appearance.segments.all()])
            panels.append(self._of_row("change-span", row, exact=quote))
        if not is_only:
            panels.append(self._of_row("remove-sighting", row))
        return PlaceShown(
            appearance,
            article,
            web_address(appearance.url),
            chain_in_words(links),
            basis_in_words(links),
            [SpeakerShown.of(link, self._who_said_it(appearance, link)) for link in links],
            [panel for panel in panels if panel],
        )

    def _who_said_it(self, appearance: Appearance, link: Attribution) -> Panel | None:
        row = {"appearance": appearance.pk, "position": link.position}
        return self._of_row("who-said-it", row, basis=link.basis, is_confirmed=link.confirmed_by_id is not None)

    @cached_property
    def related(self) -> list[Related]:
        return [self._related(link) for link in links_beside(self.claim)]

    def _related(self, link: ClaimLink) -> Related:
        unlink = self._of_row("unlink", {"link": link.pk})
        kind = LinkKind(link.kind)
        if link.claim_id == self.claim.pk:
            return Related(link, link.other, str(kind.label), unlink)
        return Related(link, link.claim, _SEEN_FROM_THERE[kind], unlink)

    @cached_property
    def earlier(self) -> list[Claim]:
        """The claims that this one repeats and of which two people have found something."""
        if not any(found.is_repeat and found.link.claim_id == self.claim.pk for found in self.related):
            return []
        return [claim for claim in repeated_by(self.claim) if is_adoptable(claim)]

    @cached_property
    def is_repeated_after_publication(self) -> bool:
        return is_said_after_publication(self.claim)

    def verdicts(self) -> list[VerdictShown]:
        standing = {approval.pk for approval in self.situation.standing_approvals}
        return [
            VerdictShown(
                verdict,
                verdict.pk == self.claim.verdict_id,
                [_approval(approval, standing, self.claim) for approval in verdict.approvals.all()],
            )
            for verdict in verdicts_of(self.claim)
        ]

    def history(self) -> list[EventShown]:
        events = history_of(self.claim)
        names = names_in(events)
        return [EventShown(event, lines_of(event, names)) for event in reversed(events)]

    def news(self) -> list[EventShown]:
        """What happened since the page was opened whose form has come too late."""
        if self.answered is None or self.answered.seen is None:
            return []
        return [shown for shown in self.history() if shown.event.seq > self.answered.seen]


def _form(desk_act: DeskAct, situation: Situation, name: str) -> ActForm:
    return desk_act.form(situation=situation, auto_id=f"{name}-%s")


def _approval(approval: Approval, standing: set[UUID], claim: Claim) -> ApprovalShown:
    if not approval.agrees:
        return ApprovalShown(approval, "did not agree", is_current=False)
    if approval.pk in standing:
        return ApprovalShown(approval, "stands behind exactly what is here now", is_current=True)
    if approval.verdict_id == claim.verdict_id:
        return ApprovalShown(approval, "void: something has changed since", is_current=False)
    return ApprovalShown(approval, "approved this earlier verdict", is_current=False)


def web_address(url: str) -> str:
    """The address if a browser may be sent there, else nothing."""
    return url if url.startswith(("http://", "https://")) else ""


def show(request: HttpRequest, claim_id: UUID, answered: Answered | None = None) -> HttpResponse:
    actor = actor_of(request)
    claim = claim_for(actor, claim_id)
    page = ClaimPage(Situation(claim=claim, actor=actor), answered)
    context = {**admin.site.each_context(request), **_context(page), "title": "Claim", "opts": Claim._meta}
    status = answered.status if answered else 200
    return TemplateResponse(request, "admin/claims/claim_page.html", context, status=status)


def claim_for(actor: Actor, claim_id: UUID) -> Claim:
    claims = Claim.objects.select_related("newsroom", "duplicate_of", "recorded_by")
    claim = claims.filter(newsroom_id=actor.newsroom_id, pk=claim_id).first()
    if claim is None:
        raise Http404
    return claim


def _context(page: ClaimPage) -> dict[str, Any]:
    situation, review = page.situation, page.situation.review
    prefetch_related_objects([link.claimant for link in situation.claimants], "roles")
    tips = list(tips_of(page.claim)[: MOST_TIPS + 1])
    return {
        "page": page,
        "claim": page.claim,
        "situation": situation,
        "status": Status(page.claim.status),
        "due": clock(page.claim.due, past="Overdue by", ahead="Due in") if page.claim.due else "",
        "claimants": situation.claimants,
        "topics": [link.topic for link in page.claim.claim_topics.select_related("topic").order_by("topic__name")],
        "places": page.places,
        "tips": tips[:MOST_TIPS],
        "tip_count": len(tips) if len(tips) <= MOST_TIPS else page.claim.submission_claims.count(),
        "text": _text(page.claim, page.places),
        "review": review,
        "body_html": render(review.body) if review else "",
        "public_url": _public_url(review),
        "revisions": _revisions(review),
        "corrections": list(review.corrections.select_related("made_by")) if review else [],
    }


def _revisions(review: ClaimReview | None) -> list[Any]:
    if review is None:
        return []
    return list(review.revisions.select_related("published_by", "verdict__rating").defer("content").order_by("-number"))


def _public_url(review: ClaimReview | None) -> str:
    if review is None or review.state == ReviewState.DRAFT:
        return ""
    return reverse("public:review", args=[review.slug])


@dataclass(frozen=True, slots=True)
class TextShown:
    article: Article
    marked: MarkedText


def _text(claim: Claim, places: Sequence[PlaceShown]) -> TextShown | None:
    """The first text in which the claim stands, with it and its neighbours marked."""
    first = next((place for place in places if place.appearance.version and place.article), None)
    if first is None or first.appearance.version is None or first.article is None:
        return None
    version = first.appearance.version
    return TextShown(first.article, mark(version.text, appearances_in(version), this=claim.pk))


def act(request: HttpRequest, claim_id: UUID, name: str) -> HttpResponse:
    """Does one act, or shows the page again with what was typed and what stood in the way."""
    actor = actor_of(request)
    claim = claim_for(actor, claim_id)
    desk_act = ACTS.get(name)
    if desk_act is None:
        raise Http404
    situation = Situation(claim=claim, actor=actor)
    form = desk_act.form(request.POST, situation=situation, auto_id=f"{name}-%s")
    if not form.is_valid():
        messages.error(request, _summary(form))
        return show(request, claim_id, Answered(name, form, 400))
    try:
        desk_act.run(Order(actor, claim_id, _number(request.POST, "revision"), form))
    except DomainError as error:
        return _refused(request, claim_id, name, form, error)
    messages.success(request, desk_act.done)
    return HttpResponseRedirect(reverse("admin:claims_claim_change", args=[claim_id]))


def _refused(request: HttpRequest, claim_id: UUID, name: str, form: ActForm, error: DomainError) -> HttpResponse:
    if isinstance(error, StaleRevisionError):
        messages.error(
            request,
            f"Somebody changed this claim while you were writing: it is at revision {error.current_revision} now. "
            "Nothing was saved. What you typed is kept below; look at what changed, then send it again.",
        )
        return show(request, claim_id, Answered(name, form, 409, seen=_number(request.POST, "seen")))
    if isinstance(error, InvalidInputError):
        add_problems(form, error, form.pointers)
        messages.error(request, _summary(form))
        return show(request, claim_id, Answered(name, form, 400))
    messages.error(request, error.detail)
    return show(request, claim_id, Answered(name, form, 403 if isinstance(error, NotPermittedError) else 409))


def _summary(form: ActForm) -> str:
    # The row that the form was about may be gone, and the form with it: then nothing below could say why.
    hidden = [str(error) for bound in form.hidden_fields() for error in bound.errors]
    if hidden:
        return f"Nothing was saved. {' '.join(hidden)}"
    count = sum(len(found) for found in form.errors.values())
    return f"Nothing was saved: {'one thing is' if count == 1 else f'{count} things are'} to be put right below."


def _number(given: QueryDict, name: str) -> int | None:
    try:
        return int(str(given[name]))
    except (KeyError, ValueError):
        return None
