"""Claims that say the same: which one another repeats, and what was said again after readers had been told."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from claims.models import Appearance, Claim, ClaimLink, ClaimReview
from claims.text.dates import starts_at
from claims.vocab import LinkKind, ReviewState

#: A longer value than a day is a time with its zone.
_LENGTH_OF_A_DAY = len("2021-09-26")


def as_it_stands(claim: Claim) -> Claim:
    """The claim, or the one that it was joined to as a duplicate."""
    while claim.duplicate_of is not None:
        claim = claim.duplicate_of
    return claim


def repeated_by(claim: Claim) -> list[Claim]:
    """The claims that this one repeats, as they stand, in the order in which that was said."""
    links = claim.links.filter(kind=LinkKind.REPEATS).select_related("other").order_by("created_at", "id")
    return list({found.pk: found for found in (as_it_stands(link.other) for link in links)}.values())


def original_of(claim: Claim) -> Claim:
    """The claim that this one repeats, else itself: a repeat of a repeat repeats the first."""
    return next(iter(repeated_by(claim)), claim)


def repeats_of(claim: Claim) -> list[Claim]:
    """The claims that repeat this one."""
    return list(Claim.objects.filter(links__other=claim, links__kind=LinkKind.REPEATS).order_by("id").distinct())


def family_of(*, newsroom_id: UUID, claim_id: UUID) -> list[UUID]:
    """A claim, its original, and whatever else repeats that: what a sighting of any of them may touch."""
    claim = Claim.objects.filter(newsroom_id=newsroom_id, pk=claim_id).first()
    if claim is None:
        return [claim_id]
    repeated = repeated_by(claim)
    original = repeated[0] if repeated else claim
    return [claim.pk, *(found.pk for found in (*repeated, *repeats_of(original)))]


def is_after_publication(appearance: Appearance, *claims: Claim) -> bool:
    """Whether it was said after readers had been told, by a review of one of the claims, what is true of it."""
    published = ClaimReview.objects.filter(claim__in=claims, state=ReviewState.PUBLISHED, date_published__isnull=False)
    return any(_is_later(appearance, review) for review in published)


def _is_later(appearance: Appearance, review: ClaimReview) -> bool:
    """Of an undated text it is known that it was there when we saw it, and not that it is any younger."""
    assert review.date_published is not None  # noqa: S101 - asked for by the caller
    version = appearance.version
    said = version.article.date_published if version else appearance.date_published
    if not said:
        seen = version.captured_at if version else appearance.created_at
        return seen > review.date_published
    if len(said) > _LENGTH_OF_A_DAY:
        moment = parse_datetime(said)
        return moment is not None and moment > review.date_published
    return starts_at(said) > timezone.localdate(review.date_published)


def was_said_after_publication(appearance: Appearance) -> bool:
    """Whether it came after a publication, of its claim or of one that this repeats."""
    return is_after_publication(appearance, appearance.claim, *repeated_by(appearance.claim))


def flag_repeats(claim: Claim, *, only: Iterable[UUID] | None = None) -> None:
    """Notes anew which of a claim's appearances came after a publication, of it or of what it repeats."""
    wanted = Q() if only is None else Q(pk__in=list(only))
    for appearance in claim.appearances.filter(wanted, is_suggested=False).select_related("version__article"):
        is_after = was_said_after_publication(appearance)
        if is_after != appearance.is_after_publication:
            appearance.is_after_publication = is_after
            appearance.save(update_fields=["is_after_publication"])


def is_linked(claim: Claim, other: Claim, kind: LinkKind) -> bool:
    return ClaimLink.objects.filter(claim=claim, other=other, kind=kind).exists()
