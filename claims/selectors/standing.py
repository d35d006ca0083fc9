"""Where something that was sent in stands, as coarsely as its sender is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from claims.models import Claim, ClaimReview, Submission
from claims.vocab import Coarse, DeclineReason, ReviewState, Status, SubmissionState


def coarse(claim: Claim) -> Coarse:
    """What somebody who sent the claim in is told of where it is. Its reviews were read with it."""
    if _published(claim):
        return Coarse.PUBLISHED
    if claim.status in {Status.DECLINED, Status.DUPLICATE, Status.DISMISSED}:
        return Coarse.DECLINED
    if claim.status in {Status.RECORDED, Status.QUEUED, Status.SUGGESTED}:
        return Coarse.RECEIVED
    return Coarse.BEING_CHECKED


def _published(claim: Claim) -> list[ClaimReview]:
    return [review for review in claim.reviews.all() if review.state == ReviewState.PUBLISHED]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tip stands, with what was published about it, or the reason why nobody follows it up."""

    coarse: Coarse
    reviews: Sequence[ClaimReview] = ()
    reason: DeclineReason | None = None


def standing_of(submission: Submission) -> Standing:
    """Made of a tip that was read with its parts: see `claims.selectors.submissions`."""
    if submission.state == SubmissionState.DECLINED:
        return Standing(Coarse.DECLINED, reason=DeclineReason(submission.decline_reason))
    if submission.answer is not None:
        # A retracted one is shown as well: its page tells why what was sent does not hold any more.
        return Standing(Coarse.PUBLISHED, [submission.answer])
    claims = [link.claim for link in submission.submission_claims.all()]
    reviews = [review for claim in claims for review in _published(claim)]
    if reviews:
        return Standing(Coarse.PUBLISHED, reviews)
    found = {coarse(claim) for claim in claims}
    if found == {Coarse.DECLINED}:
        reasons = [claim.decline_reason for claim in claims if claim.decline_reason]
        return Standing(Coarse.DECLINED, reason=DeclineReason(reasons[0]) if reasons else None)
    return Standing(Coarse.BEING_CHECKED if Coarse.BEING_CHECKED in found else Coarse.RECEIVED)
