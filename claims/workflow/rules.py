"""The one table of acts: who may do what, when, and what stands in the way, in words.

REST acts, admin buttons, refusals, `waiting_for` and the documentation's diagram all come from here; which status may
follow which stands in `claims.vocab.MOVES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from claims.errors import DomainError, NotPermittedError, RuleBrokenError
from claims.models import Evidence
from claims.text.urls import origin_of
from claims.vocab import (
    HELD,
    MOVES,
    SCALE_OF_KIND,
    Act,
    ClaimantMatch,
    ClaimKind,
    EventType,
    ReviewState,
    Right,
    SourceKind,
    Status,
)
from claims.workflow.situation import Situation

#: How many people besides the author stand behind a verdict.
APPROVALS_NEEDED = 1
ORIGINS_NEEDED = 2


class Blocks(StrEnum):
    """Whom a rule stands in the way of."""

    YOU = "you"
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule that is in the way: a stable code, a sentence that says what to do, and whom it concerns."""

    code: str
    detail: str
    applies_to: Blocks = Blocks.ANYBODY

    def error(self) -> DomainError:
        if self.code == NotPermittedError.code:
            return NotPermittedError(self.detail)
        return RuleBrokenError(self.detail, code=self.code)


Guard = Callable[[Situation], Refusal | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who an act belongs to, what must hold, and the event it leaves. No right: the worker's or the clock's alone.

    `demands` are guards that the act itself may satisfy by what it brings: they refuse it, but do not hide it.
    """

    right: Right | None
    event: EventType
    guards: tuple[Guard, ...] = ()
    demands: tuple[Guard, ...] = ()


def yours(code: str, detail: str) -> Refusal:
    return Refusal(code, detail, Blocks.YOU)


# The guards: each one rule, with its sentence.


def held_by_you(situation: Situation) -> Refusal | None:
    if situation.is_holder:
        return None
    if situation.hold is None:
        return yours("not_holder", "Nobody has this claim in hand: take it first.")
    return yours("not_holder", f"{situation.hold.reviewer.get_username()} has this claim in hand, not you.")


def held_by_you_or_you_edit(situation: Situation) -> Refusal | None:
    if situation.actor.may(Right.EDIT):
        return None
    return held_by_you(situation)


def free_or_yours_or_you_edit(situation: Situation) -> Refusal | None:
    if situation.claim.status not in HELD:
        return None
    return held_by_you_or_you_edit(situation)


def you_may_change_it(situation: Situation) -> Refusal | None:
    if situation.is_holder or situation.actor.may(Right.EDIT):
        return None
    if situation.claim.status in HELD:
        return held_by_you(situation)
    if situation.actor.may(Right.REVIEW):
        return None
    return yours("not_permitted", "Only a reviewer changes a claim that nobody has in hand.")


def you_may_add_evidence(situation: Situation) -> Refusal | None:
    if situation.is_holder or situation.actor.may(Right.REVIEW):
        return None
    return held_by_you(situation)


def has_claimant(situation: Situation) -> Refusal | None:
    if situation.claimants or situation.claim.claimant_match == ClaimantMatch.AMBIGUOUS:
        return None
    return Refusal("claimant_missing", "Nobody is named yet as the one who made this claim: enter the claimant.")


def claimant_is_clear(situation: Situation) -> Refusal | None:
    if situation.claimants or situation.claim.claimant_match != ClaimantMatch.AMBIGUOUS:
        return None
    named = situation.claim.claimant_named
    return Refusal("claimant_ambiguous", f"Several claimants are called “{named}”: choose the one who is meant.")


def is_no_opinion(situation: Situation) -> Refusal | None:
    if situation.claim.kind != ClaimKind.OPINION:
        return None
    return Refusal(
        "opinion",
        "An opinion has no rating. Record the fact in it as a claim of its own, or decline this one as an opinion.",
    )


def origins_of(evidence: list[Evidence]) -> set[str]:
    """The independent origins: the registrable domain of an address; each offline item is one of its own."""
    return {origin_of(item.source.url) if item.source.url else str(item.source_id) for item in evidence}


def has_evidence(situation: Situation) -> Refusal | None:
    proposal = situation.proposal
    evidence = [*situation.evidence, *(proposal.evidence if proposal else [])]
    if proposal and proposal.rating.code == "unverifiable":
        return _looked_for(proposal.looked_for)
    if proposal and proposal.override_reason:
        if situation.actor.may(Right.EDIT):
            return None
        return yours("not_permitted", "Only an editor may say that this evidence is enough.")
    if any(item.source.kind == SourceKind.PRIMARY for item in evidence):
        return None
    missing = ORIGINS_NEEDED - len(origins_of(evidence))
    if missing <= 0:
        return None
    return Refusal(
        "evidence_missing",
        f"A verdict needs one primary source, or sources of {ORIGINS_NEEDED} independent origins: "
        f"{'one more origin is' if missing == 1 else f'{missing} origins are'} missing.",
    )


def _looked_for(looked_for: str) -> Refusal | None:
    if looked_for.strip():
        return None
    return Refusal("evidence_missing", "“Unverifiable” needs what you looked for and whom you asked, in `looked_for`.")


def you_wrote_it(situation: Situation) -> Refusal | None:
    verdict = situation.verdict
    if verdict is not None and situation.actor.is_user(verdict.author_id):
        return None
    return yours("not_author", "Only whoever proposed the verdict withdraws it; send it back instead.")


def somebody_else_wrote_it(situation: Situation) -> Refusal | None:
    verdict = situation.verdict
    if verdict is not None and situation.actor.is_user(verdict.author_id):
        return yours("self_approval", "You wrote this verdict: somebody who did not write it must approve it.")
    if situation.is_author:
        return yours(
            "self_approval",
            "You changed what this verdict rests on after it was proposed: somebody else must approve it.",
        )
    return None


def you_did_not_write_it_or_you_edit(situation: Situation) -> Refusal | None:
    if situation.actor.may(Right.EDIT):
        return None
    verdict = situation.verdict
    if verdict is not None and situation.actor.is_user(verdict.author_id):
        return yours("not_approver", "You wrote this verdict: withdraw it instead of sending it back.")
    return None


def you_have_not_approved_it(situation: Situation) -> Refusal | None:
    # Where enough approvals stand and the claim still waits, the content was changed and changed back: one of those who
    # stand behind it says so again.
    standing = situation.standing_approvals
    if len(standing) < APPROVALS_NEEDED and any(situation.actor.is_user(found.approver_id) for found in standing):
        return yours("already_approved", "You have approved exactly this already.")
    return None


def rating_fits_kind(situation: Situation) -> Refusal | None:
    verdict = situation.verdict
    kind = ClaimKind(situation.claim.kind)
    if verdict is None or SCALE_OF_KIND.get(kind) == verdict.rating.scale.kind:
        return None
    return Refusal(
        "rating_of_other_kind",
        f"“{verdict.rating.label('en')}” is no rating for a claim of the kind {kind}: send it back for a new verdict.",
    )


def exactly_this_is_approved(situation: Situation) -> Refusal | None:
    missing = APPROVALS_NEEDED - len(situation.standing_approvals)
    if missing <= 0:
        return None
    return Refusal(
        "text_not_approved",
        "What stands here now is not what was approved: a second person must approve it in exactly this form.",
    )


def there_is_news(situation: Situation) -> Refusal | None:
    if not situation.is_out:
        return None
    return Refusal(
        "published",
        "Exactly this verdict is what the public was told last: start a correction to change it.",
    )


def was_never_published(situation: Situation) -> Refusal | None:
    if not situation.was_published:
        return None
    return Refusal("published", "A review of this claim has been published: correct or retract that review instead.")


def is_not_public_as_it_is(situation: Situation) -> Refusal | None:
    if situation.claim.status != Status.APPROVED or not situation.is_out:
        return None
    return Refusal("published", "What is published does not change silently: an editor starts a correction first.")


def was_published_as_it_is(situation: Situation) -> Refusal | None:
    if situation.is_out:
        return None
    if situation.was_published:
        return Refusal("illegal_move", "A corrected verdict waits to be published: publish it, or send it back.")
    return Refusal("illegal_move", "Nothing is published yet that could be corrected.")


def is_published_now(situation: Situation) -> Refusal | None:
    if situation.review is not None and situation.review.state == ReviewState.PUBLISHED:
        return None
    return Refusal("illegal_move", "No review of this claim is published now, so there is nothing to retract.")


def free_for_approval(situation: Situation) -> Refusal | None:
    hold = situation.approval_hold
    if hold is None:
        return None
    return yours("already_taken", f"{hold.reviewer.get_username()} has taken this claim for approval.")


RULES: dict[Act, Rule] = {
    Act.ACCEPT: Rule(Right.REVIEW, EventType.CLAIM_ACCEPTED),
    Act.DISMISS: Rule(Right.REVIEW, EventType.CLAIM_DISMISSED),
    Act.ENQUEUE: Rule(None, EventType.CLAIM_QUEUED),
    Act.TAKE: Rule(Right.REVIEW, EventType.CLAIM_TAKEN),
    Act.TAKE_APPROVAL: Rule(Right.REVIEW, EventType.CLAIM_TAKEN, (somebody_else_wrote_it, free_for_approval)),
    Act.ASSIGN: Rule(Right.EDIT, EventType.CLAIM_ASSIGNED),
    Act.RELEASE: Rule(Right.DRAFT, EventType.CLAIM_RELEASED, (held_by_you_or_you_edit,)),
    Act.SKIP: Rule(Right.DRAFT, EventType.CLAIM_SKIPPED, (held_by_you,)),
    Act.LAPSE: Rule(None, EventType.CLAIM_LAPSED),
    Act.HOLD: Rule(Right.DRAFT, EventType.CLAIM_HELD, (held_by_you,)),
    Act.RESUME: Rule(Right.DRAFT, EventType.CLAIM_RESUMED, (held_by_you,)),
    Act.PROPOSE: Rule(
        Right.DRAFT,
        EventType.CLAIM_PROPOSED,
        (held_by_you, is_no_opinion, has_claimant, claimant_is_clear),
        demands=(has_evidence,),
    ),
    Act.WITHDRAW: Rule(Right.DRAFT, EventType.CLAIM_WITHDRAWN, (you_wrote_it,)),
    Act.SEND_BACK: Rule(
        Right.REVIEW, EventType.CLAIM_SENT_BACK, (is_not_public_as_it_is, you_did_not_write_it_or_you_edit)
    ),
    Act.APPROVE: Rule(
        Right.REVIEW,
        EventType.CLAIM_APPROVED,
        (somebody_else_wrote_it, is_no_opinion, has_claimant, rating_fits_kind, you_have_not_approved_it),
    ),
    Act.VOID: Rule(None, EventType.CLAIM_APPROVAL_VOIDED),
    Act.CORRECT: Rule(Right.EDIT, EventType.CLAIM_CORRECTION_STARTED, (was_published_as_it_is,)),
    Act.DECLINE: Rule(Right.REVIEW, EventType.CLAIM_DECLINED, (free_or_yours_or_you_edit, was_never_published)),
    Act.MARK_DUPLICATE: Rule(
        Right.REVIEW, EventType.CLAIM_MARKED_DUPLICATE, (free_or_yours_or_you_edit, was_never_published)
    ),
    Act.REOPEN: Rule(Right.EDIT, EventType.CLAIM_REOPENED, (was_never_published,)),
    Act.PUBLISH: Rule(
        Right.EDIT, EventType.REVIEW_PUBLISHED, (there_is_news, rating_fits_kind, exactly_this_is_approved)
    ),
    Act.RETRACT: Rule(Right.EDIT, EventType.REVIEW_RETRACTED, (is_published_now,)),
    Act.EDIT: Rule(Right.DRAFT, EventType.CLAIM_EDITED, (you_may_change_it, is_not_public_as_it_is)),
    Act.SORT: Rule(Right.DRAFT, EventType.CLAIM_EDITED, (you_may_change_it,)),
    Act.ADD_EVIDENCE: Rule(Right.DRAFT, EventType.EVIDENCE_ADDED, (you_may_add_evidence, is_not_public_as_it_is)),
    Act.ADD_APPEARANCE: Rule(Right.DRAFT, EventType.CLAIM_APPEARANCE_ADDED),
    Act.EDIT_APPEARANCE: Rule(Right.DRAFT, EventType.CLAIM_APPEARANCE_EDITED, (you_may_change_it,)),
    Act.LINK: Rule(Right.DRAFT, EventType.CLAIM_LINKED),
    Act.ADD_SUBMISSION: Rule(Right.REVIEW, EventType.CLAIM_SUBMISSION_LINKED),
    Act.REMOVE_SUBMISSION: Rule(Right.REVIEW, EventType.CLAIM_SUBMISSION_UNLINKED),
    Act.SPLIT: Rule(Right.REVIEW, EventType.CLAIM_SPLIT, (free_or_yours_or_you_edit, was_never_published)),
    Act.ADOPT: Rule(
        Right.DRAFT,
        EventType.CLAIM_ADOPTED,
        (held_by_you, is_no_opinion, has_claimant, claimant_is_clear),
        demands=(has_evidence,),
    ),
    Act.PRIORITISE: Rule(Right.REVIEW, EventType.CLAIM_PRIORITISED),
    Act.SET_DUE: Rule(Right.REVIEW, EventType.CLAIM_DUE_SET),
    Act.MARK_URGENT: Rule(Right.EDIT, EventType.CLAIM_MARKED_URGENT),
    Act.RECUSE: Rule(Right.DRAFT, EventType.CLAIM_RECUSED),
}

#: Acts with a path of their own elsewhere, or that belong to another act.
PARTS_OF_OTHERS = frozenset(
    {
        Act.TAKE_APPROVAL,
        Act.EDIT,
        Act.SORT,
        Act.ADD_EVIDENCE,
        Act.ADD_APPEARANCE,
        Act.EDIT_APPEARANCE,
        Act.LINK,
        Act.ADD_SUBMISSION,
        Act.REMOVE_SUBMISSION,
    }
)
#: Acts that a person does by a path or a button of their own; the others are part of something else.
PERSONS_ACTS = tuple(act for act, rule in RULES.items() if rule.right is not None and act not in PARTS_OF_OTHERS)


def refusals(situation: Situation, act: Act) -> Iterator[Refusal]:
    """What stands in the way of this person doing this now; nothing: it may be done."""
    yield from barriers(situation, act)
    if situation.claim.status in MOVES[act].sources:
        yield from filter(None, (demand(situation) for demand in RULES[act].demands))


def barriers(situation: Situation, act: Act) -> Iterator[Refusal]:
    """What keeps this act from this person whatever they bring with it."""
    rule = RULES[act]
    if rule.right is None:
        if situation.actor.user is not None:
            yield yours("not_permitted", "The service does this by itself.")
            return
    elif not situation.actor.may(rule.right):
        yield yours("not_permitted", _needs_right(act, rule.right))
        return
    if situation.claim.status not in MOVES[act].sources:
        yield _wrong_status(situation, act)
        return
    if act is not Act.RECUSE and situation.is_recused:
        yield yours("recused", "You have recused yourself here: you may read, and nothing else.")
        return
    for guard in rule.guards:
        refusal = guard(situation)
        if refusal is not None:
            yield refusal


def require(situation: Situation, act: Act) -> None:
    """Raises the first refusal there is."""
    for refusal in refusals(situation, act):
        raise refusal.error()


def refuse_barred(situation: Situation, act: Act) -> None:
    """Raises the first barrier there is, before anything is said about what the person brings."""
    for refusal in barriers(situation, act):
        raise refusal.error()


def allowed_acts(situation: Situation) -> list[Act]:
    """The acts that this person could do now, for answers and for buttons."""
    return [act for act in PERSONS_ACTS if next(barriers(situation, act), None) is None]


def _needs_right(act: Act, right: Right) -> str:
    who = {Right.EDIT: "an editor", Right.REVIEW: "a reviewer", Right.DRAFT: "a trainee, a reviewer or an editor"}
    return f"Only {who[right]} may do this ({act})."


def _wrong_status(situation: Situation, act: Act) -> Refusal:
    status = Status(situation.claim.status)
    if act in {Act.TAKE, Act.ASSIGN} and status in HELD and situation.hold is not None:
        return Refusal("already_taken", f"{situation.hold.reviewer.get_username()} has this claim in hand.")
    if act is Act.PUBLISH and status is Status.IN_APPROVAL and any(found.agrees for found in situation.approvals):
        detail = "What was approved has changed since: it waits for a second person's approval again."
        return Refusal("approval_void", detail)
    sources = ", ".join(sorted(str(Status(source).label) for source in MOVES[act].sources))
    return Refusal(
        "illegal_move",
        f"This is not possible while the claim is “{status.label}”; it is possible from: {sources}.",
    )
