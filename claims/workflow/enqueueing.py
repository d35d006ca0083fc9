"""Recorded claims get their priority and enter the queue. Safe to run twice, or at once: the rows say what is left."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from claims.models import Claim, ClaimClaimant, Event, SubmissionClaim
from claims.vocab import EventType, Status
from claims.workflow.events import SUBJECT_FIELDS, changed, event_on
from claims.workflow.priority import PRIORITY_FIELDS, editors_parts, parts_of, set_priority

BATCH = 200


def recorded() -> QuerySet[Claim]:
    return Claim.objects.filter(status=Status.RECORDED).order_by("created_at", "id")


def enqueue_article(*, article_id: UUID) -> int:
    """Enqueues the recorded claims that stand in an article; says how many."""
    claim_ids = recorded().filter(appearances__version__article=article_id).values_list("id", flat=True)
    return _enqueue(list(dict.fromkeys(claim_ids)))


def enqueue_claim(*, claim_id: UUID) -> int:
    return _enqueue([claim_id])


def enqueue_waiting(*, older_than: timedelta) -> int:
    """Enqueues whatever has been recorded for so long that its ring must have been lost; says how many."""
    enqueued = 0
    while claim_ids := list(
        recorded().filter(created_at__lte=timezone.now() - older_than).values_list("id", flat=True)[:BATCH]
    ):
        done = _enqueue(claim_ids)
        enqueued += done
        if not done:  # others have them locked, and will do it
            break
    return enqueued


@transaction.atomic
def _enqueue(claim_ids: list[UUID]) -> int:
    claims = list(
        Claim.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk__in=claim_ids, status=Status.RECORDED)
        .order_by("id")
    )
    events = [_enqueue_one(claim, standing) for claim, standing in _with_standing(claims)]
    Claim.objects.bulk_update(claims, ["status", "revision", "updated_at", *PRIORITY_FIELDS, *SUBJECT_FIELDS])
    Event.objects.bulk_create(events)
    return len(claims)


class Standing(NamedTuple):
    """What the priority of a claim is made of, beside the claim itself."""

    claimant_kinds: list[str]
    has_role: bool
    articles: int
    tips: int


def _with_standing(claims: list[Claim]) -> list[tuple[Claim, Standing]]:
    """Each claim with its claimants' kinds, whether one holds an office, in how many articles and tips it is."""
    claim_ids = [claim.pk for claim in claims]
    facts = {
        found.pk: found
        for found in Claim.objects.filter(pk__in=claim_ids)
        .annotate(
            articles=Count("appearances__version__article", filter=Q(appearances__is_suggested=False), distinct=True)
            + Count("appearances__url", filter=Q(appearances__version=None), distinct=True),
            offices=Count("claim_claimants__claimant__roles", distinct=True),
        )
        .prefetch_related(Prefetch("claim_claimants", ClaimClaimant.objects.select_related("claimant")))
    }
    # Counted apart: a thousand tips in one join with appearances and roles would be as many rows as their product.
    tips = Counter(SubmissionClaim.objects.filter(claim__in=claim_ids).values_list("claim_id", flat=True))
    return [
        (
            claim,
            Standing(
                claimant_kinds=[link.claimant.kind for link in facts[claim.pk].claim_claimants.all()],
                has_role=facts[claim.pk].offices > 0,
                articles=facts[claim.pk].articles,
                tips=tips[claim.pk],
            ),
        )
        for claim in claims
    ]


def prioritise_anew(claim: Claim) -> None:
    """Computes the priority of a locked claim from what is known of it now, and saves it."""
    [(claim, standing)] = _with_standing([claim])
    _prioritise(claim, standing)
    claim.save(update_fields=PRIORITY_FIELDS)


def _prioritise(claim: Claim, standing: Standing) -> None:
    set_priority(claim, parts_of(claim, **standing._asdict(), editors_parts=editors_parts(claim)))


def _enqueue_one(claim: Claim, standing: Standing) -> Event:
    _prioritise(claim, standing)
    claim.status = Status.QUEUED
    claim.revision += 1
    claim.updated_at = timezone.now()
    changes = {
        "status": changed(str(Status.RECORDED), str(Status.QUEUED)),
        "priority": changed(None, claim.priority),
    }
    return event_on(claim, type=EventType.CLAIM_QUEUED, actor=None, changes=changes, occurred_at=claim.updated_at)
