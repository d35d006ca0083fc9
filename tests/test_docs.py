"""The documents say what the code does: where they can be compared, they are."""

import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from claims.management.commands.diagram import diagram
from claims.vocab import Act, EventType

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_the_state_diagram_is_the_one_that_the_move_table_makes() -> None:
    text = (DOCS / "architecture.md").read_text()
    [shown] = re.findall(r"```mermaid\n(.*?)\n```", text, flags=re.DOTALL)
    assert shown == diagram(), "renew it with: python3 run.py manage diagram"


@pytest.mark.parametrize("event", list(EventType))
def test_every_event_is_named_in_the_documents(event: EventType) -> None:
    assert f"`{event}`" in _of_the_api()


def _of_the_api() -> str:
    """The pages that tell what programs can rely on."""
    return "\n".join((DOCS / name).read_text() for name in ("api.md", "submissions.md"))


def _paths(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        found += _paths(pattern.url_patterns, path) if isinstance(pattern, URLResolver) else [path]
    return found


def test_every_endpoint_is_named_in_the_documents() -> None:
    text = _of_the_api()
    acts = {f"claims/{{id}}/{act}/" for act in Act}
    paths = {
        re.sub(r"<uuid:\w+>", "{id}", path).removeprefix("api/v1/")
        for path in _paths(get_resolver().url_patterns)
        if path.startswith("api/v1/")
    }
    missing = [path for path in sorted(paths - acts) if path not in text]
    missing += [path for path in sorted(paths & acts) if path.split("/")[2] not in text]
    assert not missing
