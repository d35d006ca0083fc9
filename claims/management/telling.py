"""How the commands tell of claims in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claims.errors import InvalidInputError
from claims.models import Claim, Event
from claims.vocab import Status


def problem_lines(error: InvalidInputError) -> Iterator[str]:
    for problem in error.problems:
        yield f"  {problem.pointer or '/'}: {problem.detail} ({problem.code})"


def claimants_of(claim: Claim) -> str:
    names = [link.claimant.name for link in claim.claim_claimants.all()]
    if names:
        return " and ".join(names)
    return f"“{claim.claimant_named}” (several have that name)" if claim.claimant_named else "nobody named"


def chain_of(claim: Claim) -> str:
    """Who made the claim and, where others report it, through whom: "Josep Borrell, reported by Sergey Lavrov"."""
    reporters = [
        link.claimant.name
        for appearance in claim.appearances.all()[:1]
        for link in appearance.attributions.all()
        if link.position > 0 and link.claimant
    ]
    return ", reported by ".join([claimants_of(claim), *reporters])


def one_line(claim: Claim) -> str:
    rating = f" {claim.verdict.rating.code}" if claim.verdict else ""
    urgent = "!" if claim.is_urgent else " "
    state = f"{claim.status:<11}{urgent}{claim.priority:>4}{rating}"
    return f"{claim.pk}  {state}  {claimants_of(claim)}: {claim.statement}"


def status_label(claim: Claim) -> str:
    return str(Status(claim.status).label)


def event_lines(event: Event) -> Iterator[str]:
    who = event.actor.get_username() if event.actor else "system"
    yield f"{event.seq:>3}  {event.occurred_at:%Y-%m-%d %H:%M:%S}  {event.type:<28} {who}"
    for name, change in event.changes.items():
        yield f"       {name}: {_shown(change['before'])} → {_shown(change['after'])}"


def _shown(value: Any) -> str:
    text = "–" if value in (None, "", []) else str(value)
    return text if len(text) <= 160 else text[:159] + "…"
