"""The acts on a claim: one path each, made from one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.access import Actor
from claims.api import shapes
from claims.api.claims import ClaimAnswer, claim_in_sight
from claims.api.schema import shape
from claims.intake.bodies import (
    AdoptBody,
    Choice,
    ClaimPatch,
    Line,
    Nothing,
    ProposeBody,
    SplitBody,
    Strict,
    Text,
    claim_fields,
    optional,
    part_inputs,
    verdict_input,
)
from claims.models import Claim
from claims.vocab import MOVES, Act, CorrectionKind, DeclineReason, Stage, WaitingOn
from claims.workflow import claims, links, queue, reviews, verdicts
from claims.workflow.verdicts import SURE_OF, MadeSure

Given = dict[str, Any]
Do = Callable[[Actor, UUID, int | None, Given], Claim]


class TakeBody(Strict):
    stage = Choice(Stage.choices, default=Stage.CHECK)


class AssignBody(Strict):
    reviewer = Line(max_length=150)
    note = Text(**optional(max_length=5000))


class ReasonBody(Strict):
    reason = Text(max_length=5000)


class OptionalReasonBody(Strict):
    reason = Text(**optional(max_length=5000))


class HoldBody(Strict):
    until = serializers.DateTimeField()
    waiting_for = Choice(WaitingOn.choices, required=False, allow_null=True)
    note = Text(**optional(max_length=5000))


class DeclineBody(Strict):
    reason_code = Choice(DeclineReason.choices)
    note = Text(**optional(max_length=5000))


class MarkDuplicateBody(Strict):
    of = serializers.UUIDField()


class ApproveBody(Strict):
    note = Text(**optional(max_length=5000))
    agrees = serializers.BooleanField(default=True)
    rating = serializers.SlugField(required=False, allow_null=True)


class PublishBody(Strict):
    kind = Choice([(kind, kind.label) for kind in reviews.KINDS_OF_CHANGE], required=False)
    public_note = Text(**optional(max_length=5000))


class CorrectBody(ReasonBody):
    show_notice = serializers.BooleanField(default=False)


class PrioritiseBody(ReasonBody):
    delta = serializers.IntegerField(min_value=-1000, max_value=1000)


class SetDueBody(Strict):
    due = serializers.DateTimeField(allow_null=True)


class MarkUrgentBody(ReasonBody):
    urgent = serializers.BooleanField(default=True)


@dataclass(frozen=True, slots=True)
class ActPath:
    """One act as a path: its body, what it calls, and whether it writes or approves what the public will read."""

    act: Act
    body: type[Strict]
    do: Do
    needs_if_match: bool = False


def _take(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return queue.take(actor=actor, claim_id=claim_id, stage=Stage(given["stage"]), revision=revision)


def _assign(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    note = given.get("note") or ""
    return queue.assign(actor=actor, claim_id=claim_id, reviewer=given["reviewer"], note=note, revision=revision)


def _release(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return queue.release(actor=actor, claim_id=claim_id, revision=revision)


def _skip(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return queue.skip(actor=actor, claim_id=claim_id, reason=given.get("reason") or "", revision=revision)


def _hold(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return queue.put_on_hold(
        actor=actor,
        claim_id=claim_id,
        until=given["until"],
        waiting_for=given.get("waiting_for"),
        note=given.get("note") or "",
        revision=revision,
    )


def _resume(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return queue.resume(actor=actor, claim_id=claim_id, revision=revision)


def _accept(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return claims.accept(actor=actor, claim_id=claim_id, fields=claim_fields(given), revision=revision)


def _dismiss(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return claims.dismiss(actor=actor, claim_id=claim_id, reason=given.get("reason") or "", revision=revision)


def _propose(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return verdicts.propose(actor=actor, claim_id=claim_id, given=verdict_input(given), revision=revision)


def _withdraw(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return verdicts.withdraw(actor=actor, claim_id=claim_id, revision=revision)


def _send_back(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return verdicts.send_back(actor=actor, claim_id=claim_id, reason=given["reason"], revision=revision)


def _approve(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return verdicts.approve(
        actor=actor,
        claim_id=claim_id,
        note=given.get("note") or "",
        agrees=given["agrees"],
        rating=given.get("rating"),
        revision=revision,
    )


def _decline(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return claims.decline(
        actor=actor,
        claim_id=claim_id,
        reason_code=DeclineReason(given["reason_code"]),
        note=given.get("note") or "",
        revision=revision,
    )


def _mark_duplicate(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return claims.mark_duplicate(actor=actor, claim_id=claim_id, of=given["of"], revision=revision)


def _reopen(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return claims.reopen(actor=actor, claim_id=claim_id, reason=given["reason"], revision=revision)


def _publish(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return reviews.publish(
        actor=actor,
        claim_id=claim_id,
        kind=CorrectionKind(given["kind"]) if "kind" in given else None,
        public_note=given.get("public_note") or "",
        revision=revision,
    )


def _correct(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return reviews.correct(
        actor=actor, claim_id=claim_id, reason=given["reason"], show_notice=given["show_notice"], revision=revision
    )


def _retract(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return reviews.retract(actor=actor, claim_id=claim_id, reason=given["reason"], revision=revision)


def _prioritise(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return claims.prioritise(
        actor=actor, claim_id=claim_id, delta=given["delta"], reason=given["reason"], revision=revision
    )


def _set_due(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return claims.set_due(actor=actor, claim_id=claim_id, due=given["due"], revision=revision)


def _mark_urgent(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return claims.mark_urgent(
        actor=actor, claim_id=claim_id, reason=given["reason"], is_urgent=given["urgent"], revision=revision
    )


def _recuse(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return queue.recuse(actor=actor, claim_id=claim_id, reason=given["reason"], revision=revision)


def _split(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    return links.split(actor=actor, claim_id=claim_id, parts=part_inputs(given), revision=revision)


def _adopt(actor: Actor, claim_id: UUID, revision: int | None, given: Given) -> Claim:
    made_sure = MadeSure(**{name: given[name] for name in SURE_OF})
    return verdicts.adopt(actor=actor, claim_id=claim_id, made_sure=made_sure, of=given.get("of"), revision=revision)


ACTS = (
    ActPath(Act.ACCEPT, ClaimPatch, _accept),
    ActPath(Act.DISMISS, OptionalReasonBody, _dismiss),
    ActPath(Act.TAKE, TakeBody, _take),
    ActPath(Act.ASSIGN, AssignBody, _assign),
    ActPath(Act.RELEASE, Nothing, _release),
    ActPath(Act.SKIP, OptionalReasonBody, _skip),
    ActPath(Act.HOLD, HoldBody, _hold),
    ActPath(Act.RESUME, Nothing, _resume),
    ActPath(Act.PROPOSE, ProposeBody, _propose, needs_if_match=True),
    ActPath(Act.WITHDRAW, Nothing, _withdraw),
    ActPath(Act.SEND_BACK, ReasonBody, _send_back),
    ActPath(Act.APPROVE, ApproveBody, _approve, needs_if_match=True),
    ActPath(Act.DECLINE, DeclineBody, _decline),
    ActPath(Act.MARK_DUPLICATE, MarkDuplicateBody, _mark_duplicate),
    ActPath(Act.REOPEN, ReasonBody, _reopen),
    ActPath(Act.PUBLISH, PublishBody, _publish, needs_if_match=True),
    ActPath(Act.CORRECT, CorrectBody, _correct, needs_if_match=True),
    ActPath(Act.RETRACT, ReasonBody, _retract, needs_if_match=True),
    ActPath(Act.SPLIT, SplitBody, _split),
    ActPath(Act.ADOPT, AdoptBody, _adopt, needs_if_match=True),
    ActPath(Act.PRIORITISE, PrioritiseBody, _prioritise),
    ActPath(Act.SET_DUE, SetDueBody, _set_due),
    ActPath(Act.MARK_URGENT, MarkUrgentBody, _mark_urgent),
    ActPath(Act.RECUSE, ReasonBody, _recuse),
)


class ActView(ClaimAnswer):
    act: ClassVar[ActPath]

    def do(self, claim_id: UUID) -> HttpResponse:
        self.asked()
        claim_in_sight(self.actor, claim_id)
        revision = self.revision()
        return self.claim_answer(self.act.do(self.actor, claim_id, revision, self.body(self.act.body)))


def _view(found: ActPath) -> type[ActView]:
    name = found.act.value.replace("-", "_")

    @extend_schema(
        operation_id=f"claims_{name}",
        summary=str(found.act.label),
        description=f"From: {', '.join(sorted(MOVES[found.act].sources))}. Answers with the claim and its new ETag.",
        request=found.body,
        responses={200: shape(shapes.ClaimShape)},
    )
    def post(self: ActView, request: Request, claim_id: UUID) -> HttpResponse:
        return self.do(claim_id)

    return type(
        f"{name.title().replace('_', '')}View",
        (ActView,),
        {"act": found, "if_match": {"POST": found.needs_if_match}, "post": post},
    )


ACT_PATHS: list[URLPattern] = [
    path(f"claims/<uuid:claim_id>/{found.act}/", _view(found).as_view(), name=f"claim-{found.act}") for found in ACTS
]
