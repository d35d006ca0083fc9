"""Tips: taken in, linked to the claims that are in them, answered or declined.

A tip has no chain of events of its own. What becomes of it stands in the newsroom's: were a tip removed with a chain of
its own, nothing would be missing anywhere, while in the newsroom's chain its number is. What a tip means to a claim
stands in the claim's history too, beside the priority that it moved. No event holds what the sender wrote, a contact or
a name.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from claims.access import Actor
from claims.errors import DomainError, InvalidInputError, NotFoundError, NotPermittedError, RuleBrokenError
from claims.models import ClaimReview, Newsroom, Submission, SubmissionClaim, SubmittedFile
from claims.models.submissions import MOST_FILE_BYTES
from claims.sealing import seal
from claims.text.files import ENDINGS, media_type_of, safe_name
from claims.text.normalise import normalise
from claims.vocab import (
    OPEN,
    SUBMISSION_MOVES,
    Act,
    Channel,
    DeclineReason,
    EventType,
    ReviewState,
    Right,
    SubmissionAct,
    SubmissionState,
)
from claims.workflow import recording
from claims.workflow.acts import finish
from claims.workflow.enqueueing import prioritise_anew
from claims.workflow.events import Change, changed, record_newsroom_event
from claims.workflow.inputs import AppearanceInput, ClaimInput, FileInput, SubmissionInput
from claims.workflow.rules import Refusal, require, yours
from claims.workflow.situation import Situation, lock

MOST_STATEMENT = 5000

EVENTS = {
    SubmissionAct.LINK: EventType.SUBMISSION_LINKED,
    SubmissionAct.MAKE_CLAIM: EventType.SUBMISSION_LINKED,
    SubmissionAct.ANSWER: EventType.SUBMISSION_ANSWERED,
    SubmissionAct.DECLINE: EventType.SUBMISSION_DECLINED,
    SubmissionAct.REOPEN: EventType.SUBMISSION_REOPENED,
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """A tip that was taken in, with the secret of its status link, which is told this once."""

    submission: Submission
    secret: str
    is_existing: bool = False


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def secret_sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


@transaction.atomic
def submit(*, actor: Actor, given: SubmissionInput, channel: Channel, secret: str = "") -> Submitted:
    """Takes a tip in. The same words under the same `secret` again are the tip that is there: a form sent twice.

    Raises InvalidInputError for a tip with nothing in it, and for a file that is too large or of a type not taken.
    """
    if not actor.may(Right.SUBMIT):
        raise NotPermittedError("This account may not send tips in.")
    given = replace(given, text=normalise(given.text).strip(), contact=normalise(given.contact).strip())
    file = _file(actor.newsroom_id, given.file) if given.file else None
    if not given.text and not given.url and file is None:
        raise InvalidInputError.at("/text", "Write what you saw or heard, give a link, or add a file.", code="required")
    # Held from here on: a policy that changes meanwhile finds this contact, or this tip finds the new policy.
    newsroom = Newsroom.objects.select_for_update(no_key=True).get(pk=actor.newsroom_id)
    known = _known(newsroom, secret, given, file) if secret else None
    if known is not None and known.is_existing:
        return known
    secret = known.secret if known else secret or new_secret()
    submission = _store(actor, newsroom, given, file, channel, secret)
    changes = {"submission": changed(None, str(submission.pk)), "channel": changed(None, str(channel))}
    _record(actor, EventType.SUBMISSION_RECEIVED, changes)
    return Submitted(submission, secret)


def _known(newsroom: Newsroom, secret: str, given: SubmissionInput, file: SubmittedFile | None) -> Submitted | None:
    """What was sent under this secret before; other words from the same form are another tip, with another secret."""
    found = Submission.objects.filter(status_token_sha256=secret_sha256(secret)).select_related("file").first()
    if found is None:
        return None
    there = (found.newsroom_id, found.text, found.url, found.contact_sealed is not None, _sha256(found.file))
    is_same = there == (newsroom.pk, given.text, given.url, bool(given.contact), _sha256(file))
    return Submitted(found, secret if is_same else new_secret(), is_existing=is_same)


def _sha256(file: SubmittedFile | None) -> bytes | None:
    return bytes(file.sha256) if file else None


def _store(
    actor: Actor,
    newsroom: Newsroom,
    given: SubmissionInput,
    file: SubmittedFile | None,
    channel: Channel,
    secret: str,
) -> Submission:
    if file is not None:
        file.save(force_insert=True)
    now = timezone.now()
    return Submission.objects.create(
        newsroom=newsroom,
        text=given.text,
        url=given.url,
        file=file,
        channel=channel,
        in_language=given.in_language,
        contact_sealed=seal(given.contact) if given.contact else None,
        erase_contact_at=now + timedelta(days=newsroom.contact_days) if given.contact else None,
        status_token_sha256=secret_sha256(secret),
        recorded_by=actor.user,
        received_at=now,
    )


def _file(newsroom_id: UUID, given: FileInput) -> SubmittedFile:
    if not given.content:
        raise InvalidInputError.at("/file", "The file is empty.", code="file_empty")
    if len(given.content) > MOST_FILE_BYTES:
        detail = f"The file is too large: at most {MOST_FILE_BYTES // 1024**2} MiB are taken."
        raise InvalidInputError.at("/file", detail, code="file_too_large")
    media_type = media_type_of(given.content)
    if media_type is None:
        detail = f"Files of this type are not taken; these are: {', '.join(ENDINGS.values())}."
        raise InvalidInputError.at("/file", detail, code="file_type")
    return SubmittedFile(
        newsroom_id=newsroom_id,
        name=safe_name(given.name, media_type),
        media_type=media_type,
        size=len(given.content),
        sha256=hashlib.sha256(given.content).digest(),
        content=given.content,
    )


def _record(actor: Actor, type: EventType, changes: dict[str, Change]) -> None:
    """The newsroom's row is locked last by everybody, after the tip and after claims."""
    record_newsroom_event(newsroom_id=actor.newsroom_id, type=type, actor=actor.user, changes=changes)


