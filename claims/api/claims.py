"""Claims: recorded, read, listed, edited; their history and what they wait for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.access import Actor
from claims.api import shapes, show
from claims.api.base import ContractView, ListParameters
from claims.api.pagination import Key, Order, order_of, reverse
from claims.api.schema import page_of, shape
from claims.errors import NotFoundError
from claims.intake.bodies import Choice, ClaimPatch, RecordClaimBody, Strict, claim_fields, claim_input
from claims.models import Approval, Claim, ClaimReview, ClaimReviewRevision, Event
from claims.selectors.claims import (
    EXPANDABLE,
    claim_in_full,
    completed,
    editors_by_verdict,
    evidence_by_claim,
    in_rows,
    live_evidence,
    matching,
    visible_claims,
    visible_events,
)
from claims.selectors.public import latest_revisions
from claims.selectors.recusals import recused_among
from claims.selectors.similar import similar_claims
from claims.vocab import Audience, ClaimKind, ReviewState, Right, Status
from claims.workflow import claims, recording
from claims.workflow.recording import Recorded
from claims.workflow.rules import allowed_acts
from claims.workflow.situation import Situation
from claims.workflow.waiting import waiting_for

#: `priority` is the order of the queue, the most urgent first; the others rise, and `-` turns each round.
ORDERS: dict[str, Order] = {
    "priority": order_of(Key("is_urgent", is_descending=True, is_flag=True), Key("rank", is_descending=True)),
    "due": order_of(Key("due", is_nullable=True)),
    "created": order_of(Key("created_at")),
    "updated": order_of(Key("updated_at")),
}
ORDER_CHOICES = [name for order in ORDERS for name in (order, f"-{order}")]


def order_called(name: str) -> Order:
    order = ORDERS[name.removeprefix("-")]
    return reverse(order) if name.startswith("-") else order


class Expand(serializers.CharField):
    """Names from the allow-list, separated by commas."""

    def to_internal_value(self, data: Any) -> Any:
        names = [name for name in super().to_internal_value(data).split(",") if name]
        unknown = sorted(set(names) - set(EXPANDABLE))
        if unknown:
            raise serializers.ValidationError(
                f"“{unknown[0]}” cannot be expanded; these can: {', '.join(EXPANDABLE)}.", code="unknown_expand"
            )
        return frozenset(names)


def several(child: serializers.Field[Any, Any, Any, Any]) -> serializers.ListField:
    return serializers.ListField(child=child, required=False)


class SubmitterParameters(ListParameters):
    """What a list takes from somebody outside the desk: nothing that would tell what the desk is doing."""

    kind = several(Choice(ClaimKind.choices))
    claimant = several(serializers.UUIDField())
    publisher = several(serializers.UUIDField())
    article = several(serializers.UUIDField())
    topic = several(serializers.SlugField())
    language = several(serializers.CharField(max_length=35))
    created_after = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)
    q = serializers.CharField(required=False, max_length=500)
    order = Choice(["created", "-created"], default="-created")
    expand = Expand(required=False)


class ClaimParameters(SubmitterParameters):
    """What a list takes. The filters of the desk's work are for the desk alone."""

    status = several(Choice(Status.choices))
    rating = several(serializers.SlugField())
    assignee = several(serializers.CharField(max_length=150))
    due_after = serializers.DateTimeField(required=False)
    due_before = serializers.DateTimeField(required=False)
    order = Choice(ORDER_CHOICES, default="-created")


class OneClaimParameters(Strict):
    expand = Expand(required=False)


def _situation(row: Claim, actor: Actor, **known: Any) -> Situation:
    """The situation of a claim that was read in full: what is there already is not read again."""
    situation = Situation(claim=row, actor=actor)
    situation.__dict__.update(
        live_assignments=row.live,  # type: ignore[attr-defined]  # `to_attr` of the prefetch
        claimants=list(row.claim_claimants.all()),
        verdict=row.verdict,
        review=next(iter(row.reviews.all()), None),
        **known,
    )
    return situation


