"""An article and its claims as they stand in files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rest_framework.exceptions import ValidationError

from claims.errors import InvalidInputError
from claims.intake.bodies import ArticleBody, article_input
from claims.intake.problems import problems_in
from claims.workflow.inputs import ArticleInput


def read_text(path: Path) -> str:
    """The file's text as it is, line ends included: offsets in a claims file count its characters."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InvalidInputError.at("", f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError.at("", f"{path} is not UTF-8: byte {error.start} cannot be read.") from error


def read_claims(path: Path) -> dict[str, Any]:
    """A claims file as a body without its text: a list of claims, or an object with `article` and `claims`."""
    try:
        found = json.loads(read_text(path))
    except ValueError as error:
        raise InvalidInputError.at("", f"{path} is not valid JSON: {error}.") from error
    if isinstance(found, list):
        return {"claims": found}
    if not isinstance(found, dict) or set(found) - {"article", "claims"}:
        detail = f"{path} must hold a list of claims, or an object with `article` and `claims`."
        raise InvalidInputError.at("", detail)
    return {**(found.get("article") or {}), "claims": found.get("claims") or []}


def article_from(body: dict[str, Any]) -> ArticleInput:
    """The body of `POST articles/`, read as REST reads it. Raises InvalidInputError naming each wrong field."""
    checked = ArticleBody(data=body)
    try:
        checked.is_valid(raise_exception=True)
    except ValidationError as error:
        raise InvalidInputError(list(problems_in(error.detail))) from error
    return article_input(checked.validated_data)
