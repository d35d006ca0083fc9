"""A verdict is proposed by one person and stands when another has approved exactly what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from claims.access import Actor
from claims.errors import FieldProblem, InvalidInputError, RuleBrokenError
from claims.models import Approval, Claim, ClaimReview, Evidence, Rating, RatingScale, Verdict
from claims.selectors.members import actor_in
from claims.selectors.recusals import is_recused
from claims.text.uuid7 import uuid7
from claims.vocab import SCALE_OF_KIND, Act, AssignmentState, ClaimKind, ReviewState, Right, Stage, Status
from claims.workflow.acts import end_assignment, finish, note_content
from claims.workflow.events import Change, changed
from claims.workflow.evidence import attach, offered
from claims.workflow.inputs import EvidenceInput, ReviewTextInput, SourceInput, VerdictInput
from claims.workflow.queue import hold
from claims.workflow.repeats import as_it_stands, repeated_by
from claims.workflow.rules import APPROVALS_NEEDED, refuse_barred, require
from claims.workflow.situation import Proposal, Situation, lock, lock_in_order

#: What somebody who adopts a verdict makes sure of, in words.
SURE_OF = {
    "same_meaning": "Does this claim mean the same?",
    "same_figures": "Does it name the same figures?",
    "still_true": "Is what was found still true on the day when this was said?",
}


@transaction.atomic
def propose(*, actor: Actor, claim_id: UUID, given: VerdictInput, revision: int | None = None) -> Claim:
    """The holder says what was found, on which evidence, and what the public will read.

    Raises InvalidInputError for a rating that is not on the scale of the claim's kind, or a missing public text.
    """
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    return _propose(situation, Act.PROPOSE, given)


@dataclass(frozen=True, slots=True)
class MadeSure:
    """What the person who adopts a verdict has looked at: each of it must be so."""

    same_meaning: bool
    same_figures: bool
    still_true: bool


@transaction.atomic
def adopt(
    *, actor: Actor, claim_id: UUID, made_sure: MadeSure, of: UUID | None = None, revision: int | None = None
) -> Claim:
    """Takes what was found of another claim, by default the one that this repeats, as a proposal for this one.

    The holder has made sure that it means the same, names the same figures and is still true on this claim's date; a
    second person confirms it like any other verdict. Rating, reasons, evidence and public text come along.
    """
    named = [of] if of else _repeated_ids(actor, claim_id)
    lock_in_order(actor.newsroom_id, [claim_id, *named])
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    refuse_barred(situation, Act.ADOPT)
    _refuse_unsure(made_sure)
    other = _adopted(situation, of)
    verdict = other.verdict
    assert verdict is not None  # noqa: S101 - chosen for having one
    if verdict.rating.scale.kind != SCALE_OF_KIND[ClaimKind(situation.claim.kind)]:
        detail = f"A {situation.claim.kind} is not rated like a {other.kind}: check this claim by itself."
        raise RuleBrokenError(detail, code="rating_of_other_kind")
    given = _as_input(other, verdict, known=situation.evidence)
    return _propose(situation, Act.ADOPT, given, adopted_from=verdict)


def _repeated_ids(actor: Actor, claim_id: UUID) -> list[UUID]:
    claim = Claim.objects.filter(newsroom_id=actor.newsroom_id, pk=claim_id).first()
    return [found.pk for found in repeated_by(claim)] if claim else []


def _refuse_unsure(made_sure: MadeSure) -> None:
    problems = [
        FieldProblem(f"/{name}", "not_the_same", f"{question} Where it is not so, check the claim by itself.")
        for name, question in SURE_OF.items()
        if not getattr(made_sure, name)
    ]
    if problems:
        raise InvalidInputError(problems)


def _adopted(situation: Situation, of: UUID | None) -> Claim:
    claim = situation.claim
    if of is not None:
        named = Claim.objects.filter(newsroom_id=claim.newsroom_id, pk=of).first()
        candidates = [as_it_stands(named)] if named else []
    else:
        candidates = repeated_by(claim)
    if not candidates:
        detail = (
            "There is no such claim in this newsroom." if of else "This claim repeats none: say which one, in `of`."
        )
        raise InvalidInputError.at("/of", detail, code="not_found")
    if candidates[0].pk == claim.pk:
        raise InvalidInputError.at("/of", "A claim cannot adopt its own verdict.")
    found = next(filter(is_adoptable, candidates), None)
    if found is None:
        raise RuleBrokenError(
            "Nothing that two people stand behind was found of that claim yet.", code="nothing_to_adopt"
        )
    return found


def is_adoptable(claim: Claim) -> bool:
    """Whether two people stand behind what was found of it now; what was retracted is nothing to build on."""
    if claim.status != Status.APPROVED or claim.verdict_id is None:
        return False
    return not claim.reviews.filter(state=ReviewState.RETRACTED).exists()


def _as_input(other: Claim, verdict: Verdict, *, known: Sequence[Evidence]) -> VerdictInput:
    """The other claim's verdict as one to propose; evidence that stands here already is not added again."""
    standing = {(item.source_id, item.stance, item.excerpt) for item in known}
    rows = other.evidence.filter(withdrawn_at=None).order_by("id")
    evidence = [item for item in rows if (item.source_id, item.stance, item.excerpt) not in standing]
    review = other.reviews.order_by("id").first()
    return VerdictInput(
        rating=verdict.rating.code,
        explanation=verdict.explanation,
        looked_for=verdict.looked_for,
        override_reason=verdict.override_reason,
        evidence=tuple(
            EvidenceInput(SourceInput(id=item.source_id), item.stance, excerpt=item.excerpt, note=item.note)
            for item in evidence
        ),
        review=ReviewTextInput(review.headline, review.summary, review.body) if review else ReviewTextInput(),
    )


