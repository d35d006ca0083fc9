"""Rows as the API shows them. Each takes rows that were read with what it needs; none asks the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import cast

from django.conf import settings

from claims.access import Actor
from claims.api import shapes
from claims.models import (
    Appearance,
    Approval,
    Article,
    ArticleVersion,
    Assignment,
    Attribution,
    Claim,
    Claimant,
    ClaimLink,
    ClaimReview,
    ClaimReviewRevision,
    Correction,
    Event,
    Evidence,
    Rating,
    Source,
    Verdict,
)
from claims.selectors.standing import coarse
from claims.vocab import (
    ArticleKind,
    Audience,
    Basis,
    ClaimantKind,
    ClaimantMatch,
    ClaimKind,
    CorrectionKind,
    LinkKind,
    Relation,
    ReviewState,
    SourceKind,
    Speech,
    Stage,
    Stance,
    Status,
)


def instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def maybe_instant(value: datetime | None) -> str | None:
    return None if value is None else instant(value)


def claimant_short(claimant: Claimant) -> shapes.ClaimantShort:
    return {"id": str(claimant.pk), "name": claimant.name, "kind": cast(ClaimantKind, claimant.kind)}


def claimant(row: Claimant) -> shapes.ClaimantShape:
    return {
        **claimant_short(row),
        "aliases": sorted(alias.name for alias in row.aliases.all()),
        "roles": [
            {"title": role.title, "since": role.since or None, "until": role.until or None}
            for role in sorted(row.roles.all(), key=lambda role: (role.since, role.pk))
        ],
        "wikidata_id": row.wikidata_id or None,
        "same_as": row.same_as or None,
        "created_at": instant(row.created_at),
    }


def rating(row: Rating) -> shapes.RatingShape:
    has_value = row.value is not None
    return {
        "code": row.code,
        "value": row.value,
        "best": row.scale.best if has_value else None,
        "worst": row.scale.worst if has_value else None,
        "label": row.label("en"),
    }


def verdict(row: Verdict, *, standing: Callable[[], Sequence[Approval]]) -> shapes.VerdictShape:
    """`standing` are the approvals that count for the content as it is now; asked only where there are any."""
    approvals = list(row.approvals.all())
    current = {approval.pk for approval in standing()} if approvals else set()
    return {
        "id": str(row.pk),
        "rating": rating(row.rating),
        "explanation": row.explanation,
        "looked_for": row.looked_for,
        "author": row.author.get_username(),
        "approvals": [
            {
                "approver": approval.approver.get_username(),
                "agrees": approval.agrees,
                "current": approval.pk in current,
                "note": approval.note,
                "rating": approval.rating.code if approval.rating else None,
                "created_at": instant(approval.created_at),
            }
            for approval in approvals
        ],
        "adopted_from": str(row.adopted_from.claim_id) if row.adopted_from else None,
        "created_at": instant(row.created_at),
    }


def review_url(review: ClaimReview) -> str | None:
    """Where the public finds it; None before the first publication."""
    return None if review.state == ReviewState.DRAFT else f"{settings.PUBLIC_URL}/reviews/{review.slug}/"


def publication(review: ClaimReview | None, *, headline: str) -> shapes.Publication | None:
    if review is None:
        return None
    return {
        "state": cast(ReviewState, review.state),
        "url": review_url(review),
        "headline": headline,
        "date_published": maybe_instant(review.date_published),
        "date_modified": maybe_instant(review.date_modified),
    }


def assignment(live: Iterable[Assignment], status: str) -> shapes.AssignmentShape | None:
    """Who has it in hand: for approval while it waits for one, else for the check."""
    wanted = Stage.APPROVE if status == Status.IN_APPROVAL else Stage.CHECK
    found = next((row for row in live if row.stage == wanted), None)
    if found is None:
        return None
    return {
        "reviewer": found.reviewer.get_username(),
        "stage": wanted,
        "held_until": maybe_instant(found.on_hold_until or found.held_until),
    }


def attribution(row: Attribution) -> shapes.AttributionShape:
    return {
        "claimant": {"id": str(row.claimant.pk), "name": row.claimant.name} if row.claimant else None,
        "relation": cast(Relation, row.relation),
        "basis": cast(Basis, row.basis),
        "confirmed": row.confirmed_by_id is not None,
        "as_named": row.as_named,
    }


def appearance(row: Appearance) -> shapes.AppearanceShape:
    version = row.version
    return {
        "id": str(row.pk),
        "article": str(version.article_id) if version else None,
        "version": version.number if version else None,
        "url": row.url or None,
        "date_published": row.date_published or None,
        "speech": cast(Speech, row.speech) if row.speech else None,
        "cue": row.cue,
        "anchor": row.anchor,
        "suggested": row.is_suggested,
        "after_publication": row.is_after_publication,
        "is_first": row.is_first,
        "segments": [
            {
                "selectors": [
                    {"type": "TextQuoteSelector", "exact": part.exact, "prefix": part.prefix, "suffix": part.suffix},
                    {"type": "TextPositionSelector", "start": part.start, "end": part.end},
                ]
            }
            for part in row.segments.all()
        ],
        "attribution": [attribution(link) for link in row.attributions.all()],
    }


def _appearances(row: Claim, *, is_desk: bool) -> list[shapes.AppearanceShape]:
    """All of them for the desk; what it has still to look at, and what it made sure of, is not told outside."""
    shown = [appearance(found) for found in row.appearances.all() if is_desk or not found.is_suggested]
    if not is_desk:
        for place in shown:
            place["after_publication"] = False
            for link in place["attribution"]:
                link["confirmed"] = False
    return shown


def _review(claim: Claim) -> ClaimReview | None:
    return next(iter(claim.reviews.all()), None)


def claim(
    row: Claim,
    *,
    actor: Actor,
    allowed_acts: Sequence[str] = (),
    standing: Callable[[], Sequence[Approval]] = tuple,
    published: ClaimReviewRevision | None = None,
) -> shapes.ClaimShape:
    """A claim that was read with `selectors.claims.in_full`; of the desk's work only what the reader may know.

    Outside the desk, the texts of a review are those of its `published` revision: the draft may say other things.
    """
    is_desk = actor.audience == Audience.DESK
    claimants = [claimant_short(link.claimant) for link in row.claim_claimants.all()]
    review = _review(row)
    shown_review = review if is_desk or (review and review.state != ReviewState.DRAFT) else None
    headline = review.headline if review and is_desk else published.content["headline"] if published else ""
    return {
        "id": str(row.pk),
        "statement": row.statement,
        "context": row.context,
        "status": row.status if is_desk else coarse(row),
        "kind": cast(ClaimKind, row.kind),
        "claimant": claimants[0] if claimants else None,
        "claimants": claimants,
        "claimant_match": cast(ClaimantMatch, row.claimant_match),
        "claimant_named": row.claimant_named or None,
        "on_behalf_of": row.on_behalf_of,
        "date": row.date_said or None,
        "topics": [link.topic.slug for link in row.claim_topics.all()],
        "in_language": row.in_language,
        "priority": {"value": row.priority, "parts": row.priority_parts} if is_desk else None,
        "urgent": row.is_urgent if is_desk else False,
        "due": maybe_instant(row.due) if is_desk else None,
        "verdict": verdict(row.verdict, standing=standing) if is_desk and row.verdict else None,
        "publication": publication(shown_review, headline=headline),
        "assignment": assignment(_live(row), row.status) if is_desk else None,
        "decline_reason": row.decline_reason or None,
        "duplicate_of": str(row.duplicate_of_id) if row.duplicate_of_id and is_desk else None,
        "appearances": _appearances(row, is_desk=is_desk),
        "allowed_acts": list(allowed_acts),
        "revision": row.revision,
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }


def _live(row: Claim) -> list[Assignment]:
    """The live assignments that were read with the claim."""
    return cast(list[Assignment], row.live)  # type: ignore[attr-defined]  # `to_attr` of the prefetch


def claim_row(
    row: Claim, *, actor: Actor, expand: frozenset[str], standing: Callable[[Claim], Sequence[Approval]]
) -> shapes.ClaimRow:
    """A claim in a list, read with `selectors.claims.in_rows`."""
    is_desk = actor.audience == Audience.DESK
    review = _review(row)
    links = list(row.claim_claimants.all())
    place = next((found for found in row.appearances.all() if found.version), None)
    article = place.version.article if place and place.version else None
    shown: shapes.ClaimRow = {
        "id": str(row.pk),
        "statement": row.statement,
        "status": row.status if is_desk else coarse(row),
        "kind": cast(ClaimKind, row.kind),
        "claimant": claimant_short(links[0].claimant) if links else None,
        "priority": {"value": row.priority} if is_desk else None,
        "urgent": row.is_urgent if is_desk else False,
        "due": maybe_instant(row.due) if is_desk else None,
        "rating": row.verdict.rating.code if is_desk and row.verdict else None,
        "publication": {"state": cast(ReviewState, review.state)}
        if review and (is_desk or review.state != ReviewState.DRAFT)
        else None,
        "assignment": assignment(_live(row), row.status) if is_desk else None,
        "article": {"id": str(article.pk), "headline": article.headline} if article else None,
        "revision": row.revision,
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }
    if "claimants" in expand:
        shown["claimants"] = [claimant_short(link.claimant) for link in links]
    if "claimant" in expand and links:
        shown["claimant"] = claimant(links[0].claimant)
    if "verdict" in expand:
        found = row.verdict if is_desk else None
        shown["verdict"] = verdict(found, standing=lambda: standing(row)) if found else None
    if "evidence" in expand:
        shown["evidence"] = [evidence(item) for item in row.live_evidence] if is_desk else []  # type: ignore[attr-defined]
    if "appearances" in expand:
        shown["appearances"] = _appearances(row, is_desk=is_desk)
    if "topics" in expand:
        shown["topics"] = [link.topic.slug for link in row.claim_topics.all()]
    return shown


def link(row: ClaimLink) -> shapes.LinkShape:
    return {
        "id": str(row.pk),
        "claim": str(row.claim_id),
        "other": str(row.other_id),
        "kind": cast(LinkKind, row.kind),
        "made_by": row.made_by.get_username() if row.made_by else "system",
        "created_at": instant(row.created_at),
    }


def source(row: Source) -> shapes.SourceShape:
    return {
        "id": str(row.pk),
        "kind": cast(SourceKind, row.kind),
        "url": row.url or None,
        "title": row.title,
        "publisher": row.publisher,
    }


def evidence(row: Evidence) -> shapes.EvidenceShape:
    return {
        "id": str(row.pk),
        "claim": str(row.claim_id),
        "source": source(row.source),
        "stance": cast(Stance, row.stance),
        "excerpt": row.excerpt,
        "note": row.note,
        "added_by": row.added_by.get_username(),
        "created_at": instant(row.created_at),
        "withdrawn_at": maybe_instant(row.withdrawn_at),
        "withdrawn_reason": row.withdrawn_reason or None,
    }


def article(row: Article, version: ArticleVersion) -> shapes.ArticleShape:
    return {
        "id": str(row.pk),
        "kind": cast(ArticleKind, row.kind),
        "headline": row.headline,
        "url": row.url or None,
        "canonical_url": row.canonical_url or None,
        "publisher": {"id": str(row.publisher.pk), "name": row.publisher.name} if row.publisher else None,
        "author": row.author,
        "date_published": row.date_published or None,
        "in_language": row.in_language,
        "copy_of": str(row.copy_of_id) if row.copy_of_id else None,
        "intake": {"state": "ready", "detail": ""},
        "version": {"number": version.number, "text_sha256": version.text_sha256},
        "created_at": instant(row.created_at),
    }


def version(row: ArticleVersion) -> shapes.VersionShape:
    return {
        "number": row.number,
        "text_sha256": row.text_sha256,
        "text": row.text,
        "captured_at": instant(row.captured_at),
    }


def event(row: Event) -> shapes.EventShape:
    return {
        "seq": row.seq,
        "type": row.type,
        "actor": row.actor.get_username() if row.actor else "system",
        "occurred_at": instant(row.occurred_at),
        "changes": row.changes,
    }


def public_event(row: Event) -> shapes.EventShape:
    """An event for somebody outside the desk: that it happened and when, without who did it or the desk's words."""
    return {**event(row), "actor": "desk" if row.actor else "system", "changes": {}}


def correction(row: Correction) -> shapes.CorrectionShape:
    return {
        "kind": cast(CorrectionKind, row.kind),
        "public_note": row.public_note,
        "created_at": instant(row.created_at),
    }


def published_review(row: ClaimReview, *, latest: ClaimReviewRevision) -> shapes.ReviewShape:
    """A review for somebody outside the desk: the texts that were published, and none of a retracted one."""
    is_out = row.state == ReviewState.PUBLISHED
    texts = {name: latest.content[name] if is_out else "" for name in ("headline", "summary", "body")}
    shown = review(row, revision=latest.number)
    return {**shown, "headline": texts["headline"], "summary": texts["summary"], "body": texts["body"]}


def review(row: ClaimReview, *, revision: int | None) -> shapes.ReviewShape:
    return {
        "id": str(row.pk),
        "claim": str(row.claim_id),
        "state": cast(ReviewState, row.state),
        "in_language": row.in_language,
        "url": review_url(row),
        "headline": row.headline,
        "summary": row.summary,
        "body": row.body,
        "revision": revision,
        "date_published": maybe_instant(row.date_published),
        "date_modified": maybe_instant(row.date_modified),
        "corrections": [correction(found) for found in row.corrections.all()],
    }
