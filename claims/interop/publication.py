"""What is published, as one frozen document: all that a public page or an export needs, and nothing of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from claims.models import Appearance, Attribution, Claim, Claimant, ClaimReview, Evidence, Verdict
from claims.text.anchors import TextPositionSelector, TextQuoteSelector
from claims.vocab import FACELESS_KINDS, Basis


class FrozenClaimant(TypedDict):
    id: str
    name: str
    kind: str
    same_as: list[str]
    role: str


class FrozenRating(TypedDict):
    code: str
    value: int | None
    best: int | None
    worst: int | None
    label: str
    colour: str


class FrozenEvidence(TypedDict):
    kind: str
    url: str
    title: str
    publisher: str
    stance: str
    excerpt: str


class FrozenAppearance(TypedDict):
    """Where the claim stood. `kind` is the article's, `basis` that of the chain's first link; each "" where unknown."""

    kind: str
    url: str
    headline: str
    publisher: str
    date_published: str
    is_first: bool
    speech: str | None
    segments: list[list[TextQuoteSelector | TextPositionSelector]]
    basis: str
    reported_by: list[str]


class FrozenReview(TypedDict):
    """One published revision. Version 1 of this shape; a later one adds fields and keeps these."""

    version: int
    statement: str
    context: str
    kind: str
    date_said: str
    on_behalf_of: str
    in_language: str
    claimants: list[FrozenClaimant]
    has_author: bool
    rating: FrozenRating
    headline: str
    summary: str
    body: str
    evidence: list[FrozenEvidence]
    appearances: list[FrozenAppearance]


def frozen_content(
    *,
    claim: Claim,
    review: ClaimReview,
    verdict: Verdict,
    claimants: Sequence[Claimant],
    evidence: Sequence[Evidence],
    appearances: Sequence[Appearance],
) -> FrozenReview:
    """The document. Claimants come with their roles, appearances with article, publisher, segments and chain."""
    return {
        "version": 1,
        "statement": claim.statement,
        "context": claim.context,
        "kind": str(claim.kind),
        "date_said": claim.date_said,
        "on_behalf_of": claim.on_behalf_of,
        "in_language": review.in_language,
        "claimants": [_claimant(claimant, said_on=claim.date_said) for claimant in claimants],
        "has_author": has_author(claimants, appearances),
        "rating": _rating(verdict, review.in_language),
        "headline": review.headline,
        "summary": review.summary,
        "body": review.body,
        "evidence": [_evidence(item) for item in evidence],
        "appearances": [_appearance(item) for item in appearances],
    }


def has_author(claimants: Sequence[Claimant], appearances: Sequence[Appearance]) -> bool:
    """Whether the claim may be laid at somebody's door: somebody with a name made it, and not by hearsay alone."""
    if all(claimant.kind in FACELESS_KINDS for claimant in claimants):
        return False
    makers = [link for item in appearances for link in item.attributions.all() if link.position == 0]
    return not makers or any(link.basis == Basis.PRIMARY or is_confirmed(link) for link in makers)


def is_confirmed(link: Attribution) -> bool:
    """Somebody at the desk has made sure that it was said, although only others report it."""
    return link.basis == Basis.REPORTED and link.confirmed_by_id is not None


def _claimant(claimant: Claimant, *, said_on: str) -> FrozenClaimant:
    pages = [f"https://www.wikidata.org/wiki/{claimant.wikidata_id}"] if claimant.wikidata_id else []
    return {
        "id": str(claimant.pk),
        "name": claimant.name,
        "kind": str(claimant.kind),
        "same_as": [*pages, *([claimant.same_as] if claimant.same_as else [])],
        "role": _role(claimant, said_on),
    }


def _role(claimant: Claimant, said_on: str) -> str:
    """What they were when they said it; the latest of the roles that fit, and of all where nobody knows when it was."""
    fitting = [
        role
        for role in claimant.roles.all()
        if not _is_before(said_on, role.since) and not _is_before(role.until, said_on)
    ]
    role = max(fitting, key=lambda role: (role.since, role.pk), default=None)
    return role.title if role else ""


def _is_before(first: str, second: str) -> bool:
    """Of two partial dates, as far as both are known: 2021 is not before 2021-09."""
    shared = min(len(first), len(second))
    return first[:shared] < second[:shared]


def _rating(verdict: Verdict, language: str) -> FrozenRating:
    rating, scale = verdict.rating, verdict.rating.scale
    has_value = rating.value is not None
    return {
        "code": rating.code,
        "value": rating.value,
        "best": scale.best if has_value else None,
        "worst": scale.worst if has_value else None,
        "label": rating.label(language),
        "colour": rating.colour,
    }


def _evidence(item: Evidence) -> FrozenEvidence:
    return {
        "kind": str(item.source.kind),
        "url": item.source.url,
        "title": item.source.title,
        "publisher": item.source.publisher,
        "stance": str(item.stance),
        "excerpt": item.excerpt,
    }


def _appearance(item: Appearance) -> FrozenAppearance:
    article = item.version.article if item.version else None
    links = sorted(item.attributions.all(), key=lambda link: link.position)
    return {
        "kind": str(article.kind) if article else "",
        "url": article.url if article else item.url,
        "headline": article.headline if article else "",
        "publisher": article.publisher.name if article and article.publisher else "",
        "date_published": article.date_published if article else item.date_published,
        "is_first": item.is_first,
        "speech": item.speech,
        "segments": [
            [
                {"type": "TextQuoteSelector", "exact": found.exact, "prefix": found.prefix, "suffix": found.suffix},
                {"type": "TextPositionSelector", "start": found.start, "end": found.end},
            ]
            for found in item.segments.all()
        ],
        "basis": str(links[0].basis) if links and links[0].position == 0 else "",
        "reported_by": [link.claimant.name for link in links if link.position > 0 and link.claimant],
    }
