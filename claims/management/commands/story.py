from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.management.people import add_claim_arguments, claim_called, service_of
from claims.management.telling import chain_of, event_lines, status_label
from claims.selectors.claims import visible_events


class Command(BaseCommand):
    help = "Tells one claim's whole story: every event with who, when, and what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        add_claim_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = service_of(options["newsroom"])
        claim = claim_called(options["id"], actor=actor)
        self.stdout.write(f"{claim.statement}\nSaid by: {chain_of(claim)}\nNow: {status_label(claim)}\n")
        for event in visible_events(actor, claim):
            for line in event_lines(event):
                self.stdout.write(line)
