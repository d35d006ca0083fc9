"""What the rows say, in words: who said it to whom, what changed, how long it is till then."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from claims.models import Attribution, Claim, Claimant, Event
from claims.vocab import (
    Basis,
    Channel,
    ClaimKind,
    CorrectionKind,
    DeclineReason,
    LinkKind,
    SourceKind,
    Speech,
    Stage,
    Stance,
    Status,
    SubmissionState,
    WaitingOn,
)

NOTHING = "—"

#: How a change is called where its name in the event is not the word that people use.
_NAMES = {
    "is_urgent": "urgent",
    "in_language": "language",
    "reason_code": "reason",
    "content_sha256": "fingerprint of what was approved",
    "review.headline": "headline",
    "review.summary": "summary",
    "review.body": "text",
    "source.kind": "kind of the source",
    "source.title": "title of the source",
    "source.publisher": "publisher of the source",
    "duplicate_of": "duplicate of",
    "looked_for": "what was looked for",
    "repeated_in": "repeated in",
    "linked_from": "linked from",
    "adopted_from": "adopted from",
    "made_sure": "made sure of",
    "segments": "exact words",
    "first_appearance": "first appearance",
    "tips": "tips that ask about it",
    "channel": "came by",
}
_WORDS: dict[str, Mapping[Any, Any]] = {
    "status": dict(Status.choices),
    "state": dict(SubmissionState.choices),
    "channel": dict(Channel.choices),
    "stage": dict(Stage.choices),
    "waiting_for": dict(WaitingOn.choices),
    "reason_code": dict(DeclineReason.choices),
    "kind": {**dict(ClaimKind.choices), **dict(CorrectionKind.choices)},
    "source.kind": dict(SourceKind.choices),
    "stance": dict(Stance.choices),
    "speech": dict(Speech.choices),
    "basis": dict(Basis.choices),
    "link": dict(LinkKind.choices),
    "made_sure": {"same_meaning": "the same meaning", "same_figures": "the same figures", "still_true": "still true"},
}
#: Whose basis or confirmation it is: position 0 made the claim.
_OF_A_CHAIN = re.compile(r"attribution\.(\d+)\.(basis|confirmed)")
#: Changes that name claims by id.
_NAMING_CLAIMS = frozenset(
    {"duplicate_of", "duplicate", "repeated_in", "adopted_from", "parts", "link", "linked_from", "claim", "claims"}
)
#: What a reader of the history has no use for: ids that another line says in words.
_LEFT_OUT = frozenset(
    {
        "verdict",
        "appearances",
        "first_appearance",
        "submission",
        "submissions",
        "submissions_of_both",
        "review",
        "contacts_of",
    }
)
_TIMES = frozenset({"due", "until"})


@dataclass(frozen=True, slots=True)
class ChangeLine:
    name: str
    before: str
    after: str


def lines_of(event: Event, names: Mapping[str, str]) -> list[ChangeLine]:
    """What an event changed, a line per thing; `names` are those of the rows that it names by id."""
    return [
        ChangeLine(
            _named(name),
            _worded(name, change.get("before"), names),
            _worded(name, change.get("after"), names),
        )
        for name, change in event.changes.items()
        if name not in _LEFT_OUT
        and change.get("before") != change.get("after")
        and (change.get("before") or change.get("after")) not in (None, "", [])
    ]


def _named(name: str) -> str:
    found = _OF_A_CHAIN.fullmatch(name)
    if found:
        who = "who said it" if found[1] == "0" else f"who reported it ({found[1]})"
        return f"{who}, {'how we know' if found[2] == 'basis' else 'confirmed'}"
    return _NAMES.get(name, name.replace("_", " "))


def _worded(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_worded(name, item, names) for item in value)
    if isinstance(value, dict):
        return _worded_row(value, names)
    if _OF_A_CHAIN.fullmatch(name):
        name = "basis"
    if name in _TIMES and (moment := parse_datetime(str(value))):
        return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return names.get(str(value)) or str(_WORDS.get(name, {}).get(value, value))


def _worded_row(told: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What an event tells of a row: evidence, a sighting, a link."""
    if "stance" in told:
        return _worded_evidence(told)
    if "exact" in told:
        words = " […] ".join(f"“{piece}”" for piece in told["exact"])
        return words or str(told["url"])
    if "kind" in told and "claim" in told:
        return f"{_worded('link', told['kind'], {})}: {names.get(told['claim'], told['claim'])}"
    return json.dumps(told, ensure_ascii=False)


def _worded_evidence(told: Mapping[str, Any]) -> str:
    what = told.get("title") or told.get("url") or "a source"
    words = f"{what} ({_worded('stance', told['stance'], {})})"
    return f"{words}: “{told['excerpt']}”" if told.get("excerpt") else words


def names_in(events: Sequence[Event]) -> dict[str, str]:
    """The names of the claimants and claims that events name by id, in two queries at most."""
    claimants: set[str] = set()
    claims: set[str] = set()
    for event in events:
        for name, change in event.changes.items():
            found = _ids(change.get("before")) | _ids(change.get("after"))
            if name in {"claimants", "claimant"}:
                claimants |= found
            elif name in _NAMING_CLAIMS:
                claims |= found
    newsrooms = {event.newsroom_id for event in events}
    names: dict[str, str] = {}
    if claimants:
        rows = Claimant.objects.filter(newsroom_id__in=newsrooms, pk__in=claimants).values_list("pk", "name")
        names |= {str(pk): name for pk, name in rows}
    if claims:
        found_claims = Claim.objects.filter(newsroom_id__in=newsrooms, pk__in=claims).values_list("pk", "statement")
        names |= {str(pk): f"“{statement}”" for pk, statement in found_claims}
    return names


def _ids(value: Any) -> set[str]:
    found = set()
    if isinstance(value, dict):
        value = value.get("claim")
    for item in value if isinstance(value, list) else [value]:
        try:
            found.add(str(UUID(str(item))))
        except ValueError:
            continue
    return found


def chain_in_words(links: Sequence[Attribution]) -> str:
    """“Josep Borrell, as reported by Sergey Lavrov”; empty where nobody is named at all."""
    if not links:
        return ""
    words = called(links[0])
    for index, link in enumerate(links[1:]):
        words += f", {'as reported by' if index == 0 else 'in turn reported by'} {called(link)}"
    return words


def called(link: Attribution) -> str:
    name = link.claimant.name if link.claimant else ""
    if name and link.as_named and link.as_named != name:
        return f"{name} (“{link.as_named}”)"
    return name or (f"“{link.as_named}”" if link.as_named else "somebody who is not named")


def basis_in_words(links: Sequence[Attribution]) -> str:
    return str(Basis(links[0].basis).label) if links else ""


def clock(moment: datetime, *, past: str, ahead: str) -> str:
    """“Overdue by 3 h” or “Due in 5 h”: one way of telling time everywhere."""
    distance = moment - timezone.now()
    return f"{past} {_span(-distance)}" if distance < timedelta() else f"{ahead} {_span(distance)}"


def _span(distance: timedelta) -> str:
    minutes = int(distance.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
