"""Several people at once, on connections of their own: every rule holds whoever is first."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from django.utils import timezone

from claims.access import Actor
from claims.errors import DomainError, InvalidInputError, RuleBrokenError
from claims.models import (
    Appearance,
    Approval,
    Article,
    ArticleVersion,
    Assignment,
    Claim,
    Claimant,
    ClaimReviewRevision,
    Correction,
    Event,
    Publisher,
)
from claims.vocab import AssignmentState, CorrectionKind, Role, Status
from claims.workflow import articles, enqueueing, evidence, queue, reviews, verdicts
from claims.workflow import claims as acts
from claims.workflow.events import first_broken_link
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    PublisherInput,
    SegmentInput,
)
from claims.workflow.situation import Situation
from tests.build import (
    TEXT,
    Desk,
    claim_in,
    evidence_input,
    make_claim,
    make_evidence,
    make_member,
    make_published,
    verdict_input,
)
from tests.record import events_of

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
Sized = Callable[[int, int], int]


def at_once(*doings: Callable[[], T]) -> list[T | DomainError]:
    """Does it all at one moment, each in a thread of its own; a refusal is an outcome, any other error fails."""
    start = Barrier(len(doings))

    def do(doing: Callable[[], T]) -> T | DomainError:
        try:
            start.wait(10)
            return doing()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(do, doings))


def refusals(outcomes: Sequence[object]) -> list[str]:
    return sorted(outcome.code for outcome in outcomes if isinstance(outcome, DomainError))


def reviewers(desk: Desk, count: int, role: Role = Role.REVIEWER) -> list[Actor]:
    return [make_member(desk.newsroom, role, f"person-{number}") for number in range(count)]


def assert_the_chain_holds(claim: Claim) -> None:
    events = events_of(claim)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert first_broken_link(events) is None
    claim.refresh_from_db()
    assert claim.event_count == len(events)


def assert_held_as_the_status_says(claim: Claim) -> None:
    claim.refresh_from_db()
    live = Assignment.objects.filter(claim=claim, stage="check", state=AssignmentState.LIVE).count()
    assert live == (claim.status in {Status.IN_REVIEW, Status.ON_HOLD})


def test_eight_people_empty_a_queue_and_nobody_has_what_another_has(desk: Desk, sized: Sized) -> None:
    claims = [make_claim(desk.author, f"Claim {number}") for number in range(sized(40, 200))]
    enqueueing.enqueue_waiting(older_than=timedelta(0))

    def take_all(actor: Actor) -> list[Claim]:
        taken = []
        while claim := queue.take_next(actor=actor):
            taken.append(claim)
        return taken

    people = reviewers(desk, 8)
    outcomes = at_once(*(partial(take_all, actor) for actor in people))
    taken = Counter(claim.pk for found in outcomes if isinstance(found, list) for claim in found)
    assert set(taken) == {claim.pk for claim in claims}
    assert set(taken.values()) == {1}
    assert Assignment.objects.filter(state=AssignmentState.LIVE).count() == len(claims)
    for claim in claims:
        assert_the_chain_holds(claim)


def test_four_editors_approve_at_once_and_one_approval_stands(desk: Desk, sized: Sized) -> None:
    people = reviewers(desk, 4, Role.EDITOR)
    for _ in range(sized(10, 60)):
        claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
        outcomes = at_once(*(partial(verdicts.approve, actor=actor, claim_id=claim.pk) for actor in people))
        assert refusals(outcomes) == ["illegal_move"] * 3
        assert Approval.objects.filter(verdict__claim=claim).count() == 1
        assert_the_chain_holds(claim)
        assert claim.status == Status.APPROVED


def test_a_take_lapses_or_is_kept_by_work_and_never_both(desk: Desk, sized: Sized) -> None:
    [second] = reviewers(desk, 1)
    for _ in range(sized(10, 60)):
        claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
        claim.assignments.update(held_until=timezone.now() - timedelta(minutes=1))
        at_once(
            queue.lapse_takes,
            queue.lapse_takes,
            partial(make_evidence, desk.author, claim),
            partial(queue.take, actor=second, claim_id=claim.pk),
        )
        assert_held_as_the_status_says(claim)
        assert_the_chain_holds(claim)
        lapsed = claim.events.filter(type="claim.lapsed").count()
        hold = claim.assignments.filter(state=AssignmentState.LIVE).first()
        if lapsed == 0:
            assert hold is not None
            assert (hold.reviewer, hold.has_work) == (desk.author.user, True)
        else:
            assert lapsed == 1
            assert hold is None or hold.reviewer == second.user


def test_no_approval_counts_for_a_text_that_the_approver_did_not_see(desk: Desk, sized: Sized) -> None:
    people = reviewers(desk, 2, Role.EDITOR)
    for number in range(sized(10, 60)):
        claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
        seen = Situation(claim=claim, actor=desk.editor).content_sha256
        fields = acts.ClaimFields(context=f"Context {number}")
        at_once(
            *(partial(verdicts.approve, actor=actor, claim_id=claim.pk) for actor in people),
            partial(acts.edit, actor=desk.author, claim_id=claim.pk, fields=fields),
        )
        claim.refresh_from_db()
        situation = Situation(claim=claim, actor=desk.editor)
        assert situation.content_sha256 != seen
        assert (claim.status == Status.APPROVED) == bool(situation.standing_approvals)
        assert_the_chain_holds(claim)


def test_who_says_which_revision_they_read_approves_that_one_or_nothing(desk: Desk, sized: Sized) -> None:
    for number in range(sized(10, 60)):
        claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
        seen = Situation(claim=claim, actor=desk.editor).content_sha256
        fields = acts.ClaimFields(context=f"Context {number}")
        at_once(
            partial(verdicts.approve, actor=desk.editor, claim_id=claim.pk, revision=claim.revision),
            partial(acts.edit, actor=desk.author, claim_id=claim.pk, fields=fields),
        )
        assert {found.content_sha256 for found in Approval.objects.filter(verdict__claim=claim)} <= {seen}
        claim.refresh_from_db()
        assert claim.status == Status.IN_APPROVAL


SAID = ClaimInput(
    "Unemployment has fallen to 4 per cent.",
    claimants=(ClaimantInput(name="The minister", kind="person"),),
    appearance=AppearanceInput(segments=(SegmentInput(exact="Unemployment has fallen to 4 per cent."),)),
)
BY_THE_PAPER = ClaimInput("Nobody had counted.", appearance=AppearanceInput(speech="own_voice"))


@pytest.mark.parametrize("url", ["", "https://paper.example/1"], ids=["without address", "with address"])
def test_an_article_sent_six_times_at_once_is_one_article_with_its_claims_once(desk: Desk, url: str) -> None:
    given = ArticleInput(text=TEXT, url=url, publisher=PublisherInput("The Paper"), claims=(SAID, BY_THE_PAPER))
    outcomes = at_once(*[partial(articles.record_article, actor=desk.author, given=given)] * 6)
    assert refusals(outcomes) == []
    assert sum(not found.is_existing for found in outcomes if not isinstance(found, DomainError)) == 1
    counted = (Article, ArticleVersion, Publisher, Claim, Appearance)
    assert [model.objects.count() for model in counted] == [1, 1, 1, 2, 2]
    assert sorted(Claimant.objects.values_list("name", flat=True)) == ["The Paper", "The minister"]


def test_different_texts_of_one_paper_at_once_wait_for_each_other_and_not_for_ever(desk: Desk) -> None:
    def record(number: int) -> object:
        given = ArticleInput(
            text=f"{TEXT} Number {number}.",
            publisher=PublisherInput("The Paper", site="https://paper.example"),
            claims=(SAID, BY_THE_PAPER, ClaimInput("New.", claimants=(ClaimantInput(name=f"Person {number}"),))),
        )
        return articles.record_article(actor=desk.author, given=given)

    articles.record_article(actor=desk.author, given=ArticleInput(text="Old.", publisher=PublisherInput("The Paper")))
    for start in range(0, 24, 6):
        outcomes = at_once(*(partial(record, start + offset) for offset in range(6)))
        assert refusals(outcomes) == []
    assert Claimant.objects.filter(name="The Paper").count() == 1
    assert Publisher.objects.get().own_voice is not None


def test_a_next_version_and_acts_on_its_claims_at_once_are_numbered_without_a_gap(desk: Desk, sized: Sized) -> None:
    url = "https://paper.example/1"
    claims = (SAID, ClaimInput("Counted.", claimants=SAID.claimants, appearance=SAID.appearance))
    first = articles.record_article(actor=desk.author, given=ArticleInput(text=TEXT, url=url, claims=claims))
    one, two = (found.claim for found in first.claims)
    for number in range(sized(8, 40)):
        given = ArticleInput(text=f"{TEXT} Version {number}.", url=url, claims=claims)
        named = acts.ClaimFields(
            context=f"Context {number}", claimants=(*SAID.claimants, ClaimantInput(name=f"Person {number}"))
        )
        back = acts.ClaimFields(claimants=SAID.claimants)
        outcomes = at_once(
            partial(articles.record_article, actor=desk.author, given=given),
            partial(acts.edit, actor=desk.editor, claim_id=one.pk, fields=named),
            partial(acts.edit, actor=desk.editor, claim_id=two.pk, fields=named),
            partial(acts.prioritise, actor=desk.editor, claim_id=two.pk, delta=1, reason="An election."),
        )
        assert refusals(outcomes) == []
        for claim in (one, two):
            acts.edit(actor=desk.editor, claim_id=claim.pk, fields=back)
            assert_the_chain_holds(claim)


def test_a_new_claimant_named_six_times_at_once_is_one(desk: Desk) -> None:
    for number in range(5):
        outcomes = at_once(*[partial(make_claim, desk.author, claimant=f"New person {number}")] * 6)
        assert refusals(outcomes) == []
        claimant = Claimant.objects.get(name=f"New person {number}")
        assert claimant.claim_claimants.count() == 6


def test_two_claims_joined_crosswise_at_once_do_not_wait_for_ever(desk: Desk, sized: Sized) -> None:
    for _ in range(sized(10, 60)):
        one, two = make_claim(desk.author), make_claim(desk.author)
        outcomes = at_once(
            partial(acts.mark_duplicate, actor=desk.editor, claim_id=one.pk, of=two.pk),
            partial(acts.mark_duplicate, actor=desk.author, claim_id=two.pk, of=one.pk),
        )
        assert refusals(outcomes) == ["invalid"]
        assert sorted(Claim.objects.filter(pk__in=[one.pk, two.pk]).values_list("status", flat=True)) == [
            "duplicate",
            "recorded",
        ]
        for claim in (one, two):
            assert_the_chain_holds(claim)


def test_two_editors_publish_at_once_and_it_is_published_once(desk: Desk, sized: Sized) -> None:
    for _ in range(sized(5, 30)):
        claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
        publish = partial(reviews.publish, actor=desk.editor, claim_id=claim.pk)
        assert refusals(at_once(publish, publish)) == ["published"]
        assert ClaimReviewRevision.objects.filter(review__claim=claim).count() == 1
        assert_the_chain_holds(claim)


def test_a_correction_published_twice_at_once_stands_once_in_the_ledger(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="New figures.")
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input("true", evidence=[]))
    verdicts.approve(actor=desk.editor, claim_id=claim.pk)
    outcomes = at_once(
        *[
            partial(
                reviews.publish,
                actor=desk.editor,
                claim_id=claim.pk,
                kind=CorrectionKind.UPDATE,
                public_note="New figures.",
            )
        ]
        * 3
    )
    assert refusals(outcomes) == ["published", "published"]
    assert Correction.objects.count() == 1
    assert sorted(ClaimReviewRevision.objects.values_list("number", flat=True)) == [1, 2]


def test_four_workers_enqueue_at_once_and_each_claim_enters_once(desk: Desk, sized: Sized) -> None:
    count = sized(40, 400)
    claims = [make_claim(desk.author, f"Claim {number}") for number in range(count)]
    outcomes = at_once(*[partial(enqueueing.enqueue_waiting, older_than=timedelta(0))] * 4)
    assert sum(found for found in outcomes if isinstance(found, int)) == count
    assert Event.objects.filter(type="claim.queued").count() == count
    for claim in claims:
        assert_the_chain_holds(claim)
        assert (claim.status, claim.revision) == (Status.QUEUED, 2)


def test_many_acts_on_one_claim_at_once_are_numbered_without_a_gap(desk: Desk, sized: Sized) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    rounds = sized(5, 40)

    def push(number: int) -> None:
        for _ in range(rounds):
            acts.prioritise(actor=desk.editor, claim_id=claim.pk, delta=1, reason=f"By {number}.")

    before = claim.priority
    outcomes = at_once(*(partial(push, number) for number in range(6)))
    assert refusals(outcomes) == []
    assert_the_chain_holds(claim)
    assert claim.priority == before + 6 * rounds


def test_a_source_edited_while_it_is_used_again_is_noticed_by_every_claim(desk: Desk, sized: Sized) -> None:
    """The edit wants the claims, and the new evidence the source: neither waits for the other for ever."""
    for number in range(sized(10, 60)):
        url = f"https://statistics.example.org/{number}"
        first = claim_in(
            Status.APPROVED,
            author=desk.author,
            editor=desk.editor,
            verdict=verdict_input(evidence=[evidence_input(url)]),
        )
        source = first.evidence.get().source
        second = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
        outcomes = at_once(
            partial(
                evidence.edit_source,
                actor=desk.editor,
                source_id=source.pk,
                fields=evidence.SourceFields(title="Revised"),
            ),
            partial(make_evidence, desk.author, first, evidence_input(url)),
            partial(make_evidence, desk.author, second, evidence_input(url)),
        )
        assert refusals(outcomes) == []
        for claim in (first, second):
            assert_the_chain_holds(claim)
            assert claim.status == Status.IN_APPROVAL


def test_a_published_claim_gets_no_new_evidence_while_it_is_published(desk: Desk, sized: Sized) -> None:
    for _ in range(sized(5, 30)):
        claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
        published, added = at_once(
            partial(reviews.publish, actor=desk.editor, claim_id=claim.pk),
            partial(make_evidence, desk.author, claim, evidence_input("https://late.example/")),
        )
        claim.refresh_from_db()
        if isinstance(added, RuleBrokenError):
            assert (added.code, claim.status) == ("published", Status.APPROVED)
        else:
            assert isinstance(published, RuleBrokenError)
            assert claim.status == Status.IN_APPROVAL
        revision = ClaimReviewRevision.objects.filter(review__claim=claim).first()
        if revision is not None:
            assert revision.content_sha256 in set(
                Approval.objects.filter(verdict=revision.verdict).values_list("content_sha256", flat=True)
            )


def test_a_wrong_span_in_one_of_many_requests_at_once_leaves_nothing_of_it(desk: Desk) -> None:
    wrong = ClaimInput("No.", appearance=AppearanceInput(segments=(SegmentInput(exact="Nobody said this."),)))
    good = ArticleInput(text=TEXT, claims=(SAID,))
    outcomes = at_once(
        *[partial(articles.record_article, actor=desk.author, given=good)] * 3,
        *[partial(articles.record_article, actor=desk.author, given=ArticleInput(text=TEXT, claims=(SAID, wrong)))] * 3,
    )
    assert sum(isinstance(found, InvalidInputError) for found in outcomes) == 3
    assert (Article.objects.count(), Claim.objects.count()) == (1, 1)
