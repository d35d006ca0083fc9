"""Sources and evidence of a newsroom."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from claims.access import Actor
from claims.errors import NotFoundError
from claims.models import Evidence, Source


def sources_of(actor: Actor) -> QuerySet[Source]:
    return Source.objects.filter(newsroom_id=actor.newsroom_id)


def evidence_of(actor: Actor) -> QuerySet[Evidence]:
    return Evidence.objects.filter(newsroom_id=actor.newsroom_id).select_related("source", "added_by")


def source_in_sight(*, actor: Actor, source_id: UUID) -> Source:
    source = sources_of(actor).filter(pk=source_id).first()
    if source is None:
        raise NotFoundError("There is no such source in this newsroom.")
    return source


def evidence_in_sight(*, actor: Actor, evidence_id: UUID) -> Evidence:
    evidence = evidence_of(actor).filter(pk=evidence_id).first()
    if evidence is None:
        raise NotFoundError("There is no such evidence in this newsroom.")
    return evidence
