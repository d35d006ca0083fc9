"""From what somebody must keep away."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from claims.models import Claim, Recusal, User


def recusals_of(*, user: User, newsroom_id: UUID) -> list[Recusal]:
    return list(Recusal.objects.filter(user=user, newsroom_id=newsroom_id))


def claims_under(recusals: list[Recusal]) -> Q:
    """The claims that these recusals cover: named themselves, by a claimant, or in a publisher's articles."""
    covered = Q(pk__in=[found.claim_id for found in recusals if found.claim_id])
    claimants = [found.claimant_id for found in recusals if found.claimant_id]
    if claimants:
        covered |= Q(claim_claimants__claimant__in=claimants)
    publishers = [found.publisher_id for found in recusals if found.publisher_id]
    if publishers:
        covered |= Q(appearances__version__article__publisher__in=publishers)
    return covered


def recused_among(claims: Iterable[Claim], *, user: User, newsroom_id: UUID) -> set[UUID]:
    """Those of these claims that somebody must keep away from."""
    found = recusals_of(user=user, newsroom_id=newsroom_id)
    if not found:
        return set()
    covered = Claim.objects.filter(claims_under(found), pk__in=[claim.pk for claim in claims])
    return set(covered.values_list("pk", flat=True))


def is_recused(*, user: User, claim: Claim) -> bool:
    return bool(recused_among([claim], user=user, newsroom_id=claim.newsroom_id))
