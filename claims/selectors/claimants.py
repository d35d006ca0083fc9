"""Claimants of a newsroom, and what was found of their claims."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from claims.access import Actor
from claims.errors import NotFoundError
from claims.models import Claim, Claimant, Rating
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
        claims = Claim.objects.filter(
            newsroom_id=claimant.newsroom_id,
            claim_claimants__claimant=claimant,
            reviews__state=ReviewState.PUBLISHED,
        ).filter(
            Q(appearances=None)
            | Q(appearances__attributions=None)
            | Q(appearances__attributions__position=0, appearances__attributions__basis=Basis.PRIMARY)
            | Q(
                appearances__attributions__position=0,
                appearances__attributions__basis=Basis.REPORTED,
                appearances__attributions__confirmed_by__isnull=False,
            )
        )
    claims = Claim.objects.filter(pk__in=claims.values("pk"))
    counts = dict(claims.values_list("verdict__rating").annotate(count=Count("id")).order_by())
    ratings = Rating.objects.filter(pk__in=counts).select_related("scale").order_by("scale__kind", "position")
    span = claims.aggregate(
        since=Min("reviews__date_published"), until=Max("reviews__date_published"), total=Count("id", distinct=True)
    )
    return {"counts": [(rating, counts[rating.pk]) for rating in ratings], **span}
