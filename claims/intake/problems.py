"""What a serializer found wrong, in the words of `claims.errors`."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ErrorDetail

from claims.errors import FieldProblem


def problems_in(detail: Any, pointer: str = "") -> list[FieldProblem]:
    """The nested details of a serializer as flat problems, each at its JSON pointer."""
    if isinstance(detail, ErrorDetail):
        return [FieldProblem(pointer, detail.code or "invalid", str(detail))]
    if isinstance(detail, dict):
        return [
            problem
            for key, value in detail.items()
            for problem in problems_in(value, pointer if key == "non_field_errors" else f"{pointer}/{_escaped(key)}")
        ]
    if isinstance(detail, list):
        is_of_one_field = all(isinstance(item, ErrorDetail) for item in detail)
        return [
            problem
            for index, item in enumerate(detail)
            for problem in problems_in(item, pointer if is_of_one_field else f"{pointer}/{index}")
        ]
    return []


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
