"""How claims stand to each other: links made and taken back, claims split into parts, duplicates and their undo."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from claims.access import Actor
from claims.errors import DomainError, NotFoundError, NotPermittedError, RuleBrokenError
from claims.models import Appearance, Claim, ClaimLink
from claims.vocab import ClaimKind, LinkKind, Role, Status
from claims.workflow import claims as acts
from claims.workflow import enqueueing, links, newsrooms, queue, sightings
from claims.workflow.inputs import AppearanceInput, ClaimantInput, ClaimInput, LinkInput, SegmentInput
from claims.workflow.links import PartInput
from claims.workflow.sightings import AppearanceFields, SightingInput
from tests.build import Desk, claim_in, make_article, make_claim, make_member, make_published
from tests.record import all_rows, events_of, types_of
from tests.workflow.test_guards import refused, refused_fields
from tests.workflow.test_races import at_once, refusals
from tests.workflow.test_sightings import TEXT, assert_gapless

Sized = Callable[[int, int], int]


@pytest.fixture
def one(desk: Desk) -> Claim:
    return make_claim(desk.author, "One")


@pytest.fixture
def two(desk: Desk) -> Claim:
    return make_claim(desk.author, "Two")


def link(actor: Actor, claim: Claim, other: Claim, kind: LinkKind = LinkKind.CONTRADICTS) -> ClaimLink:
    return links.link(actor=actor, claim_id=claim.pk, other_id=other.pk, kind=kind)


# Made and taken back


@pytest.mark.parametrize("kind", [LinkKind.REPEATS, LinkKind.PART_OF, LinkKind.CONTRADICTS])
def test_a_link_stands_in_both_histories(desk: Desk, one: Claim, two: Claim, kind: LinkKind) -> None:
    made = link(desk.author, one, two, kind)
    assert (made.claim, made.other, made.kind, made.made_by) == (one, two, kind, desk.author.user)
    near, far = events_of(one)[-1], events_of(two)[-1]
    assert near.type == far.type == "claim.linked"
    assert near.changes == {"link": {"before": None, "after": {"kind": kind, "claim": str(two.pk)}}}
    assert far.changes == {"linked_from": {"before": None, "after": {"kind": kind, "claim": str(one.pk)}}}
    assert_gapless(one, two)


def test_a_link_is_taken_back_and_both_histories_keep_it(desk: Desk, one: Claim, two: Claim) -> None:
    made = link(desk.author, one, two)
    links.unlink(actor=desk.editor, link_id=made.pk)
    assert not ClaimLink.objects.exists()
    near, far = events_of(one)[-1], events_of(two)[-1]
    assert near.type == far.type == "claim.unlinked"
    assert near.changes["link"] == {"before": {"kind": "contradicts", "claim": str(two.pk)}, "after": None}
    assert refused(NotFoundError, lambda: links.unlink(actor=desk.editor, link_id=made.pk)).code == "not_found"
    assert_gapless(one, two)
    link(desk.author, one, two)


def test_two_claims_are_linked_once_each_way_round(desk: Desk, one: Claim, two: Claim) -> None:
    link(desk.author, one, two, LinkKind.REPEATS)
    again = partial(link, desk.author, one, two, LinkKind.REPEATS)
    assert refused(RuleBrokenError, again).code == "already_linked"
    back = partial(link, desk.author, two, one, LinkKind.REPEATS)
    assert refused(RuleBrokenError, back).code == "linked_back"
    link(desk.author, one, two, LinkKind.PART_OF)


def test_a_claim_is_not_linked_to_itself_or_to_nothing(desk: Desk, one: Claim, stranger: Actor) -> None:
    assert refused_fields(lambda: link(desk.author, one, one)) == [("/other", "invalid")]
    theirs = make_claim(stranger)
    assert refused_fields(lambda: link(desk.author, one, theirs)) == [("/other", "not_found")]
    assert refused(NotFoundError, lambda: link(stranger, one, theirs)).code == "not_found"


def test_links_are_the_desks(desk: Desk, one: Claim, two: Claim, submitter: Actor, stranger: Actor) -> None:
    assert refused(NotPermittedError, lambda: link(submitter, one, two)).code == "not_permitted"
    made = link(desk.author, one, two)
    assert refused(NotPermittedError, lambda: links.unlink(actor=submitter, link_id=made.pk)).code == "not_permitted"
    assert refused(NotFoundError, lambda: links.unlink(actor=stranger, link_id=made.pk)).code == "not_found"
    queue.recuse(actor=desk.author, claim_id=one.pk, reason="My cousin.")
    assert refused(RuleBrokenError, lambda: links.unlink(actor=desk.author, link_id=made.pk)).code == "recused"


def test_a_quotation_reports_what_somebody_else_said(desk: Desk) -> None:
    said = make_claim(desk.author, "He said that she said it.", claimant="He", kind=ClaimKind.QUOTATION)
    thing = make_claim(desk.author, "It.", claimant="She")
    made = link(desk.author, said, thing, LinkKind.REPORTS)
    assert (made.claim, made.other) == (said, thing)
    wrong = partial(link, desk.author, thing, said, LinkKind.REPORTS)
    assert refused(RuleBrokenError, wrong).code == "not_a_quotation"


def test_a_link_says_afterwards_that_it_repeats_what_readers_knew(desk: Desk) -> None:
    checked = make_published(author=desk.author, editor=desk.editor)
    late = make_claim(desk.author, "The same by others", claimant="She")
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    given = SightingInput(AppearanceInput(url="https://video.example.org/1", date_published=day))
    place = sightings.add(actor=desk.author, claim_id=late.pk, given=given).appearance
    assert [place.is_after_publication] == [False]
    made = link(desk.author, late, checked, LinkKind.REPEATS)
    place.refresh_from_db()
    assert [place.is_after_publication] == [True]
    links.unlink(actor=desk.author, link_id=made.pk)
    place.refresh_from_db()
    assert [place.is_after_publication] == [False]


@pytest.mark.django_db(transaction=True)
def test_two_people_joining_the_same_two_claims_join_them_once(desk: Desk, sized: Sized) -> None:
    third = make_member(desk.newsroom, Role.REVIEWER, "third")
    for number in range(sized(5, 40)):
        one, two = make_claim(desk.author, f"One {number}"), make_claim(desk.author, f"Two {number}")
        outcomes = at_once(
            partial(link, desk.author, one, two, LinkKind.REPEATS),
            partial(link, desk.editor, one, two, LinkKind.REPEATS),
            partial(link, third, two, one, LinkKind.REPEATS),
        )
        assert len(refusals(outcomes)) == 2
        assert ClaimLink.objects.filter(claim__in=[one, two]).count() == 1
        assert_gapless(one, two)


@pytest.mark.django_db(transaction=True)
def test_a_link_is_taken_back_once(desk: Desk, sized: Sized) -> None:
    for number in range(sized(5, 40)):
        one, two = make_claim(desk.author, f"One {number}"), make_claim(desk.author, f"Two {number}")
        made = link(desk.author, one, two)
        outcomes = at_once(
            *(partial(links.unlink, actor=actor, link_id=made.pk) for actor in (desk.author, desk.editor))
        )
        assert refusals(outcomes) == ["not_found"]
        assert types_of(one).count("claim.unlinked") == types_of(two).count("claim.unlinked") == 1
        assert_gapless(one, two)


# Split


HE = ClaimantInput(name="The mayor", kind="person")
HEARSAY = (LinkInput(as_named="the mayor"), LinkInput(ClaimantInput(name="The Gazette", kind="outlet")))
WHOLE = SegmentInput(exact="the bridge is safe, and that it was built in 1970")


@pytest.fixture
def whole(desk: Desk) -> Claim:
    newsrooms.add_topic(actor=desk.editor, slug="roads", name="Roads")
    given = ClaimInput(
        "The bridge is safe and of 1970.",
        kind="opinion",
        context="In a speech.",
        claimants=(HE,),
        date="2021-09",
        topics=("roads",),
        appearance=AppearanceInput(segments=(WHOLE,), speech="indirect", cue="said", chain=HEARSAY),
    )
    return make_article(desk.author, text=TEXT, claims=[given]).claims[0].claim


def split(actor: Actor, claim: Claim, *parts: PartInput) -> list[Claim]:
    links.split(actor=actor, claim_id=claim.pk, parts=parts)
    made = events_of(claim)[-1].changes["parts"]["after"]
    return [Claim.objects.get(pk=pk) for pk in made]


def test_a_claim_is_split_into_parts_that_are_claims_of_their_own(desk: Desk, whole: Claim) -> None:
    built = SegmentInput(exact="it was built in 1970")
    safe, old = split(
        desk.author,
        whole,
        PartInput("The bridge is safe."),
        PartInput("It was built in 1970.", kind="fact", context="", segments=(built,)),
    )
    whole.refresh_from_db()
    assert whole.status == Status.RECORDED
    assert [made.other for made in ClaimLink.objects.filter(kind=LinkKind.PART_OF)] == [whole, whole]
    assert (safe.kind, safe.context, safe.date_said, safe.status) == ("opinion", "In a speech.", "2021-09", "recorded")
    assert (old.kind, old.context) == ("fact", "")
    for part in (safe, old):
        assert [made.claimant.name for made in part.claim_claimants.all()] == ["The mayor"]
        assert [made.topic.slug for made in part.claim_topics.all()] == ["roads"]
        place = part.appearances.get()
        assert (place.speech, place.cue) == ("indirect", "said")
        chain = [
            (found.basis, found.as_named, found.claimant and found.claimant.name) for found in place.attributions.all()
        ]
        assert chain == [("reported", "the mayor", "The mayor"), ("primary", "", "The Gazette")]
    assert [found.exact for found in safe.appearances.get().segments.all()] == [WHOLE.exact]
    assert [found.exact for found in old.appearances.get().segments.all()] == [built.exact]
    assert types_of(whole)[-1] == "claim.split"
    assert_gapless(whole, safe, old)
    assert enqueueing.enqueue_claim(claim_id=old.pk) == 1


def test_a_part_in_several_pieces_said_by_somebody_else(desk: Desk, whole: Claim) -> None:
    pieces = (SegmentInput(exact="the bridge", prefix="she said that "), SegmentInput(exact="in 1970"))
    she = ClaimantInput(name="The engineer", kind="person")
    [part] = split(desk.author, whole, PartInput("The bridge of 1970.", claimants=(she,), segments=pieces))
    place = part.appearances.get()
    assert [found.exact for found in place.segments.all()] == ["the bridge", "in 1970"]
    first = place.attributions.get(position=0)
    assert first.claimant is not None
    assert (first.claimant.name, first.as_named) == ("The engineer", "")


def test_a_claim_without_a_text_is_split_too(desk: Desk, one: Claim) -> None:
    [part] = split(desk.author, one, PartInput("One half."))
    assert not part.appearances.exists()


def test_a_claim_behind_a_link_is_split_behind_the_link(desk: Desk, one: Claim) -> None:
    given = SightingInput(AppearanceInput(url="https://video.example.org/1", date_published="2021"))
    sightings.add(actor=desk.author, claim_id=one.pk, given=given)
    [part] = split(desk.author, one, PartInput("One half."))
    place = part.appearances.get()
    assert (place.url, place.date_published) == ("https://video.example.org/1", "2021")


def test_a_part_is_refused_where_it_is_wrong(desk: Desk, whole: Claim, one: Claim) -> None:
    nowhere = PartInput("Half.", segments=(SegmentInput(exact="the tunnel"),))
    assert refused_fields(lambda: split(desk.author, whole, PartInput("A."), nowhere)) == [
        ("/parts/1/exact", "quote_missing")
    ]
    assert refused_fields(lambda: split(desk.author, one, nowhere)) == [("/parts/0/exact", "invalid")]


def test_a_part_is_there_once(desk: Desk, whole: Claim) -> None:
    twins = (PartInput("A."), PartInput("B."), PartInput("A."))
    assert refused_fields(lambda: split(desk.author, whole, *twins)) == [("/parts/2/statement", "already_split")]
    split(desk.author, whole, PartInput("A."))
    assert refused_fields(lambda: split(desk.author, whole, PartInput("A."))) == [
        ("/parts/0/statement", "already_split")
    ]


def test_a_claim_in_the_hands_of_another_is_not_split(desk: Desk, whole: Claim, trainee: Actor) -> None:
    parts = [PartInput("A.")]
    doing = partial(links.split, actor=trainee, claim_id=whole.pk, parts=parts)
    assert refused(NotPermittedError, doing).code == "not_permitted"
    queue.take(actor=desk.editor, claim_id=whole.pk)
    doing = partial(links.split, actor=desk.author, claim_id=whole.pk, parts=parts)
    assert refused(RuleBrokenError, doing).code == "not_holder"


def test_what_was_published_is_not_split(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    doing = partial(links.split, actor=desk.editor, claim_id=claim.pk, parts=[PartInput("A.")])
    assert refused(RuleBrokenError, doing).code == "illegal_move"


@pytest.mark.django_db(transaction=True)
def test_the_same_split_twice_at_once_is_one(desk: Desk, sized: Sized) -> None:
    for number in range(sized(5, 40)):
        claim = make_claim(desk.author, f"Whole {number}")
        parts = [PartInput(f"Half of {number}.")]
        outcomes = at_once(
            *(partial(links.split, actor=actor, claim_id=claim.pk, parts=parts) for actor in (desk.author, desk.editor))
        )
        assert refusals(outcomes) == ["invalid"]
        assert Claim.objects.filter(statement=parts[0].statement).count() == 1
        assert_gapless(claim)


# Duplicates


def seen(actor: Actor, claim: Claim, number: int = 1) -> Appearance:
    given = SightingInput(AppearanceInput(url=f"https://video.example.org/{number}"))
    return sightings.add(actor=actor, claim_id=claim.pk, given=given).appearance


def test_a_duplicates_appearances_move_and_come_back_with_it(desk: Desk, one: Claim, two: Claim) -> None:
    moved, own = seen(desk.author, one), seen(desk.author, two, 2)
    sightings.edit(actor=desk.author, appearance_id=moved.pk, fields=AppearanceFields(is_first=True))
    acts.mark_duplicate(actor=desk.editor, claim_id=one.pk, of=two.pk)
    assert list(two.appearances.order_by("id")) == [moved, own]
    assert not two.appearances.filter(is_first=True).exists()
    later = seen(desk.author, two, 3)
    acts.reopen(actor=desk.editor, claim_id=one.pk, reason="They are two.")
    assert [found.pk for found in one.appearances.all()] == [moved.pk]
    assert one.appearances.get().is_first
    assert list(two.appearances.order_by("id")) == [own, later]
    assert types_of(two)[-1] == "claim.duplicate_left"
    assert_gapless(one, two)


def test_what_was_taken_away_meanwhile_does_not_come_back(desk: Desk, one: Claim, two: Claim) -> None:
    moved = seen(desk.author, one)
    seen(desk.author, two, 2)
    acts.mark_duplicate(actor=desk.editor, claim_id=one.pk, of=two.pk)
    sightings.remove(actor=desk.editor, appearance_id=moved.pk)
    acts.reopen(actor=desk.editor, claim_id=one.pk, reason="They are two.")
    assert not one.appearances.exists()


def test_joined_places_bring_the_claim_that_stays_forward(desk: Desk, one: Claim, two: Claim) -> None:
    enqueueing.enqueue_claim(claim_id=two.pk)
    seen(desk.author, one)
    seen(desk.author, two, 2)
    two.refresh_from_db()
    before = two.priority
    acts.mark_duplicate(actor=desk.editor, claim_id=one.pk, of=two.pk)
    two.refresh_from_db()
    assert two.priority == before + 5
    acts.reopen(actor=desk.editor, claim_id=one.pk, reason="They are two.")
    two.refresh_from_db()
    assert two.priority == before


def test_a_place_that_moves_keeps_who_said_it_there(desk: Desk, one: Claim) -> None:
    hers = make_claim(desk.author, "One", claimant="The engineer")
    place = seen(desk.author, hers)
    before = list(place.attributions.values_list("claimant__name", "relation", "basis"))
    acts.mark_duplicate(actor=desk.editor, claim_id=hers.pk, of=one.pk)
    place.refresh_from_db()
    assert place.claim == one
    assert list(place.attributions.values_list("claimant__name", "relation", "basis")) == before


@pytest.mark.django_db(transaction=True)
def test_two_people_joining_two_claims_crosswise_join_them_once(desk: Desk, sized: Sized) -> None:
    for number in range(sized(5, 40)):
        one, two = make_claim(desk.author, f"One {number}"), make_claim(desk.author, f"Two {number}")
        seen(desk.author, one, number)
        outcomes = at_once(
            partial(acts.mark_duplicate, actor=desk.editor, claim_id=one.pk, of=two.pk),
            partial(acts.mark_duplicate, actor=desk.author, claim_id=two.pk, of=one.pk),
        )
        assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1
        assert Claim.objects.filter(pk__in=[one.pk, two.pk], status=Status.DUPLICATE).count() == 1
        assert_gapless(one, two)


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_that_is_reopened_while_it_gets_a_sighting_loses_none(desk: Desk, sized: Sized) -> None:
    for number in range(sized(5, 40)):
        one, two = make_claim(desk.author, f"One {number}"), make_claim(desk.author, f"Two {number}")
        seen(desk.author, one, number)
        acts.mark_duplicate(actor=desk.editor, claim_id=one.pk, of=two.pk)
        outcomes = at_once(
            partial(acts.reopen, actor=desk.editor, claim_id=one.pk, reason="They are two."),
            partial(seen, desk.author, two, number + 1000),
        )
        assert refusals(outcomes) == []
        assert (one.appearances.count(), two.appearances.count()) == (1, 1)
        assert_gapless(one, two)


def test_a_refused_join_writes_nothing(desk: Desk, one: Claim) -> None:
    before = all_rows()
    closed = claim_in(Status.DISMISSED, author=desk.author, editor=desk.editor)
    assert all_rows() != before
    assert refused_fields(partial(acts.mark_duplicate, actor=desk.editor, claim_id=one.pk, of=closed.pk)) == [
        ("/of", "invalid")
    ]
