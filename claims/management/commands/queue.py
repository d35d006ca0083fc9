from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.management.people import DEFAULT_NEWSROOM, service_of
from claims.management.telling import one_line
from claims.selectors.claims import in_full
from claims.selectors.queue import QUEUE_ORDER, waiting


class Command(BaseCommand):
    help = "Shows what waits to be checked, in the order of `take next`, with the parts of each priority."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--newsroom", default=DEFAULT_NEWSROOM)
        parser.add_argument("--limit", type=int, default=20)

    def handle(self, *args: Any, **options: Any) -> None:
        claims = waiting(service_of(options["newsroom"]))
        rows = list(in_full(claims.order_by(*QUEUE_ORDER))[: options["limit"]])
        for claim in rows:
            self.stdout.write(one_line(claim))
            for part in claim.priority_parts:
                self.stdout.write(f"{part['value']:>+53}  {part['name']}: {part['reason']}")
        self.stdout.write(f"{claims.count()} waiting." if rows else "Nothing waits to be checked.")
