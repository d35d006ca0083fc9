"""Claims that say the same in almost the same words, and claims that a tip may be about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Prefetch

from claims.access import Actor
from claims.models import Claim, ClaimReview
from claims.selectors.claims import SEARCHED, visible_claims
from claims.vocab import OPEN, ReviewState, Status

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


# Likely earlier checks of what a tip says: suggestions, which a person looks at.

#: Words below this length are in everything and tell nothing, unless they are numbers.
SHORTEST_WORD = 4
MOST_WORDS = 30
#: Fewer words in common, or a smaller share of the claim's own words, is chance.
FEWEST_SHARED = 2
SMALLEST_SHARE = 0.34
CANDIDATES = 30

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A claim that a tip may be about, with its published review where there is one; `score` from 0 to 1."""

    claim: Claim
    review: ClaimReview | None
    score: float
    shared: tuple[str, ...]
    of_words: int

    @property
    def why(self) -> str:
        return f"shares {len(self.shared)} of its {self.of_words} words: {', '.join(self.shared)}"


def telling_words(text: str) -> list[str]:
    """The words that tell what a text is about: each once, numbers and longer words, in order."""
    words = dict.fromkeys(_WORD.findall(text.casefold()))
    return [word for word in words if len(word) >= SHORTEST_WORD or word.isdecimal()]


def likely_checks(*, actor: Actor, texts: Mapping[UUID, str]) -> dict[UUID, list[Suggestion]]:
    """For each text, by its key, up to five published reviews and open claims whose statement shares its words.

    Three queries for all of them together.
    """
    words = {key: telling_words(text) for key, text in texts.items()}
    found = _candidates(actor, {key: _any_of(given) for key, given in words.items() if given})
    reviews = Prefetch("reviews", ClaimReview.objects.filter(state=ReviewState.PUBLISHED), to_attr="published")
    ids = {claim_id for claim_ids in found.values() for claim_id in claim_ids}
    claims = visible_claims(actor).select_related("verdict__rating").prefetch_related(reviews).in_bulk(ids)
    return {key: _best(words[key], [claims[pk] for pk in found.get(key, ()) if pk in claims]) for key in texts}


def _any_of(words: list[str]) -> str:
    """A query for any of the words; of very many, the longest, which are the rarest."""
    chosen = sorted(words, key=len, reverse=True)[:MOST_WORDS]
    return " | ".join(f"'{word}'" for word in chosen)  # \w leaves nothing in a word that a query gives a meaning to


def _candidates(actor: Actor, queries: Mapping[UUID, str]) -> dict[UUID, list[UUID]]:
    if not queries:
        return {}
    statement = """
        SELECT asked.key, found.id
        FROM unnest(%s::uuid[], %s::text[]) AS asked (key, words)
        CROSS JOIN LATERAL (
            SELECT claim.id
            FROM claims_claim AS claim
            WHERE claim.newsroom_id = %s
              AND claim.status = ANY (%s)
              AND to_tsvector('simple', COALESCE(claim.statement, '')) @@ to_tsquery('simple', asked.words)
            ORDER BY ts_rank(
                to_tsvector('simple', COALESCE(claim.statement, '')), to_tsquery('simple', asked.words), 1
            ) DESC, claim.id
            LIMIT %s
        ) AS found
    """
    statuses = sorted(str(status) for status in (*OPEN, Status.APPROVED))
    values: list[Any] = [list(queries), list(queries.values()), actor.newsroom_id, statuses, CANDIDATES]
    found: dict[UUID, list[UUID]] = {key: [] for key in queries}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for key, claim_id in cursor.fetchall():
            found[key].append(claim_id)
    return found


def _best(words: list[str], claims: list[Claim]) -> list[Suggestion]:
    known = set(words)
    suggestions = [suggestion for claim in claims if (suggestion := _suggestion(known, claim)) is not None]
    return sorted(suggestions, key=lambda found: (-found.score, found.review is None, found.claim.pk))[:MOST]


def _suggestion(words: set[str], claim: Claim) -> Suggestion | None:
    own = telling_words(claim.statement)
    shared = tuple(word for word in own if word in words)
    if len(shared) < min(FEWEST_SHARED, len(own)) or not shared or len(shared) / len(own) < SMALLEST_SHARE:
        return None
    published = cast(list[ClaimReview], claim.published)  # type: ignore[attr-defined]  # `to_attr` of the prefetch
    review = published[0] if published else None
    return Suggestion(claim, review, round(len(shared) / len(own), 2), shared, len(own))
