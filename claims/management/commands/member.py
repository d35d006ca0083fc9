from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.management.people import DEFAULT_NEWSROOM, newsroom_called
from claims.models import User
from claims.vocab import Role
from claims.workflow import newsrooms


class Command(BaseCommand):
    help = "Makes a user and their membership, or adds roles to it. Prints a first password, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name to log in with")
        parser.add_argument("--role", action="append", required=True, choices=Role.values, help="may be given again")
        parser.add_argument("--newsroom", default=DEFAULT_NEWSROOM, help="the newsroom's short name")

    def handle(self, *args: Any, **options: Any) -> None:
        newsroom = newsroom_called(options["newsroom"])
        user, is_new = User.objects.get_or_create(username=options["user"])
        membership = newsrooms.add_roles(newsroom=newsroom, user=user, roles=[Role(role) for role in options["role"]])
        self.stdout.write(f"{user.username} is {', '.join(membership.roles)} in {newsroom.slug}.")
        if is_new:
            password = secrets.token_urlsafe(12)
            user.set_password(password)
            user.save(update_fields=["password"])
            self.stdout.write(f"First password of {user.username}, shown this once: {password}")
