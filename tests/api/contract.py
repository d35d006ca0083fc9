"""The OpenAPI document as a test reads it: which operation a request is, and whether its answer is what is declared."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

JSON = "application/json"
PROBLEM = "application/problem+json"
METHODS = ("get", "post", "patch", "put", "delete")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(.*)")


@cache
def document() -> dict[str, Any]:
    """The document as `/api/schema/` answers it."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    id: str

    @property
    def declared(self) -> dict[str, Any]:
        found: dict[str, Any] = document()["paths"][self.path][self.method]
        return found

    @property
    def variables(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def matches(self, method: str, path: str) -> bool:
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path))
        return method.lower() == self.method and re.fullmatch(pattern, path) is not None


@cache
def operations() -> dict[str, Operation]:
    """Every operation by its id."""
    return {
        declared["operationId"]: Operation(method, path, declared["operationId"])
        for path, methods in document()["paths"].items()
        for method, declared in methods.items()
        if method in METHODS
    }


def operation_of(method: str, path: str) -> Operation | None:
    found = [operation for operation in operations().values() if operation.matches(method, path)]
    # A path without variables comes before one with: queue/next/ is no id of a queue.
    return min(found, key=lambda operation: len(operation.variables), default=None)


@cache
def _closed() -> dict[str, Any]:
    """The components, each refusing what it does not declare: an answer shows nothing that is not written down."""
    components = deepcopy(document()["components"])
    for schema in components["schemas"].values():
        _close(schema)
    return components  # type: ignore[no-any-return]


def _close(schema: Any) -> None:
    if isinstance(schema, list):
        for each in schema:
            _close(each)
    elif isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for each in schema.values():
            _close(each)


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    copy = deepcopy(schema)
    _close(copy)
    return {**copy, "components": _closed()}


@cache
def _validator(operation_id: str, status: str, media_type: str) -> Draft202012Validator:
    responses = operations()[operation_id].declared["responses"]
    assert status in responses, f"{operation_id} answered {status}, which is not declared: {sorted(responses)}"
    content = responses[status]["content"]
    assert media_type in content, f"{operation_id} answered {media_type}, which is not declared: {sorted(content)}"
    return Draft202012Validator(closed(content[media_type]["schema"]))


def check(operation: Operation, *, status: int, media_type: str, body: Any) -> None:
    """Raises AssertionError where an answer is not what the document declares."""
    validator = _validator(operation.id, str(status) if status < 400 else "default", media_type)
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    assert not errors, f"{operation.id} {status}: {errors}"
    for instant in _instants(body):
        assert instant.endswith("Z"), f"{operation.id}: {instant} is not in UTC with a Z"


def check_problem(body: Any) -> None:
    """The same for an answer that belongs to no operation, such as of an unknown path."""
    schema = closed({"$ref": "#/components/schemas/Problem"})
    assert not [error.message for error in Draft202012Validator(schema).iter_errors(body)], body


def _instants(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, str) and name.endswith(("_at", "_until", "due", "since", "oldest", "date_modified")):
                if _INSTANT.fullmatch(value):
                    yield value
            else:
                yield from _instants(value)
    elif isinstance(body, list):
        for value in body:
            yield from _instants(value)
