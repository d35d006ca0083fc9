"""After a commit, says "look now". A bell is a hint: what is to be done stands in the rows, and the relay finds it."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string


class Bell(StrEnum):
    """What is to be looked at."""

    ENQUEUE_ARTICLE = "enqueue_article"
    ENQUEUE_CLAIM = "enqueue_claim"
    ENQUEUE_WAITING = "enqueue_waiting"
    LAPSE_TAKES = "lapse_takes"
    RESUME_HOLDS = "resume_holds"
    ERASE_CONTACTS = "erase_contacts"
    WORKER_HEARTBEAT = "worker_heartbeat"


class Ring(Protocol):
    def __call__(self, bell: Bell, row_id: str | None) -> None: ...


@cache
def _ring() -> Ring:
    ring: Ring = import_string(settings.CLAIMS_BELL)
    return ring


def ring(bell: Bell, row_id: UUID | None = None) -> None:
    """Rings now. Never raises and never waits longer than about a second."""
    _ring()(bell, str(row_id) if row_id else None)


def ring_after_commit(bell: Bell, row_id: UUID) -> None:
    transaction.on_commit(lambda: ring(bell, row_id))
