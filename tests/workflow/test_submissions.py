"""Tips: what each act does, what it refuses without writing anything, and what becomes of the sender's contact."""

import base64
import hashlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from gunicorn.config import Config
from pytest_django import DjangoAssertNumQueries, Settings

from claims import schedule
from claims.access import Actor
from claims.bell import Bell
from claims.errors import DomainError, InvalidInputError, NotFoundError, NotPermittedError, RuleBrokenError
from claims.models import Appearance, Claim, ClaimReview, Event, Newsroom, Submission, SubmissionClaim
from claims.sealing import UnknownSealError, reseal, seal, unseal
from claims.selectors.similar import likely_checks
from claims.selectors.standing import standing_of
from claims.selectors.submissions import (
    contact_of,
    history_of_submission,
    submission_in_sight,
    submission_of_secret,
)
from claims.text.files import media_type_of, safe_name
from claims.text.uuid7 import uuid7
from claims.vocab import (
    SUBMISSION_MOVES,
    SUBMISSION_TRANSITIONS,
    Act,
    Channel,
    Coarse,
    DeclineReason,
    Role,
    Status,
    SubmissionAct,
    SubmissionState,
)
from claims.workflow import claims as claim_acts
from claims.workflow import contacts, newsrooms, queue, reviews, sending, submissions
from claims.workflow.events import first_broken_link
from claims.workflow.inputs import ClaimantInput, ClaimInput, FileInput, SubmissionInput
from claims.workflow.rules import PERSONS_ACTS, RULES
from claims.workflow.submissions import Submitted
from factcheck import gunicorn
from factcheck import settings as settings_module
from factcheck.access_log import DiscreetLogger
from factcheck.logs import Discreet
from tests.build import Desk, claim_in, make_claim, make_desk, make_member, make_published, make_retracted
from tests.record import all_rows, events_of, types_of
from workers.bell import TASKS

CONTACT = "anna@reader.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def send(actor: Actor, text: str = "Somebody said it on the radio.", **given: Any) -> Submitted:
    return submissions.submit(actor=actor, given=SubmissionInput(text=text, **given), channel=Channel.API)


def tip(actor: Actor, text: str = "Somebody said it on the radio.", **given: Any) -> Submission:
    return send(actor, text, **given).submission


def refused(error: type[DomainError], doing: Callable[[], object]) -> DomainError:
    before = all_rows()
    with pytest.raises(error) as refusal:
        doing()
    assert all_rows() == before
    return refusal.value


def review_of(claim: Claim) -> ClaimReview:
    return ClaimReview.objects.get(claim=claim)


def part_of_demand(claim: Claim) -> int:
    claim.refresh_from_db()
    return sum(part["value"] for part in claim.priority_parts if part["name"] == "demand")


def standing(submission: Submission, actor: Actor) -> tuple[Coarse, int, DeclineReason | None]:
    found = standing_of(submission_in_sight(actor=actor, submission_id=submission.pk))
    return found.coarse, len(found.reviews), found.reason


# Taking in


def test_a_tip_is_kept_as_it_was_sent_and_told_to_the_newsroom_without_its_words(desk: Desk, submitter: Actor) -> None:
    made = send(
        submitter, "  A cafe\u0301 said so.\r\n", url="https://radio.example/1", contact=CONTACT, in_language="fr"
    )
    found = Submission.objects.get()
    assert (found.text, found.url, found.in_language) == ("A café said so.", "https://radio.example/1", "fr")
    assert (found.state, found.channel, found.recorded_by) == ("new", "api", submitter.user)
    assert found == submission_of_secret(made.secret)
    event = Event.objects.get(type="submission.received")
    assert event.changes == {
        "submission": {"before": None, "after": str(found.pk)},
        "channel": {"before": None, "after": "api"},
    }
    assert (event.claim_id, event.article_id, event.audience) == (None, None, "desk")


def test_of_the_status_link_only_a_hash_is_kept(desk: Desk) -> None:
    made = send(desk.author)
    assert len(made.secret) == 43
    assert made.secret not in str(all_rows())
    assert submission_of_secret(made.secret + "x") is None


@pytest.mark.parametrize("given", [{}, {"text": "  \n"}, {"contact": CONTACT}])
def test_a_tip_with_nothing_in_it_is_refused(desk: Desk, given: dict[str, str]) -> None:
    error = refused(InvalidInputError, lambda: tip(desk.author, **{"text": "", **given}))
    assert "add a file" in error.detail


def test_who_may_only_read_sends_nothing_in(auditor: Actor) -> None:
    refused(NotPermittedError, lambda: tip(auditor))


def test_a_form_that_is_sent_twice_is_one_tip_and_other_words_are_another(desk: Desk) -> None:
    def sent(**given: Any) -> Submitted:
        return submissions.submit(
            actor=Actor.service(desk.newsroom.pk),
            given=SubmissionInput(**given),
            channel=Channel.PUBLIC_FORM,
            secret="s" * 43,
        )

    first, again = sent(text="It rained."), sent(text="It rained. ")
    assert (again.submission, again.secret, again.is_existing) == (first.submission, first.secret, True)
    others = [sent(text="It snowed."), sent(text="It rained.", contact=CONTACT)]
    assert {first.secret, *(other.secret for other in others)} == {"s" * 43, *(other.secret for other in others)}
    assert Submission.objects.count() == 3
    assert Event.objects.filter(type="submission.received").count() == 3


