"""What happened is written in the same transaction as what happened, numbered and chained under its subject's lock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.utils import timezone

from claims.models import Article, Claim, Event, Newsroom, User
from claims.text.canonical import canonical_json
from claims.text.uuid7 import uuid7
from claims.vocab import AUDIENCE_OF_EVENT, Audience, EventType


class Change(TypedDict):
    before: Any
    after: Any


Changes = Mapping[str, Change]


def changed(before: Any, after: Any) -> Change:
    return {"before": before, "after": after}


def link_hash(*, previous: bytes, event: Event) -> bytes:
    """SHA-256 over the previous event's hash and this event's canonical JSON (keys sorted, no white space, UTF-8)."""
    content = {
        "id": event.id,
        "newsroom": event.newsroom_id,
        "claim": event.claim_id,
        "article": event.article_id,
        "seq": event.seq,
        "type": str(event.type),
        "audience": str(event.audience),
        "actor": event.actor_id,
        "occurred_at": event.occurred_at,
        "changes": event.changes,
    }
    return hashlib.sha256(previous + canonical_json(content)).digest()


def event_on(
    subject: Claim | Article | Newsroom,
    *,
    type: EventType,
    actor: User | None,
    changes: Changes,
    occurred_at: datetime | None = None,
) -> Event:
    """The next event of a subject whose row is locked (or new). The caller saves both: see `SUBJECT_FIELDS`."""
    event = Event(
        id=uuid7(),
        newsroom_id=subject.pk if isinstance(subject, Newsroom) else subject.newsroom_id,
        claim_id=subject.pk if isinstance(subject, Claim) else None,
        article_id=subject.pk if isinstance(subject, Article) else None,
        seq=subject.event_count + 1,
        type=type,
        audience=AUDIENCE_OF_EVENT.get(type, Audience.DESK),
        actor=actor,
        occurred_at=occurred_at or timezone.now(),
        changes=dict(changes),
    )
    event.hash = link_hash(previous=bytes(subject.event_head), event=event)
    subject.event_count = event.seq
    subject.event_head = event.hash
    return event


#: What an event changes on its subject's row.
SUBJECT_FIELDS = ("event_count", "event_head")


def record_newsroom_event(*, newsroom_id: UUID, type: EventType, actor: User | None, changes: Changes) -> None:
    newsroom = Newsroom.objects.select_for_update(no_key=True).get(pk=newsroom_id)
    event_on(newsroom, type=type, actor=actor, changes=changes).save(force_insert=True)
    newsroom.save(update_fields=SUBJECT_FIELDS)


def first_broken_link(events: Sequence[Event]) -> Event | None:
    """The first event of one subject, given in order, whose number or hash does not follow from the one before."""
    previous = b""
    for number, event in enumerate(events, start=1):
        if event.seq != number or link_hash(previous=previous, event=event) != bytes(event.hash):
            return event
        previous = bytes(event.hash)
    return None
