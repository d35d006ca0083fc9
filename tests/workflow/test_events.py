"""What happened is written down in order, and nobody can change it unnoticed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from claims.models import Article, Claim, Event, Newsroom
from claims.vocab import AUDIENCE_OF_EVENT, Act, Audience, EventType, Status
from claims.workflow import claims as acts
from claims.workflow.events import first_broken_link
from tests.build import Desk, claim_in, make_article, make_claim, make_corrected, make_retracted
from tests.record import events_of, types_of
from tests.workflow.doing import DO


@contextmanager
def without_triggers() -> Iterator[None]:
    """As somebody who owns the server could write."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def test_the_story_of_a_claim_is_told_whole_and_in_order(desk: Desk) -> None:
    claim = make_corrected(author=desk.author, editor=desk.editor)
    assert types_of(claim) == [
        "claim.recorded",
        "claim.queued",
        "claim.taken",
        "evidence.added",
        "claim.proposed",
        "claim.approved",
        "review.published",
        "claim.correction_started",
        "claim.proposed",
        "claim.approved",
        "review.corrected",
    ]
    events = events_of(claim)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert first_broken_link(events) is None
    claim.refresh_from_db()
    assert (claim.event_count, bytes(claim.event_head)) == (len(events), bytes(events[-1].hash))


TAMPERED = {
    "changes": 'changes = changes || \'{"rating": {"before": null, "after": "true"}}\'',
    "type": "type = 'claim.edited'",
    "actor": "actor_id = NULL",
    "time": "occurred_at = occurred_at - interval '1 second'",
    "audience": "audience = 'public'",
    "number": "seq = 99",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_changed_event_breaks_the_chain_at_its_place(desk: Desk, what: str) -> None:
    claim = make_corrected(author=desk.author, editor=desk.editor)
    tampered = claim.events.get(type=EventType.CLAIM_PROPOSED, seq=5)
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE claims_event SET {TAMPERED[what]} WHERE id = %s", [tampered.pk])  # noqa: S608
    broken = first_broken_link(events_of(claim))
    assert broken is not None
    # A number out of its place leaves a gap, which the next one shows.
    assert broken.seq == (6 if what == "number" else tampered.seq)


def test_a_removed_event_breaks_the_chain(desk: Desk) -> None:
    claim = make_corrected(author=desk.author, editor=desk.editor)
    with without_triggers():
        claim.events.filter(seq=5).delete()
    broken = first_broken_link(events_of(claim))
    assert broken is not None
    assert broken.seq == 6


def test_removing_the_last_event_shows_on_the_claim_itself(desk: Desk) -> None:
    claim = make_corrected(author=desk.author, editor=desk.editor)
    with without_triggers():
        claim.events.filter(seq=11).delete()
    events = events_of(claim)
    assert first_broken_link(events) is None
    claim.refresh_from_db()
    assert claim.event_count != len(events)
    assert bytes(claim.event_head) != bytes(events[-1].hash)


def test_articles_and_newsrooms_have_chains_of_their_own(desk: Desk) -> None:
    article = make_article(desk.author).article
    make_claim(desk.author, article_id=article.pk)
    for events in (
        Event.objects.filter(article=article).order_by("seq"),
        Event.objects.filter(newsroom=desk.newsroom, claim=None, article=None).order_by("seq"),
    ):
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert first_broken_link(list(events)) is None
    assert Article.objects.get().event_count == 1
    assert Newsroom.objects.get().event_count == 3  # made, and two members


def test_only_publication_is_for_everybody_and_only_arrival_and_refusal_for_who_sent_it(desk: Desk) -> None:
    make_corrected(author=desk.author, editor=desk.editor)
    make_retracted(author=desk.author, editor=desk.editor)
    claim_in(Status.DECLINED, author=desk.author, editor=desk.editor)
    by_audience: dict[str, set[str]] = {}
    for event in Event.objects.all():
        by_audience.setdefault(event.audience, set()).add(event.type)
    assert by_audience[Audience.PUBLIC] == {"review.published", "review.corrected", "review.retracted"}
    assert by_audience[Audience.PARTNER] == {"claim.recorded", "claim.declined"}
    assert set(AUDIENCE_OF_EVENT) == by_audience[Audience.PUBLIC] | by_audience[Audience.PARTNER]


def test_what_the_public_is_told_of_a_publication_names_nothing_of_the_desk(desk: Desk) -> None:
    claim = make_corrected(author=desk.author, editor=desk.editor)
    told = [event.changes for event in events_of(claim) if event.audience == Audience.PUBLIC]
    assert told == [
        {"revision": {"before": None, "after": 1}},
        {
            "revision": {"before": 1, "after": 2},
            "kind": {"before": None, "after": "verdict_change"},
            "public_note": {"before": None, "after": "The office revised its figures."},
        },
    ]


def test_an_edit_says_what_stood_there_before(desk: Desk) -> None:
    claim = make_claim(desk.author)
    acts.edit(actor=desk.editor, claim_id=claim.pk, fields=acts.ClaimFields(statement="It rose.", date="2024"))
    assert events_of(claim)[-1].changes == {
        "statement": {"before": "Unemployment has fallen to 4 per cent.", "after": "It rose."},
        "date": {"before": "", "after": "2024"},
    }


def test_the_revision_never_falls_and_rises_with_every_move(desk: Desk) -> None:
    claim = make_claim(desk.author)
    seen = [claim.revision]
    for actor, act in (
        (desk.author, Act.TAKE),
        (desk.author, Act.ADD_EVIDENCE),
        (desk.author, Act.HOLD),
        (desk.author, Act.RESUME),
        (desk.author, Act.SET_DUE),
    ):
        DO[act](actor, claim)
        seen.append(Claim.objects.get(pk=claim.pk).revision)
    assert seen == [1, 2, 3, 4, 5, 5]
