"""The OpenAPI document: answers come from the types in `claims.api.shapes`, bodies from the serializers."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from claims.api import shapes
from claims.api.examples import BODIES
from claims.intake.bodies import ArticleReference, PublisherField
from claims.text import anchors

Schema = dict[str, Any]
Direction = Literal["request", "response"]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    object: {},
    type(None): {"type": "null"},
}


def shape(of: type[Any]) -> Schema:
    """The body of an answer: a reference to a component made of the type."""
    return {"$ref": f"#/components/schemas/{_name(of)}"}


def page_of(of: type[Any]) -> Schema:
    """One page of a list."""
    return {
        "type": "object",
        "properties": {
            "results": {"type": "array", "items": shape(of)},
            "next": {"type": ["string", "null"], "format": "uri"},
        },
        "required": ["results", "next"],
    }


def _name(of: type[Any]) -> str:
    return of.__name__.removesuffix("Shape")


def schema_of(hint: Any) -> Schema:
    """The JSON Schema of a type: plain types, lists, dicts, unions, literals, enumerations and TypedDicts."""
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    origin = get_origin(hint)
    if origin is list:
        return {"type": "array", "items": schema_of(get_args(hint)[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(get_args(hint)[1])}
    if origin is Literal:
        return {"type": "string", "enum": list(get_args(hint))}
    if origin in {Union, types.UnionType}:
        return _union([schema_of(option) for option in get_args(hint)])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "string", "enum": [member.value for member in hint]}
    if is_typeddict(hint):
        return shape(hint)
    raise TypeError(f"{hint} has no schema")


def _union(options: list[Schema]) -> Schema:
    if all(set(option) == {"type"} for option in options):
        return {"type": [option["type"] for option in options]}
    return {"anyOf": options}


def components() -> dict[str, Schema]:
    """Every type that an answer can contain, by its name."""
    found = [*_public_types(shapes), *_public_types(anchors)]
    return {_name(of): _object(of) for of in sorted(found, key=_name)}


def _public_types(module: types.ModuleType) -> list[type[Any]]:
    return [of for name, of in inspect.getmembers(module) if is_typeddict(of) and not name.startswith("_")]


def _object(of: type[Any]) -> Schema:
    found: Schema = {
        "type": "object",
        "properties": {name: schema_of(hint) for name, hint in get_type_hints(of).items()},
        "required": sorted(of.__required_keys__),
    }
    return {"description": of.__doc__, **found} if of.__doc__ else found


def complete(result: Schema, **_: object) -> Schema:
    """Adds the components of the answers, the problem that any operation may answer with, and examples."""
    result.setdefault("components", {}).setdefault("schemas", {}).update(components())
    problem = {
        "description": "What went wrong (RFC 9457).",
        "content": {"application/problem+json": {"schema": shape(shapes.Problem)}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = problem
            if operation["operationId"] in BODIES:
                operation["requestBody"]["content"]["application/json"]["example"] = BODIES[operation["operationId"]]
    return result


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registry is untyped
    target_class = "claims.api.identity.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:
        return {"type": "http", "scheme": "bearer", "description": "A token of one member of one newsroom."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registry is untyped
    target_class = "claims.api.identity.DeskSession"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The desk's session."}


class PublisherOrNameField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # its registry is untyped
    target_class = "claims.intake.bodies.PublisherOrName"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        return {"oneOf": [{"type": "string"}, auto_schema.resolve_serializer(PublisherField, direction).ref]}


class ArticleOrIdField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # its registry is untyped
    target_class = "claims.intake.bodies.ArticleOrId"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        reference = auto_schema.resolve_serializer(ArticleReference, direction).ref
        return {"oneOf": [{"type": "string", "format": "uuid"}, reference]}


class ContractSchema(AutoSchema):
    """One tag per resource; the first thing that a docstring says is the summary."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_override_parameters(self) -> list[Any]:
        views: Mapping[str, bool] = getattr(self.view, "if_match", {})
        if self.method not in views:
            return []
        needed = "Needed: 428 without it." if views[self.method] else "Compared where it is sent."
        description = f"The ETag of the claim as you read it. {needed} 412 where the claim has changed since."
        return [OpenApiParameter("If-Match", str, "header", required=views[self.method], description=description)]

    def get_summary(self) -> str | None:
        return re.split(r"[.;:] |\.$", self.get_description())[0] or None
