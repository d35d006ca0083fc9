"""Claim reviews: what the public reads, and its exchange form."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.access import Actor
from claims.api import shapes, show
from claims.api.base import ContractView, ListParameters
from claims.api.pagination import Key, order_of
from claims.api.schema import page_of, shape
from claims.errors import NotFoundError
from claims.intake.bodies import Choice
from claims.interop.claimreview import claimreview_jsonld
from claims.models import ClaimReview
from claims.selectors.public import address_of, latest_revisions
from claims.selectors.reviews import latest_revision, review_in_sight, visible_reviews
from claims.vocab import Audience, ReviewState

NEWEST = order_of(Key("date_published", is_descending=True, is_nullable=True))


class ReviewParameters(ListParameters):
    claim = serializers.UUIDField(required=False)
    state = serializers.ListField(child=Choice(ReviewState.choices), required=False)


def review_shapes(rows: list[ClaimReview], actor: Actor) -> dict[UUID, shapes.ReviewShape]:
    """Each review as its reader may see it: the draft for the desk, what was published for everybody else."""
    if actor.audience == Audience.DESK:
        return {row.pk: show.review(row, revision=row.revision) for row in rows}  # type: ignore[attr-defined]  # annotated
    latest = latest_revisions(rows)
    return {row.pk: show.published_review(row, latest=latest[row.pk]) for row in rows}


class ReviewsView(ContractView):
    @extend_schema(
        operation_id="claim_reviews_list", parameters=[ReviewParameters], responses={200: page_of(shapes.ReviewShape)}
    )
    def get(self, request: Request) -> HttpResponse:
        """Claim reviews, the newest first; of one claim with `claim`."""
        asked, actor = self.asked(ReviewParameters), self.actor
        rows = visible_reviews(actor)
        if asked.get("claim"):
            rows = rows.filter(claim=asked["claim"])
        if asked.get("state"):
            rows = rows.filter(state__in=asked["state"])
        found = self.page(rows, order=NEWEST, asked=asked)
        shown = review_shapes(found.rows, actor)
        return self.answer(found.shown(lambda row: shown[row.pk]))


class ReviewView(ContractView):
    @extend_schema(operation_id="claim_reviews_read", responses={200: shape(shapes.ReviewShape)})
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        """One claim review with its corrections. The text is the draft; what is published stands in the JSON-LD."""
        self.asked()
        row = review_in_sight(actor=self.actor, review_id=review_id)
        return self.answer(review_shapes([row], self.actor)[row.pk])


class ClaimReviewJsonLdView(ContractView):
    @extend_schema(
        operation_id="claim_reviews_jsonld",
        responses={(200, "application/ld+json"): OpenApiResponse(OpenApiTypes.OBJECT, "schema.org ClaimReview")},
    )
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        """The published revision as schema.org's ClaimReview; 404 while nothing is published."""
        self.asked()
        review = review_in_sight(actor=self.actor, review_id=review_id)
        revision = latest_revision(review)
        if revision is None or review.state != ReviewState.PUBLISHED or review.date_published is None:
            raise NotFoundError("This review is not published, so there is nothing to exchange.")
        document = claimreview_jsonld(
            revision.content,
            url=address_of(review),
            date_published=review.date_published,
            date_modified=review.date_modified or review.date_published,
            newsroom=review.newsroom,
            corrections=review.corrections.all(),
        )
        response = self.answer(document)
        response["Content-Type"] = "application/ld+json"
        return response