# Files


def test_a_file_is_kept_with_what_its_bytes_say_it_is(desk: Desk) -> None:
    made = tip(desk.author, "", file=FileInput("C:\\photos\\..\\me.html", PNG))
    file = made.file
    assert file is not None
    assert (file.name, file.media_type, file.size, bytes(file.content)) == ("me.png", "image/png", len(PNG), PNG)
    assert bytes(file.sha256).hex() == hashlib.sha256(PNG).hexdigest()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x01\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"ID3\x04\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x44\0\0", "audio/mpeg"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"fLaC\0\0", "audio/flac"),
        (b"RIFF\x01\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x20ftypM4A \0\0", "audio/mp4"),
        ("Schön, sagte sie.\n".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        # A page or a script is text to us, and is handed on as nothing else.
        (b"<!doctype html><script>alert(1)</script>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "text/plain"),
        (b"MZ\x90\0\x03\0\0\0", None),
        (b"\x7fELF\x02\x01\x01\0", None),
        (b"PK\x03\x04\x14\0", None),
        (b"\0\0\0\x18ftypmp42\0\0", None),
        (b"RIFF\x01\0\0\0AVI LIST", None),
        (b"text with \0 in it", None),
        ("latin-1: é".encode("latin-1"), None),
    ],
)
def test_a_file_is_what_its_bytes_are(content: bytes, media_type: str | None) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo.jpg", "photo.png"),
        ("../../etc/passwd", "passwd.png"),
        ("..\\..\\boot.ini", "boot.png"),
        (".htaccess", "htaccess.png"),
        ("", "file.png"),
        ("/", "file.png"),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie x=1.png"),
        ('a".html;b.png', "a .html b.png"),
        ("annexe\u202egnp.exe", "annexegnp.png"),
        ("\ud800.png", "file.png"),
        ("<script>.png", "script.png"),
        ("выборы 2024.pdf", "выборы 2024.png"),
        ("x" * 500, "x" * 100 + ".png"),
    ],
)
def test_a_name_is_kept_without_what_could_mislead(given: str, kept: str) -> None:
    assert safe_name(given, "image/png") == kept


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file_empty"), (b"PK\x03\x04\x14\0", "file_type"), (b"a" * (5 * 1024 * 1024 + 1), "file_too_large")],
)
def test_a_file_that_is_not_taken_is_refused(desk: Desk, content: bytes, code: str) -> None:
    error = refused(InvalidInputError, lambda: tip(desk.author, file=FileInput("a.txt", content)))
    assert isinstance(error, InvalidInputError)
    assert [(found.pointer, found.code) for found in error.problems] == [("/file", code)]


def test_the_largest_file_is_taken(desk: Desk) -> None:
    assert tip(desk.author, file=FileInput("a.txt", b"a" * (5 * 1024 * 1024))).file is not None


# Linking


def test_a_linked_tip_raises_the_demand_for_its_claim_and_both_histories_tell(desk: Desk) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    other = claim_in(
        Status.QUEUED, author=desk.author, editor=desk.editor, statement="Unemployment fell to 3 per cent."
    )
    before = claim.priority
    tips = [tip(desk.author, contact=CONTACT) for _ in range(3)]
    for found in tips:
        submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)
    assert part_of_demand(claim) == 9
    assert claim.priority == before + 9
    assert claim.rank > Claim.objects.get(pk=other.pk).rank
    assert queue.take_next(actor=desk.editor) == claim
    assert [event.changes["tips"] for event in events_of(claim) if event.type == "claim.submission_linked"] == [
        {"before": number, "after": number + 1} for number in range(3)
    ]
    assert [event.type for event in history_of_submission(tips[0])] == ["submission.received", "submission.linked"]
    tips[0].refresh_from_db()
    assert tips[0].state == "linked"


def test_demand_has_an_upper_end(desk: Desk) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    for _ in range(11):
        submissions.link(actor=desk.author, submission_id=tip(desk.author).pk, claim_id=claim.pk)
    assert part_of_demand(claim) == 30


def test_a_recorded_claim_keeps_its_demand_when_it_is_enqueued(desk: Desk) -> None:
    claim = make_claim(desk.author)
    submissions.link(actor=desk.author, submission_id=tip(desk.author).pk, claim_id=claim.pk)
    claim_in(Status.QUEUED, author=desk.author, editor=desk.editor, claim=claim)
    assert part_of_demand(claim) == 3


def test_linking_changes_no_revision(desk: Desk) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    submissions.link(actor=desk.author, submission_id=tip(desk.author).pk, claim_id=claim.pk)
    assert Claim.objects.get(pk=claim.pk).revision == claim.revision


