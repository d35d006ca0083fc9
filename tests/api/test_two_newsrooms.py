"""Two newsrooms on one service: what is the other's is not there, whatever is asked and however."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from claims.admin.forms import ACTS
from claims.models import Newsroom, User
from claims.text.uuid7 import uuid7
from tests.api.calling import Answer, Api
from tests.api.contract import Operation, document, operations
from tests.api.world import ARTICLE, HAPPY, PROPOSAL, SURE, World
from tests.build import person
from tests.record import all_rows, tenant_models

Worlds = tuple[World, World]

#: Texts that have a form of their own, or that the service writes: no mark fits in.
UNMARKED = {
    ("Claimant", "wikidata_id"),
    ("Rating", "code"),
    ("Rating", "colour"),
    ("SubmittedFile", "media_type"),
}
#: Fields of bodies that carry ids, and where they are tried below; `submissions` in the tests of tips.
IDS_IN_BODIES = {"of", "claim", "other", "article", "id", "review", "submissions"}


def _ids_of(world: World) -> set[str]:
    """The ids of every row of a newsroom, and of the people who are in it alone."""
    found = {str(world.newsroom.pk), *(str(person(who).pk) for who in (world.author, world.editor, world.submitter))}
    for model in tenant_models():
        found |= {str(pk) for pk in model._default_manager.filter(newsroom=world.newsroom).values_list("pk", flat=True)}
    return found


@pytest.fixture
def theirs(worlds: Worlds) -> set[str]:
    return {worlds[1].mark, *_ids_of(worlds[1])}


def _assert_nothing_of(theirs: set[str], content: bytes, what: object) -> None:
    text = content.decode().lower()
    leaked = sorted(found for found in theirs if found in text)
    assert leaked == [], f"{what} tells of the other newsroom: {leaked[:5]}"


def test_every_text_of_the_other_newsroom_carries_its_mark(worlds: Worlds) -> None:
    """What the tests below look for stands in every field that somebody writes."""
    world, bare = worlds[1], []
    each: list[type[models.Model]] = [*tenant_models(), Newsroom]
    for model in each:
        where: dict[str, Any] = {"pk": world.newsroom.pk} if model is Newsroom else {"newsroom": world.newsroom}
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if is_text and not re.search(r"sha256|hash|language|date|since|until|prefix|suffix|basis", field.name):
                marked = model._default_manager.filter(**where, **{f"{field.name}__icontains": world.mark})
                if not marked.exists() and (model.__name__, field.name) not in UNMARKED:
                    bare.append((model.__name__, field.name))
    assert not bare, bare


# The API: every operation of the document.


def _path(operation: Operation, ids: dict[str, Any]) -> str:
    missing = [name for name in operation.variables if name not in ids]
    assert missing == [], f"{operation.path} has variables that no test knows an id for: {missing}"
    return operation.path.format(**ids)


def _asked(api: Api, operation: Operation, path: str) -> Answer:
    return api.ask(operation.method.upper(), path, _body(operation), headers={"If_Match": '"1"'})


def _body(operation: Operation) -> Any:
    """A body that is valid, so that nothing but the id can be what is refused."""
    bodies: dict[str, Any] = {
        "claims_assign": {"reviewer": "ours-author"},
        "claims_hold": {"until": "2031-01-01T00:00:00Z"},
        "claims_propose": PROPOSAL,
        "claims_decline": {"reason_code": "opinion"},
        "claims_mark_duplicate": {"of": str(uuid7())},
        "claims_prioritise": {"delta": 1, "reason": "It spreads."},
        "claims_set_due": {"due": None},
        "claims_sight": {"url": "https://video.example.org/1"},
        "submissions_link": {"claim": str(uuid7())},
        "submissions_answer": {"review": str(uuid7())},
        "submissions_decline": {"reason_code": "opinion"},
        "claims_split": {"parts": [{"statement": "Half."}]},
        "claims_adopt": {**SURE, "of": str(uuid7())},
    }
    if operation.method == "get":
        return None
    schemas: dict[str, Any] = document()["components"]["schemas"]
    has_reason = "reason" in str(schemas.get(_schema_name(operation)))
    return bodies.get(operation.id, {"reason": "It is theirs."} if has_reason else {})


def _schema_name(operation: Operation) -> str:
    content = operation.declared.get("requestBody", {}).get("content", {})
    references = [str(found["schema"].get("$ref", "")) for found in content.values()]
    return references[0].rpartition("/")[2] if references else ""


WITH_ID = sorted(found.id for found in operations().values() if found.variables)


@pytest.mark.parametrize("operation_id", WITH_ID)
def test_what_is_theirs_and_what_is_nowhere_answer_the_same_404(
    operation_id: str, worlds: Worlds, theirs: set[str]
) -> None:
    ours, other = worlds
    operation, api = operations()[operation_id], ours.api()
    before = all_rows()
    found = _asked(api, operation, _path(operation, other.ids))
    absent = _asked(api, operation, _path(operation, dict.fromkeys(other.ids, uuid7())))
    assert (found.status, absent.status) == (404, 404)
    _assert_nothing_of(theirs, found.raw, operation_id)
    assert {**found.body, "request_id": ""} == {**absent.body, "request_id": ""}
    assert _without_last_use(all_rows()) == _without_last_use(before)


def _without_last_use(rows: Any) -> Any:
    return {table: found for table, found in rows.items() if not table.endswith("apitoken")}


@pytest.mark.parametrize("operation_id", sorted(HAPPY))
def test_no_answer_tells_of_the_other_newsroom(operation_id: str, worlds: Worlds, theirs: set[str]) -> None:
    answer = HAPPY[operation_id](worlds[0], worlds[0].api())
    _assert_nothing_of(theirs, answer.raw, operation_id)


def test_an_id_of_theirs_in_a_body_is_as_unknown_as_any(worlds: Worlds, theirs: set[str]) -> None:
    ours, other = worlds
    api, claim = ours.api(), ours.ids["claim_id"]
    tip, quote = ours.ids["submission_id"], "Nobody at zqtheirs asked him"

    def bodies(ids: dict[str, Any], claimant: Any, quote: str) -> Iterator[tuple[str, Any]]:
        who = {"id": str(claimant)}
        source = {"source": {"id": str(ids["source_id"])}, "stance": "refutes"}
        span = {**ARTICLE["claims"][0], "claimant": who}
        yield f"claims/{claim}/mark-duplicate/", {"of": str(ids["claim_id"])}
        yield "evidence/", {**source, "claim": str(claim)}
        yield (
            "evidence/",
            {"source": {"kind": "dataset", "title": "T"}, "stance": "refutes", "claim": str(ids["claim_id"])},
        )
        yield f"claims/{claim}/propose/", {**PROPOSAL, "evidence": [source]}
        yield "claims/", {"statement": "S", "article": str(ids["article_id"]), "exact": quote}
        yield "claims/", {"statement": "S", "article": {"id": str(ids["article_id"]), "exact": quote}}
        yield "claims/", {"statement": "S", "claimant": who}
        yield "claims/", {"statement": "S", "claimants": [{"name": "He"}, who]}
        yield "claims/", {"statement": "S", "attribution": [{"claimant": who}]}
        yield f"claims/{claim}/adopt/", {**SURE, "of": str(ids["claim_id"])}
        yield f"claims/{claim}/appearances/", {"article": str(ids["article_id"]), "exact": quote}
        yield f"claims/{claim}/appearances/", {"url": "https://video.example.org/9", "claimant": who}
        yield (
            f"claims/{claim}/appearances/",
            {"url": "https://video.example.org/9", "attribution": [{}, {"claimant": who}]},
        )
        yield f"claims/{claim}/split/", {"parts": [{"statement": "Half.", "claimant": who}]}
        yield "links/", {"claim": str(claim), "other": str(ids["claim_id"]), "kind": "contradicts"}
        yield "links/", {"claim": str(ids["claim_id"]), "other": str(claim), "kind": "contradicts"}
        yield f"submissions/{tip}/link/", {"claim": str(ids["claim_id"])}
        yield f"submissions/{tip}/answer/", {"review": str(ids["review_id"])}
        yield f"submissions/{tip}/make-claim/", {"statement": "S", "claimant": who}
        yield "articles/", {**ARTICLE, "claims": [span]}
        yield "articles/", {**ARTICLE, "claims": [{**ARTICLE["claims"][0], "reported_by": [who]}]}

    api.act(claim, "take")
    before = all_rows()
    foreign = list(bodies(other.ids, other.ids["claimant_id"], quote))
    absent = list(bodies(dict.fromkeys(other.ids, uuid7()), uuid7(), quote))
    for (path, body), (_, unknown) in zip(foreign, absent, strict=True):
        found = api.post(path, body, If_Match=api.etag(claim))
        never = api.post(path, unknown, If_Match=api.etag(claim))
        assert found.status in {400, 404}, (path, body, found.body)
        assert {**found.body, "request_id": ""} == {**never.body, "request_id": ""}, path
        _assert_nothing_of(theirs - {quote}, found.raw, path)
    assert _without_last_use(all_rows()) == _without_last_use(before)


def test_every_id_that_a_body_can_carry_is_tried() -> None:
    """A new field with an id in a body fails here until it stands in the test above."""
    found = set()
    for name, schema in document()["components"]["schemas"].items():
        if name in _request_schemas():
            found |= {field for field, declared in schema.get("properties", {}).items() if _has_uuid(declared)}
    assert found == IDS_IN_BODIES


def _has_uuid(declared: Any) -> bool:
    return "'format': 'uuid'" in str(declared) or "ArticleReference" in str(declared)


def _request_schemas() -> set[str]:
    """The components that bodies are made of, and those that these refer to."""
    schemas = document()["components"]["schemas"]
    waiting = [_schema_name(operation) for operation in operations().values() if operation.method != "get"]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name and name not in found:
            found.add(name)
            waiting += re.findall(r"#/components/schemas/(\w+)", str(schemas[name]))
    return found


def test_no_filter_finds_what_is_theirs(worlds: Worlds, theirs: set[str]) -> None:
    ours, other = worlds
    api, ids = ours.api(), other.ids
    for path in (
        f"claims/?article={ids['article_id']}",
        f"claims/?claimant={ids['claimant_id']}",
        f"claims/?topic={other.mark}-topic",
        f"claims/?assignee={other.author.name}",
        f"claims/?q={other.mark}",
        f"claimants/?q={other.mark}",
        f"evidence/?claim={other.claims['published'].pk}",
        f"links/?claim={ids['claim_id']}",
        f"claim-reviews/?claim={other.claims['published'].pk}",
        f"articles/?url=https://{other.mark}.example.org/prices",
        f"sources/?url=https://{other.mark}.example.org/table",
    ):
        answer = api.get(path)
        assert (answer.status, answer.body["results"]) == (200, []), path


def test_a_name_or_topic_of_theirs_is_not_matched(worlds: Worlds) -> None:
    ours, other = worlds
    api = ours.api()
    made = api.post("claims/", {"statement": "S", "claimant": {"name": f"{other.mark} claimant"}})
    assert made.body["claimant_match"] == "made"
    topic = api.post("claims/", {"statement": "S", "topics": [f"{other.mark}-topic"]})
    assert (topic.status, topic.pointers) == (400, ["/topics/0"])
    refused = api.post(f"claims/{ours.ids['claim_id']}/assign/", {"reviewer": other.author.name})
    nobody = api.post(f"claims/{ours.ids['claim_id']}/assign/", {"reviewer": "nobody-at-all"})
    assert refused.status == nobody.status == 400
    assert refused.body["detail"].replace(other.author.name, "") == nobody.body["detail"].replace("nobody-at-all", "")


# The admin: every address that the site has.


def _routes() -> Iterator[tuple[str, str]]:
    """Each route of the admin, whole, with its name."""

    def walk(resolver: Any, prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, route)
            elif isinstance(pattern, URLPattern) and route.startswith("admin/"):
                yield route, pattern.name or ""

    return walk(get_resolver(), "")


#: Neither a page of rows nor of one row.
WITHOUT_ROWS = {"logout", "password_change", "password_change_done", "login", "jsi18n", "app_list", ""}
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


def _admin_ids(route: str, world: World) -> list[UUID]:
    """Rows of a newsroom that a route with a variable could show."""
    _, app, name, *_ = route.split("/")
    model = apps.get_model(app, name)
    if not any(field.name == "newsroom" for field in model._meta.fields):
        shared: dict[Any, list[UUID]] = {Newsroom: [world.newsroom.pk], User: [person(world.author).pk]}
        return shared.get(model, [])
    return list(model._default_manager.filter(newsroom=world.newsroom).values_list("pk", flat=True)[:2])


@pytest.fixture
def looking(worlds: Worlds) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person(worlds[0].editor))
    return client


def test_no_page_of_the_admin_shows_a_row_of_theirs(worlds: Worlds, looking: Client, theirs: set[str]) -> None:
    seen = 0
    for route, name in _routes():
        variables = VARIABLE.findall(route)
        if not variables or name in WITHOUT_ROWS:
            continue
        assert set(variables) <= {
            "object_id",
            "claim_id",
            "article_id",
            "token_id",
            "submission_id",
            "newsroom_id",
            "name",
        }, f"no id is known for {route}"
        for pk in _admin_ids(route, worlds[1]):
            for act in ACTS if "name" in variables else [""]:
                address = "/" + VARIABLE.sub(lambda found: act if found[1] == "name" else str(pk), route)  # noqa: B023
                for method in ("get", "post"):
                    response = getattr(looking, method)(address)
                    assert response.status_code in {404, 405}, (method, address, response.status_code)
                    _assert_nothing_of(theirs - {str(pk)}, response.content, address)
                    seen += 1
    assert seen > 40


def test_no_list_of_the_admin_shows_a_row_of_theirs(worlds: Worlds, looking: Client, theirs: set[str]) -> None:
    lists = [route for route, name in _routes() if not VARIABLE.search(route) and name not in WITHOUT_ROWS]
    assert len(lists) > len(admin.site._registry)
    for route in lists:
        for asked in ("", f"?q={worlds[1].mark}"):
            response = looking.get(f"/{route}{asked}")
            assert response.status_code in {200, 302, 403, 405}, (route, response.status_code)
            told = theirs - ({worlds[1].mark} if asked else set())  # the search box repeats what was typed
            _assert_nothing_of(told, response.content, route)
    own = looking.get("/admin/claims/claim/").content.decode()
    assert "ours" in own
