"""How senders may be reached: kept under seal, and erased when the day that they were told has come."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from claims.models import Submission
from claims.sealing import UnknownSealError, reseal
from claims.vocab import EventType
from claims.workflow.events import changed, record_newsroom_event

BATCH = 200


def to_erase(*, now: datetime) -> QuerySet[Submission]:
    """The tips whose contact is due to go, the longest overdue first."""
    return Submission.objects.filter(erase_contact_at__lte=now).order_by("erase_contact_at", "id")


def erase_contacts() -> int:
    """Erases what is due; says of how many tips. Safe to run twice, or at once: the rows say what is left."""
    erased = 0
    while done := _erase_batch():
        erased += done
    return erased


@transaction.atomic
def _erase_batch() -> int:
    due = list(
        to_erase(now=timezone.now())
        .select_for_update(skip_locked=True, no_key=True)
        .values_list("newsroom_id", "pk")[:BATCH]
    )
    Submission.objects.filter(pk__in=[pk for _, pk in due]).update(contact_sealed=None, erase_contact_at=None)
    of_newsroom: dict[UUID, list[str]] = defaultdict(list)
    for newsroom_id, pk in due:
        of_newsroom[newsroom_id].append(str(pk))
    for newsroom_id in sorted(of_newsroom):
        changes = {"contacts_of": changed(of_newsroom[newsroom_id], [])}
        record_newsroom_event(
            newsroom_id=newsroom_id, type=EventType.SUBMISSION_CONTACTS_ERASED, actor=None, changes=changes
        )
    return len(due)


def reseal_contacts() -> tuple[int, int]:
    """Seals every contact anew under the newest key; says how many, and how many none of the keys opens."""
    resealed = unopened = 0
    last: UUID | None = None
    while True:
        rows = Submission.objects.filter(contact_sealed__isnull=False).order_by("pk")
        page = list((rows.filter(pk__gt=last) if last else rows).values_list("pk", flat=True)[:BATCH])
        if not page:
            return resealed, unopened
        last = page[-1]
        for pk in page:
            if _reseal(pk):
                resealed += 1
            else:
                unopened += 1


@transaction.atomic
def _reseal(pk: UUID) -> bool:
    found = Submission.objects.select_for_update(no_key=True).get(pk=pk)
    if found.contact_sealed is None:  # erased since the page was read
        return True
    try:
        found.contact_sealed = reseal(bytes(found.contact_sealed))
    except UnknownSealError:
        return False
    found.save(update_fields=["contact_sealed"])
    return True
