"""Lists walk to their end whatever the keys are, and a cursor belongs to the list that gave it."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.access import Actor
from claims.models import Article, ArticleVersion, Claim, Claimant, ClaimReview, Evidence, Source, Topic
from claims.models.tenancy import Tenant
from claims.text.uuid7 import uuid7
from claims.vocab import Role, Status
from tests.api.calling import Api, make_token, relative
from tests.api.world import World
from tests.build import (
    Desk,
    claim_in,
    evidence_input,
    make_article,
    make_claim,
    make_evidence,
    make_member,
    make_newsroom,
    make_published,
    verdict_input,
)

NOW = timezone.now().replace(microsecond=0)


def _scatter(actor: Actor, count: int, *, seed: int = 7) -> list[Claim]:
    """Rows whose keys are few: two urgencies, five ranks, three days or no day at all, four instants."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable scatter
    days: list[datetime | None] = [None, NOW, NOW + timedelta(days=1), NOW + timedelta(days=2)]

    def one() -> Claim:
        moment = NOW - timedelta(hours=chance.randrange(4))
        return Claim(
            id=uuid7(),
            newsroom_id=actor.newsroom_id,
            statement=f"Scattered {chance.randrange(10)}",
            status=Status.RECORDED,
            is_urgent=chance.random() < 0.3,
            rank=float(chance.randrange(5)),
            due=chance.choice(days),
            created_at=moment,
            updated_at=moment + timedelta(minutes=chance.randrange(3)),
        )

    return Claim.objects.bulk_create(one() for _ in range(count))


def _expected(order: str, newsroom_id: UUID) -> list[str]:
    """The order as a person would say it, sorted here and not by the database."""
    key: dict[str, Callable[[Claim], Any]] = {
        "priority": lambda claim: (not claim.is_urgent, -claim.rank),
        "due": lambda claim: claim.due or NOW,
        "created": lambda claim: claim.created_at,
        "updated": lambda claim: claim.updated_at,
    }
    name, is_turned = order.removeprefix("-"), order.startswith("-")
    rows = sorted(Claim.objects.filter(newsroom=newsroom_id), key=lambda claim: str(claim.pk), reverse=is_turned)
    rows.sort(key=key[name], reverse=is_turned)
    if name == "due":
        rows.sort(key=lambda claim: claim.due is None)  # nulls last in either direction
    return [str(claim.pk) for claim in rows]


@pytest.mark.parametrize(
    "order", ["priority", "due", "created", "updated", "-priority", "-due", "-created", "-updated"]
)
def test_walking_gives_each_row_once_and_in_order(order: str, author: Actor, api: Api) -> None:
    _scatter(author, 300)
    for limit in (23, 200):
        rows = [row["id"] for row in api.walk(f"claims/?order={order}&limit={limit}")]
        assert rows == _expected(order, author.newsroom_id), limit


def test_a_page_that_ends_with_the_last_row_has_no_next(author: Actor, api: Api) -> None:
    _scatter(author, 20)
    assert api.get("claims/?limit=20").body["next"] is None
    assert api.get("claims/?limit=19").body["next"] is not None
    assert len(api.get("claims/").body["results"]) == 20
    assert Api(api.token).get("claims/?status=declined").body == {"results": [], "next": None}


@pytest.mark.parametrize("order", ["created", "-created"])
def test_rows_that_come_while_somebody_walks_double_and_hide_nothing(order: str, author: Actor, api: Api) -> None:
    there = {str(claim.pk) for claim in _scatter(author, 120)}
    seen: list[str] = []
    path = f"claims/?order={order}&limit=11"
    while path:
        answer = api.get(path)
        seen += [row["id"] for row in answer.body["results"]]
        path = relative(answer.body["next"])
        make_claim(author, "It came in between")
        _scatter(author, 3, seed=len(seen))
    assert there <= set(seen)
    assert len(seen) == len(set(seen))


