"""Who is offered which claim, how long they keep it, and what time alone brings about."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from claims.access import Actor
from claims.errors import NotPermittedError
from claims.models import Claim, Claimant, Recusal
from claims.selectors.queue import depth, takeable, takeable_for_approval, why_nothing
from claims.text.uuid7 import uuid7
from claims.vocab import Act, DeclineReason, Role, Stage, Status
from claims.workflow import articles, enqueueing, queue, verdicts
from claims.workflow import claims as acts
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    PublisherInput,
    ReviewTextInput,
    SegmentInput,
    VerdictInput,
)
from claims.workflow.newsrooms import add_topic
from claims.workflow.priority import AGE_WEIGHT, rank_of
from tests.build import TEXT, Desk, claim_in, make_claim, make_evidence, make_member, person, verdict_input
from tests.record import all_rows, events_of, types_of
from tests.workflow.doing import DO


def queued(desk: Desk, statement: str, **given: object) -> Claim:
    claim = make_claim(desk.author, statement, **given)  # type: ignore[arg-type]  # the tests name arguments of make_claim
    enqueueing.enqueue_claim(claim_id=claim.pk)
    claim.refresh_from_db()
    return claim


def taken(actor: Actor, **narrowed: str) -> list[str]:
    """Takes until there is nothing more; says what, in order."""
    found = []
    while claim := queue.take_next(actor=actor, **narrowed):  # type: ignore[arg-type]  # topic and language
        found.append(claim.statement)
    return found


@pytest.fixture
def later() -> Iterator[time_machine.Traveller]:
    """A clock that the test moves on."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


# The order


def test_the_urgent_come_first_then_the_rank_then_who_was_first(desk: Desk) -> None:
    plain = [queued(desk, f"Plain {word}") for word in ("one", "two")]
    Claim.objects.filter(pk__in=[claim.pk for claim in plain]).update(rank=plain[0].rank)
    queued(desk, "It is 4 per cent")
    acts.mark_urgent(actor=desk.editor, claim_id=queued(desk, "Urgent").pk, reason="It spreads.")
    acts.prioritise(actor=desk.editor, claim_id=queued(desk, "Wanted").pk, delta=50, reason="An election.")
    assert taken(desk.author) == ["Urgent", "Wanted", "It is 4 per cent", "Plain one", "Plain two"]


def test_a_claim_is_taken_for_two_hours_and_recorded_as_taken(desk: Desk) -> None:
    queued(desk, "A claim")
    claim = queue.take_next(actor=desk.author)
    assert claim is not None
    assert claim.status == Status.IN_REVIEW
    hold = claim.assignments.get()
    assert (hold.reviewer, hold.stage, hold.state, hold.has_work) == (desk.author.user, "check", "live", False)
    assert hold.held_until is not None
    assert timedelta(minutes=119) < hold.held_until - timezone.now() <= timedelta(hours=2)
    assert events_of(claim)[-1].changes["reviewer"] == {"before": None, "after": "author"}
    assert queue.take_next(actor=desk.editor) is None


def test_what_is_recorded_can_be_taken_before_the_worker_has_seen_it(desk: Desk) -> None:
    claim = make_claim(desk.author)
    assert queue.take_next(actor=desk.author) == claim
    assert enqueueing.enqueue_claim(claim_id=claim.pk) == 0


def test_the_queue_is_read_from_its_index_without_sorting(desk: Desk) -> None:
    now = timezone.now()
    Claim.objects.bulk_create(
        Claim(
            id=uuid7(),
            newsroom=desk.newsroom,
            statement=f"Claim {number}",
            is_urgent=number % 100 == 0,
            rank=rank_of(priority=number * 7919 % 50, created_at=now - timedelta(minutes=number)),
        )
        for number in range(5000)
    )
    # Most claims of a newsroom are done with.
    done = Claim.objects.filter(statement__regex="[1-9]$")
    assert done.update(status=Status.DECLINED) == 4500
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_claim")
    user = person(desk.author)
    Recusal.objects.create(newsroom=desk.newsroom, user=user, claim=Claim.objects.all()[0], reason="A friend.")
    plan = takeable(desk.author).select_for_update(skip_locked=True, of=("self",), no_key=True)[:1].explain()
    assert "claim_queue" in plan, plan
    assert "Sort" not in plan


