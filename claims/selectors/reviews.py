"""Claim reviews as the desk and its partners read them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Max, QuerySet

from claims.access import Actor
from claims.errors import NotFoundError
from claims.models import ClaimReview, ClaimReviewRevision
from claims.vocab import Audience, ReviewState


def visible_reviews(actor: Actor) -> QuerySet[ClaimReview]:
    """Every review for the desk; for others what was published, of the claims that they recorded."""
    reviews = ClaimReview.objects.filter(newsroom_id=actor.newsroom_id).prefetch_related("corrections")
    if actor.audience != Audience.DESK:
        reviews = reviews.filter(claim__recorded_by=actor.user).exclude(state=ReviewState.DRAFT)
    return reviews.annotate(revision=Max("revisions__number"))


def review_in_sight(*, actor: Actor, review_id: UUID) -> ClaimReview:
    review = visible_reviews(actor).filter(pk=review_id).first()
    if review is None:
        raise NotFoundError("There is no such review, or none that you may see.")
    return review


def latest_revision(review: ClaimReview) -> ClaimReviewRevision | None:
    return review.revisions.order_by("-number").first()