def test_one_tip_may_hold_two_claims_and_each_only_once(desk: Desk) -> None:
    found, one, two = tip(desk.author), make_claim(desk.author), make_claim(desk.author, "Prices doubled.")
    for claim in (one, two):
        submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)
    error = refused(
        RuleBrokenError, lambda: submissions.link(actor=desk.author, submission_id=found.pk, claim_id=one.pk)
    )
    assert error.code == "already_linked"
    assert SubmissionClaim.objects.filter(submission=found).count() == 2


@pytest.mark.parametrize("status", Status)
def test_a_tip_is_linked_to_open_and_approved_claims_alone(desk: Desk, status: Status) -> None:
    claim, found = claim_in(status, author=desk.author, editor=desk.editor), tip(desk.author)

    def linking() -> object:
        return submissions.link(actor=desk.editor, submission_id=found.pk, claim_id=claim.pk)

    if status in {Status.SUGGESTED, Status.DECLINED, Status.DUPLICATE, Status.DISMISSED}:
        assert refused(RuleBrokenError, linking).code == "illegal_move"
    else:
        linking()
        assert SubmissionClaim.objects.get().claim_id == claim.pk


def test_who_recused_themselves_links_nothing_to_the_claim(desk: Desk) -> None:
    claim, found = make_claim(desk.author), tip(desk.author)
    queue.recuse(actor=desk.author, claim_id=claim.pk, reason="A cousin.")
    linking = lambda: submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)  # noqa: E731
    assert refused(RuleBrokenError, linking).code == "recused"


def test_a_claim_or_review_or_tip_of_another_newsroom_is_not_there(desk: Desk, stranger: Actor) -> None:
    mine, theirs = tip(desk.author), tip(stranger)
    foreign = make_claim(stranger)
    for doing in (
        lambda: submissions.link(actor=desk.author, submission_id=mine.pk, claim_id=foreign.pk),
        lambda: submissions.answer(actor=desk.author, submission_id=mine.pk, review_id=uuid7()),
    ):
        error = refused(InvalidInputError, doing)
        assert isinstance(error, InvalidInputError)
        assert [problem.code for problem in error.problems] == ["not_found"]
    refused(NotFoundError, lambda: submissions.reopen(actor=desk.author, submission_id=theirs.pk))
    with pytest.raises(DatabaseError), transaction.atomic():
        SubmissionClaim.objects.create(newsroom=desk.newsroom, submission=mine, claim=foreign)


# Making a claim


def test_a_claim_made_from_a_tip_stands_where_the_tip_says_and_is_linked(desk: Desk) -> None:
    found = tip(desk.author, "The bridge\nis  closed.", url="https://town.example/bridge", in_language="en")
    made = submissions.make_claim(
        actor=desk.author,
        submission_id=found.pk,
        given=ClaimInput("", claimants=(ClaimantInput(name="The mayor", kind="person"),)),
    )
    claim = Claim.objects.get(pk=made.claim_id)
    assert (claim.statement, claim.in_language, claim.status) == ("The bridge is closed.", "en", "recorded")
    assert claim.claim_claimants.get().claimant.name == "The mayor"
    assert Appearance.objects.get(claim=claim).url == "https://town.example/bridge"
    assert types_of(claim) == ["claim.recorded", "claim.submission_linked"]
    assert (made.submission.state, part_of_demand(claim)) == ("linked", 3)


def test_a_tip_without_words_needs_a_statement_and_a_long_one_too(desk: Desk) -> None:
    for given in ({"text": "", "file": FileInput("a.png", PNG)}, {"text": "word " * 1100}):
        found = tip(desk.author, **given)
        error = refused(
            InvalidInputError,
            lambda found=found: submissions.make_claim(  # type: ignore[misc]
                actor=desk.author, submission_id=found.pk, given=ClaimInput("")
            ),
        )
        assert "Say in a sentence what is claimed" in error.detail
        submissions.make_claim(actor=desk.author, submission_id=found.pk, given=ClaimInput("It was so."))


# Answering


def test_a_published_check_answers_a_tip_and_counts_it_for_its_claim(desk: Desk) -> None:
    claim, found = make_published(author=desk.author, editor=desk.editor), tip(desk.author)
    submissions.answer(actor=desk.author, submission_id=found.pk, review_id=review_of(claim).pk)
    found.refresh_from_db()
    assert (found.state, found.answer) == ("answered", review_of(claim))
    assert SubmissionClaim.objects.get().claim_id == claim.pk
    assert standing(found, desk.author) == (Coarse.PUBLISHED, 1, None)


def test_only_what_is_published_now_is_sent(desk: Desk) -> None:
    found = tip(desk.author)
    draft = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    retracted = make_retracted(author=desk.author, editor=desk.editor)
    for claim in (draft, retracted):
        review_id = review_of(claim).pk
        error = refused(
            RuleBrokenError,
            lambda review_id=review_id: submissions.answer(  # type: ignore[misc]
                actor=desk.author, submission_id=found.pk, review_id=review_id
            ),
        )
        assert error.code == "not_published"


