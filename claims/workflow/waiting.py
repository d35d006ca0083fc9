"""What a claim is waiting for: the rules that stand in the way of its next step, in words."""

from __future__ import annotations

from dataclasses import dataclass

from claims.access import Actor
from claims.models import Claim
from claims.selectors.members import members_with
from claims.vocab import Act, ReviewState, Right, Status
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


#: So many people are named with what stands in their way.
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class NextStep:
    """One act that would bring the claim on, and what blocks it for this person; nothing: it can be done."""

    act: Act
    blocked_by: list[Refusal]


def waiting_for(*, claim: Claim, actor: Actor) -> list[NextStep]:
    """The next steps of a claim. Reads only, so what it says may be overtaken; the acts ask again under the lock."""
    return next_steps(Situation(claim=claim, actor=actor))


def next_steps(situation: Situation) -> list[NextStep]:
    return [NextStep(act, _blockers(situation, act)) for act in next_acts(situation)]


def _blockers(situation: Situation, act: Act) -> list[Refusal]:
    found = list(refusals(situation, act))
    if act is Act.APPROVE and found and (nobody := _nobody_approves(situation)):
        return [*found, nobody]
    return found


def _nobody_approves(situation: Situation) -> Refusal | None:
    """Says so, and why, where nobody in the newsroom may approve: then somebody has to be found for it."""
    claim = situation.claim
    members = members_with(Right.REVIEW, newsroom_id=claim.newsroom_id)
    told = []
    for member in members:
        theirs = situation.as_found_by(Actor.member(member))
        refusal = next(refusals(theirs, Act.APPROVE), None)
        if refusal is None:
            return None
        told.append(f"{member.user.get_username()}: {refusal.detail}")
    shown = " ".join(told[:_MOST_NAMED]) or "There is no reviewer."
    further = f" And {len(told) - _MOST_NAMED} more." if len(told) > _MOST_NAMED else ""
    return Refusal("nobody_may_approve", f"Nobody in this newsroom may approve this: add a reviewer. {shown}{further}")


def next_acts(situation: Situation) -> tuple[Act, ...]:
    status = Status(situation.claim.status)
    if status is not Status.APPROVED:
        return _NEXT[status]
    if not situation.is_out:
        return (Act.PUBLISH,)
    if situation.review is not None and situation.review.state == ReviewState.PUBLISHED:
        return (Act.CORRECT, Act.RETRACT)
    return (Act.CORRECT,)
