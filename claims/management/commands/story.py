from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.errors import NotFoundError
from claims.management.people import DEFAULT_NEWSROOM, service_of
from claims.management.telling import chain_of, event_lines, status_label
from claims.selectors.claims import claim_in_full, visible_events


class Command(BaseCommand):
    help = "Tells one claim's whole story: every event with who, when, and what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=UUID)
        parser.add_argument("--newsroom", default=DEFAULT_NEWSROOM)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = service_of(options["newsroom"])
        try:
            claim = claim_in_full(actor=actor, claim_id=options["id"])
        except NotFoundError as error:
            raise CommandError(f"There is no claim {options['id']} in the newsroom {options['newsroom']}.") from error
        self.stdout.write(f"{claim.statement}\nSaid by: {chain_of(claim)}\nNow: {status_label(claim)}\n")
        for event in visible_events(actor, claim):
            for line in event_lines(event):
                self.stdout.write(line)
