"""What waits to be taken, in its order, and why there is nothing for somebody."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from claims.access import Actor
from claims.models import Appearance, Assignment, Claim, Verdict, VerdictEditor
from claims.selectors.recusals import claims_under, recusals_of
from claims.vocab import HELD, OPEN, WAITING, AssignmentState, Stage, Status

#: What somebody skipped or let lapse is not offered to them again for so long.
PUT_ASIDE_FOR = timedelta(hours=24)

QUEUE_ORDER = ("-is_urgent", "-rank", "id")


def waiting(actor: Actor) -> QuerySet[Claim]:
    return Claim.objects.filter(newsroom_id=actor.newsroom_id, status__in=sorted(WAITING))


def open_claims_in(actor: Actor, article_id: UUID) -> QuerySet[Claim]:
    """The open claims that stand in any version of an article; where that is only suggested, they are not of it."""
    places = Appearance.objects.filter(claim=OuterRef("pk"), version__article=article_id, is_suggested=False)
    claims = Claim.objects.filter(newsroom_id=actor.newsroom_id, status__in=sorted(OPEN))
    return claims.filter(Exists(places))


def takeable(actor: Actor) -> QuerySet[Claim]:
    """The claims that this person may be offered for a check, best first."""
    return _offered(waiting(actor), actor, Stage.CHECK)


def takeable_for_approval(actor: Actor) -> QuerySet[Claim]:
    """The verdicts that this person may be offered for approval: of others, and in nobody else's hands."""
    assert actor.user is not None  # noqa: S101 - the service takes nothing
    theirs = Verdict.objects.filter(pk=OuterRef("verdict_id"), author=actor.user)
    touched = VerdictEditor.objects.filter(verdict=OuterRef("verdict_id"), user=actor.user)
    taken = Assignment.objects.filter(claim=OuterRef("pk"), stage=Stage.APPROVE, state=AssignmentState.LIVE)
    claims = Claim.objects.filter(newsroom_id=actor.newsroom_id, status=Status.IN_APPROVAL).exclude(
        Exists(theirs) | Exists(touched) | Exists(taken)
    )
    return _offered(claims, actor, Stage.APPROVE)


def _offered(claims: QuerySet[Claim], actor: Actor, stage: Stage) -> QuerySet[Claim]:
    assert actor.user is not None  # noqa: S101 - the service takes nothing
    aside = Assignment.objects.filter(
        claim=OuterRef("pk"),
        stage=stage,
        reviewer=actor.user,
        state__in=[AssignmentState.SKIPPED, AssignmentState.LAPSED],
        ended_at__gt=timezone.now() - PUT_ASIDE_FOR,
    )
    claims = claims.exclude(Exists(aside))
    recusals = recusals_of(user=actor.user, newsroom_id=actor.newsroom_id)
    if recusals:
        covered = Claim.objects.filter(claims_under(recusals), pk=OuterRef("pk"))
        claims = claims.exclude(Exists(covered))
    return claims.order_by(*QUEUE_ORDER)


def why_nothing(actor: Actor, *, is_narrowed: bool) -> list[str]:
    """Why `take next` has nothing for this person: one sentence per reason that holds."""
    held = Assignment.objects.filter(
        newsroom_id=actor.newsroom_id, state=AssignmentState.LIVE, stage=Stage.CHECK
    ).exclude(reviewer=actor.user)
    by_others = held.aggregate(count=Count("id"), soonest=Min("held_until"))
    reasons = []
    if by_others["count"]:
        soonest = by_others["soonest"]
        free = f", soonest free {date_format(timezone.localtime(soonest), 'H:i')}" if soonest else ""
        reasons.append(f"{_counted(by_others['count'], 'is', 'are')} held by others{free}")
    mine = Claim.objects.filter(
        newsroom_id=actor.newsroom_id,
        status__in=sorted(HELD),
        assignments__reviewer=actor.user,
        assignments__state=AssignmentState.LIVE,
    ).count()
    if mine:
        reasons.append(f"{_counted(mine, 'is', 'are')} in your own hands")
    second = Claim.objects.filter(newsroom_id=actor.newsroom_id, status=Status.IN_APPROVAL).count()
    if second:
        reasons.append(f"{_counted(second, 'waits', 'wait')} for a second person's approval")
    aside = waiting(actor).count()
    if aside and is_narrowed:
        reasons.append(f"{_counted(aside, 'waits', 'wait')} that your filter leaves out, or that you may not have now")
    elif aside:
        reasons.append(
            f"{_counted(aside, 'waits', 'wait')} that you skipped or let lapse within a day, or recused yourself from"
        )
    return reasons or ["No claim waits to be checked: record one, or read an article for more."]


def _counted(count: int, singular: str, plural: str) -> str:
    return f"{count} {singular if count == 1 else plural}"


def depth(actor: Actor) -> dict[str, object]:
    """How much waits, since when, and how much is late, by stage and by topic."""
    now = timezone.now()
    open_claims = Claim.objects.filter(newsroom_id=actor.newsroom_id)
    check = open_claims.filter(status__in=sorted(WAITING))
    approve = open_claims.filter(status=Status.IN_APPROVAL)
    late = Q(due__lt=now)
    stages = {
        stage: claims.aggregate(depth=Count("id"), oldest=Min("created_at"), overdue=Count("id", filter=late))
        for stage, claims in ((Stage.CHECK, check), (Stage.APPROVE, approve))
    }
    topics = (
        check.filter(claim_topics__isnull=False)
        .values("claim_topics__topic__slug", "claim_topics__topic__name")
        .annotate(depth=Count("id"), oldest=Min("created_at"), overdue=Count("id", filter=late))
        .order_by("claim_topics__topic__slug")
    )
    return {
        **stages[Stage.CHECK],
        "stages": [{"stage": str(stage), **numbers} for stage, numbers in stages.items()],
        "topics": [
            {
                "topic": row["claim_topics__topic__slug"],
                "name": row["claim_topics__topic__name"],
                "depth": row["depth"],
                "oldest": row["oldest"],
                "overdue": row["overdue"],
            }
            for row in topics
        ],
    }
