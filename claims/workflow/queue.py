"""Who takes which claim: the queue, holds that lapse, and recusals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from claims.access import Actor
from claims.errors import InvalidInputError, NotPermittedError, RuleBrokenError
from claims.models import Assignment, Claim, Recusal, User
from claims.selectors.members import actor_in
from claims.selectors.queue import QUEUE_ORDER, open_claims_in, takeable, takeable_for_approval
from claims.selectors.recusals import is_recused
from claims.vocab import Act, AssignmentState, EventType, Right, Stage, Status, WaitingOn
from claims.workflow.acts import end_assignment, finish
from claims.workflow.events import changed
from claims.workflow.rules import Refusal, refusals, require
from claims.workflow.situation import Situation, lock, lock_in_order

#: A take on which nothing was written goes back to the queue after this.
TAKE_LASTS = timedelta(hours=2)

_ACT_OF_STAGE = {Stage.CHECK: Act.TAKE, Stage.APPROVE: Act.TAKE_APPROVAL}


@transaction.atomic
def take(*, actor: Actor, claim_id: UUID, stage: Stage = Stage.CHECK, revision: int | None = None) -> Claim:
    """Takes a claim to check it, or to approve it."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, _ACT_OF_STAGE[stage])
    return _take(situation, stage)


@transaction.atomic
def take_next(
    *, actor: Actor, stage: Stage = Stage.CHECK, topic: str | None = None, in_language: str | None = None
) -> Claim | None:
    """Takes the best claim that this person may have; None where there is none (see `selectors.queue.why_nothing`).

    Rows that others have locked at this moment are skipped, so two people asking at once get two claims.
    """
    if not actor.may(Right.REVIEW):
        raise NotPermittedError("Only a reviewer takes claims from the queue.")
    candidates = takeable(actor) if stage == Stage.CHECK else takeable_for_approval(actor)
    claim = (
        _narrowed(candidates, topic=topic, in_language=in_language)
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .first()
    )
    return None if claim is None else _take(Situation(claim=claim, actor=actor), stage)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A claim that was not taken with the others, and the first rule that stood in the way."""

    claim: Claim
    refusal: Refusal


@transaction.atomic
def take_article(*, actor: Actor, article_id: UUID) -> tuple[list[Claim], list[LeftOut]]:
    """Takes every free claim of an article that this person may have, for whoever works through it from top to bottom.

    Returns those taken and those left, both in the order of the queue; closed and approved claims are neither.
    """
    if not actor.may(Right.REVIEW):
        raise NotPermittedError("Only a reviewer takes claims.")
    claims = open_claims_in(actor, article_id)
    lock_in_order(actor.newsroom_id, claims.values_list("pk", flat=True))
    taken: list[Claim] = []
    left: list[LeftOut] = []
    for claim in claims.order_by(*QUEUE_ORDER):
        situation = Situation(claim=claim, actor=actor)
        refusal = next(refusals(situation, Act.TAKE), None)
        if refusal is None:
            taken.append(_take(situation, Stage.CHECK))
        else:
            left.append(LeftOut(claim, refusal))
    return taken, left


def _narrowed(candidates: QuerySet[Claim], *, topic: str | None, in_language: str | None) -> QuerySet[Claim]:
    if topic:
        candidates = candidates.filter(claim_topics__topic__slug=topic)
    if in_language:
        candidates = candidates.filter(in_language=in_language)
    return candidates


def _take(situation: Situation, stage: Stage) -> Claim:
    assert situation.actor.user is not None  # noqa: S101 - the service has no right to take, which `require` tells
    hold(situation, reviewer=situation.actor.user, stage=stage, until=timezone.now() + TAKE_LASTS)
    reviewer = situation.actor.name
    finish(
        situation, _ACT_OF_STAGE[stage], changes={"reviewer": changed(None, reviewer), "stage": changed(None, stage)}
    )
    return situation.claim


def hold(
    situation: Situation, *, reviewer: User, stage: Stage = Stage.CHECK, until: datetime | None = None, note: str = ""
) -> Assignment:
    """A live assignment; without `until` it does not lapse by itself. One per claim and stage, says the database."""
    assignment = Assignment.objects.create(
        newsroom_id=situation.claim.newsroom_id,
        claim=situation.claim,
        stage=stage,
        reviewer=reviewer,
        held_until=until,
        has_work=until is None,
        note=note,
    )
    situation.forget("live_assignments")
    return assignment


@transaction.atomic
def assign(*, actor: Actor, claim_id: UUID, reviewer: str, note: str = "", revision: int | None = None) -> Claim:
    """An editor gives a claim to somebody; it does not lapse."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.ASSIGN)
    user = User.objects.filter(username=reviewer, is_active=True).first()
    theirs = actor_in(user=user, newsroom_id=actor.newsroom_id) if user else None
    if user is None or theirs is None or not theirs.may(Right.DRAFT):
        raise InvalidInputError.at("/reviewer", f"Nobody called “{reviewer}” can check claims in this newsroom.")
    if is_recused(user=user, claim=situation.claim):
        raise RuleBrokenError(f"{reviewer} has recused themselves from this claim.", code="recused")
    hold(situation, reviewer=user, note=note)
    finish(situation, Act.ASSIGN, changes={"reviewer": changed(None, reviewer), "note": changed(None, note)})
    return situation.claim


