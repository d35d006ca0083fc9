"""The commands of the service: each does what it says, and tells in one clear line what is wrong with its input."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from claims.models import Article, Claim, Event, Membership, Newsroom, User
from claims.vocab import Role, Scope
from claims.workflow import enqueueing
from tests.api.calling import Api
from tests.build import Desk, make_article, make_claim, make_desk, make_member, make_published
from tests.record import all_rows

SAMPLE = json.loads((Path(__file__).parents[1] / "e2e" / "data" / "nested.json").read_text())


def _run(name: str, *words: object) -> str:
    out = StringIO()
    call_command(name, *map(str, words), stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture(name="desk")
def default_desk(db: None) -> Desk:
    return make_desk("default")


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, object], Path]:
    def write(name: str, content: object) -> Path:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


Write = Callable[[str, object], Path]


def test_a_newsroom_and_its_first_member_are_made(db: None) -> None:
    assert "daily" in _run("newsroom", "daily", "--name", "The Daily", "--language", "fr")
    newsroom = Newsroom.objects.get(slug="daily")
    assert (newsroom.name, newsroom.in_language) == ("The Daily", "fr")
    said = _run("member", "ada", "--role", "reviewer", "--newsroom", "daily")
    password = said.strip().rpartition(" ")[2]
    assert User.objects.get(username="ada").check_password(password)
    again = _run("member", "ada", "--role", "admin", "--newsroom", "daily")
    assert "password" not in again
    assert set(Membership.objects.get(newsroom=newsroom).roles) == {Role.REVIEWER, Role.ADMIN}


def test_a_token_is_printed_alone_on_the_last_line_and_works(desk: Desk) -> None:
    token = _run("token", desk.editor.name).splitlines()[-1]
    assert Api(token).post("claims/", {"statement": "S"}).status == 201
    narrowed = _run("token", desk.editor.name, "--scope", Scope.READ).splitlines()[-1]
    assert Api(narrowed).post("claims/", {"statement": "S"}).status == 403


def test_a_file_and_a_request_record_the_same(desk: Desk, file: Write) -> None:
    """The same article through `ingest` and through REST: the same spans, the same people, the same chain."""
    given = dict(SAMPLE["article"])
    text, claims = (
        file("bridge.txt", given.pop("text")),
        file("bridge.json", {"claims": given.pop("claims"), "article": given}),
    )
    said = _run("ingest", text, "--claims", claims)
    assert len(re.findall(r"^  [0-9a-f-]{36}  ", said, re.MULTILINE)) == len(SAMPLE["expected"])
    other = make_desk("other")
    by_rest = Api(_run("token", other.author.name, "--newsroom", "other").split()[-1])
    by_file = Api(_run("token", desk.author.name).split()[-1])
    answered = by_rest.post("articles/", SAMPLE["article"]).body
    read = by_file.walk(f"articles/{Article.objects.get(newsroom=desk.newsroom).pk}/claims/")
    assert [_told(claim) for claim in read] == [_told(claim) for claim in answered["claims"]]
    assert [claim["claimants"][0]["name"] for claim in read] == [found["claimants"][0] for found in SAMPLE["expected"]]


def _told(claim: dict[str, Any]) -> dict[str, Any]:
    place = claim["appearances"][0]
    return {
        "statement": claim["statement"],
        "kind": claim["kind"],
        "claimants": [(found["name"], found["kind"]) for found in claim["claimants"]],
        "segments": place["segments"],
        "chain": [
            (link["claimant"] and link["claimant"]["name"], link["relation"], link["basis"], link["as_named"])
            for link in place["attribution"]
        ],
        "speech": (place["speech"], place["cue"]),
    }


def test_a_list_of_claims_is_a_claims_file_and_options_come_first(desk: Desk, file: Write) -> None:
    text = file("rain.txt", "It rains.")
    _run("ingest", text, "--claims", file("a.json", [{"statement": "S", "exact": "It rains"}]), "--headline", "Rain")
    again = _run("ingest", text, "--claims", file("b.json", {"article": {"headline": "Other"}, "claims": []}))
    assert "known already" in again
    article = Article.objects.get()
    assert article.headline == "Rain"
    assert Claim.objects.count() == 1


def test_several_files_are_counted_and_a_page_is_read_for_its_text(desk: Desk, file: Write) -> None:
    page = (
        "<html><body><article><p>"
        + "The mayor said on Monday that the bridge is safe for lorries. " * 5
        + "</p></article>"
    )
    said = _run("ingest", file("a.txt", "One."), file("b.html", page))
    assert "[1/2] a.txt" in said
    assert "[2/2] b.html" in said
    assert Article.objects.count() == 2


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ("{", "not valid JSON"),
        ("5", "must hold a list"),
        ([{"statement": "S", "exact": "It snows"}], "/claims/0/exact"),
        ([{"exact": "It rains"}], "/claims/0/statement"),
        (
            [{"statement": "S", "exact": "It rains", "claimant": {"name": "A", "kind": "robot"}}],
            "/claims/0/claimant/kind",
        ),
        ({"article": {"date_published": "2999"}, "claims": []}, "/date_published"),
    ],
)
def test_a_wrong_claims_file_is_told_and_nothing_is_recorded(
    claims: object, reason: str, desk: Desk, file: Write
) -> None:
    before = all_rows()
    with pytest.raises(CommandError, match=re.escape(reason)):
        _run("ingest", file("rain.txt", "It rains."), "--claims", file("c.json", claims))
    assert all_rows() == before


@pytest.mark.parametrize(
    "words",
    [
        ("newsroom", "default"),
        ("newsroom", "not a slug"),
        ("member", "ada", "--role", "reviewer", "--newsroom", "nowhere"),
        ("token", "nobody"),
        ("show", uuid4()),
        ("story", uuid4()),
        ("ingest", "/nowhere/at-all.txt"),
        ("claims", "--newsroom", "nowhere"),
        ("queue", "--newsroom", "nowhere"),
    ],
)
def test_wrong_input_ends_in_one_clear_line(words: tuple[object, ...], desk: Desk) -> None:
    with pytest.raises(CommandError) as refusal:
        _run(*map(str, words))
    assert str(refusal.value)
    assert len(str(refusal.value).splitlines()) <= 2


def test_lists_show_what_is_there_and_of_one_newsroom(desk: Desk) -> None:
    claim = make_claim(desk.author, "It rains in the south")
    make_claim(make_desk("other").author, "It rains elsewhere")
    assert str(claim.pk) in _run("claims")
    assert "elsewhere" not in _run("claims")
    assert str(claim.pk) in _run("claims", "--q", "south", "--status", "recorded")
    assert str(claim.pk) not in _run("claims", "--status", "queued")
    enqueueing.enqueue_claim(claim_id=claim.pk)
    queue = _run("queue")
    assert str(claim.pk) in queue
    assert "waiting." in queue
    assert "elsewhere" not in queue


def test_one_claim_is_shown_and_its_story_told(desk: Desk) -> None:
    made = make_article(desk.author)
    claim = make_published(author=desk.author, editor=desk.editor)
    shown = _run("show", claim.pk)
    for words in (claim.statement, "Said by: The minister", "Verdict: False, by", "agrees", "statistics.example.org"):
        assert words in shown, words
    story = _run("story", claim.pk)
    positions = [story.index(kind) for kind in ("claim.recorded", "claim.taken", "claim.approved", "review.published")]
    assert positions == sorted(positions)
    with pytest.raises(CommandError):
        _run("show", made.article.pk)
    elsewhere = make_claim(make_desk("other").author)
    with pytest.raises(CommandError):
        _run("show", elsewhere.pk)


def test_the_audit_names_the_first_event_that_was_touched(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    assert "every one follows" in _run("verify_audit")
    touched = Event.objects.get(claim=claim, seq=3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # as somebody with the database's rights would
        cursor.execute("UPDATE claims_event SET changes = '{}' WHERE id = %s", [touched.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    with pytest.raises(CommandError, match=str(touched.pk)):
        _run("verify_audit")


def test_the_doctor_tells_what_answers_and_what_was_never_heard_of(desk: Desk) -> None:
    make_member(desk.newsroom, Role.ADMIN)
    said = _run("doctor")
    assert re.search(r"ok +PostgreSQL 1\d", said)
    assert "no migration pending" in said
    assert "Redis answers" in said
    assert "relay has never been heard of" in said