def test_the_other_lists_walk_as_exactly(desk: Desk, api: Api) -> None:
    for number in range(23):
        article = make_article(desk.author, text=f"Text {number % 20}.", url=f"https://a.example.org/{number}")
        claim = make_claim(desk.author, f"S {number}", claimant=f"Person {number % 9}")
        make_evidence(desk.author, claim, evidence_input(f"https://e.example.org/{number}"))
    for number in range(4):
        make_article(desk.author, text=f"Version {number}", url="https://a.example.org/versions")
        make_published(author=desk.author, editor=desk.editor, statement=f"P {number}")
        claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
        Topic.objects.create(newsroom=desk.newsroom, slug=f"t-{number}", name="T")
    # Many keys are made equal: the id alone tells the rows apart.
    Claimant.objects.update(name_key="same")
    Article.objects.update(created_at=NOW)
    Source.objects.update(created_at=NOW)
    ClaimReview.objects.exclude(date_published=None).update(date_published=NOW)
    lists: dict[str, type[Tenant]] = {
        "articles/": Article,
        "claimants/": Claimant,
        "sources/": Source,
        "evidence/": Evidence,
        "claim-reviews/": ClaimReview,
    }
    for path, model in lists.items():
        rows = model._default_manager.filter(newsroom=desk.newsroom)
        walked = [row["id"] for row in api.walk(f"{path}?limit=3")]
        assert len(walked) == len(set(walked)) == rows.count() > 5, path
        assert set(walked) == {str(pk) for pk in rows.values_list("pk", flat=True)}, path
    assert [row["slug"] for row in api.walk("topics/?limit=1")] == [f"t-{number}" for number in range(4)]
    pk = article.article.pk
    assert len(api.walk(f"articles/{pk}/claims/?limit=1")) == 0
    versioned = ArticleVersion.objects.filter(number=4).get().article_id
    assert [row["number"] for row in api.walk(f"articles/{versioned}/versions/?limit=1")] == [4, 3, 2, 1]
    assert [row["seq"] for row in api.walk(f"claims/{claim.pk}/history/?limit=1")] == [1, 2]


# Cursors.


def _cursor(api: Api, path: str) -> str:
    address: str = api.get(path).body["next"]
    return parse_qs(urlsplit(address).query)["cursor"][0]


def test_a_cursor_is_refused_by_every_other_list(author: Actor, api: Api) -> None:
    _scatter(author, 30)
    cursor = _cursor(api, "claims/?limit=5&order=due&status=recorded")
    same = api.get(f"claims/?limit=9&order=due&status=recorded&cursor={cursor}")
    assert same.status == 200  # the length of a page is no part of the list
    for path in (
        "claims/?order=-due&status=recorded",
        "claims/?order=due",
        "claims/?order=due&status=recorded&status=queued",
        "claims/?order=due&status=queued",
        "claims/?order=due&status=recorded&expand=verdict",
        "articles/?limit=5",
    ):
        answer = api.get(f"{path}&cursor={cursor}")
        assert (answer.status, answer.body["errors"][0]["code"]) == (400, "cursor_mismatch"), path
    elsewhere = Api(make_token(make_member(make_newsroom("away"), Role.EDITOR, "away-editor")))
    answer = elsewhere.get(f"claims/?order=due&status=recorded&cursor={cursor}")
    assert (answer.status, answer.body["errors"][0]["code"]) == (400, "cursor_mismatch")


def test_a_cursor_that_was_touched_is_refused(author: Actor, api: Api) -> None:
    _scatter(author, 30)
    cursor = _cursor(api, "claims/?limit=5")
    head, _, tail = cursor.rpartition(":")
    for touched in (cursor[1:], cursor[:-2], f"{head}:{tail[::-1]}", head, f"x{cursor}", "e30:1:x", ":::", "%00"):
        answer = api.get(f"claims/?limit=5&cursor={touched}")
        assert answer.status == 400, touched
        assert answer.pointers == ["/cursor"]


def test_next_is_an_address_of_the_public_url(author: Actor, api: Api, settings: Any) -> None:
    settings.PUBLIC_URL = "https://facts.example.org"
    _scatter(author, 3)
    address: str = api.get("claims/?limit=2&kind=fact&kind=promise").body["next"]
    assert address.startswith("https://facts.example.org/api/v1/claims/?")
    assert parse_qs(urlsplit(address).query)["kind"] == ["fact", "promise"]


