"""How claims of a newsroom stand to each other, and where they stand."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from claims.access import Actor
from claims.errors import NotFoundError
from claims.models import Appearance, Claim, ClaimLink
from claims.vocab import LinkKind


def links_of(actor: Actor, *, claim_id: UUID | None = None) -> QuerySet[ClaimLink]:
    """The newsroom's links, or those of one claim in either direction."""
    links = ClaimLink.objects.filter(newsroom_id=actor.newsroom_id).select_related("made_by")
    return links.filter(Q(claim=claim_id) | Q(other=claim_id)) if claim_id else links


def links_beside(claim: Claim) -> list[ClaimLink]:
    """The links of one claim in either direction, with both ends and what was found of each."""
    both = Q(claim=claim) | Q(other=claim)
    found = ClaimLink.objects.filter(both).select_related("claim__verdict__rating", "other__verdict__rating")
    return list(found.order_by("created_at", "id"))


def is_said_after_publication(claim: Claim) -> bool:
    """Whether the claim, or somebody else's repeat of it, was met again after readers had been told."""
    said = Q(claim=claim) | Q(claim__links__other=claim, claim__links__kind=LinkKind.REPEATS)
    return Appearance.objects.filter(said, is_after_publication=True).exists()


def link_in_sight(*, actor: Actor, link_id: UUID) -> ClaimLink:
    found = links_of(actor).filter(pk=link_id).first()
    if found is None:
        raise NotFoundError("There is no such link in this newsroom.")
    return found


def appearance_in_sight(*, actor: Actor, appearance_id: UUID) -> Appearance:
    found = Appearance.objects.filter(newsroom_id=actor.newsroom_id, pk=appearance_id).first()
    if found is None:
        raise NotFoundError("There is no such sighting in this newsroom.")
    return found