def test_only_a_reviewer_takes_from_the_queue(desk: Desk, trainee: Actor, auditor: Actor, submitter: Actor) -> None:
    queued(desk, "A claim")
    before = all_rows()
    for actor in (trainee, auditor, submitter):
        with pytest.raises(NotPermittedError):
            queue.take_next(actor=actor)
    assert all_rows() == before


def test_newsrooms_have_queues_of_their_own(desk: Desk, stranger: Actor) -> None:
    queued(desk, "Ours")
    assert queue.take_next(actor=stranger) is None
    assert queue.take_next(actor=desk.author) is not None


# Whom a claim is not offered to


def test_a_recusal_from_claim_claimant_or_publisher_is_respected(desk: Desk) -> None:
    own = queued(desk, "Recused from the claim")
    queued(desk, "Recused from the claimant", claimant="My sister")
    given = ArticleInput(
        text=TEXT,
        publisher=PublisherInput("My old paper"),
        claims=(ClaimInput("Recused from the publisher", appearance=AppearanceInput()),),
    )
    recorded = articles.record_article(actor=desk.author, given=given)
    enqueueing.enqueue_article(article_id=recorded.article.pk)
    queued(desk, "Free")
    user = person(desk.author)
    sister = Claimant.objects.get(name="My sister")
    for far in ({"claim": own}, {"claimant": sister}, {"publisher": recorded.article.publisher}):
        Recusal.objects.create(newsroom=desk.newsroom, user=user, reason="Too near.", **far)
    assert taken(desk.author) == ["Free"]
    assert len(taken(desk.editor)) == 3


@pytest.mark.parametrize("how", ["skipped", "lapsed"])
def test_what_somebody_put_aside_is_not_offered_to_them_for_a_day(
    desk: Desk, later: time_machine.Traveller, how: str
) -> None:
    claim = queued(desk, "Put aside")
    queue.take(actor=desk.author, claim_id=claim.pk)
    if how == "skipped":
        queue.skip(actor=desk.author, claim_id=claim.pk)
    else:
        later.shift(timedelta(hours=2))
        assert queue.lapse_takes() == 1
    assert queue.take_next(actor=desk.author) is None
    assert takeable(desk.editor).get() == claim
    later.shift(timedelta(hours=23, minutes=59))
    assert queue.take_next(actor=desk.author) is None
    later.shift(timedelta(minutes=2))
    assert queue.take_next(actor=desk.author) == claim


def test_who_gave_a_claim_back_may_have_it_again_and_who_skipped_it_may_take_it_by_hand(desk: Desk) -> None:
    claim = queued(desk, "A claim")
    for _ in range(2):
        assert queue.take_next(actor=desk.author) == claim
        queue.release(actor=desk.author, claim_id=claim.pk)
    queue.take(actor=desk.author, claim_id=claim.pk)
    queue.skip(actor=desk.author, claim_id=claim.pk, reason="Not my field.")
    assert events_of(claim)[-1].changes["reason"] == {"before": None, "after": "Not my field."}
    assert queue.take(actor=desk.author, claim_id=claim.pk).status == Status.IN_REVIEW


def test_topic_and_language_narrow_the_offer(desk: Desk) -> None:
    for slug in ("economy", "health"):
        add_topic(actor=desk.editor, slug=slug, name=slug.title())
    queued(desk, "German economy", topics=["economy"], in_language="de")
    queued(desk, "French economy", topics=["economy", "health"], in_language="fr")
    queued(desk, "French health", topics=["health"], in_language="fr")
    assert queue.take_next(actor=desk.author, topic="sport") is None
    assert taken(desk.author, topic="economy", in_language="fr") == ["French economy"]
    assert taken(desk.author, topic="health") == ["French health"]
    assert taken(desk.author) == ["German economy"]


