"""The table: targets, what was measured, and whether it is within."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks.measure import Found, Run

#: CPU of ours, at most so many times that of the floor.
CPU_TARGETS = {"submit": 2.5, "take": 1.7, "verdict": 1.7, "list": 1.5}
NAMES = {
    "submit": "submit an article with 15 claims",
    "take": "take next",
    "verdict": "write a verdict with 3 items of evidence",
    "list": "a filtered, sorted list page of 50",
}
SPEED_KEPT = 0.9
WEB_PSS = 150  # megabytes
WEB_AND_WORKER_PSS = 300  # megabytes
FIRST_ANSWER = 2.5  # seconds


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    target: str
    measured: str
    is_reached: bool | None = None  # None: for orientation, without a target

    def cells(self) -> tuple[str, str, str, str]:
        verdict = {True: "reached", False: "MISSED", None: ""}[self.is_reached]
        return self.what, self.target, self.measured, verdict


def table(found: Found) -> str:
    sections = [
        ("CPU per request, ours by the floor's", list(_cpu(found))),
        ("Wall time per request at concurrency 8, ours by the floor's", list(_wall(found))),
        ("By itself", list(_alone(found))),
        (
            "For orientation: ms of CPU per request, server + database; bytes answered, ours / floor",
            list(_plain(found)),
        ),
    ]
    return "\n\n".join(f"{title}\n{_aligned(lines)}" for title, lines in sections)


def _aligned(lines: list[Line]) -> str:
    rows = [line.cells() for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_json(found: Found) -> str:
    lines = [*_cpu(found), *_wall(found), *_alone(found)]
    return json.dumps({"lines": [asdict(line) for line in lines], **asdict(found)}, indent=1)


def _cpu(found: Found) -> Iterator[Line]:
    for scenario in found.sizes.requests:
        for size in found.sizes.open_claims:
            ratios = _ratios(found, scenario, size, lambda run: run.cpu / run.count)
            target = CPU_TARGETS[scenario]
            yield Line(f"{NAMES[scenario]}, {size:,} open", f"<= {target}", _spread(ratios), median(ratios) <= target)


def _wall(found: Found) -> Iterator[Line]:
    for scenario in found.sizes.requests:
        for size in found.sizes.open_claims:
            ratios = _ratios(found, scenario, size, lambda run: run.wall / run.count)
            yield Line(f"{NAMES[scenario]}, {size:,} open", "", _spread(ratios))


def _ratios(found: Found, scenario: str, size: int, cost: Callable[[Run], float]) -> list[float]:
    """Of each round: what ours costs by what the floor cost just after it."""
    costs = {side: _costs(found, scenario, size, side, cost) for side in ("ours", "floor")}
    return [ours / floor for ours, floor in zip(costs["ours"], costs["floor"], strict=True)]


def _costs(found: Found, scenario: str, size: int, side: str, cost: Callable[[Run], float]) -> list[float]:
    # A tick of the clock is a hundredth of a second, so a very short run may show no CPU time at all.
    return [
        max(cost(run), 1e-6)
        for run in found.runs
        if (run.scenario, run.open_claims, run.side) == (scenario, size, side)
    ]


def _spread(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _alone(found: Found) -> Iterator[Line]:
    small, large = found.sizes.open_claims[0], found.sizes.open_claims[-1]
    if "take" in found.sizes.requests:
        at = {size: _costs(found, "take", size, "ours", lambda run: run.cpu / run.count) for size in (small, large)}
        kept = median(few / many for few, many in zip(at[small], at[large], strict=True))
        what = f"take next at {large:,} open: speed kept of {small:,}"
        yield Line(what, f">= {SPEED_KEPT}", f"{kept:.2f}", kept >= SPEED_KEPT)
    both = found.web_pss + found.worker_pss
    yield Line("idle web, PSS", f"<= {WEB_PSS} MB", f"{found.web_pss:.0f} MB", found.web_pss <= WEB_PSS)
    yield Line("idle web and worker, PSS", f"<= {WEB_AND_WORKER_PSS} MB", f"{both:.0f} MB", both <= WEB_AND_WORKER_PSS)
    start, cpu = median(found.first_answer), median(found.start_cpu)
    measured = f"{start:.2f} s ({cpu:.2f} s of CPU)"
    yield Line("first answer after starting the web server", f"<= {FIRST_ANSWER} s", measured, start <= FIRST_ANSWER)
    per_second = found.enqueued / max(found.enqueueing_cpu, 0.01)
    yield Line("enqueueing, in the worker", "", f"{per_second:.0f} claims per CPU second ({found.enqueued:,} claims)")


def _plain(found: Found) -> Iterator[Line]:
    for scenario in found.sizes.requests:
        for size in found.sizes.open_claims:

            def middle(side: str, cost: Callable[[Run], float]) -> float:
                return median(_costs(found, scenario, size, side, cost))  # noqa: B023 - called before they change

            parts = [
                f"{side} {middle(side, lambda run: 1000 * run.web_cpu / run.count):.1f} + "
                f"{middle(side, lambda run: 1000 * run.database_cpu / run.count):.1f}"
                for side in ("ours", "floor", "sql")
            ]
            sizes = [f"{middle(side, lambda run: run.body_bytes):.0f}" for side in ("ours", "floor")]
            yield Line(f"{NAMES[scenario]}, {size:,} open", "; ".join(parts), f"{' / '.join(sizes)} bytes")
