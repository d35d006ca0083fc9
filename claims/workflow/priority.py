"""Which claim comes first: a sum of named parts that everybody can see, and the rank that orders the queue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypedDict

from claims.models import Claim
from claims.vocab import ClaimantKind, ClaimKind

#: Points that a claim gains on another by being an hour older: a day is worth about five points.
AGE_WEIGHT = 0.2
#: Ages are counted from a fixed day, so that a stored rank never has to be rewritten as time goes by.
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)

NAMES_A_NUMBER = 12
IN_OFFICE = 8
PER_FURTHER_ARTICLE = 5
MOST_FOR_ARTICLES = 20
PER_TIP = 3
MOST_FOR_TIPS = 30
KIND_POINTS = {ClaimKind.FACT: 10, ClaimKind.QUOTATION: 8, ClaimKind.PROMISE: 4, ClaimKind.PREDICTION: 2}
PUBLIC_KINDS = frozenset({ClaimantKind.GOVERNMENT, ClaimantKind.ORGANISATION, ClaimantKind.OUTLET})

_NUMBER = re.compile(r"\d|\b(?:percent|per cent|half|twice|double|million|billion)\b", re.IGNORECASE)


class Part(TypedDict):
    name: str
    value: int
    reason: str


def parts_of(
    claim: Claim,
    *,
    claimant_kinds: Sequence[str],
    has_role: bool,
    articles: int,
    tips: int = 0,
    editors_parts: Sequence[Part] = (),
) -> list[Part]:
    """The parts of a claim's priority that are not zero, each with its reason in words."""
    parts: list[Part] = []
    if points := KIND_POINTS.get(ClaimKind(claim.kind), 0):
        parts.append({"name": "kind", "value": points, "reason": f"its kind is {claim.kind}"})
    if _NUMBER.search(claim.statement):
        parts.append({"name": "check_worthiness", "value": NAMES_A_NUMBER, "reason": "names a number"})
    if has_role or PUBLIC_KINDS.intersection(claimant_kinds):
        parts.append({"name": "reach", "value": IN_OFFICE, "reason": "made by somebody in public office"})
    if (further := min(MOST_FOR_ARTICLES, PER_FURTHER_ARTICLE * (articles - 1))) > 0:
        parts.append({"name": "sightings", "value": further, "reason": f"stands in {articles} places"})
    if tips:
        reason = "somebody sent it in" if tips == 1 else f"{tips} tips ask about it"
        parts.append({"name": "demand", "value": min(MOST_FOR_TIPS, PER_TIP * tips), "reason": reason})
    return [*parts, *editors_parts]


def editors_parts(claim: Claim) -> list[Part]:
    """What people added or took away by hand, each with who and why."""
    return [part for part in claim.priority_parts if part["name"] == "desk"]


def set_priority(claim: Claim, parts: list[Part]) -> None:
    """Sets the parts, their sum and the rank; the caller saves `PRIORITY_FIELDS`."""
    claim.priority_parts = parts
    claim.priority = sum(part["value"] for part in parts)
    claim.rank = rank_of(priority=claim.priority, created_at=claim.created_at)


PRIORITY_FIELDS = ("priority_parts", "priority", "rank")


def rank_of(*, priority: int, created_at: datetime) -> float:
    """Priority less `AGE_WEIGHT` for every hour between a fixed day and the recording: the older comes first."""
    hours = (created_at - FIRST_DAY).total_seconds() / 3600
    return round(priority - AGE_WEIGHT * hours, 6)
