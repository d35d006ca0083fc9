from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.management.people import DEFAULT_NEWSROOM, service_of
from claims.management.telling import one_line
from claims.selectors.claims import in_full, matching, visible_claims
from claims.vocab import Status


class Command(BaseCommand):
    help = "Lists claims, the newest first: id, status, priority, rating, who made it, statement."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--newsroom", default=DEFAULT_NEWSROOM)
        parser.add_argument("--status", action="append", choices=Status.values, help="may be given again")
        parser.add_argument("--q", help="words that the statement contains")
        parser.add_argument("--limit", type=int, default=50)

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {"status": options["status"], "q": options["q"]}
        found = matching(visible_claims(service_of(options["newsroom"])), asked).order_by("-created_at", "-id")
        rows = list(in_full(found)[: options["limit"]])
        for claim in rows:
            self.stdout.write(one_line(claim))
        if not rows:
            self.stdout.write("No such claims. `ingest FILE --claims FILE.json` records some.")
