from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F

from claims.models import Event
from claims.workflow.events import first_broken_link


class Command(BaseCommand):
    help = "Checks that the number and hash of every event follow from the one before; names the first that does not."

    def handle(self, *args: Any, **options: Any) -> None:
        events = Event.objects.order_by(
            F("claim_id").asc(nulls_last=True), F("article_id").asc(nulls_last=True), "newsroom_id", "seq"
        )
        checked = 0
        for _, chain in groupby(events.iterator(), key=_subject_of):
            links = list(chain)
            broken = first_broken_link(links)
            if broken is not None:
                what = f"Event {broken.pk} ({broken.type}, number {broken.seq})"
                raise CommandError(f"{what} does not follow from the one before it.")
            checked += len(links)
        self.stdout.write(f"{checked} events checked: every one follows from the one before it.")


def _subject_of(event: Event) -> UUID:
    return event.claim_id or event.article_id or event.newsroom_id