def test_what_was_sent_and_is_retracted_later_is_still_shown_with_its_notice(desk: Desk) -> None:
    claim, found = make_published(author=desk.author, editor=desk.editor), tip(desk.author)
    submissions.answer(actor=desk.author, submission_id=found.pk, review_id=review_of(claim).pk)
    reviews.retract(actor=desk.editor, claim_id=claim.pk, reason="It was never said.")
    assert standing(found, desk.author) == (Coarse.PUBLISHED, 1, None)


# Declining and undoing


def test_a_tip_is_declined_with_a_reason_for_its_sender(desk: Desk) -> None:
    found = tip(desk.author)
    submissions.decline(actor=desk.author, submission_id=found.pk, reason_code=DeclineReason.OPINION)
    assert standing(found, desk.author) == (Coarse.DECLINED, 0, DeclineReason.OPINION)


def test_undoing_makes_the_tip_new_and_takes_its_demand_off(desk: Desk) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    before, found = claim.priority, tip(desk.author)
    submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)
    submissions.reopen(actor=desk.author, submission_id=found.pk)
    found.refresh_from_db()
    assert (found.state, SubmissionClaim.objects.count(), part_of_demand(claim)) == ("new", 0, 0)
    assert claim.priority == before
    assert types_of(claim)[-2:] == ["claim.submission_linked", "claim.submission_unlinked"]
    assert history_of_submission(found)[-1].changes["claims"] == {"before": [str(claim.pk)], "after": []}


def test_an_answer_and_a_decline_are_undone_too(desk: Desk) -> None:
    claim, answered, declined = (
        make_published(author=desk.author, editor=desk.editor),
        tip(desk.author),
        tip(desk.author),
    )
    submissions.answer(actor=desk.author, submission_id=answered.pk, review_id=review_of(claim).pk)
    submissions.decline(actor=desk.author, submission_id=declined.pk, reason_code=DeclineReason.OPINION)
    for found in (answered, declined):
        submissions.reopen(actor=desk.author, submission_id=found.pk)
        found.refresh_from_db()
        assert (found.state, found.answer, found.decline_reason) == ("new", None, "")
    assert not SubmissionClaim.objects.exists()


def test_a_tip_is_taken_off_a_claim_that_was_declined_since(desk: Desk) -> None:
    claim, found = make_claim(desk.author), tip(desk.author)
    submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)
    claim_acts.decline(actor=desk.author, claim_id=claim.pk, reason_code=DeclineReason.NOT_CHECKABLE)
    assert standing(found, desk.author) == (Coarse.DECLINED, 0, DeclineReason.NOT_CHECKABLE)
    submissions.reopen(actor=desk.author, submission_id=found.pk)
    assert not SubmissionClaim.objects.exists()


# Who, and from where


def in_state(state: SubmissionState, desk: Desk) -> Submission:
    found = tip(desk.author)
    claim = make_published(author=desk.author, editor=desk.editor)
    ways: dict[SubmissionState, Callable[[], object]] = {
        SubmissionState.NEW: lambda: None,
        SubmissionState.LINKED: lambda: submissions.link(
            actor=desk.author, submission_id=found.pk, claim_id=make_claim(desk.author).pk
        ),
        SubmissionState.ANSWERED: lambda: submissions.answer(
            actor=desk.author, submission_id=found.pk, review_id=review_of(claim).pk
        ),
        SubmissionState.DECLINED: lambda: submissions.decline(
            actor=desk.author, submission_id=found.pk, reason_code=DeclineReason.OPINION
        ),
    }
    ways[state]()
    return found


def doing(act: SubmissionAct, actor: Actor, submission_id: UUID, claim: Claim) -> object:
    acts: dict[SubmissionAct, Callable[[], object]] = {
        SubmissionAct.LINK: lambda: submissions.link(actor=actor, submission_id=submission_id, claim_id=claim.pk),
        SubmissionAct.MAKE_CLAIM: lambda: submissions.make_claim(
            actor=actor, submission_id=submission_id, given=ClaimInput("A claim.")
        ),
        SubmissionAct.ANSWER: lambda: submissions.answer(
            actor=actor, submission_id=submission_id, review_id=review_of(claim).pk
        ),
        SubmissionAct.DECLINE: lambda: submissions.decline(
            actor=actor, submission_id=submission_id, reason_code=DeclineReason.OPINION
        ),
        SubmissionAct.REOPEN: lambda: submissions.reopen(actor=actor, submission_id=submission_id),
    }
    return acts[act]()


