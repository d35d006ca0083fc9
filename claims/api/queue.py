"""The queue: the next claim for me, and how much waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.api import shapes
from claims.api.base import ContractView
from claims.api.claims import claim_shape
from claims.api.schema import shape
from claims.api.show import maybe_instant
from claims.intake.bodies import Choice, Language, Strict
from claims.selectors.claims import completed
from claims.selectors.queue import depth, why_nothing
from claims.vocab import Right, Stage
from claims.workflow import queue


class NextBody(Strict):
    stage = Choice(Stage.choices, default=Stage.CHECK)
    topic = serializers.SlugField(required=False, allow_null=True)
    in_language = Language(allow_null=True)


class QueueNextView(ContractView):
    @extend_schema(operation_id="queue_next", request=NextBody, responses={200: shape(shapes.QueueNext)})
    def post(self, request: Request) -> HttpResponse:
        """Takes the best claim that you may have; with nothing to take, says why."""
        self.asked()
        given, actor = self.body(NextBody), self.actor
        topic, in_language = given.get("topic"), given.get("in_language")
        claim = queue.take_next(actor=actor, stage=Stage(given["stage"]), topic=topic, in_language=in_language)
        if claim is None:
            return self.answer({"claim": None, "why": why_nothing(actor, is_narrowed=bool(topic or in_language))})
        return self.answer({"claim": claim_shape(completed(claim), actor), "why": []}, revision=claim.revision)


class QueueView(ContractView):
    @extend_schema(operation_id="queue_depth", responses={200: shape(shapes.QueueDepth)})
    def get(self, request: Request) -> HttpResponse:
        """How much waits, since when, and how much is overdue: in all, by stage and by topic."""
        self.asked()
        return self.answer(_shown(depth(self.needs(Right.READ))))


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shown(found) for name, found in value.items()}
    if isinstance(value, list):
        return [_shown(found) for found in value]
    return maybe_instant(value) if isinstance(value, datetime) else value
