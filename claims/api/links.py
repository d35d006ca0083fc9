"""Links between claims: repeats, parts, contradictions, reports."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.api import shapes, show
from claims.api.base import ContractView, ListParameters
from claims.api.claims import ClaimAnswer, claim_in_sight
from claims.api.pagination import Key, order_of, page
from claims.api.schema import page_of, shape
from claims.errors import InvalidInputError, NotFoundError
from claims.intake.bodies import LinkBody
from claims.selectors.links import link_in_sight, links_of
from claims.vocab import LinkKind, Right
from claims.workflow import links


class LinkParameters(ListParameters):
    claim = serializers.UUIDField(required=False)


class LinksView(ContractView):
    @extend_schema(
        operation_id="links_list",
        summary="List links",
        parameters=[LinkParameters],
        responses={200: page_of(shapes.LinkShape)},
    )
    def get(self, request: Request) -> HttpResponse:
        """Links between claims, the oldest first; of one claim, in either direction, with `claim`."""
        asked, actor = self.asked(LinkParameters), self.needs(Right.READ)
        found = page(
            request._request,
            links_of(actor, claim_id=asked.get("claim")),
            order=order_of(Key("created_at")),
            limit=asked["limit"],
            newsroom_id=actor.newsroom_id,
            cursor=asked.get("cursor"),
        )
        return self.answer(found.shown(show.link))

    @extend_schema(
        operation_id="links_make", summary="Link two claims", request=LinkBody, responses={201: shape(shapes.LinkShape)}
    )
    def post(self, request: Request) -> HttpResponse:
        """Says that a claim repeats, is part of, contradicts or reports another one."""
        self.asked()
        self.needs(Right.READ)
        given = self.body(LinkBody)
        for name in ("claim", "other"):
            try:
                claim_in_sight(self.actor, given[name])
            except NotFoundError as error:
                detail = "There is no such claim in this newsroom."
                raise InvalidInputError.at(f"/{name}", detail, code="not_found") from error
        made = links.link(
            actor=self.actor, claim_id=given["claim"], other_id=given["other"], kind=LinkKind(given["kind"])
        )
        return self.answer(show.link(made), status=201)


class LinkView(ClaimAnswer):
    @extend_schema(
        operation_id="links_take_back", summary="Take a link back", responses={200: shape(shapes.ClaimShape)}
    )
    def delete(self, request: Request, link_id: UUID) -> HttpResponse:
        """Takes a link back; the history keeps it. Answers with the claim that it went out from."""
        self.asked()
        link_in_sight(actor=self.needs(Right.READ), link_id=link_id)
        return self.claim_answer(links.unlink(actor=self.actor, link_id=link_id))
