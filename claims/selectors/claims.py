"""Which claims somebody may see, in which order, with what they need to be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from claims.access import Actor
from claims.errors import NotFoundError
from claims.models import (
    Appearance,
    Approval,
    Article,
    Assignment,
    Attribution,
    Claim,
    ClaimClaimant,
    ClaimReview,
    ClaimTopic,
    Event,
    Evidence,
    Verdict,
    VerdictEditor,
)
from claims.vocab import AssignmentState, Audience, Stage

#: What `q` searches; the index on it is made of the same expression.
SEARCHED = SearchVector("statement", config="simple")


def visible_claims(actor: Actor) -> QuerySet[Claim]:
    """All of the newsroom's for the desk; what they recorded themselves for submitters and partners."""
    claims = Claim.objects.filter(newsroom_id=actor.newsroom_id)
    return claims if actor.audience == Audience.DESK else claims.filter(recorded_by=actor.user)


def visible_articles(actor: Actor) -> QuerySet[Article]:
    articles = Article.objects.filter(newsroom_id=actor.newsroom_id)
    return articles if actor.audience == Audience.DESK else articles.filter(recorded_by=actor.user)


def visible_events(actor: Actor, claim: Claim) -> QuerySet[Event]:
    events = Event.objects.filter(claim=claim).select_related("actor").order_by("seq")
    return events if actor.audience == Audience.DESK else events.exclude(audience=Audience.DESK)


def _claimants() -> Prefetch[str]:
    return Prefetch("claim_claimants", ClaimClaimant.objects.select_related("claimant").order_by("position"))


def _live_assignments() -> Prefetch[str]:
    live = Assignment.objects.filter(state=AssignmentState.LIVE).select_related("reviewer")
    return Prefetch("assignments", live, to_attr="live")


def _reviews() -> Prefetch[str]:
    return Prefetch("reviews", ClaimReview.objects.order_by("id"))


def _places() -> Prefetch[str]:
    places = Appearance.objects.select_related("version__article").defer("version__text").order_by("id")
    return Prefetch("appearances", places)


def in_full(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """With everything that one claim is shown with."""
    return claims.select_related("verdict__rating__scale", "verdict__author", "verdict__adopted_from").prefetch_related(
        *_beside()
    )


def completed(claim: Claim) -> Claim:
    """A claim at hand, as an act left it, with everything that `in_full` reads."""
    verdicts = Verdict.objects.select_related("rating__scale", "author", "adopted_from")
    prefetch_related_objects([claim], Prefetch("verdict", verdicts), *_beside())
    return claim


def _beside() -> tuple[Any, ...]:
    attributions = Attribution.objects.select_related("claimant").order_by("position")
    return (
        _claimants(),
        _live_assignments(),
        _reviews(),
        Prefetch("claim_topics", ClaimTopic.objects.select_related("topic").order_by("topic__slug")),
        Prefetch("verdict__approvals", Approval.objects.select_related("approver").order_by("created_at", "id")),
        Prefetch("appearances", Appearance.objects.select_related("version").defer("version__text").order_by("id")),
        "appearances__segments",
        Prefetch("appearances__attributions", attributions),
    )


def in_rows(claims: QuerySet[Claim], *, expand: Iterable[str] = ()) -> QuerySet[Claim]:
    """With what a list shows, and what is asked for beside it."""
    asked = set(expand)
    claims = claims.select_related(
        "verdict__rating__scale", "verdict__author", "verdict__adopted_from"
    ).prefetch_related(_claimants(), _live_assignments(), _reviews(), _places())
    for name in sorted(asked):
        claims = claims.prefetch_related(*_EXPANSIONS[name])
    return claims


def live_evidence() -> QuerySet[Evidence]:
    return Evidence.objects.filter(withdrawn_at=None).select_related("source", "added_by").order_by("id")


def evidence_by_claim(claims: Iterable[Claim]) -> dict[UUID, list[Evidence]]:
    """What stands as evidence, for several claims in one query."""
    found: dict[UUID, list[Evidence]] = defaultdict(list)
    for item in live_evidence().filter(claim__in=[claim.pk for claim in claims]):
        found[item.claim_id].append(item)
    return found


def editors_by_verdict(verdict_ids: Iterable[UUID | None]) -> dict[UUID, list[UUID]]:
    """Whoever changed what a verdict rests on after it was proposed, for several verdicts in one query."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    pairs = VerdictEditor.objects.filter(verdict__in=[*verdict_ids]).values_list("verdict_id", "user_id")
    for verdict_id, user_id in pairs:
        found[verdict_id].append(user_id)
    return found


_EXPANSIONS: dict[str, tuple[Any, ...]] = {
    "claimant": ("claim_claimants__claimant__aliases", "claim_claimants__claimant__roles"),
    "claimants": (),
    "verdict": (Prefetch("verdict__approvals", Approval.objects.select_related("approver").order_by("created_at")),),
    "evidence": (Prefetch("evidence", live_evidence(), to_attr="live_evidence"),),
    "appearances": (
        "appearances__segments",
        Prefetch("appearances__attributions", Attribution.objects.select_related("claimant").order_by("position")),
    ),
    "topics": (Prefetch("claim_topics", ClaimTopic.objects.select_related("topic").order_by("topic__slug")),),
}
EXPANDABLE = tuple(_EXPANSIONS)


def claim_in_full(*, actor: Actor, claim_id: UUID) -> Claim:
    claim = in_full(visible_claims(actor)).filter(pk=claim_id).first()
    if claim is None:
        raise NotFoundError("There is no such claim, or none that you may see.")
    return claim


def matching(claims: QuerySet[Claim], asked: dict[str, Any]) -> QuerySet[Claim]:
    """Narrowed by the filters that were asked for; several values of one filter are alternatives."""
    for name, lookup in _LOOKUPS.items():
        if asked.get(name):
            claims = claims.filter(**{lookup: asked[name]})
    if asked.get("claimant"):
        claims = claims.filter(_exists(ClaimClaimant, claimant__in=asked["claimant"]))
    if asked.get("topic"):
        claims = claims.filter(_exists(ClaimTopic, topic__slug__in=asked["topic"]))
    if asked.get("article"):
        claims = claims.filter(_exists(Appearance, version__article__in=asked["article"]))
    if asked.get("publisher"):
        claims = claims.filter(_exists(Appearance, version__article__publisher__in=asked["publisher"]))
    if asked.get("assignee"):
        held = {"state": AssignmentState.LIVE, "stage": Stage.CHECK, "reviewer__username__in": asked["assignee"]}
        claims = claims.filter(_exists(Assignment, **held))
    if asked.get("q"):
        query = SearchQuery(asked["q"], config="simple", search_type="websearch")
        claims = claims.alias(searched=SEARCHED).filter(searched=query)
    return claims


_LOOKUPS = {
    "status": "status__in",
    "kind": "kind__in",
    "rating": "verdict__rating__code__in",
    "language": "in_language__in",
    "due_after": "due__gte",
    "due_before": "due__lt",
    "created_after": "created_at__gte",
    "created_before": "created_at__lt",
}


def _exists(model: type[Any], **filters: Any) -> Exists:
    return Exists(model._default_manager.filter(claim=OuterRef("pk"), **filters))