# What is done with a tip: lock, guard, move, record.


def refusal(submission: Submission, act: SubmissionAct, *, actor: Actor) -> Refusal | None:
    """What stands in the way of this person doing this to the tip now."""
    if not actor.may(Right.REVIEW):
        return yours("not_permitted", f"Only a reviewer may do this ({act}).")
    if submission.state not in SUBMISSION_MOVES[act].sources:
        state = SubmissionState(submission.state)
        hint = "" if state is SubmissionState.NEW else " Put it back to the new ones first."
        return Refusal("illegal_move", f"This is not possible while the tip is “{state.label}”.{hint}")
    return None


def allowed_acts(submission: Submission, *, actor: Actor) -> list[SubmissionAct]:
    """The acts that this person could do now, for answers and for buttons."""
    return [act for act in SubmissionAct if refusal(submission, act, actor=actor) is None]


def _begin(actor: Actor, submission_id: UUID, act: SubmissionAct) -> Submission:
    submission = (
        Submission.objects.select_for_update(no_key=True)
        .filter(newsroom_id=actor.newsroom_id, pk=submission_id)
        .first()
    )
    if submission is None:
        raise NotFoundError("There is no such tip in this newsroom.")
    found = refusal(submission, act, actor=actor)
    if found is not None:
        raise found.error()
    return submission


def _finish(actor: Actor, submission: Submission, act: SubmissionAct, changes: dict[str, Change]) -> None:
    """Saves what the act set and records the event. Called last: it locks the newsroom."""
    before, submission.state = submission.state, SUBMISSION_MOVES[act].arrival
    submission.save(update_fields=["state", "answer", "decline_reason"])
    told = {"submission": changed(None, str(submission.pk)), **changes}
    if before != submission.state:
        told["state"] = changed(str(before), str(submission.state))
    _record(actor, EVENTS[act], told)


@transaction.atomic
def link(*, actor: Actor, submission_id: UUID, claim_id: UUID) -> Submission:
    """The tip asks about a claim that we have."""
    submission = _begin(actor, submission_id, SubmissionAct.LINK)
    situation = _claim(actor, claim_id)
    if submission.submission_claims.filter(claim=claim_id).exists():
        raise RuleBrokenError("The tip is linked to this claim already.", code="already_linked")
    _attach(situation, submission)
    _finish(actor, submission, SubmissionAct.LINK, {"claim": changed(None, str(claim_id))})
    return submission


@dataclass(frozen=True, slots=True)
class ClaimFromTip:
    submission: Submission
    claim_id: UUID


@transaction.atomic
def make_claim(*, actor: Actor, submission_id: UUID, given: ClaimInput) -> ClaimFromTip:
    """Records a claim from the tip and links the two; without a statement, the tip's own words are it.

    The link of a tip is where the claim stands.
    """
    submission = _begin(actor, submission_id, SubmissionAct.MAKE_CLAIM)
    statement = given.statement or " ".join(submission.text.split())
    if not statement:
        detail = "Say in a sentence what is claimed: the tip has no words of its own."
        raise InvalidInputError.at("/statement", detail, code="required")
    if len(statement) > MOST_STATEMENT:
        detail = "Say in a sentence what is claimed: the tip is too long to be the claim as it is."
        raise InvalidInputError.at("/statement", detail, code="max_length")
    whole = replace(
        given,
        statement=statement,
        in_language=given.in_language or submission.in_language,
        appearance=AppearanceInput(url=submission.url) if submission.url else None,
    )
    claim = recording.record_claim(actor=actor, given=whole).claim
    _attach(_claim(actor, claim.pk), submission)
    _finish(actor, submission, SubmissionAct.MAKE_CLAIM, {"claim": changed(None, str(claim.pk))})
    return ClaimFromTip(submission, claim.pk)


