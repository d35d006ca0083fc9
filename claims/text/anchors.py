"""Where a quotation stands in a text, in the words of the W3C Web Annotation model.

Offsets are Unicode code points. A span keeps both selectors: the position finds it at once, and the quote with the text
around it finds it again after the text was edited.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypedDict

from claims.text.normalise import Normalised, normalise

CONTEXT = 32

_SHOWN = 60  # characters of a quote in a message
_COUNTED = 100  # a quote that stands more often than this is not counted to the end

Field = Literal["start", "end", "exact", "prefix", "suffix"]
Code = Literal["span_outside", "span_empty", "quote_missing", "quote_ambiguous", "span_disagrees", "selector_missing"]


class TextQuoteSelector(TypedDict):
    type: Literal["TextQuoteSelector"]
    exact: str
    prefix: str
    suffix: str


class TextPositionSelector(TypedDict):
    type: Literal["TextPositionSelector"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a stored text, with up to `CONTEXT` characters on either side."""

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str

    def selectors(self) -> list[TextQuoteSelector | TextPositionSelector]:
        return [
            {"type": "TextQuoteSelector", "exact": self.exact, "prefix": self.prefix, "suffix": self.suffix},
            {"type": "TextPositionSelector", "start": self.start, "end": self.end},
        ]


class AnchorError(ValueError):
    """A span that cannot be found; the message is for people, `field` and `code` are for programs."""

    def __init__(self, message: str, *, field: Field, code: Code) -> None:
        super().__init__(message)
        self.field = field
        self.code = code


@dataclass(frozen=True, slots=True)
class _Quote:
    """What was said about the words of a span, in normal form; `exact` is None where only the place was given."""

    exact: str | None
    prefix: str
    suffix: str


def locate(
    source: Normalised,
    *,
    start: int | None = None,
    end: int | None = None,
    exact: str | None = None,
    prefix: str = "",
    suffix: str = "",
) -> Span:
    """The one span of the stored text that everything given agrees on.

    `start` and `end` count in the text as it was sent. Raises AnchorError where nothing, or more than one place, fits.
    """
    quote = _Quote(None if exact is None else normalise(exact), normalise(prefix), normalise(suffix))
    if quote.exact == "":
        raise AnchorError("The quote is empty.", field="exact", code="span_empty")
    if start is not None and end is not None:
        return _at_position(source, start, end, quote)
    if start is not None:
        raise AnchorError("A start was given without an end.", field="end", code="selector_missing")
    if end is not None:
        raise AnchorError("An end was given without a start.", field="start", code="selector_missing")
    if quote.exact is None:
        raise AnchorError("Give a start and an end, or the exact words.", field="exact", code="selector_missing")
    first = _only_place(source.text, quote.exact, quote)
    return span_at(source.text, first, first + len(quote.exact))


def span_at(text: str, start: int, end: int) -> Span:
    _check_bounds(start, end, length=len(text))
    return Span(start, end, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])


def _check_bounds(start: int, end: int, *, length: int) -> None:
    if start < 0:
        raise AnchorError(f"The span starts at {start}, before the text.", field="start", code="span_outside")
    if end > length:
        field: Field = "start" if start >= length else "end"
        message = f"The span {start} to {end} reaches beyond the text, which has {length} characters."
        raise AnchorError(message, field=field, code="span_outside")
    if end <= start:
        message = f"The span {start} to {end} is empty: its end must come after its start."
        raise AnchorError(message, field="end", code="span_empty")


def _at_position(source: Normalised, start: int, end: int, quote: _Quote) -> Span:
    _check_bounds(start, end, length=source.sent_length)
    span = span_at(source.text, source.start(start), source.end(end))
    if quote.exact is not None and quote.exact != span.exact:
        message = f"The text from {start} to {end} is {_shown(span.exact)}, not {_shown(quote.exact)}."
        raise AnchorError(message, field="exact", code="span_disagrees")
    if not _stands_before(source.text, span.start, quote.prefix):
        message = f"{_shown(quote.prefix)} does not stand right before {start}."
        raise AnchorError(message, field="prefix", code="span_disagrees")
    if not _stands_after(source.text, span.end, quote.suffix):
        message = f"{_shown(quote.suffix)} does not stand right after {end}."
        raise AnchorError(message, field="suffix", code="span_disagrees")
    return span


def _only_place(text: str, exact: str, quote: _Quote) -> int:
    places = list(islice(_places(text, exact, quote), _COUNTED + 1))
    if not places:
        raise _missing(text, exact, quote)
    if len(places) > 1:
        counted = f"more than {_COUNTED}" if len(places) > _COUNTED else f"{len(places)}"
        message = f"{_shown(exact)} stands {counted} times in the text: say which by its prefix, suffix, start and end."
        raise AnchorError(message, field="exact", code="quote_ambiguous")
    return places[0]


def _places(text: str, exact: str, quote: _Quote) -> Iterator[int]:
    """Where the quote starts, one after the other; overlapping places count."""
    wanted = quote.prefix + exact + quote.suffix
    found = text.find(wanted)
    while found >= 0:
        yield found + len(quote.prefix)
        found = text.find(wanted, found + 1)


def _missing(text: str, exact: str, quote: _Quote) -> AnchorError:
    if exact not in text:
        return AnchorError(f"{_shown(exact)} does not stand in the text.", field="exact", code="quote_missing")
    if quote.prefix + exact not in text:
        message = f"{_shown(exact)} does not stand in the text right after {_shown(quote.prefix)}."
        return AnchorError(message, field="prefix", code="quote_missing")
    message = f"{_shown(exact)} does not stand in the text right before {_shown(quote.suffix)}."
    return AnchorError(message, field="suffix", code="quote_missing")


def _stands_before(text: str, start: int, prefix: str) -> bool:
    before = text[max(0, start - len(prefix)) : start]
    # A client that counts off so many characters may cut a letter from its accents: compare the rest apart, too.
    return before == prefix or _decomposed(before).endswith(_decomposed(prefix))


def _stands_after(text: str, end: int, suffix: str) -> bool:
    after = text[end : end + len(suffix)]
    return after == suffix or _decomposed(after).startswith(_decomposed(suffix))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _shown(quote: str) -> str:
    words = " ".join(quote.split())
    return f"“{words if len(words) <= _SHOWN else words[: _SHOWN - 1] + '…'}”"
