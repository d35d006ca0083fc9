"""Fills a database of ours or of the floor with open claims, by COPY.

    python -m benchmarks.seed ours|floor --open 10000 --held 200

DJANGO_SETTINGS_MODULE and DATABASE_URL say whose models and where. Prints the ids of the claims that are held, as JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import django
from django.apps import apps
from django.db import connection, models

from benchmarks.corpus import CLAIMS_PER_ARTICLE, PUBLISHERS, Statement, Story, name_of, stories

ARTICLES_AT_ONCE = 500
NOW = datetime.now(UTC)
FACT_SCALE = [("true", 5), ("mostly-true", 4), ("half-true", 3), ("mostly-false", 2), ("false", 1), ("altered", None)]

Row = dict[str, Any]


class Seeder:
    """Gathers rows by model and copies them into their tables; what a row does not say is the field's default."""

    def __init__(self, app_label: str) -> None:
        self._app_label = app_label
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._blanks: dict[str, Row] = {}
        self._random = Random(1)  # noqa: S311 - it makes up priorities
        self.held: list[dict[str, str]] = []

    def model(self, name: str) -> type[models.Model]:
        return apps.get_model(self._app_label, name)

    def add(self, kind: str, /, **values: Any) -> UUID:
        row_id: UUID = self.model(kind)._meta.pk.get_default()
        self._rows[kind].append({"id": row_id, **self.everywhere(), **values})
        return row_id

    def everywhere(self) -> Row:
        """Columns that every row has."""
        return {}

    def copy(self) -> None:
        for name, rows in self._rows.items():
            blank = self._blanks.setdefault(name, _blank(self.model(name)))
            columns = ", ".join(f'"{column}"' for column in blank)
            table = self.model(name)._meta.db_table
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([row.get(column, default) for column, default in blank.items()])
        self._rows.clear()

    def fill(self, *, open_claims: int, held_claims: int) -> None:
        self.people()
        self.copy()
        articles = math.ceil((open_claims + held_claims) / CLAIMS_PER_ARTICLE)
        left = open_claims + held_claims
        for number, story in enumerate(stories(first=0, count=articles), start=1):
            for statement in self.article(story)[:left]:
                left -= 1
                self.claim(story, statement, is_held=left < held_claims)
            if number % ARTICLES_AT_ONCE == 0 or number == articles:
                self.copy()

    def people(self) -> None:
        self.publishers = {name: self.add("Publisher", name=name, **self.key(name)) for name in PUBLISHERS}
        self.claimants = {name: self._claimant(name) for name in map(name_of, range(100))}

    def key(self, name: str) -> Row:
        return {}

    def _claimant(self, name: str) -> UUID:
        return self.add("Claimant", name=name, kind="person", **self.key(name))

    def article(self, story: Story) -> list[Statement]:
        article = self.add(
            "Article",
            url=story.url,
            canonical_url=story.url,
            publisher_id=self.publishers[story.publisher],
            headline=story.headline,
            in_language="en",
            created_at=NOW,
        )
        self._version = self.add(
            "ArticleVersion",
            article_id=article,
            number=1,
            text=story.text,
            text_sha256=hashlib.sha256(story.text.encode()).hexdigest(),
            captured_at=NOW,
        )
        return story.statements

    def claim(self, story: Story, statement: Statement, *, is_held: bool) -> None:
        recorded_at = NOW - timedelta(minutes=self._random.randrange(1, 43_200))
        parts = [
            {"name": "kind", "value": 10, "reason": f"its kind is {statement.kind}"},
            {"name": "check_worthiness", "value": 12, "reason": "names a number"},
            {"name": "desk", "value": self._random.randrange(30), "reason": "asked for by readers"},
        ]
        priority = sum(int(str(part["value"])) for part in parts)
        age = (NOW - recorded_at).total_seconds() / 3600
        claim = self.add(
            "Claim",
            statement=statement.sentence,
            kind=statement.kind,
            in_language="en",
            claimant_match="exact",
            status="in_review" if is_held else "queued",
            revision=3 if is_held else 2,
            priority=priority,
            priority_parts=connection.ops.adapt_json_value(parts, None),
            rank=round(priority + 0.2 * age, 6),
            created_at=recorded_at,
            updated_at=recorded_at,
            **self.on_claim(),
        )
        self._place(claim, statement)
        self.history(claim)
        if is_held:
            self.held.append({"id": str(claim), "kind": statement.kind})
            held = {"claim_id": claim, "stage": "check", "state": "live", "held_until": NOW + timedelta(hours=2)}
            self.add("Assignment", taken_at=NOW, **held, **self.reviewer())

    def _place(self, claim: UUID, statement: Statement) -> None:
        if statement.claimant not in self.claimants:
            self.claimants[statement.claimant] = self._claimant(statement.claimant)
        who = self.claimants[statement.claimant]
        self.add("ClaimClaimant", claim_id=claim, claimant_id=who, position=0)
        place = self.add("Appearance", claim_id=claim, version_id=self._version, speech="indirect", cue=statement.cue)
        quote = {name: getattr(statement, name) for name in ("start", "end", "exact", "prefix", "suffix")}
        self.add("Segment", appearance_id=place, position=0, **quote)
        link = {"appearance_id": place, "relation": "paraphrased", "basis": "primary"}
        self.add("Attribution", position=0, claimant_id=who, as_named=statement.claimant, **link)

    def on_claim(self) -> Row:
        return {}

    def history(self, claim: UUID) -> None:
        """What had happened to a claim before it was queued."""

    def reviewer(self) -> Row:
        return {"reviewer": "reviewer"}


