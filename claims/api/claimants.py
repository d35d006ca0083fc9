"""Who makes claims: read, created, edited, and counted."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.api import shapes, show
from claims.api.base import ContractView, ListParameters
from claims.api.pagination import Key, order_of
from claims.api.schema import page_of, shape
from claims.intake.bodies import ClaimantBody, ClaimantPatch, claimant_fields
from claims.selectors.claimants import claimant_in_sight, claimants_of, record_of
from claims.vocab import Right
from claims.workflow import claimants


class ClaimantParameters(ListParameters):
    q = serializers.CharField(required=False, max_length=300)


class ClaimantsView(ContractView):
    @extend_schema(
        operation_id="claimants_list", parameters=[ClaimantParameters], responses={200: page_of(shapes.ClaimantShape)}
    )
    def get(self, request: Request) -> HttpResponse:
        """Claimants by name; `q` finds names and aliases that contain it."""
        asked, actor = self.asked(ClaimantParameters), self.needs(Right.READ)
        found = self.page(claimants_of(actor, q=asked.get("q", "")), order=order_of(Key("name_key")), asked=asked)
        return self.answer(found.shown(show.claimant))

    @extend_schema(operation_id="claimants_create", request=ClaimantBody, responses={201: shape(shapes.ClaimantShape)})
    def post(self, request: Request) -> HttpResponse:
        """Creates a claimant, also beside a namesake."""
        self.asked()
        created = claimants.create(actor=self.actor, fields=claimant_fields(self.body(ClaimantBody)))
        return self._shown(created.pk, status=201)

    def _shown(self, claimant_id: UUID, *, status: int) -> HttpResponse:
        return self.answer(show.claimant(claimant_in_sight(actor=self.actor, claimant_id=claimant_id)), status=status)


class ClaimantView(ContractView):
    @extend_schema(operation_id="claimants_read", responses={200: shape(shapes.ClaimantShape)})
    def get(self, request: Request, claimant_id: UUID) -> HttpResponse:
        """One claimant with aliases and roles."""
        self.asked()
        return self.answer(show.claimant(claimant_in_sight(actor=self.needs(Right.READ), claimant_id=claimant_id)))

    @extend_schema(operation_id="claimants_edit", request=ClaimantPatch, responses={200: shape(shapes.ClaimantShape)})
    def patch(self, request: Request, claimant_id: UUID) -> HttpResponse:
        """Edits a claimant; lists of aliases and roles replace the ones that are there."""
        self.asked()
        claimant_in_sight(actor=self.needs(Right.READ), claimant_id=claimant_id)
        fields = claimant_fields(self.body(ClaimantPatch))
        claimants.edit(actor=self.actor, claimant_id=claimant_id, fields=fields)
        return self.answer(show.claimant(claimant_in_sight(actor=self.actor, claimant_id=claimant_id)))


class ClaimantRecordView(ContractView):
    @extend_schema(operation_id="claimants_record", responses={200: shape(shapes.ClaimantRecord)})
    def get(self, request: Request, claimant_id: UUID) -> HttpResponse:
        """Published verdicts on their own claims, counted per rating."""
        self.asked()
        claimant = claimant_in_sight(actor=self.needs(Right.READ), claimant_id=claimant_id)
        record = record_of(claimant)
        body: shapes.ClaimantRecord = {
            "claimant": show.claimant_short(claimant),
            "counts": [
                {"rating": rating.code, "label": rating.label("en"), "count": count}
                for rating, count in record["counts"]
            ],
            "total": record["total"],
            "sightings": record["sightings"],
            "after_publication": record["after_publication"],
            "since": show.maybe_instant(record["since"]),
            "until": show.maybe_instant(record["until"]),
        }
        return self.answer(body)
