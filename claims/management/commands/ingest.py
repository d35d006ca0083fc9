from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.errors import DomainError, InvalidInputError
from claims.intake.files import article_from, read_claims, read_text
from claims.management.people import DEFAULT_NEWSROOM, service_of
from claims.management.telling import chain_of, problem_lines
from claims.selectors.claims import claim_in_full
from claims.workflow import articles
from claims.workflow.articles import RecordedArticle

#: Options that override what the claims file says of the article.
METADATA = ("publisher", "headline", "date", "url")


class Command(BaseCommand):
    help = "Records articles from text files (HTML where the name ends in .html), with their claims."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="+", type=Path)
        parser.add_argument("--claims", type=Path, help="claims in the shape of POST articles/, in JSON")
        parser.add_argument("--publisher")
        parser.add_argument("--headline")
        parser.add_argument("--date", help="the date of publication")
        parser.add_argument("--url")
        parser.add_argument("--newsroom", default=DEFAULT_NEWSROOM)

    def handle(self, *args: Any, **options: Any) -> None:
        paths = options["path"]
        if len(paths) > 1 and any(options[name] for name in ("claims", *METADATA)):
            raise CommandError("--claims and what is said of the article go with one file at a time.")
        self.actor = service_of(options["newsroom"])
        for number, path in enumerate(paths, start=1):
            prefix = f"[{number}/{len(paths)}] " if len(paths) > 1 else ""
            self.ingest(path, options, prefix)

    def ingest(self, path: Path, options: dict[str, Any], prefix: str) -> None:
        try:
            body = read_claims(options["claims"]) if options["claims"] else {}
            body["html" if path.suffix in {".html", ".htm"} else "text"] = read_text(path)
            for name in METADATA:
                if options[name]:
                    body["date_published" if name == "date" else name] = options[name]
            recorded = articles.record_article(actor=self.actor, given=article_from(body))
        except InvalidInputError as error:
            raise CommandError(f"{path}: nothing was recorded.\n" + "\n".join(problem_lines(error))) from error
        except DomainError as error:
            raise CommandError(f"{path}: {error.detail}") from error
        self.tell(path, recorded, prefix)

    def tell(self, path: Path, recorded: RecordedArticle, prefix: str) -> None:
        known = " (known already)" if recorded.is_existing else ""
        count = len(recorded.claims)
        article, version = recorded.article, recorded.version
        self.stdout.write(
            f"{prefix}{path.name}: article {article.pk}, version {version.number}{known}, "
            f"{count} {'claim' if count == 1 else 'claims'}"
        )
        for entry in recorded.claims:
            claim = claim_in_full(actor=self.actor, claim_id=entry.claim.pk)
            known = " (known already)" if entry.is_existing else ""
            self.stdout.write(f"  {claim.pk}  {chain_of(claim)}: {claim.statement}{known}")
            for warning in entry.warnings:
                self.stdout.write(f"    note: {warning}")