@pytest.mark.parametrize("act", SubmissionAct)
@pytest.mark.parametrize("state", SubmissionState)
def test_every_act_is_possible_from_where_the_table_says_and_from_nowhere_else(
    desk: Desk, state: SubmissionState, act: SubmissionAct
) -> None:
    found = in_state(state, desk)
    claim = make_published(author=desk.author, editor=desk.editor, statement="Another one.")
    move = SUBMISSION_MOVES[act]
    found.refresh_from_db()
    assert (act in submissions.allowed_acts(found, actor=desk.author)) == (state in move.sources)
    if state in move.sources:
        doing(act, desk.author, found.pk, claim)
        found.refresh_from_db()
        assert found.state == move.arrival
    else:
        error = refused(RuleBrokenError, lambda: doing(act, desk.author, found.pk, claim))
        assert error.code == "illegal_move"


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.TRAINEE, Role.AUDITOR, Role.ADMIN])
@pytest.mark.parametrize("act", SubmissionAct)
def test_tips_are_decided_by_reviewers_and_editors(desk: Desk, act: SubmissionAct, role: Role) -> None:
    state = SubmissionState.DECLINED if act is SubmissionAct.REOPEN else SubmissionState.NEW
    found, claim = in_state(state, desk), make_published(author=desk.author, editor=desk.editor)
    person = make_member(desk.newsroom, role)
    refused(NotPermittedError, lambda: doing(act, person, found.pk, claim))
    assert submissions.allowed_acts(found, actor=person) == []


@pytest.mark.parametrize("before", SubmissionState)
def test_the_database_knows_which_state_may_follow(desk: Desk, before: SubmissionState) -> None:
    found = in_state(before, desk)
    review_id = review_of(make_published(author=desk.author, editor=desk.editor)).pk
    for after in set(SubmissionState) - {before}:
        answer = review_id if after is SubmissionState.ANSWERED else None
        reason = DeclineReason.OPINION if after is SubmissionState.DECLINED else ""
        row = Submission.objects.filter(pk=found.pk)
        if (before, after) not in SUBMISSION_TRANSITIONS:
            with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
                row.update(state=after, answer=answer, decline_reason=reason)
            continue
        savepoint = transaction.savepoint()
        assert row.update(state=after, answer=answer, decline_reason=reason) == 1
        transaction.savepoint_rollback(savepoint)


# Duplicates


def test_joining_a_claim_to_another_moves_its_tips_and_reopening_moves_them_back(desk: Desk) -> None:
    stays = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor, statement="It is cold.")
    goes = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor, statement="It is very cold.")
    moved, of_both = tip(desk.author), tip(desk.author)
    for found, claims in ((moved, [goes]), (of_both, [goes, stays])):
        for claim in claims:
            submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)
    demand_before = part_of_demand(goes), part_of_demand(stays)
    assert demand_before == (6, 3)

    def of(claim: Claim) -> set[UUID]:
        return set(SubmissionClaim.objects.filter(claim=claim).values_list("submission_id", flat=True))

    claim_acts.mark_duplicate(actor=desk.editor, claim_id=goes.pk, of=stays.pk)
    assert (of(goes), of(stays)) == (set(), {moved.pk, of_both.pk})
    assert part_of_demand(stays) == 6
    assert events_of(stays)[-1].changes["submissions"] == {"before": [], "after": [str(moved.pk)]}
    claim_acts.reopen(actor=desk.editor, claim_id=goes.pk, reason="It is another one.")
    assert (of(goes), of(stays)) == ({moved.pk, of_both.pk}, {of_both.pk})
    assert (part_of_demand(goes), part_of_demand(stays)) == demand_before
    for claim in (goes, stays):
        assert first_broken_link(events_of(claim)) is None


def test_a_tip_that_was_put_back_since_does_not_move_back(desk: Desk) -> None:
    stays, goes, found = make_claim(desk.author, "It is cold."), make_claim(desk.author, "It is icy."), tip(desk.author)
    submissions.link(actor=desk.author, submission_id=found.pk, claim_id=goes.pk)
    claim_acts.mark_duplicate(actor=desk.editor, claim_id=goes.pk, of=stays.pk)
    submissions.reopen(actor=desk.author, submission_id=found.pk)
    claim_acts.reopen(actor=desk.editor, claim_id=goes.pk, reason="It is another one.")
    assert not SubmissionClaim.objects.exists()


# In bulk


def test_in_bulk_what_can_be_done_is_done_and_the_rest_is_told_with_its_reason(desk: Desk, stranger: Actor) -> None:
    fresh = [tip(desk.author) for _ in range(2)]
    declined, foreign = in_state(SubmissionState.DECLINED, desk), tip(stranger)
    ids = [fresh[0].pk, declined.pk, foreign.pk, fresh[1].pk, fresh[0].pk]
    report = submissions.in_bulk(
        ids,
        lambda pk: submissions.decline(
            actor=desk.author, submission_id=pk, reason_code=DeclineReason.OUTSIDE_OUR_FIELD
        ),
    )
    assert report.done == [fresh[0].pk, fresh[1].pk]
    assert [(found.submission_id, found.code) for found in report.left_out] == [
        (declined.pk, "illegal_move"),
        (foreign.pk, "not_found"),
    ]
    foreign.refresh_from_db()
    assert foreign.state == "new"


def test_many_tips_become_one_claim(desk: Desk) -> None:
    declined = in_state(SubmissionState.DECLINED, desk)
    same = [tip(desk.author, "The dam has broken.") for _ in range(3)]
    report = submissions.make_one_claim(
        actor=desk.author, submission_ids=[declined.pk, *(found.pk for found in same)], given=ClaimInput("")
    )
    assert (len(report.done), [found.submission_id for found in report.left_out]) == (3, [declined.pk])
    claim = Claim.objects.get(statement="The dam has broken.")
    assert claim.submission_claims.count() == 3
    assert part_of_demand(claim) == 9