@transaction.atomic
def release(*, actor: Actor, claim_id: UUID, revision: int | None = None) -> Claim:
    """Gives a claim back to the queue."""
    return _put_back(lock(actor=actor, claim_id=claim_id, revision=revision), Act.RELEASE, AssignmentState.RELEASED)


@transaction.atomic
def skip(*, actor: Actor, claim_id: UUID, reason: str = "", revision: int | None = None) -> Claim:
    """Gives a claim back, and is not offered it again for a day."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    return _put_back(situation, Act.SKIP, AssignmentState.SKIPPED, reason=reason or "not now")


def _put_back(situation: Situation, act: Act, state: AssignmentState, *, reason: str = "") -> Claim:
    require(situation, act)
    holder = situation.hold.reviewer.get_username() if situation.hold else None
    end_assignment(situation, stage=Stage.CHECK, state=state)
    changes = {"reviewer": changed(holder, None)}
    if reason:
        changes["reason"] = changed(None, reason)
    finish(situation, act, changes=changes)
    return situation.claim


@transaction.atomic
def put_on_hold(
    *,
    actor: Actor,
    claim_id: UUID,
    until: datetime,
    waiting_for: WaitingOn | None = None,
    note: str = "",
    revision: int | None = None,
) -> Claim:
    """The holder waits for something; the claim stays theirs and comes back on the day."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.HOLD)
    if until <= timezone.now():
        raise InvalidInputError.at("/until", "The time to come back must lie in the future.")
    assignment = situation.hold
    assert assignment is not None  # noqa: S101 - `held_by_you` says so
    assignment.on_hold_until, assignment.waiting_for, assignment.note = until, waiting_for or "", note
    assignment.save(update_fields=["on_hold_until", "waiting_for", "note"])
    changes = {
        "until": changed(None, until.isoformat()),
        "waiting_for": changed(None, waiting_for),
        "note": changed(None, note),
    }
    finish(situation, Act.HOLD, changes=changes)
    return situation.claim


@transaction.atomic
def resume(*, actor: Actor, claim_id: UUID, revision: int | None = None) -> Claim:
    return _resume(lock(actor=actor, claim_id=claim_id, revision=revision))


def _resume(situation: Situation) -> Claim:
    if situation.actor.user is not None:
        require(situation, Act.RESUME)
    assignment = situation.hold
    assert assignment is not None  # noqa: S101 - every claim on hold has its holder
    assignment.on_hold_until, assignment.waiting_for = None, ""
    # The hold stopped the clock: a take on which nothing was written starts its two hours anew.
    if assignment.held_until is not None:
        assignment.held_until = timezone.now() + TAKE_LASTS
    assignment.save(update_fields=["on_hold_until", "waiting_for", "held_until"])
    finish(situation, Act.RESUME)
    return situation.claim


