"""Random bodies for every operation that takes one: refused or done, and never an error of ours."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.vocab import Status
from tests.api.calling import Api
from tests.api.contract import Operation, document, operations
from tests.api.world import World
from tests.build import claim_in

WRITES = sorted(found.id for found in operations().values() if found.method in {"post", "patch"})
WORDS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        " ",
        "\u0000",
        "\ud800",
        "2021-09-26",
        "9999-12-31T23:59:59+14:00",
        "0001-01-01T00:00:00-14:00",
        "https://[",
        "x" * 6000,
    ]
)
NUMBERS = (
    st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([2**31, 2**63, -(2**63), 10**40])
)
PLAIN = st.none() | st.booleans() | NUMBERS | WORDS
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8
)


def bodies(operation: Operation) -> st.SearchStrategy[Any]:
    """Bodies of about the right shape, in which any value may be anything."""
    content = operation.declared.get("requestBody", {}).get("content", {})
    schema = content["application/json"]["schema"] if content else {}
    return ANYTHING | _like(schema, depth=0)


def _like(schema: dict[str, Any], *, depth: int) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _like(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], depth=depth)
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return st.one_of([_like(option, depth=depth) for option in schema[word]])
    if schema.get("enum"):
        return st.sampled_from(schema["enum"]) | PLAIN
    if "properties" in schema and depth < 3:
        fields = {name: _like(declared, depth=depth + 1) for name, declared in schema["properties"].items()}
        needed = {name: fields[name] for name in schema.get("required", [])}
        optional = {name: found for name, found in fields.items() if name not in needed}
        return st.fixed_dictionaries(needed, optional=optional) | ANYTHING
    if schema.get("type") == "array" and depth < 3:
        return st.lists(_like(schema["items"], depth=depth + 1), max_size=3) | PLAIN
    if schema.get("type") == "boolean":
        return st.booleans()
    if schema.get("type") == "integer":
        return st.integers(-5, 90) | NUMBERS
    return WORDS | PLAIN


@pytest.fixture
def ids(world: World) -> dict[str, Any]:
    """A claim that the editor has in hand, and rows for the other variables."""
    people: dict[str, Any] = {"author": world.editor, "editor": world.author}
    return {**world.ids, "claim_id": claim_in(Status.IN_REVIEW, **people).pk}


@pytest.fixture
def api(world: World) -> Api:
    return world.api()


def _group(operation: Operation) -> str:
    """The acts on a claim are one group; else the resource is."""
    return "acts" if operation.path.count("/") > 5 and "/claims/{" in operation.path else operation.path.split("/")[3]


GROUPS = sorted({_group(operations()[operation_id]) for operation_id in WRITES})


@pytest.mark.parametrize("group", GROUPS)
def test_no_body_is_an_error_of_ours(
    group: str, api: Api, ids: dict[str, Any], sized: Callable[[int, int], int], pytestconfig: pytest.Config
) -> None:
    members = [operations()[operation_id] for operation_id in WRITES if _group(operations()[operation_id]) == group]
    either = [st.tuples(st.just(operation), bodies(operation)) for operation in members]
    is_repeatable = not pytestconfig.getoption("--long")

    @settings(
        max_examples=sized(30, 2000),
        deadline=None,
        database=None,
        derandomize=is_repeatable,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(either))
    def send(sent: tuple[Operation, Any]) -> None:
        operation, body = sent
        etag = api.etag(ids["claim_id"]) if group in {"acts", "claims"} else '"1"'
        path = operation.path.format(**ids)
        answer = api.ask(operation.method.upper(), path, body, headers={"If_Match": etag})
        assert answer.status < 500, (path, body, answer.body)

    send()


QUERIES = [found.id for found in operations().values() if found.method == "get"]


@pytest.mark.parametrize("operation_id", sorted(QUERIES))
def test_no_query_is_an_error_of_ours(operation_id: str, api: Api, ids: dict[str, Any]) -> None:
    operation = operations()[operation_id]
    path = operation.path.format(**ids)
    names = [each["name"] for each in operation.declared.get("parameters", []) if each["in"] == "query"]
    values = ("", "%00", "%ED%A0%80", "1e400", "9" * 400, "a" * 3000, "%27%3B--", "0001-01-01T00:00:00-14:00")
    for name in [*names, "unknown"]:
        for value in values:
            answer = api.get(f"{path}?{name}={value}")
            assert answer.status < 500, (name, value, answer.body)
