"""What is looked at how often: one table, read by the relay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from claims.bell import Bell
from claims.workflow import contacts, enqueueing, queue

#: The relay looks this often.
PERIOD = timedelta(seconds=2)
#: What a ring has not brought about for so long, the relay does itself.
PATIENCE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be done: since when the oldest of it has been due (None: it is not), how to ring, how to do."""

    bell: Bell
    due_since: Callable[[], datetime | None]
    do: Callable[[], object]


def _recorded_since() -> datetime | None:
    return enqueueing.recorded().values_list("created_at", flat=True).first()


def _lapsed_since() -> datetime | None:
    return queue.lapsed(now=timezone.now()).values_list("held_until", flat=True).first()


def _returning_since() -> datetime | None:
    return queue.returning(now=timezone.now()).values_list("on_hold_until", flat=True).first()


def _contacts_due_since() -> datetime | None:
    return contacts.to_erase(now=timezone.now()).values_list("erase_contact_at", flat=True).first()


def _enqueue_lost() -> int:
    return enqueueing.enqueue_waiting(older_than=PATIENCE)


DUTIES = (
    Duty(Bell.ENQUEUE_WAITING, _recorded_since, _enqueue_lost),
    Duty(Bell.LAPSE_TAKES, _lapsed_since, queue.lapse_takes),
    Duty(Bell.RESUME_HOLDS, _returning_since, queue.resume_holds),
    Duty(Bell.ERASE_CONTACTS, _contacts_due_since, contacts.erase_contacts),
)

#: The worker shows this often that a ring reaches it.
WORKER_BEATS_EVERY = timedelta(seconds=10)