@transaction.atomic
def answer(*, actor: Actor, submission_id: UUID, review_id: UUID) -> Submission:
    """The sender is shown a published check of ours; the tip counts for its claim."""
    submission = _begin(actor, submission_id, SubmissionAct.ANSWER)
    claim_id = (
        ClaimReview.objects.filter(newsroom_id=actor.newsroom_id, pk=review_id)
        .values_list("claim_id", flat=True)
        .first()
    )
    if claim_id is None:
        raise InvalidInputError.at("/review", "There is no such review in this newsroom.", code="not_found")
    situation = _claim(actor, claim_id)
    # Read under the claim's lock, under which it is published and retracted.
    review = ClaimReview.objects.get(pk=review_id)
    if review.state != ReviewState.PUBLISHED:
        raise RuleBrokenError("Only a check that is published now can be sent.", code="not_published")
    if not submission.submission_claims.filter(claim=claim_id).exists():
        _attach(situation, submission)
    submission.answer = review
    changes = {"review": changed(None, str(review_id)), "claim": changed(None, str(claim_id))}
    _finish(actor, submission, SubmissionAct.ANSWER, changes)
    return submission


@transaction.atomic
def decline(*, actor: Actor, submission_id: UUID, reason_code: DeclineReason) -> Submission:
    """The tip is not followed up; the sender is told the reason."""
    submission = _begin(actor, submission_id, SubmissionAct.DECLINE)
    submission.decline_reason = reason_code
    _finish(actor, submission, SubmissionAct.DECLINE, {"reason_code": changed(None, str(reason_code))})
    return submission


@transaction.atomic
def reopen(*, actor: Actor, submission_id: UUID) -> Submission:
    """Undoes what was decided: the tip is new again, and no claim's any more."""
    submission = _begin(actor, submission_id, SubmissionAct.REOPEN)
    claim_ids = _claim_ids(submission)
    for claim_id in claim_ids:
        situation = lock(actor=actor, claim_id=claim_id)
        require(situation, Act.REMOVE_SUBMISSION)
        _detach(situation, submission)
    if _claim_ids(submission):
        detail = "A claim of this tip was joined to another one at this moment: try again."
        raise RuleBrokenError(detail, code="moved_meanwhile")
    changes = {"claims": changed([str(pk) for pk in claim_ids], [])} if claim_ids else {}
    if submission.answer_id is not None:
        changes["review"] = changed(str(submission.answer_id), None)
    if submission.decline_reason:
        changes["reason_code"] = changed(submission.decline_reason, None)
    submission.answer, submission.decline_reason = None, ""
    _finish(actor, submission, SubmissionAct.REOPEN, changes)
    return submission


def _claim_ids(submission: Submission) -> list[UUID]:
    """In the order in which everybody locks several claims."""
    return list(submission.submission_claims.order_by("claim_id").values_list("claim_id", flat=True))


def _claim(actor: Actor, claim_id: UUID) -> Situation:
    try:
        situation = lock(actor=actor, claim_id=claim_id)
    except NotFoundError:
        detail = "There is no such claim in this newsroom."
        raise InvalidInputError.at("/claim", detail, code="not_found") from None
    require(situation, Act.ADD_SUBMISSION)
    return situation


def _attach(situation: Situation, submission: Submission) -> None:
    SubmissionClaim.objects.create(newsroom_id=submission.newsroom_id, submission=submission, claim=situation.claim)
    _note_demand(situation, Act.ADD_SUBMISSION, {"submission": changed(None, str(submission.pk))})


def _detach(situation: Situation, submission: Submission) -> None:
    submission.submission_claims.filter(claim=situation.claim).delete()
    _note_demand(situation, Act.REMOVE_SUBMISSION, {"submission": changed(str(submission.pk), None)})


def _note_demand(situation: Situation, act: Act, changes: dict[str, Change]) -> None:
    """Tells the claim how many tips it has now; while it is open they move its priority."""
    claim = situation.claim
    tips = claim.submission_claims.count()
    changes["tips"] = changed(tips - 1 if act is Act.ADD_SUBMISSION else tips + 1, tips)
    if claim.status in OPEN:
        before = claim.priority
        prioritise_anew(claim)
        if claim.priority != before:
            changes["priority"] = changed(before, claim.priority)
    finish(situation, act, changes=changes)


# Several at once: each by itself, so that one refusal leaves the others done.


@dataclass(frozen=True, slots=True)
class LeftOut:
    submission_id: UUID
    code: str
    detail: str


@dataclass
class BulkReport:
    """What was done, and what was left out and why."""

    done: list[UUID] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def in_bulk(submission_ids: Iterable[UUID], do: Callable[[UUID], object]) -> BulkReport:
    report = BulkReport()
    for submission_id in dict.fromkeys(submission_ids):
        try:
            do(submission_id)
        except DomainError as error:
            report.left_out.append(LeftOut(submission_id, error.code, error.detail))
        else:
            report.done.append(submission_id)
    return report


def make_one_claim(*, actor: Actor, submission_ids: Iterable[UUID], given: ClaimInput) -> BulkReport:
    """Many tips of one claim: it is made from the first that allows it, and the others are linked to it."""
    made: list[UUID] = []

    def make_or_link(submission_id: UUID) -> None:
        if made:
            link(actor=actor, submission_id=submission_id, claim_id=made[0])
        else:
            made.append(make_claim(actor=actor, submission_id=submission_id, given=given).claim_id)

    return in_bulk(submission_ids, make_or_link)
