"""A published review as schema.org's ClaimReview, in the form that search engines and other fact-checkers read.

Properties: https://schema.org/ClaimReview, https://schema.org/Claim, https://schema.org/CorrectionComment. What Google
asks for (claimReviewed, reviewRating with a name, url, author) is never empty in what can be published.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from claims.interop.publication import FrozenAppearance, FrozenClaimant, FrozenEvidence, FrozenRating, FrozenReview
from claims.models import Correction, Newsroom
from claims.vocab import FACELESS_KINDS, NOT_OUR_ERROR, ArticleKind, ClaimantKind

JsonLd = dict[str, Any]

_TYPE_OF_ARTICLE: dict[str, str] = {ArticleKind.ARTICLE: "NewsArticle", ArticleKind.SOCIAL_POST: "SocialMediaPosting"}


def claimreview_jsonld(
    content: FrozenReview,
    *,
    url: str,
    date_published: datetime,
    date_modified: datetime,
    newsroom: Newsroom,
    corrections: Iterable[Correction] = (),
) -> JsonLd:
    """The document for one published revision.

    `url` is the absolute address of the page that shows it; `date_published` the first publication, `date_modified` the
    latest change.
    """
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "ClaimReview",
            "@id": url,
            "url": url,
            "headline": content["headline"],
            "claimReviewed": content["statement"],
            "itemReviewed": _claim(content),
            "reviewRating": _rating(content["rating"], explanation=content["summary"]),
            "author": _newsroom(newsroom),
            "datePublished": _instant(date_published),
            "dateModified": _instant(date_modified),
            "inLanguage": content["in_language"],
            "citation": [_citation(item) for item in content["evidence"]],
            "correction": [_correction(item) for item in corrections if item.kind not in NOT_OUR_ERROR],
        }
    )


def _claim(content: FrozenReview) -> JsonLd:
    authors = [_author(claimant) for claimant in content["claimants"] if claimant["kind"] not in FACELESS_KINDS]
    appearances = [(item["is_first"], _appearance(item)) for item in content["appearances"] if _can_be_named(item)]
    return _filled(
        {
            "@type": "Claim",
            "author": _one_or_list(authors) if content["has_author"] else None,
            "datePublished": content["date_said"],
            "firstAppearance": next((work for is_first, work in appearances if is_first), None),
            "appearance": [work for _, work in appearances],
        }
    )


def _author(claimant: FrozenClaimant) -> JsonLd:
    is_person = claimant["kind"] == ClaimantKind.PERSON
    return _filled(
        {
            "@type": "Person" if is_person else "Organization",
            "name": claimant["name"],
            "jobTitle": claimant["role"] if is_person else "",
            "sameAs": claimant["same_as"],
        }
    )


def _can_be_named(appearance: FrozenAppearance) -> bool:
    """A text that was pasted in without any particulars tells a reader nothing."""
    return any((appearance["url"], appearance["headline"], appearance["publisher"]))


def _appearance(appearance: FrozenAppearance) -> JsonLd:
    return _filled(
        {
            "@type": _TYPE_OF_ARTICLE.get(appearance["kind"], "CreativeWork"),
            "url": appearance["url"],
            "headline": appearance["headline"],
            "datePublished": appearance["date_published"],
            "publisher": _organisation(appearance["publisher"]),
        }
    )


def _rating(rating: FrozenRating, *, explanation: str) -> JsonLd:
    has_number = rating["value"] is not None
    return _filled(
        {
            "@type": "Rating",
            "alternateName": rating["label"],
            "ratingExplanation": explanation,
            "ratingValue": rating["value"],
            "bestRating": rating["best"] if has_number else None,
            "worstRating": rating["worst"] if has_number else None,
        }
    )


def _newsroom(newsroom: Newsroom) -> JsonLd:
    return _filled(
        {
            "@type": "Organization",
            "name": newsroom.name,
            "url": newsroom.site,
            "publishingPrinciples": newsroom.publishing_principles,
            "correctionsPolicy": newsroom.corrections_policy,
        }
    )


def _citation(evidence: FrozenEvidence) -> JsonLd:
    return _filled(
        {
            "@type": "CreativeWork",
            "url": evidence["url"],
            "name": evidence["title"],
            "publisher": _organisation(evidence["publisher"]),
        }
    )


def _correction(correction: Correction) -> JsonLd:
    return {
        "@type": "CorrectionComment",
        "datePublished": _instant(correction.created_at),
        "text": correction.public_note,
    }


def _organisation(name: str) -> JsonLd | None:
    return {"@type": "Organization", "name": name} if name else None


def _one_or_list(items: list[JsonLd]) -> JsonLd | list[JsonLd]:
    return items[0] if len(items) == 1 else items


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _filled(properties: JsonLd) -> JsonLd:
    """Without the properties that have nothing to say; the number 0 says something."""
    return {name: value for name, value in properties.items() if value not in (None, "", [])}