def standing_of(row: Claim, actor: Actor) -> Sequence[Approval]:
    return _situation(row, actor).standing_approvals


def claim_shape(row: Claim, actor: Actor) -> shapes.ClaimShape:
    """A claim that was read with `in_full`, as its reader may see it."""
    return claim_shapes([row], actor)[row.pk]


def claim_shapes(rows: Collection[Claim], actor: Actor) -> dict[UUID, shapes.ClaimShape]:
    """Claims that were read with `in_full`, by their ids."""
    if actor.audience != Audience.DESK:
        latest = latest_revisions(review for row in rows for review in row.reviews.all() if _is_out(review))
        return {row.pk: show.claim(row, actor=actor, published=_revision_of(row, latest)) for row in rows}
    recused = recused_among(rows, user=actor.user, newsroom_id=actor.newsroom_id) if actor.user else set()
    known = _read_together([row for row in rows if row.verdict is not None])
    return {row.pk: _desk_shape(row, actor, is_recused=row.pk in recused, **known.get(row.pk, {})) for row in rows}


def _desk_shape(row: Claim, actor: Actor, **known: Any) -> shapes.ClaimShape:
    situation = _situation(row, actor, **known)
    acts = [str(act) for act in allowed_acts(situation)]
    return show.claim(row, actor=actor, allowed_acts=acts, standing=lambda: situation.standing_approvals)


def _is_out(review: ClaimReview) -> bool:
    return review.state == ReviewState.PUBLISHED


def _revision_of(row: Claim, latest: dict[UUID, ClaimReviewRevision]) -> ClaimReviewRevision | None:
    review = next(iter(row.reviews.all()), None)
    return latest.get(review.pk) if review is not None else None


def _read_together(judged: list[Claim]) -> dict[UUID, dict[str, Any]]:
    """What the rules ask about a verdict, for several claims in as many queries as for one.

    For one claim alone nothing is read ahead: its situation asks for what the rules come to, which is mostly less.
    """
    if len(judged) < 2:
        return {}
    evidence, editors = evidence_by_claim(judged), editors_by_verdict(row.verdict_id for row in judged)
    latest = latest_revisions(review for row in judged for review in row.reviews.all())
    return {
        row.pk: {
            "evidence": evidence[row.pk],
            "author_ids": frozenset({row.verdict.author_id, *editors[row.verdict.pk]}),
            "approvals": list(row.verdict.approvals.all()),
            "latest_revision": _revision_of(row, latest),
        }
        for row in judged
        if row.verdict is not None
    }


def recorded_shape(recorded: Recorded, shown: shapes.ClaimShape) -> shapes.ClaimShape:
    return {**shown, "existing": recorded.is_existing, "warnings": recorded.warnings}


class ClaimAnswer(ContractView):
    """Views that answer with one claim and its tag."""

    def claim_answer(self, claim: Claim) -> HttpResponse:
        """The claim as the act that was just done left it."""
        return self.answer(claim_shape(completed(claim), self.actor), revision=claim.revision)


class ClaimsView(ClaimAnswer):
    @extend_schema(operation_id="claims_list", parameters=[ClaimParameters], responses={200: page_of(shapes.ClaimRow)})
    def get(self, request: Request) -> HttpResponse:
        """Claims in a chosen order, narrowed by filters; several values of one filter are alternatives."""
        actor = self.actor
        asked = self.asked(ClaimParameters if actor.audience == Audience.DESK else SubmitterParameters)
        expand = asked.get("expand", frozenset())
        found = self.page(
            in_rows(matching(visible_claims(actor), asked), expand=expand),
            order=order_called(asked["order"]),
            asked=asked,
        )

        def row(claim: Claim) -> shapes.ClaimRow:
            return show.claim_row(claim, actor=actor, expand=expand, standing=lambda row: standing_of(row, actor))

        return self.answer(found.shown(row))

    @extend_schema(
        operation_id="claims_record",
        request=RecordClaimBody,
        responses={201: shape(shapes.ClaimShape), 200: shape(shapes.ClaimShape)},
    )
    def post(self, request: Request) -> HttpResponse:
        """Records one claim, alone or at a place in an article; 200 where it stood there already.

        `similar` tells claims that say almost the same: nothing is merged.
        """
        self.asked()
        given = self.body(RecordClaimBody)
        article = given.get("article")
        recorded = recording.record_claim(
            actor=self.actor,
            given=claim_input(given, is_in_article=article is not None),
            article_id=article["id"] if article else None,
        )
        row = claim_in_full(actor=self.actor, claim_id=recorded.claim.pk)
        body = recorded_shape(recorded, claim_shape(row, self.actor))
        similar = similar_claims(actor=self.actor, claim=row)
        body["similar"] = [{"id": str(pk), "score": score} for pk, score in similar]
        return self.answer(body, status=200 if recorded.is_existing else 201, revision=row.revision)


