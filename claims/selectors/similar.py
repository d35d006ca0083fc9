"""Claims that say the same in almost the same words."""

from __future__ import annotations

from difflib import SequenceMatcher
from uuid import UUID

from django.contrib.postgres.search import SearchQuery

from claims.access import Actor
from claims.models import Claim
from claims.selectors.claims import SEARCHED, visible_claims

#: Below this share of equal characters, two statements that have the same words say different things.
NEARLY_THE_SAME = 0.6
MOST = 5


def similar_claims(*, actor: Actor, claim: Claim) -> list[tuple[UUID, float]]:
    """Visible claims with all the words of this one, the most alike first, each with its share of equal characters."""
    query = SearchQuery(claim.statement, config="simple", search_type="plain")
    found = visible_claims(actor).exclude(pk=claim.pk).alias(searched=SEARCHED).filter(searched=query)[:50]
    scored = [(other.pk, alikeness(claim.statement, other.statement)) for other in found]
    return sorted((pair for pair in scored if pair[1] >= NEARLY_THE_SAME), key=lambda pair: -pair[1])[:MOST]


def alikeness(one: str, other: str) -> float:
    """The share of equal characters in the same order, from 0 to 1; letter case does not count."""
    return round(SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio(), 3)
