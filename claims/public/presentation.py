"""A frozen revision in the words and shapes of its page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from claims.interop.publication import FrozenAppearance, FrozenRating, FrozenReview
from claims.models import ClaimReview
from claims.text.dates import PartialDateError, starts_at
from claims.text.markdown import render
from claims.vocab import FACELESS_KINDS, ArticleKind, Basis, SourceKind, Stance

#: How much of a partial date is known, by its length.
_FORMAT_OF_LENGTH = {4: "Y", 7: "F Y", 10: "j F Y"}
#: A longer scale is told in numbers alone.
LONGEST_DRAWN_SCALE = 10
STEP = 14  # units from one step to the next


@dataclass(frozen=True, slots=True)
class ListedReview:
    """One line of a list of reviews."""

    review: ClaimReview
    content: FrozenReview


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where and when the claim was made or repeated, in which words, and through whom it got there."""

    kind: str
    title: str
    url: str
    publisher: str
    date: str
    date_words: str
    quote: str
    attribution: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class SourceLine:
    title: str
    url: str
    publisher: str
    kind: str
    stance: str
    stance_label: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Step:
    x: int
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """The steps of a scale, drawn side by side."""

    steps: list[Step]
    width: int


def body_html(content: FrozenReview) -> SafeString:
    return mark_safe(render(content["body"]))  # noqa: S308 - the renderer sanitises


def script_json(document: object) -> SafeString:
    """JSON in which no HTML parser sees the end of its element, and no script parser the end of a line."""
    text = json.dumps(document, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 - nothing is left in it that HTML gives a meaning to


def worded_date(value: str) -> str:
    """A date of which only a part may be known, as people write it; something else stays as it is."""
    try:
        return date_format(starts_at(value), _FORMAT_OF_LENGTH[len(value)])
    except PartialDateError:
        return _worded_moment(value)


def _worded_moment(value: str) -> str:
    try:
        moment: date = datetime.fromisoformat(value)
    except ValueError:
        return value
    return date_format(moment, "j F Y")


def doubt(content: FrozenReview) -> str:
    """Why the claim is not laid at the door of the person who is named; empty where it is, or where nobody is named."""
    if content["has_author"] or all(claimant["kind"] in FACELESS_KINDS for claimant in content["claimants"]):
        return ""
    bases = {item["basis"] for item in content["appearances"]}
    if Basis.FALSE in bases:
        return _("It was never said by the person who is named.")
    if Basis.DISPUTED in bases:
        return _("It is disputed whether this was said.")
    return _("We know of this only through others, who report it.")


def sightings(content: FrozenReview) -> list[Sighting]:
    names = [claimant["name"] for claimant in content["claimants"]]
    return [_sighting(item, names) for item in content["appearances"]]


def _sighting(item: FrozenAppearance, names: Sequence[str]) -> Sighting:
    kind = str(ArticleKind(item["kind"]).label) if item["kind"] else ""
    return Sighting(
        kind=kind,
        title=item["headline"] or item["url"],
        url=web_address(item["url"]),
        publisher=item["publisher"],
        date=item["date_published"],
        date_words=worded_date(item["date_published"]),
        quote=" […] ".join(_exact(segment) for segment in item["segments"]),
        attribution=attribution(names, item["reported_by"]),
        is_first=item["is_first"],
    )


def _exact(segment: Sequence[object]) -> str:
    return next(str(found["exact"]) for found in segment if isinstance(found, dict) and "exact" in found)


def attribution(names: Sequence[str], reported_by: Sequence[str]) -> str:
    """The chain of who said it, from whoever made the claim to whoever told it last; empty where nobody reports it."""
    if not names or not reported_by:
        return ""
    told = _("%(speaker)s, as reported by %(reporter)s") % {
        "speaker": _(" and ").join(names),
        "reporter": reported_by[0],
    }
    for name in reported_by[1:]:
        told = _("%(chain)s, as told in turn by %(reporter)s") % {"chain": told, "reporter": name}
    return told


def sources(content: FrozenReview) -> list[SourceLine]:
    return [
        SourceLine(
            title=item["title"] or item["url"],
            url=web_address(item["url"]),
            publisher=item["publisher"],
            kind=_text(SourceKind(item["kind"]).label),
            stance=item["stance"],
            stance_label=_text(Stance(item["stance"]).label),
            excerpt=item["excerpt"],
        )
        for item in content["evidence"]
    ]


def _text(label: str | Promise) -> str:
    return str(label)


def web_address(url: str) -> str:
    """The address if it may be a link: a stored one was not always checked by a form."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def drawn_scale(rating: FrozenRating) -> Scale | None:
    """None for a rating that stands beside the scale, and for a scale too long to draw."""
    value, best, worst = rating["value"], rating["best"], rating["worst"]
    if value is None or best is None or worst is None or best - worst >= LONGEST_DRAWN_SCALE:
        return None
    steps = [Step(x=STEP * index, is_reached=step == value) for index, step in enumerate(range(worst, best + 1))]
    return Scale(steps, width=STEP * len(steps))