# Filters.


def test_each_filter_of_claims_finds_what_it_names_and_nothing_else(desk: Desk, api: Api) -> None:
    people: dict[str, Any] = {"author": desk.author, "editor": desk.editor}
    recorded = make_article(desk.author, text="Somebody said that it rains.", url="https://a.example.org/rain")
    Topic.objects.create(newsroom=desk.newsroom, slug="water", name="Water")
    wet = make_claim(desk.author, "It rains today", claimant="A", kind="promise", topics=["water"], in_language="pt-BR")
    held = claim_in(Status.IN_REVIEW, statement="It snows", claimant="B", **people)
    judged = claim_in(Status.IN_APPROVAL, statement="It hails", claimant="C", **people)
    body = {"statement": "It is said to rain", "article": str(recorded.article.pk), "exact": "it rains"}
    placed = Claim.objects.get(pk=api.post("claims/", body).body["id"])
    Claim.objects.filter(pk=wet.pk).update(due=NOW + timedelta(days=5), created_at=NOW - timedelta(days=9))
    Claim.objects.exclude(pk=wet.pk).update(created_at=NOW)
    article = recorded.article
    article.publisher_id = _publisher(api)
    article.save()
    by_id = {"A": Claimant.objects.get(name="A").pk, "C": Claimant.objects.get(name="C").pk}
    everything = {wet.pk, held.pk, judged.pk, placed.pk}
    for query, found in {
        "status=recorded": {wet.pk, placed.pk},
        "status=recorded&status=in_review": {wet.pk, placed.pk, held.pk},
        "kind=promise": {wet.pk},
        "kind=promise&kind=fact": everything,
        "rating=false": {judged.pk},
        "rating=true": set(),
        f"claimant={by_id['A']}": {wet.pk},
        f"claimant={by_id['A']}&claimant={by_id['C']}": {wet.pk, judged.pk},
        f"article={article.pk}": {placed.pk},
        f"publisher={article.publisher_id}": {placed.pk},
        "topic=water": {wet.pk},
        "language=pt-BR": {wet.pk},
        "assignee=author": {held.pk},
        f"due_before={(NOW + timedelta(days=6)).strftime('%Y-%m-%dT%H:%M:%SZ')}": {wet.pk},
        f"due_after={(NOW + timedelta(days=6)).strftime('%Y-%m-%dT%H:%M:%SZ')}": set(),
        f"created_before={NOW.strftime('%Y-%m-%dT%H:%M:%SZ')}": {wet.pk},
        f"created_after={NOW.strftime('%Y-%m-%dT%H:%M:%SZ')}": everything - {wet.pk},
        "q=rains": {wet.pk},
        "q=rain": {placed.pk},
        "q=RAINS+today": {wet.pk},
        "q=rains+-today": set(),
        "q=hails+or+snows": {held.pk, judged.pk},
        'q="today+rains"': set(),
        "q=%27%26|!:*()%5C": set(),
        "kind=fact&status=recorded": {placed.pk},
    }.items():
        rows = api.get(f"claims/?{query}").body["results"]
        assert {row["id"] for row in rows} == {str(pk) for pk in found}, query


def _publisher(api: Api) -> Any:
    article = api.post("articles/", {"text": "Another text.", "publisher": "The Gazette"})
    return article.body["publisher"]["id"]


