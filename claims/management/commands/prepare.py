"""Everything that a fresh installation needs before it serves, in one process: it is done again without harm."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from claims.management.people import DEFAULT_NEWSROOM
from claims.models import Newsroom, User
from claims.vocab import Role
from claims.workflow import newsrooms

FIRST_PEOPLE = (
    ("editor", (Role.EDITOR, Role.ADMIN)),
    ("reviewer", (Role.REVIEWER,)),
)


class Command(BaseCommand):
    help = (
        "Migrates the database, collects the static files, and on the first run makes a newsroom and its first users."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if not Newsroom.objects.exists():
            self.first_run()

    @transaction.atomic
    def first_run(self) -> None:
        newsroom = newsrooms.create(slug=DEFAULT_NEWSROOM, name="Newsroom")
        self.stdout.write("First run: the newsroom “default” and two people who can check each other's work.")
        for name, roles in FIRST_PEOPLE:
            password = secrets.token_urlsafe(12)
            user = User.objects.create_user(name, password=password)
            newsrooms.add_roles(newsroom=newsroom, user=user, roles=roles)
            self.stdout.write(f"  log in as {name:<9} password {password}   ({', '.join(roles)})")
        self.stdout.write("The passwords are shown this once: note them down, and change them after the first log-in.")