class FloorSeeder(Seeder):
    def people(self) -> None:
        super().people()
        for code, value in FACT_SCALE:
            self.add("Rating", code=code, label=code, value=value, best=value and 5, worst=value and 1)


class OurSeeder(Seeder):
    def __init__(self, app_label: str) -> None:
        super().__init__(app_label)
        from claims.models import Membership

        member = Membership.objects.select_related("user").get(user__username="reviewer")
        self._newsroom, self._reviewer = member.newsroom_id, member.user_id

    def everywhere(self) -> Row:
        return {"newsroom_id": self._newsroom}

    def key(self, name: str) -> Row:
        from claims.text.normalise import name_key

        return {"name_key": name_key(name)}

    def on_claim(self) -> Row:
        return {"recorded_by_id": self._reviewer, "event_count": 2, "event_head": os.urandom(32)}

    def history(self, claim: UUID) -> None:
        for seq, type_ in enumerate(("claim.recorded", "claim.queued"), start=1):
            changes = connection.ops.adapt_json_value({"status": {"before": None, "after": "queued"}}, None)
            told = {"type": type_, "audience": "partner", "occurred_at": NOW, "changes": changes}
            self.add("Event", claim_id=claim, seq=seq, actor_id=self._reviewer, hash=os.urandom(32), **told)

    def reviewer(self) -> Row:
        return {"reviewer_id": self._reviewer}


def _blank(model: type[models.Model]) -> Row:
    """The columns of a table, each with its default. A default of the database (always a time) is now."""
    return {str(field.column): _default(field) for field in model._meta.concrete_fields}


def _default(field: models.Field[Any, Any]) -> Any:
    if field.has_db_default():
        return NOW
    default = field.get_default()
    return default if default is None else field.get_db_prep_save(default, connection)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=["ours", "floor"])
    parser.add_argument("--open", type=int, required=True)
    parser.add_argument("--held", type=int, required=True)
    asked = parser.parse_args()
    django.setup()
    with connection.cursor() as cursor:
        # Millions of rows that are known to fit together: no foreign keys are checked and no triggers run.
        cursor.execute("SET session_replication_role = replica")
    seeder = OurSeeder("claims") if asked.side == "ours" else FloorSeeder("floor")
    seeder.fill(open_claims=asked.open, held_claims=asked.held)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps(seeder.held))


if __name__ == "__main__":
    main()
