"""The exact content that a second person stands behind, and its fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claims.models import Claim, ClaimClaimant, ClaimReview, Evidence, Verdict
from claims.text.canonical import sha256_hex


def content_of(
    *,
    claim: Claim,
    claimants: Sequence[ClaimClaimant],
    evidence: Sequence[Evidence],
    verdict: Verdict | None,
    review: ClaimReview | None,
) -> dict[str, Any]:
    """Everything that a reader is told or that the verdict rests on.

    Priority, holds, aliases and appearances are not content: they change without anybody having to look again.
    """
    return {
        "statement": claim.statement,
        "context": claim.context,
        "kind": str(claim.kind),
        "date": claim.date_said,
        "on_behalf_of": claim.on_behalf_of,
        "claimants": [str(link.claimant_id) for link in claimants],
        "rating": [verdict.rating.code, str(verdict.rating.scale_id), verdict.rating.scale.version]
        if verdict
        else None,
        "explanation": verdict.explanation if verdict else "",
        "looked_for": verdict.looked_for if verdict else "",
        "evidence": sorted(
            (
                [
                    str(item.source_id),
                    item.source.url,
                    item.source.title,
                    item.source.publisher,
                    str(item.source.kind),
                    str(item.stance),
                    item.excerpt,
                    item.note,
                ]
                for item in evidence
            ),
        ),
        "headline": review.headline if review else "",
        "summary": review.summary if review else "",
        "body": review.body if review else "",
    }


def fingerprint(content: dict[str, Any]) -> str:
    """SHA-256 in hex over the content's canonical JSON."""
    return sha256_hex(content)
