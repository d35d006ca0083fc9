"""A text with the claims marked in it: spans may overlap, nest, be equal and come in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

from claims.models import Appearance, Claim

#: A longer text is shown in part around the claim; the whole stands on the article's own page.
SHOWN_WHOLE = 20_000
AROUND = 3_000


@dataclass(frozen=True, slots=True)
class Marked:
    """One claim in a text, with the number under which it is found there."""

    number: int
    claim: Claim
    appearance: Appearance
    is_this: bool
    spans: tuple[tuple[int, int], ...]

    @property
    def anchor(self) -> str:
        return f"claim-{self.claim.pk}"


@dataclass(slots=True)
class Run:
    """A stretch of text under the same claims; `ends` are the claims whose last piece ends with it."""

    text: str
    is_this: bool = False
    is_other: bool = False
    starts: list[Marked] = field(default_factory=list)
    ends: list[Marked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MarkedText:
    runs: list[Run]
    marked: list[Marked]
    is_cut_before: bool = False
    is_cut_after: bool = False

    @property
    def is_part(self) -> bool:
        return self.is_cut_before or self.is_cut_after

    @property
    def others(self) -> list[Marked]:
        return [found for found in self.marked if not found.is_this]


def mark(
    text: str, appearances: Iterable[Appearance], *, this: UUID | None = None, is_whole: bool = False
) -> MarkedText:
    """The text in runs. `this` is the claim whose page it is; without it all claims count alike.

    A long text is cut to what stands around `this`, unless it is wanted whole.
    """
    marked = _numbered(appearances, this)
    low, high = (0, len(text)) if is_whole else _window(text, [found for found in marked if found.is_this])
    return MarkedText(_runs(text, marked, low, high), marked, low > 0, high < len(text))


def _numbered(appearances: Iterable[Appearance], this: UUID | None) -> list[Marked]:
    placed = [
        (tuple((segment.start, segment.end) for segment in appearance.segments.all()), appearance)
        for appearance in appearances
    ]
    in_order = sorted((item for item in placed if item[0]), key=lambda item: (item[0], item[1].pk))
    return [
        Marked(number, appearance.claim, appearance, appearance.claim_id == this, spans)
        for number, (spans, appearance) in enumerate(in_order, start=1)
    ]


def _window(text: str, these: Sequence[Marked]) -> tuple[int, int]:
    if len(text) <= SHOWN_WHOLE or not these:
        return 0, len(text) if len(text) <= SHOWN_WHOLE else SHOWN_WHOLE
    low = max(0, min(start for found in these for start, _ in found.spans) - AROUND)
    high = min(len(text), max(end for found in these for _, end in found.spans) + AROUND)
    return low, high


def _runs(text: str, marked: Sequence[Marked], low: int, high: int) -> list[Run]:
    borders = {low, high} | {place for found in marked for span in found.spans for place in span if low < place < high}
    in_order = sorted(borders)
    runs = []
    for start, end in pairwise(in_order):
        covering = [found for found in marked if any(low <= start and end <= high for low, high in found.spans)]
        runs.append(
            Run(
                text[start:end],
                is_this=any(found.is_this for found in covering),
                is_other=any(not found.is_this for found in covering),
                starts=[found for found in covering if found.spans[0][0] == start],
                ends=[found for found in covering if found.spans[-1][1] == end],
            )
        )
    return runs