def test_verdicts_are_offered_for_approval_to_whoever_may_approve_them(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    second = make_member(desk.newsroom, Role.REVIEWER)
    third = make_member(desk.newsroom, Role.REVIEWER)
    DO[Act.EDIT](second, claim)
    assert queue.take_next(actor=desk.author, stage=Stage.APPROVE) is None  # the author
    assert queue.take_next(actor=second, stage=Stage.APPROVE) is None  # who changed it since
    assert queue.take_next(actor=desk.editor, stage=Stage.APPROVE) == claim
    assert queue.take_next(actor=third, stage=Stage.APPROVE) is None  # in the editor's hands
    claim.refresh_from_db()
    assert claim.status == Status.IN_APPROVAL
    assert verdicts.approve(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED
    assert not takeable_for_approval(desk.editor).exists()


# Why there is nothing


def test_an_empty_queue_says_what_to_do(desk: Desk) -> None:
    assert why_nothing(desk.author, is_narrowed=False) == [
        "No claim waits to be checked: record one, or read an article for more."
    ]


def test_every_reason_why_there_is_nothing_is_told(desk: Desk) -> None:
    now = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0)
    with time_machine.travel(now, tick=False):
        claim_in(Status.IN_REVIEW, author=desk.editor, editor=desk.editor)
        with time_machine.travel(now + timedelta(minutes=30), tick=False):
            claim_in(Status.IN_REVIEW, author=desk.editor, editor=desk.editor)
        claim_in(Status.ON_HOLD, author=desk.author, editor=desk.editor)
        claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
        put_aside = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
        queue.skip(actor=desk.author, claim_id=put_aside.pk)
        assert queue.take_next(actor=desk.author) is None
        assert why_nothing(desk.author, is_narrowed=False) == [
            "2 are held by others, soonest free 11:00",
            "1 is in your own hands",
            "1 waits for a second person's approval",
            "1 waits that you skipped or let lapse within a day, or recused yourself from",
        ]


def test_a_narrow_filter_is_named_as_a_reason(desk: Desk) -> None:
    queued(desk, "One")
    queued(desk, "Two")
    assert queue.take_next(actor=desk.author, in_language="fr") is None
    assert why_nothing(desk.author, is_narrowed=True) == [
        "2 wait that your filter leaves out, or that you may not have now"
    ]


def test_the_depth_of_the_queue_is_told_by_stage_and_topic(desk: Desk) -> None:
    add_topic(actor=desk.editor, slug="economy", name="Economy")
    late = queued(desk, "Late", topics=["economy"])
    queued(desk, "In time")
    claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    acts.set_due(actor=desk.editor, claim_id=late.pk, due=timezone.now() - timedelta(hours=1))
    found = depth(desk.author)
    assert (found["depth"], found["overdue"], found["oldest"]) == (2, 1, late.created_at)
    stages = found["stages"]
    topics = found["topics"]
    assert isinstance(stages, list)
    assert isinstance(topics, list)
    assert [(stage["stage"], stage["depth"]) for stage in stages] == [("check", 2), ("approve", 1)]
    assert [(topic["topic"], topic["depth"], topic["overdue"]) for topic in topics] == [("economy", 1, 1)]


# What time brings about


def test_a_take_on_which_nothing_was_written_lapses_after_two_hours(desk: Desk, later: time_machine.Traveller) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    later.shift(timedelta(hours=1, minutes=59))
    assert queue.lapse_takes() == 0
    later.shift(timedelta(minutes=1))
    assert queue.lapse_takes() == 1
    assert queue.lapse_takes() == 0
    claim.refresh_from_db()
    assert claim.status == Status.QUEUED
    event = events_of(claim)[-1]
    assert (event.type, event.actor, event.changes["reviewer"]) == (
        "claim.lapsed",
        None,
        {"before": "author", "after": None},
    )


def test_a_take_with_work_in_it_does_not_lapse(desk: Desk, later: time_machine.Traveller) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    make_evidence(desk.author, claim)
    later.shift(timedelta(days=30))
    assert queue.lapse_takes() == 0
    hold = claim.assignments.get()
    assert (hold.has_work, hold.held_until) == (True, None)


def test_a_take_in_which_the_claim_was_reworded_does_not_lapse(desk: Desk, later: time_machine.Traveller) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    DO[Act.EDIT](desk.author, claim)
    later.shift(timedelta(days=30))
    assert queue.lapse_takes() == 0


def test_work_of_a_colleague_does_not_keep_the_holders_take(desk: Desk, later: time_machine.Traveller) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    make_evidence(desk.editor, claim)
    later.shift(timedelta(hours=2))
    assert queue.lapse_takes() == 1


def test_what_an_editor_assigned_does_not_lapse(desk: Desk, later: time_machine.Traveller) -> None:
    claim = queued(desk, "Assigned")
    queue.assign(actor=desk.editor, claim_id=claim.pk, reviewer="author", note="You know the office.")
    later.shift(timedelta(days=30))
    assert queue.lapse_takes() == 0


def test_a_verdict_taken_for_approval_lapses_and_waits_for_another(desk: Desk, later: time_machine.Traveller) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    assert queue.take_next(actor=desk.editor, stage=Stage.APPROVE) == claim
    later.shift(timedelta(hours=2))
    assert queue.lapse_takes() == 1
    claim.refresh_from_db()
    assert (claim.status, types_of(claim)[-1]) == (Status.IN_APPROVAL, "claim.lapsed")
    assert queue.take_next(actor=desk.editor, stage=Stage.APPROVE) is None  # for a day
    assert queue.take_next(actor=make_member(desk.newsroom, Role.REVIEWER), stage=Stage.APPROVE) == claim


def test_a_claim_on_hold_comes_back_to_its_holder_on_the_day(desk: Desk, later: time_machine.Traveller) -> None:
    claim = claim_in(Status.ON_HOLD, author=desk.author, editor=desk.editor)
    later.shift(timedelta(days=1, hours=23))
    assert (queue.resume_holds(), queue.lapse_takes()) == (0, 0)
    later.shift(timedelta(hours=1))
    assert queue.resume_holds() == 1
    assert queue.resume_holds() == 0
    claim.refresh_from_db()
    assert (claim.status, types_of(claim)[-1]) == (Status.IN_REVIEW, "claim.resumed")
    hold = claim.assignments.get()
    assert (hold.reviewer, hold.on_hold_until, hold.waiting_for) == (desk.author.user, None, "")
    # The hold stopped the clock of the take: nothing has been written on it, so it runs anew.
    assert queue.lapse_takes() == 0
    later.shift(timedelta(hours=2))
    assert queue.lapse_takes() == 1


# Into the queue


def test_enqueueing_twice_is_enqueueing_once(desk: Desk) -> None:
    claim = make_claim(desk.author)
    assert enqueueing.enqueue_claim(claim_id=claim.pk) == 1
    before = all_rows()
    assert enqueueing.enqueue_claim(claim_id=claim.pk) == 0
    assert enqueueing.enqueue_waiting(older_than=timedelta(0)) == 0
    assert all_rows() == before


def test_a_lost_ring_is_found_in_the_rows(desk: Desk, later: time_machine.Traveller) -> None:
    for number in range(3):
        make_claim(desk.author, f"Claim {number}")
    patience = timedelta(seconds=15)
    assert enqueueing.enqueue_waiting(older_than=patience) == 0
    later.shift(timedelta(seconds=16))
    make_claim(desk.author, "Just now")
    assert enqueueing.enqueue_waiting(older_than=patience) == 3
    assert Claim.objects.get(status=Status.RECORDED).statement == "Just now"


def test_more_than_a_batch_is_enqueued(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enqueueing, "BATCH", 2)
    for number in range(5):
        make_claim(desk.author, f"Claim {number}")
    assert enqueueing.enqueue_waiting(older_than=timedelta(0)) == 5


def test_the_priority_is_the_sum_of_parts_that_say_why(desk: Desk) -> None:
    given = ClaimInput(
        "Unemployment fell to 4 per cent.",
        claimants=(ClaimantInput(name="The minister", kind="person", role="Minister of Labour"),),
        appearance=AppearanceInput(),
    )
    recorded = articles.record_article(actor=desk.author, given=ArticleInput(text=TEXT, claims=(given,)))
    claim = recorded.claims[0].claim
    acts.prioritise(actor=desk.editor, claim_id=claim.pk, delta=-3, reason="Said before.")
    for number in range(2):
        further = articles.record_article(actor=desk.author, given=ArticleInput(text=f"{TEXT} {number}"))
        claim.appearances.create(newsroom=desk.newsroom, version=further.version)
    enqueueing.enqueue_article(article_id=recorded.article.pk)
    claim.refresh_from_db()
    assert {part["name"]: part["value"] for part in claim.priority_parts} == {
        "kind": 10,
        "check_worthiness": 12,
        "reach": 8,
        "sightings": 10,
        "desk": -3,
    }
    assert claim.priority == sum(part["value"] for part in claim.priority_parts) == 37
    assert claim.priority_parts[-1]["reason"] == "editor: Said before."
    assert all(part["reason"] for part in claim.priority_parts)
    assert claim.rank == rank_of(priority=37, created_at=claim.created_at)


def test_an_hour_of_age_is_worth_the_same_at_any_time() -> None:
    now = timezone.now()
    older = rank_of(priority=10, created_at=now - timedelta(hours=1))
    assert older - rank_of(priority=10, created_at=now) == pytest.approx(AGE_WEIGHT)
    a_day = timedelta(days=1)
    assert rank_of(priority=10, created_at=now - a_day) > rank_of(priority=14, created_at=now)
    assert rank_of(priority=10, created_at=now - a_day) < rank_of(priority=15, created_at=now)


def test_an_editors_word_moves_a_claim_at_once_and_says_who_and_why(desk: Desk) -> None:
    claim = queued(desk, "A claim")
    other = queued(desk, "Another with 4 numbers")
    assert takeable(desk.author)[0] == other
    acts.prioritise(actor=desk.editor, claim_id=claim.pk, delta=50, reason="An election.")
    assert takeable(desk.author)[0] == claim
    event = events_of(claim)[-1]
    assert (event.changes["priority"]["after"] - event.changes["priority"]["before"]) == 50
    assert event.changes["reason"] == {"before": None, "after": "An election."}


def test_a_verdict_proposed_without_new_text_keeps_the_text_that_is_there(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    verdicts.withdraw(actor=desk.author, claim_id=claim.pk)
    given = VerdictInput(rating="true", explanation="It is 4.", review=ReviewTextInput(headline="It has fallen"))
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=given)
    review = claim.reviews.get()
    assert (review.headline, review.summary) == ("It has fallen", verdict_input().review.summary)


def test_the_free_claims_of_an_article_are_taken_together_and_the_others_left_with_why(desk: Desk) -> None:
    article = articles.record_article(
        actor=desk.editor,
        given=ArticleInput(
            text="One thing. Another thing. A third thing. A fourth thing.",
            claims=tuple(
                ClaimInput(
                    name,
                    claimants=(ClaimantInput(name="The minister", kind="person"),),
                    appearance=AppearanceInput(segments=(SegmentInput(exact=f"{name} thing."),)),
                )
                for name in ("One", "Another", "A third", "A fourth")
            ),
        ),
    )
    enqueueing.enqueue_article(article_id=article.article.pk)
    one, another, third, fourth = (recorded.claim for recorded in article.claims)
    queue.take(actor=desk.editor, claim_id=another.pk)
    queue.recuse(actor=desk.author, claim_id=third.pk, reason="My sister works there.")
    acts.decline(actor=desk.editor, claim_id=fourth.pk, reason_code=DeclineReason.OPINION)
    elsewhere = queued(desk, "Elsewhere")
    taken, left = queue.take_article(actor=desk.author, article_id=article.article.pk)
    assert taken == [one]
    assert [(found.claim, found.refusal.code) for found in left] == [(another, "already_taken"), (third, "recused")]
    assert one.assignments.get().reviewer == desk.author.user
    elsewhere.refresh_from_db()
    assert elsewhere.status == Status.QUEUED
    again, left = queue.take_article(actor=desk.author, article_id=article.article.pk)
    assert (again, len(left)) == ([], 3)


def test_who_may_not_take_takes_no_article_either(desk: Desk, trainee: Actor) -> None:
    claim = queued(desk, "One")
    before = all_rows()
    with pytest.raises(NotPermittedError):
        queue.take_article(actor=trainee, article_id=claim.pk)
    assert all_rows() == before