def test_the_filters_of_the_other_lists(world: World) -> None:
    api, ids = world.api(), world.ids
    claim = world.claims["published"].pk
    mark = world.mark
    assert [row["id"] for row in api.walk(f"articles/?url=https://{mark}.example.org/prices")] == [
        str(ids["article_id"])
    ]
    publisher = api.get(f"articles/{ids['article_id']}/").body["publisher"]["id"]
    assert [row["id"] for row in api.walk(f"articles/?publisher={publisher}")] == [str(ids["article_id"])]
    assert {row["claim"] for row in api.walk(f"evidence/?claim={claim}")} == {str(claim)}
    withdrawn = api.walk("evidence/?withdrawn=true")
    assert [row["withdrawn_reason"] for row in withdrawn] == [f"{mark} withdrawn"]
    standing = api.walk(f"evidence/?claim={claim}&withdrawn=false")
    assert standing
    assert all(row["withdrawn_at"] is None for row in standing)
    assert [row["title"] for row in api.walk(f"sources/?url=https://{mark}.example.org/table")] == [f"{mark} table"]
    assert [row["id"] for row in api.walk(f"claim-reviews/?claim={claim}")] == [str(ids["review_id"])]
    assert {row["state"] for row in api.walk("claim-reviews/?state=retracted&state=published")} == {
        "retracted",
        "published",
    }
    assert [row["name"] for row in api.walk(f"claimants/?q={mark}+alias")] == [f"{mark} institute"]
    assert [row["name"] for row in api.walk(f"claimants/?q={mark.upper()}+INST")] == [f"{mark} institute"]


# Expansion, and the number of queries.


def test_expand_adds_what_is_named_and_nothing_else(world: World) -> None:
    api = world.api()
    plain = set(api.get("claims/").body["results"][0])
    for name in ("claimants", "verdict", "evidence", "appearances", "topics"):
        row = api.get(f"claims/?expand={name}").body["results"][0]
        assert set(row) - plain == {name}
    pk = str(world.claims["published"].pk)
    row = next(row for row in api.get("claims/?expand=claimant,verdict,evidence").body["results"] if row["id"] == pk)
    assert row["claimant"]["roles"][0]["title"] == "ours speaker"
    assert row["verdict"]["rating"]["code"] == "half-true"
    assert [item["note"] for item in row["evidence"]] == ["ours note", "ours note"]


LISTS = {
    "claims/": 6,
    "claims/?expand=claimant,claimants,verdict,evidence,appearances,topics": 11,
    "claims/?q=statement&status=in_approval&order=priority": 6,
    "articles/": 3,
    "claimants/": 4,
    "sources/": 2,
    "evidence/": 2,
    "claim-reviews/": 3,
}


def test_a_long_list_takes_as_many_queries_as_a_short_one(desk: Desk, api: Api) -> None:
    def grow(to: int) -> None:
        for number in range(Claim.objects.filter(newsroom=desk.newsroom).count(), to):
            make_article(desk.author, text=f"Text {number}.", url=f"https://a.example.org/{number}")
            claim_in(
                Status.IN_APPROVAL,
                author=desk.author,
                editor=desk.editor,
                statement=f"A statement {number}",
                claimant=f"Person {number}",
                verdict=verdict_input(evidence=[evidence_input(f"https://e.example.org/{number}")]),
            )

    def count(path: str, rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get(f"{path}{'&' if '?' in path else '?'}limit=50").body["results"]) == rows
        return len(queries)

    grow(5)
    api.get("topics/")  # the token's first use is noted once
    few = {path: count(path, 5) for path in LISTS}
    grow(50)
    many = {path: count(path, 50) for path in LISTS}
    assert many == few
    assert few == LISTS


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SUBMITTER])
def test_the_claims_of_an_article_take_as_many_queries_however_many_they_are(role: Role, desk: Desk) -> None:
    sender = make_member(desk.newsroom, role)
    api = Api(make_token(sender))
    api.get("topics/")

    def count(claims: int, *, published: int) -> tuple[int, int]:
        words = [f"Word {claims}.{number} fell" for number in range(claims)]
        given = [{"statement": word, "exact": word, "claimant": {"name": word}} for word in words]
        with CaptureQueriesContext(connection) as recording:
            made = api.post("articles/", {"text": "; ".join(words), "claims": given})
        for found in made.body["claims"][:published]:
            make_published(author=desk.author, editor=desk.editor, claim=Claim.objects.get(pk=found["id"]))
        with CaptureQueriesContext(connection) as reading:
            assert len(api.get(f"articles/{made.body['id']}/claims/").body["results"]) == claims
        return len(recording), len(reading)

    assert count(3, published=2) == count(20, published=6)
