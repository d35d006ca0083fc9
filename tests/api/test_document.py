"""The OpenAPI document and its page: whole, valid, committed, and read without any other host."""

import inspect
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from claims.api.acts import ACTS
from claims.api.examples import BODIES
from claims.vocab import Act, EventType
from claims.workflow import rules
from claims.workflow.rules import PERSONS_ACTS
from tests.api.contract import document, operations

SNAPSHOT = Path(settings.BASE_DIR) / "docs" / "openapi.json"
RENEW = "python3 run.py manage spectacular --format openapi-json --file docs/openapi.json"


def test_the_committed_document_is_the_one_that_is_served(db: None) -> None:
    served = json.loads(APIClient().get("/api/schema/").content)
    assert json.loads(SNAPSHOT.read_text()) == served, f"If the change is meant, renew it: {RENEW}"


def test_the_document_is_served_to_everybody_as_json(db: None) -> None:
    response = Client().get("/api/schema/", headers={"Accept": "text/html, */*;q=0.1"})
    assert response.status_code == 200
    assert "json" in response.headers["Content-Type"]
    assert response.json()["openapi"].startswith("3.1")


def test_every_schema_is_a_schema_and_every_reference_leads_somewhere() -> None:
    schemas = document()["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    named = set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(document())))
    assert named <= set(schemas)


def test_every_operation_declares_its_path_and_what_can_go_wrong() -> None:
    for operation in operations().values():
        parameters = operation.declared.get("parameters", [])
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert in_path == set(operation.variables), operation.id
        problem = operation.declared["responses"]["default"]["content"]
        assert list(problem) == ["application/problem+json"], operation.id
        assert operation.declared["security"] == [{"token": []}, {"session": []}], operation.id
        if operation.method in {"post", "patch"}:
            body = operation.declared.get("requestBody", {"content": {}})
            assert set(body["content"]) <= {"application/json"}, operation.id


def test_every_act_of_a_person_has_its_path_and_says_whether_it_needs_if_match() -> None:
    assert {found.act for found in ACTS} == set(PERSONS_ACTS)
    for found in ACTS:
        operation = operations()[f"claims_{found.act.value.replace('-', '_')}"]
        headers = [each for each in operation.declared["parameters"] if each["in"] == "header"]
        assert [(each["name"], each.get("required", False)) for each in headers] == [("If-Match", found.needs_if_match)]
    needing = {found.act for found in ACTS if found.needs_if_match}
    assert needing == {Act.PROPOSE, Act.APPROVE, Act.PUBLISH, Act.RETRACT, Act.CORRECT, Act.ADOPT}


@pytest.mark.parametrize("operation_id", BODIES)
def test_the_examples_are_what_their_operations_take(operation_id: str) -> None:
    content = operations()[operation_id].declared["requestBody"]["content"]["application/json"]
    assert content["example"] == BODIES[operation_id]
    validator = Draft202012Validator({**content["schema"], "components": document()["components"]})
    assert [error.message for error in validator.iter_errors(BODIES[operation_id])] == []


class _Hosts(HTMLParser):
    """Everything that a page makes a browser fetch, and whether it carries scripts or styles of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.is_inline = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "img", "iframe"} and given.get("src"):
            self.fetched.append(str(given["src"]))
        elif tag == "link" and given.get("href"):
            self.fetched.append(str(given["href"]))
        elif tag == "script":
            self.is_inline = True


def _page(path: str) -> tuple[Any, _Hosts]:
    response = Client().get(path)
    found = _Hosts()
    found.feed(response.content.decode())
    return response, found


def test_the_page_of_the_document_calls_no_other_host_and_runs_no_inline_script(db: None) -> None:
    response, found = _page("/api/docs/")
    assert response.status_code == 200
    assert len(found.fetched) >= 3
    assert all(re.match(r"/(?!/)|\?|data:", address) for address in found.fetched), found.fetched
    assert not found.is_inline
    policy = response.headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
    assert directives["script-src"] == "'self'"
    assert directives["default-src"] == "'none'"
    assert "http" not in policy
    for address in found.fetched:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")) or _is_hashed(address), address
        elif not address.startswith("data:"):
            script = Client().get(f"/api/docs/{address}" if address.startswith("?") else address)
            assert script.status_code == 200
            assert "https://" not in script.content.decode()


def _is_hashed(address: str) -> bool:
    plain = re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", address.removeprefix("/static/"))
    return finders.find(plain) is not None


# The guide.

GUIDE = [Path(settings.BASE_DIR) / "docs" / name for name in ("api.md", "submissions.md")]


def guide() -> str:
    return "\n".join(page.read_text() for page in GUIDE)


def test_the_guide_names_every_endpoint() -> None:
    text = guide()
    short = {found.path.removeprefix("/api/v1/") for found in operations().values()}
    missing = sorted(path for path in short if re.sub(r"{\w+_id}", "{id}", path) not in text)
    assert missing == []


def test_the_guide_names_every_act_event_and_refusal() -> None:
    text = guide()
    assert [found.act for found in ACTS if f"`{found.act}`" not in text] == []
    assert [event for event in EventType if f"`{event}`" not in text] == []
    codes = set(re.findall(r'(?:Refusal|yours)\(\s*"(\w+)"', inspect.getsource(rules)))
    assert len(codes) > 10
    assert sorted(code for code in codes if not re.search(rf"\b{code}\b", text)) == []
