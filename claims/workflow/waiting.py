"""What a claim is waiting for: the rules that stand in the way of its next step, in words."""

from __future__ import annotations

from dataclasses import dataclass

from claims.access import Actor
from claims.models import Claim
from claims.vocab import Act, ReviewState, Status
from claims.workflow.rules import Refusal, refusals
from claims.workflow.situation import Situation

_NEXT: dict[Status, tuple[Act, ...]] = {
    Status.SUGGESTED: (Act.ACCEPT, Act.DISMISS),
    Status.RECORDED: (Act.ENQUEUE, Act.TAKE),
    Status.QUEUED: (Act.TAKE,),
    Status.IN_REVIEW: (Act.PROPOSE,),
    Status.ON_HOLD: (Act.RESUME,),
    Status.IN_APPROVAL: (Act.APPROVE,),
    Status.DECLINED: (Act.REOPEN,),
    Status.DUPLICATE: (Act.REOPEN,),
    Status.DISMISSED: (Act.REOPEN,),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """One act that would bring the claim on, and what blocks it for this person; nothing: it can be done."""

    act: Act
    blocked_by: list[Refusal]


def waiting_for(*, claim: Claim, actor: Actor) -> list[NextStep]:
    """The next steps of a claim. Reads only, so what it says may be overtaken; the acts ask again under the lock."""
    situation = Situation(claim=claim, actor=actor)
    return [NextStep(act, list(refusals(situation, act))) for act in next_acts(situation)]


def next_acts(situation: Situation) -> tuple[Act, ...]:
    status = Status(situation.claim.status)
    if status is not Status.APPROVED:
        return _NEXT[status]
    if not situation.is_out:
        return (Act.PUBLISH,)
    if situation.review is not None and situation.review.state == ReviewState.PUBLISHED:
        return (Act.CORRECT, Act.RETRACT)
    return (Act.CORRECT,)
