"""A page as a browser reads it: elements with their attributes, and the text that is shown."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Protocol, Self


class Answer(Protocol):
    """A response, or the test client's, which is of another type."""

    @property
    def content(self) -> bytes: ...


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]


@dataclass
class Page(HTMLParser):
    elements: list[Element] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    _inside: str = ""

    @classmethod
    def of(cls, response: Answer) -> Self:
        page = cls()
        HTMLParser.__init__(page)
        page.feed(response.content.decode())
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        (self.scripts if self._inside == "script" else self.shown).append(data)

    @property
    def text(self) -> str:
        """What is shown, with the white space of the source pressed together."""
        return " ".join("".join(self.shown).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [element.attributes for element in self.elements if element.tag == tag]

    def links(self) -> list[str]:
        return [attributes["href"] for attributes in self.all("a") if "href" in attributes]

    def meta(self, name: str) -> str:
        """The content of the meta element of that name or property."""
        [content] = [
            found["content"] for found in self.all("meta") if name in (found.get("name"), found.get("property"))
        ]
        return content

    def jsonld(self) -> dict[str, Any]:
        [document] = self.scripts
        found: dict[str, Any] = json.loads(document)
        return found


def breaches_of_policy(page: Page) -> list[str]:
    """What `script-src 'self'; style-src 'self'` refuses: inline scripts, handlers and styles; data blocks are none."""
    breaches = [element.tag for element in page.elements if element.tag == "style"]
    breaches += [f"<script {found}>" for found in page.all("script") if found.get("type") != "application/ld+json"]
    breaches += [
        f"{element.tag} {name}"
        for element in page.elements
        for name in element.attributes
        if name == "style" or name.startswith("on")
    ]
    return breaches
