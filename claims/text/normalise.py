"""The one form in which text is stored, and the way from offsets in the text as it was sent to offsets in that form."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple, Self

# Python's normalisation takes time that grows with the square of a run of combining marks (2.5 million of them: hours).
# The limit leaves room for text that stacks marks for fun; no language stacks more than UAX 15's 30.
MAX_COMBINING_RUN = 100
_STACKED_IN_LANGUAGES = 30

_LINES = re.compile(r"[^\r\n]+|\r\n?")
_LATER_PLANES = 0x20000  # from here on nothing combines and nothing is composed of two

_APOSTROPHES_AND_HYPHENS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u2032\ua78c\uff07`\u00b4", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d", "-")
)


def normalise(text: str) -> str:
    """NFC, with every line end a single line feed."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def forbidden_character(text: str) -> str | None:
    """Names what no text may contain, such as "NUL", or answers None. To be asked before `normalise`."""
    if "\x00" in text:
        return "NUL"
    if text.isascii():
        return None
    if _has_surrogate(text):
        return "a lone surrogate"
    if _has_long_combining_run(text):
        return f"more than {MAX_COMBINING_RUN} combining marks in a row"
    return None


def name_key(name: str) -> str:
    """Equal for two spellings of one person's name; for comparing, never for showing."""
    key = unicodedata.normalize("NFKC", name.translate(_APOSTROPHES_AND_HYPHENS)).casefold()
    key = unicodedata.normalize("NFKC", key).translate(_APOSTROPHES_AND_HYPHENS)
    visible = (character for character in key if unicodedata.category(character) != "Cf")
    return " ".join("".join(visible).split())


class _Cluster(NamedTuple):
    """Characters that normalisation rewrote together: as they were sent, and as they are stored."""

    start: int
    end: int
    stored_start: int
    stored_end: int


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in its stored form that still knows the offsets of the text as it was sent."""

    text: str
    sent_length: int
    _clusters: tuple[_Cluster, ...] = ()
    _starts: tuple[int, ...] = ()

    @classmethod
    def of(cls, raw: str) -> Self:
        text = normalise(raw)
        if text is raw:
            return cls(text, len(raw))
        clusters = tuple(_rewritten_clusters(raw))
        return cls(text, len(raw), clusters, tuple(cluster.start for cluster in clusters))

    def start(self, offset: int) -> int:
        """Where a span that starts at `offset` of the sent text starts; inside a cluster, at the cluster's start."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return offset
        cluster = self._clusters[index]
        return cluster.stored_start if offset < cluster.end else cluster.stored_end + offset - cluster.end

    def end(self, offset: int) -> int:
        """Where a span that ends at `offset` of the sent text ends; inside a cluster, at the cluster's end."""
        index = bisect_left(self._starts, offset) - 1
        if index < 0:
            return offset
        cluster = self._clusters[index]
        return cluster.stored_end + max(0, offset - cluster.end)


def _rewritten_clusters(raw: str) -> Iterator[_Cluster]:
    shift = 0
    for start, end, stored_length in _rewritten_pieces(raw):
        yield _Cluster(start, end, start + shift, start + shift + stored_length)
        shift += stored_length - (end - start)


def _rewritten_pieces(raw: str) -> Iterator[tuple[int, int, int]]:
    """Start and end of each rewritten piece in `raw`, and its length in the stored text."""
    for line in _LINES.finditer(raw):
        piece = line[0]
        if piece[0] == "\r":
            yield line.start(), line.end(), 1
        elif not unicodedata.is_normalized("NFC", piece):
            for start, end in _segments(piece):
                offset = line.start() + start
                for first, last, stored_length in _pieces_of_segment(piece[start:end]):
                    yield offset + first, offset + last, stored_length


def _segments(line: str) -> Iterator[tuple[int, int]]:
    """Bounds of the parts of a line across which normalisation never reaches."""
    begins = [index for index, character in enumerate(line) if index == 0 or _begins_segment(character)]
    return pairwise([*begins, len(line)])


@lru_cache(maxsize=4096)
def _pieces_of_segment(segment: str) -> tuple[tuple[int, int, int], ...]:
    composed = unicodedata.normalize("NFC", segment)
    if composed == segment:
        return ()
    if len(segment) > _STACKED_IN_LANGUAGES + 1:
        return ((0, len(segment), len(composed)),)
    joints = [0, *(index for index in range(1, len(segment)) if _is_joint(segment, index, composed)), len(segment)]
    return tuple(
        (start, end, len(unicodedata.normalize("NFC", segment[start:end])))
        for start, end in pairwise(joints)
        if not unicodedata.is_normalized("NFC", segment[start:end])
    )


def _is_joint(segment: str, index: int, composed: str) -> bool:
    """The two sides can be normalised apart and still give the whole."""
    before = unicodedata.normalize("NFC", segment[:index])
    return composed.startswith(before) and before + unicodedata.normalize("NFC", segment[index:]) == composed


@lru_cache(maxsize=8192)
def _begins_segment(character: str) -> bool:
    first = unicodedata.normalize("NFD", character)[0]
    return not unicodedata.combining(first) and first not in _joining_starters()


@cache
def _joining_starters() -> frozenset[str]:
    """Characters of combining class 0 that still compose with the one before them."""
    hangul_vowels_and_finals = {chr(code) for code in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    return frozenset(hangul_vowels_and_finals | set(_second_starters()))


def _second_starters() -> Iterator[str]:
    for code in range(_LATER_PLANES):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            second = chr(int(parts[1], 16))
            if not unicodedata.combining(second):
                yield second


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _has_long_combining_run(text: str) -> bool:
    # A run that is too long covers one of the characters sampled here; most texts need no closer look.
    sampled = set(text[:: MAX_COMBINING_RUN + 1])
    return not all(map(_begins_segment, sampled)) and _long_combining_run().search(text) is not None


@cache
def _long_combining_run() -> re.Pattern[str]:
    marks = "".join(character for character in map(chr, range(_LATER_PLANES)) if not _begins_segment(character))
    return re.compile(f"[{marks}]{{{MAX_COMBINING_RUN + 1}}}")
