"""Tips: who may see which, and what of them."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from claims.access import Actor
from claims.errors import NotFoundError, NotPermittedError
from claims.models import Claim, ClaimReview, Event, Newsroom, Submission, SubmissionClaim, SubmittedFile
from claims.sealing import unseal
from claims.vocab import Audience, Right


def visible_submissions(actor: Actor) -> QuerySet[Submission]:
    """All of the newsroom's for the desk; what they sent in themselves for submitters and partners."""
    submissions = Submission.objects.filter(newsroom_id=actor.newsroom_id)
    return submissions if actor.audience == Audience.DESK else submissions.filter(recorded_by=actor.user)


def with_parts(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """With everything that a tip is shown with; the bytes of files and the sealed contacts stay where they are."""
    links = SubmissionClaim.objects.select_related("claim").order_by("claim_id")
    return (
        submissions.select_related("file", "answer", "recorded_by")
        .defer("file__content")
        .prefetch_related(
            Prefetch("submission_claims", links),
            Prefetch("submission_claims__claim__reviews", ClaimReview.objects.order_by("id")),
        )
    )


def submission_in_sight(*, actor: Actor, submission_id: UUID) -> Submission:
    found = with_parts(visible_submissions(actor)).filter(pk=submission_id).first()
    if found is None:
        raise NotFoundError("There is no such tip, or none that you may see.")
    return found


def matching(submissions: QuerySet[Submission], asked: dict[str, Any]) -> QuerySet[Submission]:
    """Narrowed by the filters that were asked for; several values of one filter are alternatives."""
    lookups = {"state": "state__in", "channel": "channel__in", "language": "in_language__in", "q": "text__icontains"}
    for name, lookup in lookups.items():
        if asked.get(name):
            submissions = submissions.filter(**{lookup: asked[name]})
    if asked.get("claim"):
        links = SubmissionClaim.objects.filter(claim=asked["claim"]).values("submission_id")
        submissions = submissions.filter(pk__in=links)
    return submissions


def may_read_contacts(actor: Actor) -> bool:
    return actor.may(Right.EDIT) or actor.may(Right.ADMIN)


def contact_of(submission: Submission, *, actor: Actor) -> str | None:
    """How the sender may be reached, opened for an editor or an administrator; None where nothing is left or kept."""
    if not may_read_contacts(actor):
        raise NotPermittedError("Only an editor or an administrator reads how a sender may be reached.")
    return unseal(bytes(submission.contact_sealed)) if submission.contact_sealed is not None else None


def file_in_sight(*, actor: Actor, submission_id: UUID) -> SubmittedFile:
    found = visible_submissions(actor).filter(pk=submission_id).values_list("file_id", flat=True).first()
    if found is None:
        raise NotFoundError("There is no such tip that you may see, or it came without a file.")
    return SubmittedFile.objects.get(pk=found)


def submission_of_secret(secret: str) -> Submission | None:
    """The tip whose status link holds this secret."""
    sha256 = hashlib.sha256(secret.encode()).digest()
    return with_parts(Submission.objects.filter(status_token_sha256=sha256)).select_related("newsroom").first()


def newsroom_of_slug(slug: str) -> Newsroom | None:
    return Newsroom.objects.filter(slug=slug).first()


def history_of_submission(submission: Submission) -> list[Event]:
    """What became of a tip, from the newsroom's events, the first thing first."""
    events = Event.objects.filter(
        newsroom_id=submission.newsroom_id, claim=None, article=None, changes__has_key="submission"
    )
    of_tip = events.alias(tip=KeyTextTransform("after", KeyTransform("submission", "changes")))
    return list(of_tip.filter(tip=str(submission.pk)).select_related("actor").order_by("seq"))


def tips_of(claim: Claim) -> QuerySet[Submission]:
    links = SubmissionClaim.objects.filter(claim=claim).values("submission_id")
    return Submission.objects.filter(pk__in=links).order_by("-received_at", "-id")