def _propose(situation: Situation, act: Act, given: VerdictInput, *, adopted_from: Verdict | None = None) -> Claim:
    pointers = [f"/evidence/{index}" for index in range(len(given.evidence))]
    require(situation, Act.ADD_EVIDENCE)
    evidence = offered(situation, given.evidence, pointers=pointers)
    if situation.claim.kind == ClaimKind.OPINION:
        require(situation, act)
    rating = rating_called(situation.claim, given.rating)
    situation.proposal = Proposal(rating, given.looked_for, given.override_reason, evidence)
    require(situation, act)
    for piece in attach(situation, evidence) if evidence else []:
        note_content(situation, Act.ADD_EVIDENCE, piece)
    before = situation.verdict
    changes = _write_review(situation, given.review)
    verdict = _new_verdict(situation, given, rating, adopted_from=adopted_from)
    changes |= {
        "rating": changed(before and before.rating.code, rating.code),
        "explanation": changed(before and before.explanation, verdict.explanation),
        "verdict": changed(before and str(before.pk), str(verdict.pk)),
    }
    if adopted_from is not None:
        changes["adopted_from"] = changed(None, str(adopted_from.claim_id))
        changes["made_sure"] = changed(None, list(SURE_OF))
    end_assignment(situation, stage=Stage.CHECK)
    finish(situation, act, changes=changes, fields=["verdict"])
    return situation.claim


def rating_called(claim: Claim, code: str) -> Rating:
    """The rating of that code on the newest scale for the claim's kind."""
    scales = RatingScale.objects.filter(newsroom_id=claim.newsroom_id, kind=SCALE_OF_KIND[ClaimKind(claim.kind)])
    newest = scales.order_by("-version").values("pk")[:1]
    ratings = {rating.code: rating for rating in Rating.objects.filter(scale=newest).select_related("scale")}
    if code not in ratings:
        detail = f"“{code}” is no rating for a {claim.kind}: choose one of {', '.join(ratings)}."
        raise InvalidInputError.at("/rating", detail, code="unknown_rating")
    return ratings[code]


def _new_verdict(situation: Situation, given: VerdictInput, rating: Rating, *, adopted_from: Verdict | None) -> Verdict:
    claim = situation.claim
    assert situation.actor.user is not None  # noqa: S101 - the service proposes nothing
    verdict = Verdict.objects.create(
        newsroom_id=claim.newsroom_id,
        claim=claim,
        rating=rating,
        explanation=given.explanation,
        looked_for=given.looked_for,
        override_reason=given.override_reason,
        author=situation.actor.user,
        supersedes_id=claim.verdict_id,
        adopted_from=adopted_from,
    )
    claim.verdict = verdict
    situation.forget("verdict", "author_ids", "approvals")
    return verdict


def _write_review(situation: Situation, text: ReviewTextInput) -> dict[str, Change]:
    """Writes the public text into the draft; says which parts changed."""
    review = situation.review or _new_review(situation.claim)
    changes: dict[str, Change] = {}
    for name in ("headline", "summary", "body"):
        value = getattr(text, name)
        if value is not None and value != getattr(review, name):
            changes[f"review.{name}"] = changed(getattr(review, name), value)
            setattr(review, name, value)
    missing = [name for name in ("headline", "summary") if not getattr(review, name).strip()]
    if missing:
        raise InvalidInputError(
            [FieldProblem(f"/review/{name}", "required", f"The public text needs a {name}.") for name in missing]
        )
    review.save()
    situation.forget("review")
    return changes


def _new_review(claim: Claim) -> ClaimReview:
    review_id = uuid7()
    return ClaimReview(
        id=review_id,
        newsroom_id=claim.newsroom_id,
        claim=claim,
        in_language=claim.in_language or claim.newsroom.in_language,
        slug=str(review_id),  # a name of words comes with the publication: a draft's may never become public
    )


