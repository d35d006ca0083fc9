"""Sources, and the evidence that is drawn from them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.api import shapes, show
from claims.api.base import ContractView, ListParameters
from claims.api.claims import claim_in_sight
from claims.api.pagination import Key, order_of
from claims.api.schema import page_of, shape
from claims.errors import InvalidInputError, NotFoundError
from claims.intake.bodies import (
    EvidenceBody,
    SourceField,
    SourcePatch,
    WithdrawEvidenceBody,
    evidence_input,
    source_fields,
    source_input,
)
from claims.selectors.sources import evidence_in_sight, evidence_of, source_in_sight, sources_of
from claims.vocab import Right
from claims.workflow import evidence

NEWEST = order_of(Key("created_at", is_descending=True))


class EvidenceParameters(ListParameters):
    claim = serializers.UUIDField(required=False)
    withdrawn = serializers.BooleanField(required=False, allow_null=True, default=None)


class SourceParameters(ListParameters):
    url = serializers.CharField(required=False, max_length=2000)


class SourcesView(ContractView):
    @extend_schema(
        operation_id="sources_list", parameters=[SourceParameters], responses={200: page_of(shapes.SourceShape)}
    )
    def get(self, request: Request) -> HttpResponse:
        """Sources, the newest first."""
        asked, actor = self.asked(SourceParameters), self.needs(Right.READ)
        rows = sources_of(actor)
        if asked.get("url"):
            rows = rows.filter(url=asked["url"])
        found = self.page(rows, order=NEWEST, asked=asked)
        return self.answer(found.shown(show.source))

    @extend_schema(operation_id="sources_create", request=SourceField, responses={201: shape(shapes.SourceShape)})
    def post(self, request: Request) -> HttpResponse:
        """Adds a source; one with the same address, kind and title is answered as it is."""
        self.asked()
        created = evidence.create_source(actor=self.actor, given=source_input(self.body(SourceField)))
        return self.answer(show.source(created), status=201)


class SourceView(ContractView):
    @extend_schema(operation_id="sources_read", responses={200: shape(shapes.SourceShape)})
    def get(self, request: Request, source_id: UUID) -> HttpResponse:
        """One source."""
        self.asked()
        return self.answer(show.source(source_in_sight(actor=self.needs(Right.READ), source_id=source_id)))

    @extend_schema(operation_id="sources_edit", request=SourcePatch, responses={200: shape(shapes.SourceShape)})
    def patch(self, request: Request, source_id: UUID) -> HttpResponse:
        """Edits a source under the rules of every claim that rests on it; approvals of those are void."""
        self.asked()
        source_in_sight(actor=self.needs(Right.READ), source_id=source_id)
        fields = source_fields(self.body(SourcePatch))
        return self.answer(show.source(evidence.edit_source(actor=self.actor, source_id=source_id, fields=fields)))


class EvidenceListView(ContractView):
    if_match = {"POST": False}

    @extend_schema(
        operation_id="evidence_list", parameters=[EvidenceParameters], responses={200: page_of(shapes.EvidenceShape)}
    )
    def get(self, request: Request) -> HttpResponse:
        """Evidence, the newest first; of one claim with `claim`, withdrawn or not with `withdrawn`."""
        asked, actor = self.asked(EvidenceParameters), self.needs(Right.READ)
        rows = evidence_of(actor)
        if asked.get("claim"):
            rows = rows.filter(claim=asked["claim"])
        if asked["withdrawn"] is not None:
            rows = rows.filter(withdrawn_at__isnull=not asked["withdrawn"])
        found = self.page(rows, order=NEWEST, asked=asked)
        return self.answer(found.shown(show.evidence))

    @extend_schema(operation_id="evidence_add", request=EvidenceBody, responses={201: shape(shapes.EvidenceShape)})
    def post(self, request: Request) -> HttpResponse:
        """Attaches a source to a claim. With `If-Match` (of the claim) it is refused where the claim has changed."""
        self.asked()
        self.needs(Right.READ)
        given = self.body(EvidenceBody)
        try:
            claim_in_sight(self.actor, given["claim"])
        except NotFoundError as error:
            raise InvalidInputError.at(
                "/claim", "There is no such claim in this newsroom.", code="not_found"
            ) from error
        added = evidence.add(
            actor=self.actor, claim_id=given["claim"], given=evidence_input(given), revision=self.revision()
        )
        return self.answer(show.evidence(added), status=201)


class EvidenceView(ContractView):
    @extend_schema(operation_id="evidence_read", responses={200: shape(shapes.EvidenceShape)})
    def get(self, request: Request, evidence_id: UUID) -> HttpResponse:
        """One piece of evidence."""
        self.asked()
        return self.answer(show.evidence(evidence_in_sight(actor=self.needs(Right.READ), evidence_id=evidence_id)))


class EvidenceWithdrawView(ContractView):
    @extend_schema(
        operation_id="evidence_withdraw", request=WithdrawEvidenceBody, responses={200: shape(shapes.EvidenceShape)}
    )
    def post(self, request: Request, evidence_id: UUID) -> HttpResponse:
        """Takes a piece of evidence back, with the reason; it stays in the history."""
        self.asked()
        evidence_in_sight(actor=self.needs(Right.READ), evidence_id=evidence_id)
        reason = self.body(WithdrawEvidenceBody)["reason"]
        return self.answer(show.evidence(evidence.withdraw(actor=self.actor, evidence_id=evidence_id, reason=reason)))
