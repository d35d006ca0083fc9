"""The floor's statements as raw SQL, without Django: `python -m benchmarks.sql SCENARIO`, on the floor's database.

Reads {"requests": [...], "follow": n} as a line of JSON, connects, says "ready", waits for a line, and then does the
requests in eight threads. Prints {"count", "cpu", "wall"}; `cpu` is this process's own.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

THREADS = 8
Connection = psycopg.Connection[tuple[Any, ...]]

CLAIM = (
    "SELECT claim.*, verdict.*, rating.*, review.* FROM floor_claim claim "
    "LEFT JOIN floor_verdict verdict ON verdict.id = claim.verdict_id "
    "LEFT JOIN floor_rating rating ON rating.id = verdict.rating_id "
    "LEFT JOIN floor_review review ON review.claim_id = claim.id "
)
BESIDE_EACH_CLAIM = [
    "SELECT * FROM floor_claimclaimant link JOIN floor_claimant claimant ON claimant.id = link.claimant_id "
    "WHERE link.claim_id = ANY(%s) ORDER BY link.position",
    "SELECT * FROM floor_assignment WHERE claim_id = ANY(%s) AND state = 'live'",
]
BELOW_A_CLAIM = [
    "SELECT * FROM floor_claim_topics link JOIN floor_topic topic ON topic.id = link.topic_id "
    "WHERE link.claim_id = ANY(%s)",
    "SELECT place.*, version.article_id, version.number FROM floor_appearance place "
    "JOIN floor_articleversion version ON version.id = place.version_id WHERE place.claim_id = ANY(%s)",
    "SELECT part.* FROM floor_segment part JOIN floor_appearance place ON place.id = part.appearance_id "
    "WHERE place.claim_id = ANY(%s) ORDER BY part.position",
    "SELECT * FROM floor_attribution link JOIN floor_appearance place ON place.id = link.appearance_id "
    "JOIN floor_claimant claimant ON claimant.id = link.claimant_id WHERE place.claim_id = ANY(%s)",
    "SELECT approval.* FROM floor_approval approval JOIN floor_verdict verdict ON verdict.id = approval.verdict_id "
    "WHERE verdict.claim_id = ANY(%s)",
]
PLACES_IN_ROWS = (
    "SELECT place.*, version.number, article.id, article.headline FROM floor_appearance place "
    "JOIN floor_articleversion version ON version.id = place.version_id "
    "JOIN floor_article article ON article.id = version.article_id WHERE place.claim_id = ANY(%s)"
)


def read_in_full(connection: Connection, ids: list[uuid.UUID]) -> None:
    connection.execute(f"{CLAIM} WHERE claim.id = ANY(%s)", [ids]).fetchall()
    for statement in [*BESIDE_EACH_CLAIM, *BELOW_A_CLAIM]:
        connection.execute(statement, [ids]).fetchall()


def insert(connection: Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """All rows in one statement."""
    given = list(rows)
    if not given:
        return
    one = f"({', '.join(['%s'] * len(given[0]))})"
    columns = ", ".join(f'"{name}"' for name in given[0])
    values = [value for row in given for value in row.values()]
    connection.execute(
        f"INSERT INTO floor_{table} ({columns}) VALUES {', '.join([one] * len(given))}",  # noqa: S608 - no input in it
        values,
    )


def submit(connection: Connection, request: dict[str, Any]) -> None:
    given, now = request["body"], datetime.now(UTC)
    with connection.transaction():
        publisher = _publisher(connection, given["publisher"]["name"])
        article, version = uuid.uuid4(), uuid.uuid4()
        texts = {name: given[name] for name in ("url", "headline", "date_published", "in_language")}
        article_row = {"id": article, "kind": "article", "canonical_url": given["url"], "author": "", **texts}
        insert(connection, "article", [{**article_row, "publisher_id": publisher, "created_at": now}])
        sha256 = hashlib.sha256(given["text"].encode()).hexdigest()
        version_row = {"id": version, "article_id": article, "number": 1, "text": given["text"], "text_sha256": sha256}
        insert(connection, "articleversion", [{**version_row, "captured_at": now}])
        claims = _record_claims(connection, given, version, now)
    read_in_full(connection, claims)


def _publisher(connection: Connection, name: str) -> uuid.UUID:
    found = connection.execute("SELECT id FROM floor_publisher WHERE name = %s", [name]).fetchone()
    assert found is not None
    publisher: uuid.UUID = found[0]
    return publisher


def _claimants(connection: Connection, claims: list[dict[str, Any]]) -> dict[str, uuid.UUID]:
    people = [person for claim in claims for person in (claim["claimant"], *claim.get("reported_by", []))]
    wanted = {person["name"]: person for person in people}
    found: dict[str, uuid.UUID] = dict(
        connection.execute("SELECT name, id FROM floor_claimant WHERE name = ANY(%s)", [list(wanted)]).fetchall()
    )
    new = {name: uuid.uuid4() for name in wanted if name not in found}
    rows = ({"id": new[name], "name": name, "kind": wanted[name]["kind"], "role": ""} for name in new)
    insert(connection, "claimant", rows)
    return found | new


def _record_claims(
    connection: Connection, article: dict[str, Any], version: uuid.UUID, now: datetime
) -> list[uuid.UUID]:
    claims, text = article["claims"], article["text"]
    claimants = _claimants(connection, claims)
    ids, places = [uuid.uuid4() for _ in claims], [uuid.uuid4() for _ in claims]
    blank = dict.fromkeys(("context", "on_behalf_of", "date_said", "claimant_named", "decline_reason"), "")
    numbers = {"revision": 1, "priority": 0, "rank": 0.0, "is_urgent": False, "priority_parts": Jsonb([])}
    fixed = {"claimant_match": "exact", "status": "recorded", "in_language": "en", "created_at": now, "updated_at": now}
    together = list(zip(ids, places, claims, strict=True))
    insert(
        connection,
        "claim",
        (
            {"id": row, "statement": claim["statement"], "kind": claim["kind"], **blank, **numbers, **fixed}
            for row, _, claim in together
        ),
    )
    insert(
        connection,
        "claimclaimant",
        (
            {"id": uuid.uuid4(), "claim_id": row, "claimant_id": claimants[claim["claimant"]["name"]], "position": 0}
            for row, _, claim in together
        ),
    )
    where = {"version_id": version, "url": "", "date_published": "", "anchor": "unchanged"}
    flags = {"is_first": False, "is_suggested": False}
    insert(
        connection,
        "appearance",
        (
            {"id": place, "claim_id": row, "speech": claim["speech"], "cue": claim["cue"], **where, **flags}
            for row, place, claim in together
        ),
    )
    insert(connection, "segment", (_segment(place, claim, text) for _, place, claim in together))
    links = [link for _, place, claim in together for link in _links(place, claim, claimants)]
    insert(connection, "attribution", links)
    return ids


def _segment(place: uuid.UUID, claim: dict[str, Any], text: str) -> dict[str, Any]:
    start, end = claim["start"], claim["end"]
    around = {"prefix": text[max(0, start - 32) : start], "suffix": text[end : end + 32]}
    quote = {"start": start, "end": end, "exact": claim["exact"], **around}
    return {"id": uuid.uuid4(), "appearance_id": place, "position": 0, **quote}


def _links(place: uuid.UUID, claim: dict[str, Any], claimants: dict[str, uuid.UUID]) -> Iterable[dict[str, Any]]:
    people = [claim["claimant"], *claim.get("reported_by", [])]
    for position, person in enumerate(people):
        words = {"relation": "reported" if position else "paraphrased", "basis": "primary", "as_named": ""}
        who = {"id": uuid.uuid4(), "appearance_id": place, "claimant_id": claimants[person["name"]]}
        yield {**who, "position": position, **words}


def take(connection: Connection, request: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    with connection.transaction():
        found = connection.execute(
            "SELECT * FROM floor_claim WHERE status = 'queued' ORDER BY rank DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED"
        ).fetchone()
        assert found is not None
        [claim] = [value for value in found if isinstance(value, uuid.UUID)][:1]
        connection.execute(
            "UPDATE floor_claim SET status = 'in_review', revision = revision + 1, updated_at = %s WHERE id = %s",
            [now, claim],
        )
        held = {"state": "live", "held_until": now + timedelta(hours=2), "taken_at": now}
        row = {"id": uuid.uuid4(), "claim_id": claim, "stage": "check", "reviewer": "reviewer", **held}
        insert(connection, "assignment", [row])
    read_in_full(connection, [claim])


def verdict(connection: Connection, request: dict[str, Any]) -> None:
    given, claim, now = request["body"], uuid.UUID(request["path"].split("/")[4]), datetime.now(UTC)
    with connection.transaction():
        connection.execute("SELECT * FROM floor_claim WHERE id = %s FOR UPDATE", [claim]).fetchone()
        rating = connection.execute("SELECT id FROM floor_rating WHERE code = %s", [given["rating"]]).fetchone()
        assert rating is not None
        insert(connection, "evidence", [_evidence(connection, claim, item, now) for item in given["evidence"]])
        insert(connection, "review", [{"id": uuid.uuid4(), "claim_id": claim, "state": "draft", **given["review"]}])
        row = {"id": uuid.uuid4(), "claim_id": claim, "rating_id": rating[0], "explanation": given["explanation"]}
        insert(connection, "verdict", [{**row, "looked_for": "", "author": "reviewer", "created_at": now}])
        connection.execute(
            "UPDATE floor_assignment SET state = 'done', ended_at = %s WHERE claim_id = %s AND state = 'live'",
            [now, claim],
        )
        connection.execute(
            "UPDATE floor_claim SET status = 'in_approval', revision = revision + 1, updated_at = %s, verdict_id = %s "
            "WHERE id = %s",
            [now, row["id"], claim],
        )
    read_in_full(connection, [claim])


def _evidence(connection: Connection, claim: uuid.UUID, item: dict[str, Any], now: datetime) -> dict[str, Any]:
    source = item["source"]
    found = connection.execute("SELECT id FROM floor_source WHERE url = %s", [source["url"]]).fetchone()
    if not found:
        found = connection.execute(
            "INSERT INTO floor_source (id, kind, url, title, publisher) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (url) DO UPDATE SET url = EXCLUDED.url RETURNING id",
            [uuid.uuid4(), source["kind"], source["url"], source["title"], source["publisher"]],
        ).fetchone()
    assert found is not None
    texts = {name: item[name] for name in ("stance", "excerpt", "note")}
    row = {"id": uuid.uuid4(), "claim_id": claim, "source_id": found[0], "added_by": "reviewer", "created_at": now}
    return {**row, **texts}


def list_page(connection: Connection, request: dict[str, Any]) -> None:
    last: list[Any] = [float("inf"), uuid.UUID(int=0)]
    for _ in range(1 + request["follow"]):
        rows = connection.execute(
            f"{CLAIM} WHERE claim.status = 'queued' AND claim.kind = 'fact' AND (claim.rank, claim.id) < (%s, %s) "
            "ORDER BY claim.rank DESC, claim.id LIMIT 51",
            last,
        )
        names = [column.name for column in rows.description or []]
        found = rows.fetchall()
        if not found:
            return
        rank, key = names.index("rank"), names.index("id")
        last = [found[-1][rank], uuid.UUID(int=0)]
        for statement in [*BESIDE_EACH_CLAIM, PLACES_IN_ROWS]:
            connection.execute(statement, [[row[key] for row in found]]).fetchall()


DO: dict[str, Callable[[Connection, dict[str, Any]], None]] = {
    "submit": submit,
    "take": take,
    "verdict": verdict,
    "list": list_page,
}


def main(scenario: str) -> None:
    given = json.loads(sys.stdin.readline())
    left = deque({**request, "follow": given["follow"]} for request in given["requests"])
    connections = [psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) for _ in range(THREADS)]

    def work(connection: Connection) -> None:
        while True:
            try:
                request = left.popleft()
            except IndexError:
                return
            DO[scenario](connection, request)

    print("ready", flush=True)
    sys.stdin.readline()
    threads = [threading.Thread(target=work, args=[connection]) for connection in connections]
    wall, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = {"count": len(given["requests"]) * (1 + given["follow"]), "cpu": time.process_time() - cpu}
    print(json.dumps({**seen, "wall": time.perf_counter() - wall}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
