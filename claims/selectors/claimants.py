"""Claimants of a newsroom, and what was found of their claims."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from claims.access import Actor
from claims.errors import NotFoundError
from claims.models import Appearance, Attribution, Claim, Claimant, ClaimClaimant, Rating
from claims.text.normalise import name_key
from claims.vocab import FACELESS_KINDS, Basis, ReviewState


def claimants_of(actor: Actor, *, q: str = "") -> QuerySet[Claimant]:
    """The newsroom's claimants, or those with a name or alias that contains `q`."""
    found = Claimant.objects.filter(newsroom_id=actor.newsroom_id).prefetch_related("aliases", "roles")
    if q:
        key = name_key(q)
        named = Q(name_key__contains=key) | Q(
            pk__in=Claimant.objects.filter(newsroom_id=actor.newsroom_id, aliases__name_key__contains=key).values("pk")
        )
        found = found.filter(named)
    return found


def claimant_in_sight(*, actor: Actor, claimant_id: UUID) -> Claimant:
    claimant = claimants_of(actor).filter(pk=claimant_id).first()
    if claimant is None:
        raise NotFoundError("There is no such claimant in this newsroom.")
    return claimant


def record_of(claimant: Claimant) -> dict[str, Any]:
    """Published verdicts on the claimant's own claims, counted per rating, and the time they span.

    Claims that rest on hearsay alone do not count; the kinds that stand for nobody have no record.
    """
    if claimant.kind in FACELESS_KINDS:
        claims = Claim.objects.none()
    else:
        claims = own_claims(claimant).filter(reviews__state=ReviewState.PUBLISHED)
    claims = Claim.objects.filter(pk__in=claims.values("pk"))
    counts = dict(claims.values_list("verdict__rating").annotate(count=Count("id")).order_by())
    ratings = Rating.objects.filter(pk__in=counts).select_related("scale").order_by("scale__kind", "position")
    span = claims.aggregate(
        since=Min("reviews__date_published"), until=Max("reviews__date_published"), total=Count("id", distinct=True)
    )
    return {"counts": [(rating, counts[rating.pk]) for rating in ratings], **span, **_said(claims)}


def own_claims(claimant: Claimant) -> QuerySet[Claim]:
    """Claims that may be laid at the claimant's door: said first hand somewhere, or confirmed there by a person.

    The same rule gives a review its author (`claims.interop.publication.has_author`).
    """
    makers = Attribution.objects.filter(appearance__claim=OuterRef("pk"), appearance__is_suggested=False, position=0)
    sure = makers.filter(Q(basis=Basis.PRIMARY) | Q(basis=Basis.REPORTED, confirmed_by__isnull=False))
    theirs = ClaimClaimant.objects.filter(claim=OuterRef("pk"), claimant=claimant)
    return Claim.objects.filter(Exists(theirs), Exists(sure) | ~Exists(makers), newsroom_id=claimant.newsroom_id)


def _said(claims: QuerySet[Claim]) -> dict[str, int]:
    """In how many places these claims were met, and how many of those came after a published review."""
    found: dict[str, int] = Appearance.objects.filter(claim__in=claims.values("pk"), is_suggested=False).aggregate(
        sightings=Count("id"), after_publication=Count("id", filter=Q(is_after_publication=True))
    )
    return found