@transaction.atomic
def withdraw(*, actor: Actor, claim_id: UUID, revision: int | None = None) -> Claim:
    """The author takes the proposal back, and has the claim in hand again."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.WITHDRAW)
    assert actor.user is not None  # noqa: S101 - `you_wrote_it` says so
    end_assignment(situation, stage=Stage.APPROVE)
    hold(situation, reviewer=actor.user)
    finish(situation, Act.WITHDRAW)
    return situation.claim


@transaction.atomic
def send_back(*, actor: Actor, claim_id: UUID, reason: str, revision: int | None = None) -> Claim:
    """Back to the verdict's author with a reason; to the queue, urgent, where the author cannot have it."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.SEND_BACK)
    return _send_back(situation, {"reason": changed(None, reason)})


def _send_back(situation: Situation, changes: dict[str, Change]) -> Claim:
    end_assignment(situation, stage=Stage.APPROVE)
    return_to_author(situation, Act.SEND_BACK, changes)
    return situation.claim


def return_to_author(situation: Situation, act: Act, changes: dict[str, Change]) -> None:
    """Gives the claim back to whoever wrote the verdict, if they may still have it."""
    claim, verdict = situation.claim, situation.verdict
    author = verdict.author if verdict else None
    if author is not None and _author_may_have(situation):
        hold(situation, reviewer=author)
        changes["reviewer"] = changed(None, author.get_username())
        finish(situation, act, changes=changes)
        return
    changes["urgent"] = changed(claim.is_urgent, after=True)
    claim.is_urgent = True
    finish(situation, act, changes=changes, arrival=Status.QUEUED, fields=["is_urgent"])


def _author_may_have(situation: Situation) -> bool:
    verdict = situation.verdict
    assert verdict is not None  # noqa: S101 - asked of its author
    if not verdict.author.is_active or is_recused(user=verdict.author, claim=situation.claim):
        return False
    theirs = actor_in(user=verdict.author, newsroom_id=situation.claim.newsroom_id)
    return theirs is not None and theirs.may(Right.DRAFT)


@transaction.atomic
def approve(
    *,
    actor: Actor,
    claim_id: UUID,
    note: str = "",
    agrees: bool = True,
    rating: str | None = None,
    revision: int | None = None,
) -> Claim:
    """A second person stands behind exactly what is there now, or disagrees: then it goes back with both ratings."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.APPROVE)
    if not agrees and not note.strip():
        raise InvalidInputError.at("/note", "Say why you do not agree.", code="required")
    own_rating = rating_called(situation.claim, rating) if rating else None
    verdict = situation.verdict
    assert verdict is not None  # noqa: S101 - a claim in approval has a verdict
    if agrees and own_rating and own_rating.pk != verdict.rating_id:
        detail = (
            f"You agree with “{verdict.rating.label('en')}” and give another rating: send `agrees: false` to disagree."
        )
        raise InvalidInputError.at("/rating", detail, code="rating_differs")
    if not any(actor.is_user(approval.approver_id) for approval in situation.standing_approvals):
        _record_approval(situation, agrees=agrees, rating=own_rating, note=note)
    elif not agrees:
        detail = "You have approved exactly this before: send it back with the reason instead."
        raise RuleBrokenError(detail, code="already_approved")
    if not agrees:
        ratings = changed(verdict.rating.code, own_rating.code if own_rating else None)
        return _send_back(situation, {"reason": changed(None, note), "disagreement": ratings})
    return _approved(situation, note)


def _record_approval(situation: Situation, *, agrees: bool, rating: Rating | None, note: str) -> None:
    verdict, approver = situation.verdict, situation.actor.user
    assert verdict is not None and approver is not None  # noqa: S101, PT018 - asked by `approve`
    Approval.objects.create(
        newsroom_id=verdict.newsroom_id,
        verdict=verdict,
        verdict_author_id=verdict.author_id,
        approver=approver,
        agrees=agrees,
        rating=rating,
        note=note,
        content_sha256=situation.content_sha256,
    )
    situation.forget("approvals")


def _approved(situation: Situation, note: str) -> Claim:
    standing = situation.standing_approvals
    changes = {
        "approver": changed(None, situation.actor.name),
        "note": changed(None, note),
        "content_sha256": changed(None, situation.content_sha256),
    }
    arrival = Status.APPROVED if len(standing) >= APPROVALS_NEEDED else Status.IN_APPROVAL
    if arrival == Status.APPROVED:
        end_assignment(situation, stage=Stage.APPROVE, state=AssignmentState.DONE)
    finish(situation, Act.APPROVE, changes=changes, arrival=arrival)
    return situation.claim
