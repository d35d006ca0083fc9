from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F

from claims.models import Event
from claims.workflow.events import first_broken_link


class Command(BaseCommand):
    help = "Reads every event and checks that its number and its hash follow from the one before; names the first that does not."

    def handle(self, *args: Any, **options: Any) -> None:
        events = Event.objects.order_by(
            F("claim_id").asc(nulls_last=True), F("article_id").asc(nulls_last=True), "newsroom_id", "seq"
        )
        checked = 0
        for _, chain in groupby(events.iterator(), key=lambda event: (event.claim_id, event.article_id or event.newsroom_id)):
            links = list(chain)
            broken = first_broken_link(links)
            if broken is not None:
                raise CommandError(f"Event {broken.pk} ({broken.type}, number {broken.seq}) does not follow from the one before it.")
            checked += len(links)
        self.stdout.write(f"{checked} events checked: every one follows from the one before it.")
