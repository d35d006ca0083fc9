"""What everybody may read: published reviews, and the notices that stand where one was retracted."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from claims.models import Approval, ClaimReview, ClaimReviewRevision, Newsroom
from claims.vocab import ReviewState


def readable_reviews() -> QuerySet[ClaimReview]:
    """Every review that has a page; a retracted one's page says why it was retracted."""
    return ClaimReview.objects.exclude(state=ReviewState.DRAFT).select_related("newsroom")


def published_reviews(newsroom: Newsroom | None = None) -> QuerySet[ClaimReview]:
    """The newest first; of one newsroom, or of all."""
    reviews = ClaimReview.objects.filter(state=ReviewState.PUBLISHED).select_related("newsroom")
    if newsroom is not None:
        reviews = reviews.filter(newsroom=newsroom)
    return reviews.order_by("-date_published", "-id")


def published_before(reviews: QuerySet[ClaimReview], mark: ClaimReview) -> QuerySet[ClaimReview]:
    """What follows `mark` in a list that begins with the newest, whether or not `mark` itself still stands there."""
    earlier = Q(date_published__lt=mark.date_published) | Q(date_published=mark.date_published, id__lt=mark.pk)
    return reviews.filter(earlier, date_published__lte=mark.date_published)


def latest_revisions(reviews: Iterable[ClaimReview]) -> dict[UUID, ClaimReviewRevision]:
    """What each review says in public now, by the review's id, in one query."""
    revisions = (
        ClaimReviewRevision.objects.filter(review__in=[review.pk for review in reviews])
        .order_by("review_id", "-number")
        .distinct("review_id")
    )
    return {revision.review_id: revision for revision in revisions}


def people_behind(revision: ClaimReviewRevision) -> int:
    """The verdict's author, and everybody else who approved exactly what this revision says."""
    approvals = Approval.objects.filter(
        verdict=revision.verdict_id, agrees=True, content_sha256=revision.content_sha256
    )
    return 1 + approvals.values("approver").distinct().count()


def address_of(review: ClaimReview) -> str:
    """The absolute address of the review's page."""
    return f"{settings.PUBLIC_URL}{reverse('public:review', args=[review.slug])}"