@transaction.atomic
def recuse(*, actor: Actor, claim_id: UUID, reason: str, revision: int | None = None) -> Claim:
    """Somebody keeps away from a claim; what they had in hand goes back to the queue. Only admins see the reason."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.RECUSE)
    claim = situation.claim
    assert actor.user is not None  # noqa: S101 - `require` has refused the service
    try:
        with transaction.atomic():
            Recusal.objects.create(newsroom_id=actor.newsroom_id, user=actor.user, claim=claim, reason=reason)
    except IntegrityError:
        raise RuleBrokenError("You have recused yourself from this claim already.", code="recused") from None
    arrival = Status(claim.status)
    if situation.is_holder:
        end_assignment(situation, stage=Stage.CHECK, state=AssignmentState.RELEASED)
        arrival = Status.QUEUED
    if situation.approval_hold and actor.is_user(situation.approval_hold.reviewer_id):
        end_assignment(situation, stage=Stage.APPROVE, state=AssignmentState.RELEASED)
    finish(situation, Act.RECUSE, changes={"recused": changed(None, actor.name)}, arrival=arrival)
    return claim


def keep(situation: Situation) -> None:
    """Something was written on a claim by its holder: from now on the hold does not lapse by itself."""
    assignment = situation.hold
    if situation.is_holder and assignment is not None and not assignment.has_work:
        assignment.has_work, assignment.held_until = True, None
        assignment.save(update_fields=["has_work", "held_until"])


def lapsed(*, now: datetime) -> QuerySet[Assignment]:
    """Takes on which nothing was written in their time."""
    return Assignment.objects.filter(
        state=AssignmentState.LIVE, has_work=False, held_until__lte=now, on_hold_until=None
    ).order_by("held_until")


def returning(*, now: datetime) -> QuerySet[Assignment]:
    """Claims on hold whose day has come."""
    return Assignment.objects.filter(state=AssignmentState.LIVE, on_hold_until__lte=now).order_by("on_hold_until")


def lapse_takes() -> int:
    """Puts every lapsed take back into the queue; says how many."""
    return sum(_lapse_one(found) for found in _ids(lapsed(now=timezone.now())))


def resume_holds() -> int:
    """Brings every claim back whose hold is over; says how many."""
    return sum(_resume_one(found) for found in _ids(returning(now=timezone.now())))


def _ids(assignments: QuerySet[Assignment]) -> Iterable[tuple[UUID, UUID, UUID]]:
    return list(assignments.values_list("newsroom_id", "claim_id", "id")[:500])


@transaction.atomic
def _lapse_one(found: tuple[UUID, UUID, UUID]) -> bool:
    newsroom_id, claim_id, assignment_id = found
    situation = lock(actor=Actor.service(newsroom_id), claim_id=claim_id)
    # What was seen before the lock may have changed since: somebody wrote, gave back, or another sweep was faster.
    assignment = lapsed(now=timezone.now()).filter(pk=assignment_id).first()
    if assignment is None:
        return False
    if assignment.stage == Stage.APPROVE:
        end_assignment(situation, stage=Stage.APPROVE, state=AssignmentState.LAPSED)
        finish(situation, Act.TAKE_APPROVAL, event=EventType.CLAIM_LAPSED, changes={"stage": changed("approve", None)})
        return True
    _put_back(situation, Act.LAPSE, AssignmentState.LAPSED)
    return True


@transaction.atomic
def _resume_one(found: tuple[UUID, UUID, UUID]) -> bool:
    newsroom_id, claim_id, assignment_id = found
    situation = lock(actor=Actor.service(newsroom_id), claim_id=claim_id)
    if situation.claim.status != Status.ON_HOLD or not returning(now=timezone.now()).filter(pk=assignment_id).exists():
        return False
    _resume(situation)
    return True