# Contacts


def raw_contact(submission: Submission) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_sealed FROM claims_submission WHERE id = %s", [submission.pk])
        return bytes(cursor.fetchone()[0])


def test_a_contact_is_sealed_in_the_database(desk: Desk) -> None:
    found = tip(desk.author, contact=f" {CONTACT} ")
    raw = raw_contact(found)
    assert CONTACT.encode() not in raw
    assert CONTACT not in str(all_rows())
    assert base64.b64encode(CONTACT.encode()) not in raw
    assert contact_of(found, actor=desk.editor) == CONTACT
    assert raw_contact(tip(desk.author, contact=CONTACT)) != raw


def test_another_key_does_not_open_it(desk: Desk, settings: Settings) -> None:
    found = tip(desk.author, contact=CONTACT)
    settings.SEAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(UnknownSealError):
        contact_of(found, actor=desk.editor)


def test_a_changed_seal_is_noticed(settings: Settings) -> None:
    sealed = bytearray(seal(CONTACT))
    sealed[40] ^= 1
    with pytest.raises(UnknownSealError):
        unseal(bytes(sealed))
    with pytest.raises(UnknownSealError):
        reseal(bytes(sealed))


def test_keys_are_changed_without_losing_a_contact(
    desk: Desk, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = settings.SEAL_KEYS[0], Fernet.generate_key().decode()
    found = tip(desk.author, contact=CONTACT)
    settings.SEAL_KEYS = [new, old]
    assert contact_of(found, actor=desk.editor) == CONTACT
    later = tip(desk.author, contact="bea@reader.example")
    call_command("reseal")
    assert "2 contacts sealed" in capsys.readouterr().out
    settings.SEAL_KEYS = [new]
    for each, contact in ((found, CONTACT), (later, "bea@reader.example")):
        assert contact_of(Submission.objects.get(pk=each.pk), actor=desk.editor) == contact
    settings.SEAL_KEYS = [old]
    with pytest.raises(CommandError, match="2 contacts are opened by none of the keys"):
        call_command("reseal")


def test_editors_and_administrators_alone_read_a_contact(
    desk: Desk, trainee: Actor, auditor: Actor, admin: Actor
) -> None:
    found = tip(desk.author, contact=CONTACT)
    for person in (desk.author, trainee, auditor):
        with pytest.raises(NotPermittedError):
            contact_of(found, actor=person)
    assert contact_of(found, actor=admin) == CONTACT


@pytest.mark.parametrize(
    ("keys", "told"), [([], "at least one key"), (["short"], "key 1 is not"), (["A" * 43 + "=", "x"], "key 2 is not")]
)
def test_the_service_does_not_start_without_keys_that_seal(keys: list[str], told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=told) as error:
        settings_module._seal_keys(keys)
    assert all(key not in str(error.value) for key in keys if len(key) > 1)


def test_a_contact_is_erased_when_its_days_are_over(desk: Desk) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        found, without = tip(desk.author, contact=CONTACT), tip(desk.author)
    with time_machine.travel(start + timedelta(days=90, seconds=-1), tick=False):
        assert schedule._contacts_due_since() is None
        assert contacts.erase_contacts() == 0
    with time_machine.travel(start + timedelta(days=90), tick=False):
        assert schedule._contacts_due_since() == start + timedelta(days=90)
        assert contacts.erase_contacts() == 1
        assert contacts.erase_contacts() == 0
    found.refresh_from_db()
    assert (found.contact_sealed, found.erase_contact_at, found.text) == (None, None, without.text)
    assert contact_of(found, actor=desk.editor) is None
    event = Event.objects.get(type="submission.contacts_erased")
    assert event.changes == {"contacts_of": {"before": [str(found.pk)], "after": []}}
    assert event.actor is None


def test_erasing_is_a_duty_of_the_schedule_and_has_its_task() -> None:
    [duty] = [duty for duty in schedule.DUTIES if duty.bell is Bell.ERASE_CONTACTS]
    assert duty.do is contacts.erase_contacts
    assert TASKS[Bell.ERASE_CONTACTS] == "workers.upkeep.erase_contacts"


def test_contacts_of_several_newsrooms_are_erased_in_several_batches(
    desk: Desk, stranger: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "BATCH", 2)
    for actor in (desk.author, stranger, desk.author, stranger, desk.author):
        tip(actor, contact=CONTACT)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert contacts.erase_contacts() == 5
    assert not Submission.objects.exclude(contact_sealed=None).exists()


def test_a_shorter_policy_holds_for_what_is_there_and_a_longer_one_does_not(desk: Desk, admin: Actor) -> None:
    found = tip(desk.author, contact=CONTACT)
    for days, expected in ((30, 30), (365, 30), (10, 10)):
        newsrooms.set_policy(actor=admin, contact_days=days)
        found.refresh_from_db()
        assert found.erase_contact_at == found.received_at + timedelta(days=expected)
    later = tip(desk.author, contact=CONTACT)
    assert later.erase_contact_at == later.received_at + timedelta(days=10)
    event = Event.objects.filter(type="newsroom.policy_changed").latest("seq")
    assert event.changes == {"contact_days": {"before": 365, "after": 10}}


def test_the_policy_is_the_administrators(desk: Desk) -> None:
    refused(NotPermittedError, lambda: newsrooms.set_policy(actor=desk.editor, contact_days=1))
    with pytest.raises(DatabaseError), transaction.atomic():
        Newsroom.objects.filter(pk=desk.newsroom.pk).update(contact_days=0)


def test_no_event_and_no_log_holds_a_contact_or_what_was_sent(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    claim = make_published(author=desk.author, editor=desk.editor)
    for act in SubmissionAct:
        found = tip(desk.author, f"zqwords {act}", contact=CONTACT)
        if act is SubmissionAct.REOPEN:
            submissions.decline(actor=desk.author, submission_id=found.pk, reason_code=DeclineReason.OPINION)
        doing(act, desk.author, found.pk, claim)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        contacts.erase_contacts()
    told = str(list(Event.objects.values_list("changes", flat=True)))
    assert "submission.contacts_erased" in Event.objects.values_list("type", flat=True)
    for text in (told, caplog.text):
        assert CONTACT not in text
        assert "zqwords" not in text


def test_the_log_of_requests_names_no_secret() -> None:
    logger = DiscreetLogger(Config())
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/tips/status/abc-DEF_123/?x=1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "PATH_INFO": "/tips/status/abc-DEF_123/",
        "HTTP_REFERER": "http://127.0.0.1/tips/status/abc-DEF_123/",
    }
    response = SimpleNamespace(status="200 OK", sent=1, headers=[])
    line = str(logger.atoms(response, SimpleNamespace(headers=[]), environ, timedelta(0)))
    assert "abc-DEF_123" not in line
    assert "GET /tips/status/…/?x=1 HTTP/1.1" in line
    assert gunicorn.logger_class == "factcheck.access_log.DiscreetLogger"
    record = logging.makeLogRecord({"msg": "Forbidden: %s", "args": ("/tips/status/abc-DEF_123/",)})
    [handler] = [found for found in logging.getLogger().handlers if any(map(_is_discreet, found.filters))]
    handler.filter(record)
    assert record.getMessage() == "Forbidden: /tips/status/…/"


def _is_discreet(found: object) -> bool:
    return isinstance(found, Discreet)


def test_every_newsroom_keeps_a_whole_chain(desk: Desk) -> None:
    for act in SubmissionAct:
        in_state(SubmissionState.LINKED if act is SubmissionAct.LINK else SubmissionState.NEW, desk)
    events = Event.objects.filter(newsroom=desk.newsroom, claim=None, article=None).order_by("seq")
    assert first_broken_link(list(events)) is None


def test_the_history_of_a_tip_is_found_by_its_index(desk: Desk) -> None:
    found = tip(desk.author)
    for number in range(200):
        tip(desk.author, f"Another one: {number}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_event")
    with CaptureQueriesContext(connection) as asked:
        assert [event.type for event in history_of_submission(found)] == ["submission.received"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "event_of_submission" in plan


# The limit of the public form


@pytest.mark.django_db
def test_the_form_is_limited_by_where_it_comes_from() -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        assert [sending.begin_attempt(address="192.0.2.7") for _ in range(sending.ATTEMPTS)] == [None] * 20
        assert sending.begin_attempt(address="192.0.2.7") == start + sending.WINDOW
        assert sending.begin_attempt(address="192.0.2.8") is None
    with time_machine.travel(start + sending.WINDOW, tick=False):
        assert sending.begin_attempt(address="192.0.2.7") is None
    assert "192.0.2.7" not in str(all_rows()["claims_submissionattempt"])


@pytest.mark.django_db
def test_the_addresses_of_one_household_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ATTEMPTS", 2)
    assert sending.begin_attempt(address="2001:db8:1:2::1") is None
    assert sending.begin_attempt(address="2001:db8:1:2:ffff::9") is None
    assert sending.begin_attempt(address="2001:db8:1:2::3") is not None
    assert sending.begin_attempt(address="2001:db8:1:3::1") is None
    assert sending.begin_attempt(address="::ffff:192.0.2.1") is None
    assert sending.begin_attempt(address="::ffff:192.0.2.2") is None
    assert sending.begin_attempt(address="192.0.2.1") is None
    assert sending.begin_attempt(address="192.0.2.1") is not None


# Likely earlier checks


def why(desk: Desk, text: str) -> list[tuple[str, bool, str]]:
    [found] = likely_checks(actor=desk.author, texts={uuid7(): text}).values()
    return [(each.claim.statement, each.review is not None, each.why) for each in found]


def test_earlier_checks_and_open_claims_are_suggested_with_why(desk: Desk, stranger: Actor) -> None:
    make_published(author=desk.author, editor=desk.editor, statement="Unemployment has fallen to 4 per cent.")
    make_claim(desk.author, "Unemployment has never fallen so much.")
    make_claim(desk.author, "The bridge is closed.")
    make_claim(stranger, "Unemployment has fallen to 4 per cent.")
    claim_in(Status.DECLINED, author=desk.author, editor=desk.editor, statement="Unemployment fallen 4.")
    assert why(desk, "FORWARDED: my uncle says unemployment fell, it has fallen to 4 !!") == [
        ("Unemployment has fallen to 4 per cent.", True, "shares 3 of its 4 words: unemployment, fallen, 4"),
        ("Unemployment has never fallen so much.", False, "shares 2 of its 4 words: unemployment, fallen"),
    ]


@pytest.mark.parametrize("text", ["", "!!!", "a b c", "' | & ! :* \\ (", "unemployment", "O'Brien & | 'x':*"])
def test_what_shares_too_little_or_is_no_text_finds_nothing(desk: Desk, text: str) -> None:
    make_claim(desk.author, "Unemployment has fallen to 4 per cent.")
    assert why(desk, text) == []


def test_at_most_five_are_suggested_the_best_first(desk: Desk) -> None:
    for number in range(8):
        make_claim(desk.author, f"Bread prices doubled since {2010 + number}.")
    found = why(desk, "Bread prices doubled since 2013")
    assert len(found) == 5
    assert found[0][0] == "Bread prices doubled since 2013."


def test_many_tips_are_looked_up_in_as_many_queries_as_one(
    desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_published(author=desk.author, editor=desk.editor)
    texts = {uuid7(): "Unemployment has fallen to 4 per cent" for _ in range(30)}
    with django_assert_num_queries(3):
        found = likely_checks(actor=desk.author, texts=texts)
    assert all(len(each) == 1 for each in found.values())


# How a tip stands for its sender


def test_the_sender_is_told_how_the_claims_stand_coarsely(desk: Desk) -> None:
    found = tip(desk.author)
    assert standing(found, desk.author) == (Coarse.RECEIVED, 0, None)
    claim = make_claim(desk.author)
    submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)
    assert standing(found, desk.author)[0] == Coarse.RECEIVED
    claim_in(Status.APPROVED, author=desk.author, editor=desk.editor, claim=claim)
    assert standing(found, desk.author) == (Coarse.BEING_CHECKED, 0, None)
    reviews.publish(actor=desk.editor, claim_id=claim.pk)
    assert standing(found, desk.author) == (Coarse.PUBLISHED, 1, None)


def test_the_acts_on_claims_are_rules_of_the_one_table() -> None:
    assert {Act.ADD_SUBMISSION, Act.REMOVE_SUBMISSION} <= set(RULES)
    assert not {Act.ADD_SUBMISSION, Act.REMOVE_SUBMISSION} & set(PERSONS_ACTS)


# Several people at once


def at_once(*doings: Callable[[], object]) -> list[object]:
    """Each on a connection of its own, begun together; what each answered, or the refusal that it met."""
    begun = Barrier(len(doings))

    def run(doing: Callable[[], object]) -> object:
        begun.wait()
        try:
            return doing()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))


