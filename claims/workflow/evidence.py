"""Sources, and what each of them says of a claim."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.access import Actor
from claims.errors import InvalidInputError, NotFoundError, NotPermittedError, RuleBrokenError
from claims.models import Claim, Evidence, Source
from claims.text.urls import canonical_url
from claims.text.uuid7 import uuid7
from claims.vocab import Act, EventType, Right
from claims.workflow.acts import change_content
from claims.workflow.events import Change, changed
from claims.workflow.inputs import EvidenceInput, SourceInput
from claims.workflow.queue import keep
from claims.workflow.rules import require
from claims.workflow.situation import Situation, lock


@transaction.atomic
def add(*, actor: Actor, claim_id: UUID, given: EvidenceInput, revision: int | None = None) -> Evidence:
    """Brings a source to bear on a claim; the holder's take does not lapse any more from then on."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.ADD_EVIDENCE)
    [evidence] = offered(situation, [given], pointers=[""])
    [changes] = attach(situation, [evidence])
    change_content(situation, Act.ADD_EVIDENCE, changes=changes)
    return evidence


def offered(situation: Situation, given: Sequence[EvidenceInput], *, pointers: Sequence[str]) -> list[Evidence]:
    """The evidence as rows that are not saved yet, each with its source found or made."""
    assert situation.actor.user is not None  # noqa: S101 - the service offers none
    return [
        Evidence(
            id=uuid7(),
            newsroom_id=situation.claim.newsroom_id,
            claim=situation.claim,
            source=source_of(situation.actor, item.source, pointer=f"{pointer}/source"),
            stance=item.stance,
            excerpt=item.excerpt,
            note=item.note,
            added_by=situation.actor.user,
        )
        for pointer, item in zip(pointers, given, strict=True)
    ]


def attach(situation: Situation, evidence: list[Evidence]) -> list[dict[str, Change]]:
    """Saves offered evidence; returns what each piece changed, for its event."""
    Evidence.objects.bulk_create(evidence)
    situation.forget("evidence")
    keep(situation)
    return [{"evidence": changed(None, _told(item))} for item in evidence]


def _told(item: Evidence) -> dict[str, str]:
    return {
        "id": str(item.pk),
        "source": str(item.source_id),
        "url": item.source.url,
        "title": item.source.title,
        "stance": str(item.stance),
        "excerpt": item.excerpt,
        "note": item.note,
    }


@transaction.atomic
def withdraw(*, actor: Actor, evidence_id: UUID, reason: str) -> Evidence:
    """Takes a piece of evidence back; it stays in the history, with the reason."""
    claim_id = (
        Evidence.objects.filter(newsroom_id=actor.newsroom_id, pk=evidence_id)
        .values_list("claim_id", flat=True)
        .first()
    )
    if claim_id is None:
        raise NotFoundError("There is no such evidence in this newsroom.")
    situation = lock(actor=actor, claim_id=claim_id)
    require(situation, Act.ADD_EVIDENCE)
    evidence = Evidence.objects.select_related("source", "added_by").get(pk=evidence_id)
    if evidence.withdrawn_at is not None:
        raise RuleBrokenError("This evidence has been withdrawn already.", code="already_withdrawn")
    evidence.withdrawn_at, evidence.withdrawn_by, evidence.withdrawn_reason = timezone.now(), actor.user, reason
    evidence.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    situation.forget("evidence")
    changes = {"evidence": changed(_told(evidence), None), "reason": changed(None, reason)}
    change_content(situation, Act.ADD_EVIDENCE, changes=changes, event=EventType.EVIDENCE_WITHDRAWN)
    return evidence


def source_of(actor: Actor, given: SourceInput, *, pointer: str = "") -> Source:
    """The source with that id, or with that address, kind and title, or a new one."""
    if given.id is not None:
        found = Source.objects.filter(newsroom_id=actor.newsroom_id, pk=given.id).first()
        if found is None:
            raise InvalidInputError.at(f"{pointer}/id", "There is no such source in this newsroom.", code="not_found")
        return found
    values = {
        "newsroom_id": actor.newsroom_id,
        "kind": given.kind,
        "title": given.title,
        "canonical_url": canonical_url(given.url) if given.url else "",
    }
    defaults = {"url": given.url, "publisher": given.publisher}
    if not given.url:
        return Source.objects.create(**values, **defaults)
    source, _ = Source.objects.get_or_create(**values, defaults=defaults)
    return source


@transaction.atomic
def create_source(*, actor: Actor, given: SourceInput) -> Source:
    if not actor.may(Right.DRAFT):
        raise NotPermittedError("Only the desk adds sources.")
    return source_of(actor, given)


@dataclass(frozen=True, slots=True)
class SourceFields:
    """What of a source is edited; None leaves a field as it is."""

    kind: str | None = None
    title: str | None = None
    publisher: str | None = None


class _UsedElsewhereError(Exception):
    """Somebody used the source on a further claim while its claims were being locked."""


def edit_source(*, actor: Actor, source_id: UUID, fields: SourceFields) -> Source:
    """Changes a source wherever it is used as evidence, under the rules of every one of those claims.

    Raises RuleBrokenError where a published verdict rests on it; approvals that were given to what it said are void.
    """
    if not actor.may(Right.DRAFT):
        raise NotPermittedError("Only the desk edits sources.")
    while True:
        claim_ids = _claims_resting_on(actor, source_id)
        with suppress(_UsedElsewhereError):
            return _edit_source(actor, source_id, fields, claim_ids)


@transaction.atomic
def _edit_source(actor: Actor, source_id: UUID, fields: SourceFields, claim_ids: list[UUID]) -> Source:
    # The claims before the source, as whoever adds evidence locks them; once the source is locked, no further claim can
    # come to rest on it.
    situations = [lock(actor=actor, claim_id=claim_id) for claim_id in claim_ids]
    source = Source.objects.select_for_update().filter(newsroom_id=actor.newsroom_id, pk=source_id).first()
    if source is None:
        raise NotFoundError("There is no such source in this newsroom.")
    if not set(_claims_resting_on(actor, source_id)) <= set(claim_ids):
        raise _UsedElsewhereError
    changes = _apply(source, fields)
    if not changes:
        return source
    for situation in situations:
        require(situation, Act.ADD_EVIDENCE)
        change_content(situation, Act.ADD_EVIDENCE, changes=changes, event=EventType.SOURCE_EDITED)
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError:
        detail = "Another source has this address, kind and title already: use that one as evidence instead."
        raise InvalidInputError.at("/title", detail, code="source_exists") from None
    return source


def _apply(source: Source, fields: SourceFields) -> dict[str, Change]:
    changes: dict[str, Change] = {}
    for name in ("kind", "title", "publisher"):
        value = getattr(fields, name)
        if value is not None and value != getattr(source, name):
            changes[f"source.{name}"] = changed(getattr(source, name), value)
            setattr(source, name, value)
    if not source.title and not source.url:
        raise InvalidInputError.at("/title", "A source without an address needs a title.")
    return changes


def _claims_resting_on(actor: Actor, source_id: UUID) -> list[UUID]:
    claims = Claim.objects.filter(
        newsroom_id=actor.newsroom_id, evidence__source=source_id, evidence__withdrawn_at=None
    )
    return list(claims.order_by("id").distinct().values_list("id", flat=True))
