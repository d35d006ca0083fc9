from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.management.people import DEFAULT_NEWSROOM, membership_of, newsroom_called
from claims.vocab import Scope
from claims.workflow import tokens


class Command(BaseCommand):
    help = "Makes an API token for a member and prints it, alone, on the last line. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user")
        parser.add_argument("--newsroom", default=DEFAULT_NEWSROOM)
        parser.add_argument(
            "--scope", action="append", default=[], choices=Scope.values, help="narrows it; may be given again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        membership = membership_of(options["user"], newsroom_called(options["newsroom"]))
        scopes = [Scope(scope) for scope in options["scope"]]
        token = tokens.make(membership=membership, scopes=scopes)
        what = f"with the scopes {', '.join(scopes)}" if scopes else "with every right of the member"
        self.stderr.write(f"Token of {options['user']}, {what}, for {tokens.LIFETIME.days} days:")
        self.stdout.write(token)