@pytest.mark.django_db(transaction=True)
def test_tips_linked_at_once_are_all_counted() -> None:
    desk = make_desk()
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    tips = [tip(desk.author, f"Tip {number}") for number in range(6)]
    at_once(
        *(partial(submissions.link, actor=desk.author, submission_id=found.pk, claim_id=claim.pk) for found in tips)
    )
    assert part_of_demand(claim) == 18
    assert first_broken_link(events_of(claim)) is None


@pytest.mark.django_db(transaction=True)
def test_a_tip_put_back_while_its_claim_is_joined_to_another_is_nobodys_or_told() -> None:
    """Whichever is first: never a tip that is new and still counted for a claim."""
    desk = make_desk()
    for number in range(5):
        stays, goes = (make_claim(desk.author, f"{word} {number}") for word in ("Stays", "Goes"))
        found = tip(desk.author)
        submissions.link(actor=desk.author, submission_id=found.pk, claim_id=goes.pk)
        at_once(
            partial(claim_acts.mark_duplicate, actor=desk.editor, claim_id=goes.pk, of=stays.pk),
            partial(submissions.reopen, actor=desk.author, submission_id=found.pk),
        )
        found.refresh_from_db()
        links = SubmissionClaim.objects.filter(submission=found)
        assert (found.state == "new") == (not links.exists())
        assert part_of_demand(stays) == 3 * links.filter(claim=stays).count()


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_is_one_tip() -> None:
    desk = make_desk()
    sending_it = partial(
        submissions.submit,
        actor=Actor.service(desk.newsroom.pk),
        given=SubmissionInput(text="It rained."),
        channel=Channel.PUBLIC_FORM,
        secret="s" * 43,
    )
    first, second = at_once(sending_it, sending_it)
    assert isinstance(first, Submitted)
    assert isinstance(second, Submitted)
    assert first.submission == second.submission
    assert {first.is_existing, second.is_existing} == {True, False}
    assert Submission.objects.count() == 1
