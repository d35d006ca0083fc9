"""What the desk's own pages read: lists in their order, and the rows that a page is made of."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from claims.access import Actor
from claims.models import (
    ApiToken,
    Appearance,
    Article,
    ArticleVersion,
    Assignment,
    Claim,
    Claimant,
    ClaimClaimant,
    Event,
    Membership,
    Rating,
    RatingScale,
    Verdict,
    VerdictEditor,
)
from claims.selectors.members import members_with
from claims.selectors.queue import QUEUE_ORDER, takeable_for_approval
from claims.text.normalise import name_key
from claims.vocab import OPEN, SCALE_OF_KIND, AssignmentState, ClaimKind, Right, Stage, Status


def visible_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """An administrator sees the newsroom's tokens, everybody else their own."""
    tokens = ApiToken.objects.filter(newsroom_id=actor.newsroom_id).select_related("user")
    return tokens if actor.may(Right.ADMIN) else tokens.filter(user=actor.user)


def newest_events(actor: Actor, *, limit: int) -> list[Event]:
    events = Event.objects.filter(newsroom_id=actor.newsroom_id).select_related("actor", "claim", "article")
    return list(events.order_by("-id")[:limit])


def held_by(actor: Actor) -> QuerySet[Claim]:
    """What this person has in hand, to check or to approve."""
    live = Assignment.objects.filter(claim=OuterRef("pk"), reviewer=actor.user, state=AssignmentState.LIVE)
    return Claim.objects.filter(Exists(live), newsroom_id=actor.newsroom_id).order_by(*QUEUE_ORDER)


def open_claims(actor: Actor) -> QuerySet[Claim]:
    return Claim.objects.filter(newsroom_id=actor.newsroom_id, status__in=sorted(OPEN)).order_by(*QUEUE_ORDER)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the queue ends: the whole order of its last row."""

    is_urgent: bool
    rank: float
    claim_id: UUID


def after(claims: QuerySet[Claim], place: Place) -> QuerySet[Claim]:
    """The rows behind a place, for a list in the queue's order."""
    same_urgency = Q(is_urgent=place.is_urgent)
    behind = same_urgency & (Q(rank__lt=place.rank) | Q(rank=place.rank, id__gt=place.claim_id))
    return claims.filter(behind | Q(is_urgent=False) if place.is_urgent else behind)


def with_row_parts(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Claims with what a line of a list shows of them; the texts of the articles stay where they are."""
    appearances = Appearance.objects.select_related("version__article__publisher").defer("version__text").order_by("id")
    holds = Assignment.objects.filter(state=AssignmentState.LIVE).select_related("reviewer")
    return claims.select_related("verdict__rating").prefetch_related(
        Prefetch("claim_claimants", ClaimClaimant.objects.select_related("claimant").order_by("position")),
        Prefetch("appearances", appearances),
        Prefetch("assignments", holds, to_attr="holds"),
    )


def why_nothing_to_approve(actor: Actor) -> list[str]:
    """Why this person is offered no verdict to approve: one sentence per reason that holds."""
    waiting = Claim.objects.filter(newsroom_id=actor.newsroom_id, status=Status.IN_APPROVAL)
    if not waiting.exists():
        return ["No verdict waits for approval now."]
    wrote = Exists(Verdict.objects.filter(pk=OuterRef("verdict_id"), author=actor.user)) | Exists(
        VerdictEditor.objects.filter(verdict=OuterRef("verdict_id"), user=actor.user)
    )
    taken = Exists(Assignment.objects.filter(claim=OuterRef("pk"), stage=Stage.APPROVE, state=AssignmentState.LIVE))
    counts = waiting.annotate(wrote=wrote, taken=taken).aggregate(
        all=Count("id"),
        own=Count("id", filter=Q(wrote=True)),
        elsewhere=Count("id", filter=Q(wrote=False, taken=True)),
    )
    rest = counts["all"] - counts["own"] - counts["elsewhere"] - takeable_for_approval(actor).count()
    told = (
        (counts["own"], "which you wrote or changed yourself: a second person must approve"),
        (counts["elsewhere"], "which somebody has taken for approval"),
        (rest, "which you let lapse within a day, or recused yourself from"),
    )
    return [f"{count} {'waits' if count == 1 else 'wait'} for approval, {why}" for count, why in told if count > 0]


def ratings_for(claim: Claim) -> list[Rating]:
    """The newest scale for the claim's kind; none for an opinion."""
    kind = SCALE_OF_KIND.get(ClaimKind(claim.kind))
    scale = RatingScale.objects.filter(newsroom_id=claim.newsroom_id, kind=kind).order_by("-version").first()
    return list(Rating.objects.filter(scale=scale).order_by("position")) if kind and scale else []


def members_who_check(actor: Actor) -> list[Membership]:
    """Whom an editor may give a claim to."""
    return members_with(Right.DRAFT, newsroom_id=actor.newsroom_id)


def namesakes(actor: Actor, name: str) -> list[Claimant]:
    """The claimants who are called so, by name or alias."""
    key = name_key(name)
    claimants = Claimant.objects.filter(newsroom_id=actor.newsroom_id).prefetch_related("roles")
    return list(claimants.filter(Q(name_key=key) | Q(aliases__name_key=key)).distinct().order_by("name", "id"))


def appearances_of(claim: Claim) -> list[Appearance]:
    """Where a claim stands, with the chain of who said it; the texts themselves are left out."""
    return list(
        claim.appearances.select_related("version__article__publisher")
        .defer("version__text")
        .prefetch_related("segments", "attributions__claimant", "attributions__confirmed_by")
        .order_by("is_suggested", "id")
    )


def appearances_in(version: ArticleVersion) -> QuerySet[Appearance]:
    """The claims that stand in one text, each with its segments there."""
    appearances = Appearance.objects.filter(version=version).select_related("claim__verdict__rating")
    return appearances.prefetch_related("segments").order_by("id")


def version_of(article: Article, *, number: int | None) -> ArticleVersion | None:
    """The version of that number, else the newest."""
    versions = article.versions.order_by("-number")
    return (versions.filter(number=number) if number is not None else versions).first()


def history_of(claim: Claim) -> list[Event]:
    return list(claim.events.select_related("actor").order_by("seq"))


def verdicts_of(claim: Claim) -> list[Verdict]:
    return list(
        claim.verdicts.select_related("rating__scale", "author")
        .prefetch_related("approvals__approver", "approvals__rating")
        .order_by("-created_at", "-id")
    )
