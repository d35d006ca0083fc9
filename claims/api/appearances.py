"""Sightings of a claim: added, changed, confirmed or taken away."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from claims.api import shapes, show
from claims.api.base import ContractView
from claims.api.claims import ClaimAnswer, claim_in_sight, claim_shape
from claims.api.schema import shape
from claims.intake.bodies import AppearancePatch, SightingBody, appearance_fields, sighting_input
from claims.selectors.claims import claim_in_full
from claims.selectors.links import appearance_in_sight
from claims.vocab import Right
from claims.workflow import sightings


class SightingsView(ContractView):
    if_match = {"POST": False}

    @extend_schema(
        operation_id="claims_sight",
        summary="Add a sighting",
        request=SightingBody,
        responses={201: shape(shapes.SightingShape), 200: shape(shapes.SightingShape)},
    )
    def post(self, request: Request, claim_id: UUID) -> HttpResponse:
        """Adds a place where the claim was met again; said by somebody else, as a claim of theirs that repeats it."""
        self.asked()
        claim_in_sight(self.actor, claim_id)
        given = sighting_input(self.body(SightingBody))
        found = sightings.add(actor=self.actor, claim_id=claim_id, given=given, revision=self.revision())
        row = claim_in_full(actor=self.actor, claim_id=found.claim.pk)
        place = next(place for place in row.appearances.all() if place.pk == found.appearance.pk)
        body: shapes.SightingShape = {
            "appearance": show.appearance(place),
            "claim": claim_shape(row, self.actor),
            "repeat": found.is_repeat,
            "existing": found.is_existing,
        }
        return self.answer(body, status=200 if found.is_existing else 201, revision=row.revision)


class AppearanceView(ClaimAnswer):
    if_match = {"PATCH": False, "DELETE": False}

    @extend_schema(
        operation_id="appearances_edit",
        summary="Change a sighting",
        request=AppearancePatch,
        responses={200: shape(shapes.ClaimShape)},
    )
    def patch(self, request: Request, appearance_id: UUID) -> HttpResponse:
        """Changes the span or the chain, confirms a suggested sighting or an attribution. Answers with the claim."""
        self.asked()
        appearance_in_sight(actor=self.needs(Right.READ), appearance_id=appearance_id)
        fields = appearance_fields(self.body(AppearancePatch))
        edited = sightings.edit(actor=self.actor, appearance_id=appearance_id, fields=fields, revision=self.revision())
        return self.claim_answer(edited)

    @extend_schema(
        operation_id="appearances_remove",
        summary="Take a sighting away",
        responses={200: shape(shapes.ClaimShape)},
    )
    def delete(self, request: Request, appearance_id: UUID) -> HttpResponse:
        """Takes a sighting away that was suggested or is wrong; the history keeps it. Answers with the claim."""
        self.asked()
        appearance_in_sight(actor=self.needs(Right.READ), appearance_id=appearance_id)
        left = sightings.remove(actor=self.actor, appearance_id=appearance_id, revision=self.revision())
        return self.claim_answer(left)
