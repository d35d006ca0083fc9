from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug

from claims.models import Newsroom
from claims.workflow import newsrooms


class Command(BaseCommand):
    help = "Makes a newsroom with the default rating scales."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its short name, such as daily-bugle")
        parser.add_argument("--name", help="its public name (the short name when left out)")
        parser.add_argument("--language", default="en", help="its language, such as en or fr")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["slug"]
        try:
            validate_slug(slug)
        except ValidationError as error:
            raise CommandError(f"“{slug}” is no short name: use letters, digits, - and _.") from error
        if Newsroom.objects.filter(slug=slug).exists():
            raise CommandError(f"There is a newsroom “{slug}” already.")
        newsroom = newsrooms.create(slug=slug, name=options["name"] or slug, in_language=options["language"])
        self.stdout.write(f"Newsroom {newsroom.slug} ({newsroom.name}) is there, with its rating scales.")
