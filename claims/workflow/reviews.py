"""What the public is told: published, corrected, retracted, and never changed in silence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from claims.access import Actor
from claims.errors import FieldProblem, InvalidInputError
from claims.interop.publication import frozen_content
from claims.models import Appearance, Claim, ClaimReview, ClaimReviewRevision, Correction, User
from claims.text.slugs import slug_for
from claims.vocab import Act, CorrectionKind, EventType, ReviewState
from claims.workflow.acts import finish
from claims.workflow.events import Change, changed
from claims.workflow.rules import require
from claims.workflow.situation import Situation, lock
from claims.workflow.verdicts import return_to_author

#: What may be said of a change; a retraction is an act of its own.
KINDS_OF_CHANGE = tuple(kind for kind in CorrectionKind if kind != CorrectionKind.RETRACTION)


@transaction.atomic
def publish(
    *,
    actor: Actor,
    claim_id: UUID,
    kind: CorrectionKind | None = None,
    public_note: str = "",
    revision: int | None = None,
) -> Claim:
    """Shows exactly what was approved, as a new revision under the review's one address.

    After a correction, `kind` and `public_note` say what changed and why, and a Correction is written.
    """
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.PUBLISH)
    review, before = situation.review, situation.latest_revision
    assert review is not None  # noqa: S101 - an approved claim has its public text
    _check_note(kind, public_note, is_change=before is not None)
    after = _freeze(situation, review, number=before.number + 1 if before else 1)
    if before is None:
        review.slug = slug_for(review.headline, review.pk)
    review.state = ReviewState.PUBLISHED
    review.date_published = review.date_published or after.published_at
    review.date_modified = after.published_at
    review.being_checked_again_since, review.retraction_reason = None, ""
    review.save()
    changes: dict[str, Change] = {"revision": changed(before and before.number, after.number)}
    if before is not None and kind is not None:
        _enter(
            review,
            kind,
            public_note,
            made_by=after.published_by,
            at=after.published_at,
            before=before,
            after=after,
        )
        changes |= {"kind": changed(None, str(kind)), "public_note": changed(None, public_note)}
    event = EventType.REVIEW_CORRECTED if before else EventType.REVIEW_PUBLISHED
    finish(situation, Act.PUBLISH, changes=changes, is_new_content=True, event=event)
    return situation.claim


def _check_note(kind: CorrectionKind | None, public_note: str, *, is_change: bool) -> None:
    problems = []
    if is_change and kind is None:
        detail = f"Readers are told what kind of change this is: {', '.join(KINDS_OF_CHANGE)}."
        problems.append(FieldProblem("/kind", "required", detail))
    if is_change and not public_note.strip():
        problems.append(FieldProblem("/public_note", "required", "Readers are told what was changed, and why."))
    if not is_change and (kind is not None or public_note):
        field = "/kind" if kind is not None else "/public_note"
        problems.append(
            FieldProblem(field, "nothing_to_correct", "This is the first publication: nothing is corrected.")
        )
    if problems:
        raise InvalidInputError(problems)


def _freeze(situation: Situation, review: ClaimReview, *, number: int) -> ClaimReviewRevision:
    assert situation.verdict is not None and situation.actor.user is not None  # noqa: S101, PT018 - approved by people
    return ClaimReviewRevision.objects.create(
        newsroom_id=review.newsroom_id,
        review=review,
        number=number,
        verdict=situation.verdict,
        content_sha256=situation.content_sha256,
        content=_content(situation, review),
        published_by=situation.actor.user,
        published_at=timezone.now(),
    )


def _content(situation: Situation, review: ClaimReview) -> dict[str, Any]:
    assert situation.verdict is not None  # noqa: S101 - an approved claim has one
    appearances = (
        Appearance.objects.filter(claim=situation.claim, is_suggested=False)
        .select_related("version__article__publisher")
        .prefetch_related("segments", "attributions__claimant")
        .order_by("id")
    )
    claimants = [link.claimant for link in situation.claimants]
    prefetch_related_objects(claimants, "roles")
    return dict(
        frozen_content(
            claim=situation.claim,
            review=review,
            verdict=situation.verdict,
            claimants=claimants,
            evidence=situation.evidence,
            appearances=list(appearances),
        )
    )


def _enter(
    review: ClaimReview,
    kind: CorrectionKind,
    public_note: str,
    *,
    made_by: User,
    at: datetime,
    before: ClaimReviewRevision,
    after: ClaimReviewRevision | None = None,
) -> None:
    """One more line in the ledger."""
    Correction.objects.create(
        newsroom_id=review.newsroom_id,
        review=review,
        kind=kind,
        public_note=public_note,
        before=before,
        after=after,
        made_by=made_by,
        created_at=at,
    )


@transaction.atomic
def correct(
    *, actor: Actor, claim_id: UUID, reason: str, show_notice: bool = False, revision: int | None = None
) -> Claim:
    """Opens a published verdict again. What is public stays as it is, with a notice if the editor wants one."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.CORRECT)
    review = situation.review
    if show_notice and review is not None and review.state == ReviewState.PUBLISHED:
        review.being_checked_again_since = timezone.now()
        review.save(update_fields=["being_checked_again_since"])
    changes = {"reason": changed(None, reason), "notice": changed(before=False, after=show_notice)}
    return_to_author(situation, Act.CORRECT, changes)
    return situation.claim


@transaction.atomic
def retract(*, actor: Actor, claim_id: UUID, reason: str, revision: int | None = None) -> Claim:
    """Takes a review back: a notice with the reason stays at its address."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.RETRACT)
    review, latest = situation.review, situation.latest_revision
    assert review is not None and latest is not None and actor.user is not None  # noqa: S101, PT018 - it is published
    review.state, review.retraction_reason = ReviewState.RETRACTED, reason
    review.date_modified, review.being_checked_again_since = timezone.now(), None
    review.save()
    _enter(review, CorrectionKind.RETRACTION, reason, made_by=actor.user, at=review.date_modified, before=latest)
    finish(situation, Act.RETRACT, changes={"reason": changed(None, reason)}, is_new_content=True)
    return situation.claim
