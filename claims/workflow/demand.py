"""The tips of a claim when it is joined to another one, and when that is undone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from claims.models import Claim, Event, SubmissionClaim
from claims.text.uuid7 import uuid7
from claims.workflow.events import Change, changed


@dataclass(frozen=True, slots=True)
class MovedTips:
    """The tips that went from one claim to another, and those that asked about both and stand there once now."""

    moved: list[str]
    on_both: list[str]

    def as_left(self) -> dict[str, Change]:
        return _told(before=self.moved, shared_before=self.on_both)

    def as_received(self) -> dict[str, Change]:
        return _told(after=self.moved)

    def as_given_back(self) -> dict[str, Change]:
        return _told(before=self.moved)

    def as_brought_back(self) -> dict[str, Change]:
        return _told(after=self.moved, shared_after=self.on_both)


def _told(
    *,
    before: list[str] | None = None,
    after: list[str] | None = None,
    shared_before: list[str] | None = None,
    shared_after: list[str] | None = None,
) -> dict[str, Change]:
    """What an event says of tips; nothing where there were none."""
    told = {"submissions": changed(before or [], after or [])}
    told["submissions_of_both"] = changed(shared_before or [], shared_after or [])
    return {name: change for name, change in told.items() if change["before"] or change["after"]}


def move(claim: Claim, stays: Claim) -> MovedTips:
    """Moves the tips of a claim to the one that stays; both are locked."""
    there = SubmissionClaim.objects.filter(claim=stays).values("submission_id")
    shared = claim.submission_claims.filter(submission__in=there)
    on_both = _ids(shared)
    shared.delete()
    moved = _ids(claim.submission_claims.all())
    claim.submission_claims.update(claim=stays)
    return MovedTips(moved, on_both)


def move_back(claim: Claim, stays: Claim, *, joined: Event | None) -> MovedTips:
    """Undoes `move` as its event told it, for the tips that still are with the claim that stays."""
    changes = joined.changes if joined else {}
    moved, on_both = (changes.get(name, {}).get("before", []) for name in ("submissions", "submissions_of_both"))
    back = stays.submission_claims.filter(submission__in=moved)
    found = _ids(back)
    back.update(claim=claim)
    shared = _ids(stays.submission_claims.filter(submission__in=on_both))
    SubmissionClaim.objects.bulk_create(
        SubmissionClaim(id=uuid7(), newsroom_id=claim.newsroom_id, submission_id=pk, claim=claim) for pk in shared
    )
    return MovedTips(found, shared)


def _ids(links: QuerySet[SubmissionClaim]) -> list[str]:
    return [str(pk) for pk in links.order_by("submission_id").values_list("submission_id", flat=True)]