class ClaimView(ClaimAnswer):
    if_match = {"PATCH": True}

    @extend_schema(
        operation_id="claims_read", parameters=[OneClaimParameters], responses={200: shape(shapes.ClaimShape)}
    )
    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        """One claim with where it stands, who said it, its verdict and publication, and what may be done with it."""
        expand = self.asked(OneClaimParameters).get("expand", frozenset())
        row = claim_in_full(actor=self.actor, claim_id=claim_id)
        body = claim_shape(row, self.actor)
        if "evidence" in expand and self.actor.audience == Audience.DESK:
            body["evidence"] = [show.evidence(item) for item in live_evidence().filter(claim=row)]
        return self.answer(body, revision=row.revision)

    @extend_schema(operation_id="claims_edit", request=ClaimPatch, responses={200: shape(shapes.ClaimShape)})
    def patch(self, request: Request, claim_id: UUID) -> HttpResponse:
        """Edits a claim; needs `If-Match`. What was approved is void when its content changes."""
        self.asked()
        claim_in_sight(self.actor, claim_id)
        revision = self.revision()
        fields = claim_fields(self.body(ClaimPatch))
        return self.claim_answer(claims.edit(actor=self.actor, claim_id=claim_id, fields=fields, revision=revision))


def claim_in_sight(actor: Actor, claim_id: UUID) -> None:
    """Raises NotFoundError before anything is said about the body or the rights: what is foreign is not there."""
    if not visible_claims(actor).filter(pk=claim_id).exists():
        raise NotFoundError("There is no such claim, or none that you may see.")


class HistoryView(ContractView):
    @extend_schema(
        operation_id="claims_history", parameters=[ListParameters], responses={200: page_of(shapes.EventShape)}
    )
    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        """What happened to a claim, the first thing first."""
        asked, actor = self.asked(ListParameters), self.actor
        claim_in_sight(actor, claim_id)
        found = self.page(visible_events(actor, Claim(pk=claim_id)), order=order_of(Key("seq")), asked=asked)
        present: Any = show.event if actor.audience == Audience.DESK else show.public_event

        def row(event: Event) -> shapes.EventShape:
            shown: shapes.EventShape = present(event)
            return shown

        return self.answer(found.shown(row))


class WaitingForView(ContractView):
    @extend_schema(operation_id="claims_waiting_for", responses={200: shape(shapes.WaitingFor)})
    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        """The next steps of a claim and, in words, what blocks each of them for you or for anybody."""
        self.asked()
        actor = self.needs(Right.READ)
        row = claim_in_full(actor=actor, claim_id=claim_id)
        steps = waiting_for(claim=row, actor=actor)
        body: shapes.WaitingFor = {
            "acts": [
                {
                    "act": str(step.act),
                    "blocked_by": [
                        {
                            "code": refusal.code,
                            "detail": refusal.detail,
                            "applies_to": "you" if refusal.applies_to == "you" else "anybody",
                        }
                        for refusal in step.blocked_by
                    ],
                }
                for step in steps
            ]
        }
        return self.answer(body)
