"""Pages as a person reads them, and forms as a browser sends them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.urls import reverse

from claims.models import Claim

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

QUIET = {"script", "style", "svg", "head"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self._quiet = 0
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in QUIET:
            self._quiet += 1
        if tag == "form":
            self.forms.append({"action": found.get("action", ""), "method": found.get("method", "get"), "fields": {}})
        elif self.forms and tag in {"input", "textarea", "select", "button"} and found.get("name"):
            self._field(tag, found)
        elif tag == "option" and self._select and "selected" in found:
            self.forms[-1]["fields"][self._select] = found.get("value", "")

    def _field(self, tag: str, found: dict[str, str]) -> None:
        fields = self.forms[-1]["fields"]
        name = found["name"]
        if tag == "textarea":
            self._area, fields[name] = name, ""
        elif tag == "select":
            self._select = name
            fields.setdefault(name, "")
        elif found.get("type") in {"radio", "checkbox"}:
            if "checked" in found:
                fields[name] = found.get("value", "on")
            else:
                fields.setdefault(name, None)
        elif tag == "input":
            fields[name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in QUIET:
            self._quiet -= 1
        if tag == "textarea" and self._area:
            fields = self.forms[-1]["fields"]
            fields[self._area] = fields[self._area].removeprefix("\n")  # HTML drops the first line end
            self._area = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1]["fields"][self._area] += data
        elif not self._quiet:
            self.words.append(data)


def _is_sent_to(address: str, wanted: str) -> bool:
    """By how the address ends; a form without an address is sent to its own page."""
    return address.endswith(wanted) if wanted else not address


class Page:
    """One answer: its words without the markup, and its forms by where they are sent."""

    def __init__(self, response: Answer) -> None:
        self.response = response
        self.html = response.content.decode()
        reader = _Reader()
        reader.feed(self.html)
        self.text = re.sub(r"\s+", " ", " ".join(reader.words))
        self._forms = reader.forms

    @property
    def status(self) -> int:
        return self.response.status_code

    def form(self, action: str) -> dict[str, Any]:
        """The fields of the first form that is sent there, as they stand; a form that is not there is a failure."""
        found = next((form for form in self._forms if _is_sent_to(form["action"], action)), None)
        assert found is not None, f"no form is sent to {action}; there are {[form['action'] for form in self._forms]}"
        assert found["method"] == "post"
        return {name: value for name, value in found["fields"].items() if value is not None}

    def has_form(self, action: str) -> bool:
        return any(_is_sent_to(form["action"], action) for form in self._forms)

    def acts(self) -> set[str]:
        """The acts that the page of a claim offers."""
        found = (re.search(r"/act/([a-z-]+)/$", form["action"]) for form in self._forms)
        return {match[1] for match in found if match}


def claim_url(claim: Claim) -> str:
    return reverse("admin:claims_claim_change", args=[claim.pk])


def act_url(claim: Claim, act: str) -> str:
    return reverse("admin:claims_claim_act", args=[claim.pk, act])


def open_claim(client: Client, claim: Claim) -> Page:
    page = Page(client.get(claim_url(claim)))
    assert page.status == 200
    return page


def do(client: Client, claim: Claim, act: str, **typed: Any) -> Page:
    """Opens the claim's page, fills in the form of the act, sends it, and reads the page that comes."""
    fields = open_claim(client, claim).form(f"/act/{act}/")
    return Page(client.post(act_url(claim, act), {**fields, **typed}, follow=True))
