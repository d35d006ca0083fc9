"""A verdict is proposed by one person and stands when another has approved exactly what it says."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from claims.access import Actor
from claims.errors import FieldProblem, InvalidInputError, RuleBrokenError
from claims.models import Approval, Claim, ClaimReview, Rating, RatingScale, Verdict
from claims.selectors.members import actor_in
from claims.selectors.recusals import is_recused
from claims.text.uuid7 import uuid7
from claims.vocab import SCALE_OF_KIND, Act, AssignmentState, ClaimKind, Right, Stage, Status
from claims.workflow.acts import end_assignment, finish, note_content
from claims.workflow.events import Change, changed
from claims.workflow.evidence import attach, offered
from claims.workflow.inputs import ReviewTextInput, VerdictInput
from claims.workflow.queue import hold
from claims.workflow.rules import APPROVALS_NEEDED, require
from claims.workflow.situation import Proposal, Situation, lock


@transaction.atomic
def propose(*, actor: Actor, claim_id: UUID, given: VerdictInput, revision: int | None = None) -> Claim:
    """The holder says what was found, on which evidence, and what the public will read.

    Raises InvalidInputError for a rating that is not on the scale of the claim's kind, or a missing public text.
    """
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    pointers = [f"/evidence/{index}" for index in range(len(given.evidence))]
    require(situation, Act.ADD_EVIDENCE)
    evidence = offered(situation, given.evidence, pointers=pointers)
    if situation.claim.kind == ClaimKind.OPINION:
        require(situation, Act.PROPOSE)
    rating = rating_called(situation.claim, given.rating)
    situation.proposal = Proposal(rating, given.looked_for, given.override_reason, evidence)
    require(situation, Act.PROPOSE)
    for piece in attach(situation, evidence) if evidence else []:
        note_content(situation, Act.ADD_EVIDENCE, piece)
    before = situation.verdict
    changes = _write_review(situation, given.review)
    verdict = _new_verdict(situation, given, rating)
    changes |= {
        "rating": changed(before and before.rating.code, rating.code),
        "explanation": changed(before and before.explanation, verdict.explanation),
        "verdict": changed(before and str(before.pk), str(verdict.pk)),
    }
    end_assignment(situation, stage=Stage.CHECK)
    finish(situation, Act.PROPOSE, changes=changes, fields=["verdict"])
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


def _new_verdict(situation: Situation, given: VerdictInput, rating: Rating) -> Verdict:
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
    if author is not None and _may_have(situation, author.pk):
        hold(situation, reviewer=author)
        changes["reviewer"] = changed(None, author.get_username())
        finish(situation, act, changes=changes)
        return
    changes["urgent"] = changed(claim.is_urgent, after=True)
    claim.is_urgent = True
    finish(situation, act, changes=changes, arrival=Status.QUEUED, fields=["is_urgent"])


def _may_have(situation: Situation, user_id: UUID) -> bool:
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
