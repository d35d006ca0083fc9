"""Bodies: JSON only, with a limit on size and depth, and every refusal in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http.request import RawPostDataException
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 32
MAX_BODY = 1024 * 1024
MAX_ARTICLE = 5 * 1024 * 1024
MOST_DRAINED = 64 * 1024 * 1024


class BodyTooLargeError(APIException):
    status_code = 413
    default_code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is too large: at most {limit // (1024 * 1024)} MiB are taken.")


def depth_of(text: str) -> int:
    """How deep arrays and objects nest, read without recursion so that no depth can exhaust the stack."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the field {key!r} is given twice")
        found[key] = value
    return found


class StrictJSONParser(BaseParser):
    """application/json in UTF-8. Malformed, too deep, too large, NaN and doubled keys are refused."""

    media_type = "application/json"
    default_limit: ClassVar[int] = MAX_BODY

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        view = (parser_context or {}).get("view")
        limit = getattr(view, "max_body", self.default_limit)
        raw = self._read(stream, limit)
        if not raw.strip():
            return {}
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not UTF-8: byte {error.start} cannot be read.") from error
        # Only a body with that many brackets can be too deep; the count is much cheaper than the walk.
        if text.count("[") + text.count("{") > MAX_DEPTH and depth_of(text) > MAX_DEPTH:
            raise ParseError(f"The JSON nests deeper than {MAX_DEPTH} levels.", code="too_deep")
        try:
            return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_twins)
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error

    @staticmethod
    def _read(stream: Any, limit: int) -> bytes:
        try:
            length = int(stream.META.get("CONTENT_LENGTH") or 0)
        except (AttributeError, ValueError):
            length = 0
        if length > limit:
            _drain(stream, length)
            raise BodyTooLargeError(limit)
        try:
            raw: bytes = stream.read(limit + 1)
        except RawPostDataException as error:
            raise ParseError("The body cannot be read.") from error
        if len(raw) > limit:
            raise BodyTooLargeError(limit)
        return raw


def _drain(stream: Any, length: int) -> None:
    """Reads on past a refused body, within reason, so that the client is listening when the refusal comes."""
    left = min(length, MOST_DRAINED)
    while left > 0 and (chunk := stream.read(min(left, 64 * 1024))):
        left -= len(chunk)
