"""The article in a web page, without menus, advertisements and comments."""

import re
from dataclasses import dataclass

from claims.text.normalise import forbidden_character, normalise

_ANY_ELEMENT = re.compile("<[A-Za-z]")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


class ExtractionError(ValueError):
    """A page out of which no article can be read; the message is for people."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a page says, in normal form; what it does not say is empty. `date` is YYYY-MM-DD, `language` a tag."""

    text: str
    title: str
    author: str
    date: str
    language: str


def html_to_text(html: str) -> Extracted:
    """Reads a page or a part of one, never the network. Raises ExtractionError where there is no text in it."""
    # trafilatura costs 60 ms and 12 MB beyond what is loaded anyway, and the web process rarely needs it.
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    _refuse_forbidden(html)
    tree = load_html(html)
    if (tree is None or tree.tag != "html") and _ANY_ELEMENT.search(html):
        # trafilatura doubts, and its date finder breaks on, an element that has no page around it.
        tree = load_html(f"<html><body>{html}</body></html>")
    if tree is None:
        raise ExtractionError("This is not HTML.")
    document = bare_extraction(
        tree,
        include_comments=False,
        with_metadata=True,
        # A date found somewhere in the prose is more often that of an event than of the article.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if not isinstance(document, Document) or not (text := _tidy(document.text)):
        raise ExtractionError("No article text was found in the page.")
    return Extracted(
        text=text,
        title=_tidy(document.title),
        author=_tidy(document.author),
        date=_tidy(document.date),
        language=_language(tree.get("lang") or tree.get("xml:lang") or ""),
    )


def _tidy(part: str | None) -> str:
    part = part or ""
    _refuse_forbidden(part)  # again, because an escape in the page can stand for any character
    return normalise(part).strip()


def _refuse_forbidden(text: str) -> None:
    found = forbidden_character(text)
    if found:
        raise ExtractionError(f"The page contains {found}.")


def _language(tag: str) -> str:
    tag = tag.strip()
    return tag if _LANGUAGE_TAG.fullmatch(tag) else ""
