"""Where a claim was met again: another appearance, another claimant's repeat, and what a person says of the chain."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from claims.access import Actor
from claims.errors import InvalidInputError, NotFoundError, NotPermittedError, RuleBrokenError
from claims.models import Appearance, Claim, ClaimLink, Event
from claims.selectors.claimants import record_of
from claims.vocab import Basis, LinkKind, Speech, Status
from claims.workflow import articles, claimants, enqueueing, newsrooms, queue, reviews, sightings
from claims.workflow import claims as acts
from claims.workflow.articles import RecordedArticle
from claims.workflow.claimants import ClaimantFields
from claims.workflow.events import first_broken_link
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    LinkInput,
    PublisherInput,
    SegmentInput,
)
from claims.workflow.sightings import AppearanceFields, LinkChange, Sighting, SightingInput
from tests.build import Desk, claim_in, make_article, make_claim, make_published, make_retracted
from tests.record import all_rows, events_of, types_of
from tests.workflow.test_guards import refused, refused_fields
from tests.workflow.test_races import at_once, refusals

TEXT = "He said that the bridge is safe. Later she said that the bridge is safe, and that it was built in 1970."
HE = ClaimantInput(name="The mayor", kind="person")
SHE = ClaimantInput(name="The engineer", kind="person", where="/claimant")
QUOTE = SegmentInput(exact="the bridge is safe", prefix="He said that ")
AGAIN = SegmentInput(exact="the bridge is safe", prefix="she said that ")


def in_text(actor: Actor, *segments: SegmentInput, chain: tuple[LinkInput, ...] = (), text: str = TEXT) -> Claim:
    appearance = AppearanceInput(segments=segments or (QUOTE,), chain=chain)
    given = ClaimInput("The bridge is safe.", claimants=(HE,), appearance=appearance)
    return make_article(actor, text=text, claims=[given]).claims[0].claim


def place_of(claim: Claim) -> Appearance:
    return claim.appearances.get()


def see(
    actor: Actor, claim: Claim, *who: ClaimantInput, url: str = "https://video.example.org/1", date: str = ""
) -> Sighting:
    given = SightingInput(AppearanceInput(url=url, date_published=date), claimants=who)
    return sightings.add(actor=actor, claim_id=claim.pk, given=given)


def see_in_text(
    actor: Actor,
    claim: Claim,
    *segments: SegmentInput,
    who: Sequence[ClaimantInput] = (),
    text: str = "At noon the bridge is safe, he said.",
    speech: str | None = None,
    publisher: str = "",
) -> Sighting:
    source = PublisherInput(publisher) if publisher else None
    article = articles.record_article(actor=actor, given=ArticleInput(text=text, publisher=source)).article
    place = AppearanceInput(segments=segments or (SegmentInput(exact="the bridge is safe"),), speech=speech)
    given = SightingInput(place, article_id=article.pk, claimants=tuple(who))
    return sightings.add(actor=actor, claim_id=claim.pk, given=given)


def assert_gapless(*claims: Claim) -> None:
    for claim in claims:
        events = events_of(claim)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert first_broken_link(events) is None


# The same people


def test_the_same_people_elsewhere_are_another_appearance(desk: Desk) -> None:
    claim = in_text(desk.author)
    found = see(desk.author, claim, date="2021-09")
    assert (found.claim, found.is_repeat, found.is_existing) == (claim, False, False)
    [first, second] = claim.appearances.order_by("id")
    assert (second.url, second.date_published, second.version) == ("https://video.example.org/1", "2021-09", None)
    assert [link.claimant.name for link in second.attributions.all() if link.claimant] == ["The mayor"]
    event = events_of(claim)[-1]
    assert event.type == "claim.appearance_added"
    assert event.changes["appearance"]["after"]["url"] == second.url
    assert not first.is_after_publication
    assert_gapless(claim)


def test_naming_the_claims_own_claimant_makes_no_repeat(desk: Desk) -> None:
    claim = in_text(desk.author)
    assert see(desk.author, claim, HE).is_repeat is False
    assert Claim.objects.count() == 1


def test_a_sighting_stands_in_an_article_in_several_pieces(desk: Desk) -> None:
    claim = in_text(desk.author)
    pieces = (SegmentInput(exact="the bridge"), SegmentInput(exact="is safe", suffix=", he said"))
    found = see_in_text(desk.author, claim, *pieces)
    assert [part.exact for part in found.appearance.segments.order_by("position")] == ["the bridge", "is safe"]


def test_the_same_place_given_again_is_the_same_sighting_and_writes_nothing(desk: Desk) -> None:
    claim = in_text(desk.author)
    first = see(desk.author, claim)
    before = all_rows()
    again = see(desk.editor, claim)
    assert (again.appearance.pk, again.is_existing) == (first.appearance.pk, True)
    assert all_rows() == before


def test_more_places_bring_a_waiting_claim_forward(desk: Desk) -> None:
    claim = in_text(desk.author)
    enqueueing.enqueue_claim(claim_id=claim.pk)
    claim.refresh_from_db()
    before = claim.priority
    see(desk.author, claim)
    claim.refresh_from_db()
    assert claim.priority == before + 5
    assert {"name": "sightings", "value": 5, "reason": "stands in 2 places"} in claim.priority_parts


def test_one_sighting_at_most_is_the_first(desk: Desk) -> None:
    claim = in_text(desk.author)
    first = place_of(claim)
    sightings.edit(actor=desk.author, appearance_id=first.pk, fields=AppearanceFields(is_first=True))
    given = SightingInput(AppearanceInput(url="https://video.example.org/1", is_first=True))
    second = sightings.add(actor=desk.author, claim_id=claim.pk, given=given).appearance
    assert [found.pk for found in claim.appearances.filter(is_first=True)] == [second.pk]
    sightings.edit(actor=desk.author, appearance_id=first.pk, fields=AppearanceFields(is_first=True))
    assert [found.pk for found in claim.appearances.filter(is_first=True)] == [first.pk]
    assert events_of(claim)[-1].changes["first_appearance"] == {"before": str(second.pk), "after": str(first.pk)}


# Other people


def test_somebody_else_saying_it_is_a_claim_of_theirs_that_repeats_it(desk: Desk) -> None:
    claim = in_text(desk.author)
    found = see(desk.author, claim, SHE)
    assert found.is_repeat
    assert found.claim != claim
    assert (found.claim.statement, found.claim.status) == (claim.statement, Status.RECORDED)
    assert [link.claimant.name for link in found.claim.claim_claimants.all()] == ["The engineer"]
    link = ClaimLink.objects.get()
    assert (link.claim, link.other, link.kind, link.made_by) == (
        found.claim,
        claim,
        LinkKind.REPEATS,
        desk.author.user,
    )
    told = events_of(claim)[-1]
    assert (told.type, told.changes["repeated_in"]["after"]) == ("claim.repeated", str(found.claim.pk))
    assert claim.appearances.count() == 1
    assert_gapless(claim, found.claim)


def test_who_repeats_it_once_more_is_met_on_the_claim_they_have(desk: Desk) -> None:
    claim = in_text(desk.author)
    theirs = see(desk.author, claim, SHE).claim
    again = see(desk.author, claim, SHE, url="https://video.example.org/2")
    assert (again.claim, again.is_repeat, again.is_existing) == (theirs, True, False)
    assert theirs.appearances.count() == 2
    assert Claim.objects.count() == 2
    assert types_of(theirs)[-1] == "claim.appearance_added"
    assert types_of(claim)[-1] == "claim.repeated"
    assert_gapless(claim, theirs)


def test_a_repeat_of_a_repeat_repeats_the_first(desk: Desk) -> None:
    claim = in_text(desk.author)
    theirs = see(desk.author, claim, SHE).claim
    third = see(desk.author, theirs, ClaimantInput(name="A driver", kind="person")).claim
    assert ClaimLink.objects.get(claim=third).other == claim
    back = see(desk.author, theirs, HE, url="https://video.example.org/3")
    assert (back.claim, back.is_repeat) == (claim, False)


def test_people_who_say_it_together_are_another_claimant_than_one_of_them(desk: Desk) -> None:
    claim = in_text(desk.author)
    together = see(desk.author, claim, HE, SHE)
    assert together.is_repeat
    assert [link.claimant.name for link in together.claim.claim_claimants.order_by("position")] == [
        "The mayor",
        "The engineer",
    ]


def test_a_paper_that_says_it_in_its_own_voice_repeats_it(desk: Desk) -> None:
    claim = in_text(desk.author)
    found = see_in_text(desk.author, claim, speech=Speech.OWN_VOICE, publisher="The Gazette")
    assert found.is_repeat
    assert [link.claimant.name for link in found.claim.claim_claimants.all()] == ["The Gazette"]


def test_a_repeat_is_sorted_by_the_same_topics(desk: Desk) -> None:
    newsrooms.add_topic(actor=desk.editor, slug="roads", name="Roads")
    claim = make_claim(desk.author, topics=["roads"])
    assert [link.topic.slug for link in see(desk.author, claim, SHE).claim.claim_topics.all()] == ["roads"]


def test_a_repeat_of_a_claim_that_was_joined_to_another_repeats_that_one(desk: Desk) -> None:
    stays, joined = make_claim(desk.author, "Stays"), make_claim(desk.author, "Joined")
    theirs = see(desk.author, joined, SHE).claim
    acts.mark_duplicate(actor=desk.editor, claim_id=joined.pk, of=stays.pk)
    third = see(desk.author, theirs, ClaimantInput(name="A driver", kind="person")).claim
    assert ClaimLink.objects.get(claim=third).other == stays


def test_a_name_that_fits_several_is_asked_back_at_its_place(desk: Desk) -> None:
    claim = in_text(desk.author)
    for _ in range(2):
        claimants.create(actor=desk.editor, fields=ClaimantFields(name="A. Low", kind="person"))
    named = (ClaimantInput(name="The mayor", where="/claimants/0"), ClaimantInput(name="A. Low", where="/claimants/1"))
    assert refused_fields(lambda: see(desk.author, claim, *named)) == [("/claimants/1", "claimant_ambiguous")]


# After publication


@pytest.mark.parametrize(
    ("days", "is_after"), [(-1, False), (0, False), (1, True)], ids=["before", "on the day", "after"]
)
def test_what_is_said_after_the_publication_is_flagged(desk: Desk, days: int, is_after: bool) -> None:  # noqa: FBT001 - a case
    claim = make_published(author=desk.author, editor=desk.editor)
    day = (timezone.localdate() + timedelta(days=days)).isoformat()
    found = see(desk.author, claim, date=day)
    assert found.appearance.is_after_publication is is_after
    assert types_of(claim)[-1] == ("claim.repeated" if is_after else "claim.appearance_added")


def test_a_time_tells_more_than_a_day(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    minute = timedelta(minutes=1)
    earlier = see(desk.author, claim, url="https://a.example/", date=(timezone.now() - minute).isoformat())
    later = see(desk.author, claim, url="https://b.example/", date=(timezone.now() + minute).isoformat())
    assert (earlier.appearance.is_after_publication, later.appearance.is_after_publication) == (False, True)


def test_an_undated_link_was_there_when_we_saw_it(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    assert see(desk.author, claim).appearance.is_after_publication


def test_an_undated_text_that_we_had_before_is_no_later_than_we_had_it(desk: Desk) -> None:
    text = "At noon the bridge is safe, he said."
    make_article(desk.author, text=text)
    claim = make_published(author=desk.author, editor=desk.editor)
    assert not see_in_text(desk.author, claim, text=text).appearance.is_after_publication
    assert see_in_text(desk.author, claim, text=f"New. {text}").appearance.is_after_publication


def test_a_repeat_by_others_after_publication_is_flagged_too(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    found = see(desk.author, claim, SHE)
    assert found.appearance.is_after_publication
    again = see(desk.author, claim, SHE, url="https://video.example.org/2")
    assert again.appearance.is_after_publication
    assert types_of(found.claim)[-1] == "claim.repeated"


def test_after_a_retraction_nothing_is_a_repeat_of_what_readers_know(desk: Desk) -> None:
    claim = make_retracted(author=desk.author, editor=desk.editor)
    assert not see(desk.author, claim).appearance.is_after_publication


def test_a_sighting_changes_neither_the_approval_nor_what_is_public(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    revision = claim.revision
    see(desk.author, claim)
    claim.refresh_from_db()
    assert (claim.status, claim.revision) == (Status.APPROVED, revision)
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="Again.")


def test_what_was_joined_after_publication_is_flagged_where_it_went(desk: Desk) -> None:
    published = make_published(author=desk.author, editor=desk.editor)
    again = make_claim(desk.author)
    late = see(desk.author, again, date=(timezone.localdate() + timedelta(days=1)).isoformat()).appearance
    old = see(desk.author, again, url="https://old.example/", date="2019").appearance
    acts.mark_duplicate(actor=desk.editor, claim_id=again.pk, of=published.pk)
    late.refresh_from_db()
    old.refresh_from_db()
    assert (late.claim, late.is_after_publication, old.is_after_publication) == (published, True, False)
    acts.reopen(actor=desk.editor, claim_id=again.pk, reason="It is another one.")
    late.refresh_from_db()
    assert (late.claim, late.is_after_publication) == (again, False)


# Refusals


def test_a_sighting_in_an_article_that_is_not_ours_is_refused(desk: Desk, stranger: Actor) -> None:
    claim = in_text(desk.author)
    theirs = make_article(stranger, text=TEXT).article
    given = SightingInput(AppearanceInput(segments=(AGAIN,)), article_id=theirs.pk)
    doing = partial(sightings.add, actor=desk.author, claim_id=claim.pk, given=given)
    assert refused_fields(doing) == [("/article", "not_found")]


def test_words_that_are_not_in_the_text_are_refused_at_their_place(desk: Desk) -> None:
    claim = in_text(desk.author)
    article = claim.appearances.select_related("version").get().version
    assert article is not None
    wrong = SegmentInput(exact="the tunnel is safe", where="/segments/0")
    given = SightingInput(AppearanceInput(segments=(wrong,)), article_id=article.article_id)
    fields = refused_fields(lambda: sightings.add(actor=desk.author, claim_id=claim.pk, given=given))
    assert [pointer for pointer, _ in fields] == ["/segments/0/exact"]


@pytest.mark.parametrize("status", [Status.DECLINED, Status.DUPLICATE, Status.DISMISSED, Status.SUGGESTED])
def test_a_closed_claim_takes_no_sighting(desk: Desk, status: Status) -> None:
    claim = claim_in(status, author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: see(desk.author, claim)).code == "illegal_move"


def test_a_sighting_is_the_desks(desk: Desk, submitter: Actor, stranger: Actor) -> None:
    claim = in_text(submitter)
    assert refused(NotPermittedError, lambda: see(submitter, claim)).code == "not_permitted"
    assert refused(NotFoundError, lambda: see(stranger, claim)).code == "not_found"
    queue.recuse(actor=desk.author, claim_id=claim.pk, reason="My cousin.")
    assert refused(RuleBrokenError, lambda: see(desk.author, claim)).code == "recused"


def test_who_is_recused_from_the_repeat_does_not_add_to_it_by_way_of_the_first(desk: Desk) -> None:
    claim = in_text(desk.author)
    theirs = see(desk.editor, claim, SHE).claim
    queue.recuse(actor=desk.author, claim_id=theirs.pk, reason="My cousin.")
    doing = partial(see, desk.author, claim, SHE, url="https://b.example/")
    assert refused(RuleBrokenError, doing).code == "recused"


# What is changed


def test_a_span_is_changed_and_the_history_keeps_the_old_one(desk: Desk) -> None:
    claim = in_text(desk.author)
    place = place_of(claim)
    sightings.edit(actor=desk.author, appearance_id=place.pk, fields=AppearanceFields(segments=(AGAIN,)))
    [segment] = place.segments.all()
    assert (segment.start, segment.exact) == (TEXT.index("she said that ") + 14, "the bridge is safe")
    event = events_of(claim)[-1]
    assert event.type == "claim.appearance_edited"
    assert event.changes["segments"] == {"before": ["the bridge is safe"], "after": ["the bridge is safe"]}
    assert_gapless(claim)


def test_a_claim_may_stand_in_a_part_of_a_sentence_and_two_in_one(desk: Desk) -> None:
    whole, part = SegmentInput(exact="the bridge is safe, and that it was built in 1970"), SegmentInput(exact="1970")
    given = [
        ClaimInput(words, claimants=(SHE,), appearance=AppearanceInput(segments=(segment,)))
        for words, segment in (("Both.", whole), ("Built in 1970.", part), ("Also both.", whole))
    ]
    recorded = make_article(desk.author, text=TEXT, claims=given).claims
    assert len({found.claim.pk for found in recorded}) == 3
    spans = [found.claim.appearances.get().segments.get() for found in recorded]
    assert spans[0].start <= spans[1].start < spans[1].end <= spans[0].end
    assert (spans[2].start, spans[2].end) == (spans[0].start, spans[0].end)


def test_the_same_span_again_changes_nothing(desk: Desk) -> None:
    claim = in_text(desk.author)
    before = all_rows()
    fields = AppearanceFields(segments=(QUOTE,), cue="", is_first=False, links=(LinkChange(0, basis=Basis.PRIMARY),))
    sightings.edit(actor=desk.author, appearance_id=place_of(claim).pk, fields=fields)
    assert all_rows() == before


def test_a_span_where_the_claim_stands_already_is_refused(desk: Desk) -> None:
    claim = in_text(desk.author)
    place = place_of(claim)
    assert place.version is not None
    given = SightingInput(AppearanceInput(segments=(AGAIN,)), article_id=place.version.article_id)
    sightings.add(actor=desk.author, claim_id=claim.pk, given=given)
    fields = AppearanceFields(segments=(AGAIN,))
    doing = partial(sightings.edit, actor=desk.author, appearance_id=place.pk, fields=fields)
    assert refused(RuleBrokenError, doing).code == "already_there"


def test_a_link_has_no_span(desk: Desk) -> None:
    place = see(desk.author, in_text(desk.author)).appearance
    fields = AppearanceFields(segments=(QUOTE,))
    doing = partial(sightings.edit, actor=desk.author, appearance_id=place.pk, fields=fields)
    assert refused_fields(doing) == [("/exact", "invalid")]


def test_who_does_not_hold_it_changes_no_sighting(desk: Desk, trainee: Actor) -> None:
    claim = in_text(desk.author)
    place = place_of(claim)
    fields = AppearanceFields(cue="claimed")
    edit = partial(sightings.edit, appearance_id=place.pk, fields=fields)
    assert refused(NotPermittedError, lambda: edit(actor=trainee)).code == "not_permitted"
    queue.take(actor=desk.editor, claim_id=claim.pk)
    assert refused(RuleBrokenError, lambda: edit(actor=desk.author)).code == "not_holder"


# Suggested, and taken away


def in_paper(desk: Desk) -> Claim:
    given = ClaimInput("The bridge is safe.", claimants=(HE,), appearance=AppearanceInput(segments=(QUOTE,)))
    return make_article(desk.author, text=TEXT, url="https://paper.example.org/", claims=[given]).claims[0].claim


def copied(desk: Desk, claim: Claim | None = None, *, date: str = "") -> Appearance:
    """A sighting that is suggested, the text being a copy of one in which the claim stands."""
    claim = claim or in_paper(desk)
    given = ArticleInput(
        text=TEXT, url="https://copy.example.org/", publisher=PublisherInput("The Copy"), date_published=date
    )
    articles.record_article(actor=desk.author, given=given)
    return claim.appearances.get(is_suggested=True)


def test_a_suggested_sighting_is_confirmed_by_a_person(desk: Desk) -> None:
    place = copied(desk)
    claim = sightings.edit(actor=desk.author, appearance_id=place.pk, fields=AppearanceFields(is_confirmed=True))
    place.refresh_from_db()
    assert not place.is_suggested
    event = events_of(claim)[-1]
    assert (event.type, event.changes["appearance"]["after"]["id"]) == ("claim.appearance_added", str(place.pk))


def test_giving_a_suggested_sighting_confirms_it_in_the_history_too(desk: Desk) -> None:
    place = copied(desk)
    assert place.version is not None
    given = SightingInput(AppearanceInput(segments=(QUOTE,)), article_id=place.version.article_id)
    found = sightings.add(actor=desk.author, claim_id=place.claim_id, given=given)
    assert (found.appearance.pk, found.is_existing) == (place.pk, True)
    place.refresh_from_db()
    assert not place.is_suggested
    assert types_of(place.claim)[-1] == "claim.appearance_added"


def test_a_copy_that_is_confirmed_after_publication_is_flagged(desk: Desk) -> None:
    claim = in_paper(desk)
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    suggested = copied(desk, claim, date=(timezone.localdate() + timedelta(days=1)).isoformat())
    assert [suggested.is_after_publication] == [False]
    sightings.edit(actor=desk.editor, appearance_id=suggested.pk, fields=AppearanceFields(is_confirmed=True))
    suggested.refresh_from_db()
    assert suggested.is_after_publication
    assert types_of(claim)[-1] == "claim.repeated"


def test_a_suggested_sighting_is_rejected(desk: Desk) -> None:
    place = copied(desk)
    claim = sightings.remove(actor=desk.author, appearance_id=place.pk)
    assert not Appearance.objects.filter(pk=place.pk).exists()
    event = events_of(claim)[-1]
    assert event.type == "claim.appearance_removed"
    assert event.changes["appearance"]["before"]["exact"] == ["the bridge is safe"]
    assert refused(NotFoundError, lambda: sightings.remove(actor=desk.author, appearance_id=place.pk))


def test_a_sighting_that_was_wrong_is_taken_away_but_not_the_only_place(desk: Desk) -> None:
    claim = in_text(desk.author)
    first, wrong = place_of(claim), see(desk.author, claim).appearance
    sightings.remove(actor=desk.author, appearance_id=wrong.pk)
    assert claim.appearances.get() == first
    doing = partial(sightings.remove, actor=desk.author, appearance_id=first.pk)
    assert refused(RuleBrokenError, doing).code == "only_place"
    assert_gapless(claim)


def test_a_sighting_of_another_newsroom_is_not_there(desk: Desk, stranger: Actor) -> None:
    place = place_of(in_text(desk.author))
    for doing in (
        lambda: sightings.edit(actor=stranger, appearance_id=place.pk, fields=AppearanceFields(cue="x")),
        lambda: sightings.remove(actor=stranger, appearance_id=place.pk),
    ):
        assert refused(NotFoundError, doing).code == "not_found"


# Who said it


HEARSAY = (LinkInput(), LinkInput(ClaimantInput(name="The Gazette", kind="outlet")))


def change(actor: Actor, claim: Claim, *links_: LinkChange) -> None:
    sightings.edit(actor=actor, appearance_id=place_of(claim).pk, fields=AppearanceFields(links=links_))


def has_author(claim: Claim) -> bool:
    revision = claim.reviews.get().revisions.order_by("-number")[0]
    return bool(revision.content["has_author"])


def in_record(claim: Claim) -> int:
    total: int = record_of(claim.claim_claimants.get().claimant)["total"]
    return total


def test_hearsay_has_no_author_and_no_record_until_a_person_confirms_it(desk: Desk) -> None:
    claim = in_text(desk.author, chain=HEARSAY)
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    assert (has_author(claim), in_record(claim)) == (False, 0)
    change(desk.editor, claim, LinkChange(0, is_confirmed=True))
    link = place_of(claim).attributions.get(position=0)
    assert link.confirmed_by == desk.editor.user
    assert events_of(claim)[-1].changes["attribution.0.confirmed"] == {"before": False, "after": True}
    # The record is the desk's and follows at once; what is published stays until it is published again.
    assert (has_author(claim), in_record(claim)) == (False, 1)
    change(desk.editor, claim, LinkChange(0, is_confirmed=False))
    assert in_record(claim) == 0


def test_hearsay_that_was_confirmed_before_publication_has_an_author(desk: Desk) -> None:
    claim = in_text(desk.author, chain=HEARSAY)
    change(desk.author, claim, LinkChange(0, is_confirmed=True))
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    assert (has_author(claim), in_record(claim)) == (True, 1)


@pytest.mark.parametrize("basis", [Basis.DISPUTED, Basis.FALSE])
def test_what_is_disputed_loses_author_and_record_and_its_confirmation(desk: Desk, basis: Basis) -> None:
    claim = in_text(desk.author, chain=HEARSAY)
    change(desk.author, claim, LinkChange(0, is_confirmed=True))
    change(desk.author, claim, LinkChange(0, basis=basis))
    link = place_of(claim).attributions.get(position=0)
    assert (link.basis, link.confirmed_by) == (basis, None)
    changes = events_of(claim)[-1].changes
    assert changes["attribution.0.basis"] == {"before": "reported", "after": basis}
    assert changes["attribution.0.confirmed"] == {"before": True, "after": False}
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    assert (has_author(claim), in_record(claim)) == (False, 0)


def test_a_first_hand_sighting_outweighs_a_disputed_one(desk: Desk) -> None:
    claim = in_text(desk.author, chain=HEARSAY)
    change(desk.author, claim, LinkChange(0, basis=Basis.DISPUTED))
    see(desk.author, claim)
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    assert (has_author(claim), in_record(claim)) == (True, 1)


def test_a_sighting_that_is_only_suggested_lays_nothing_at_anybodys_door(desk: Desk) -> None:
    claim = copied(desk).claim
    shown = claim.appearances.get(is_suggested=False)
    fields = AppearanceFields(links=(LinkChange(0, basis=Basis.DISPUTED),))
    sightings.edit(actor=desk.author, appearance_id=shown.pk, fields=fields)
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    assert (has_author(claim), in_record(claim)) == (False, 0)


def test_what_was_never_said_is_not_confirmed(desk: Desk) -> None:
    claim = in_text(desk.author, chain=HEARSAY)
    doing = partial(
        change,
        desk.author,
        claim,
        LinkChange(1, basis=Basis.PRIMARY),
        LinkChange(0, basis=Basis.FALSE, is_confirmed=True),
    )
    assert refused_fields(doing) == [("/attribution/1/confirmed", "not_said")]


def test_a_position_that_the_chain_has_not_is_refused_at_its_place(desk: Desk) -> None:
    claim = in_text(desk.author)
    assert refused_fields(lambda: change(desk.author, claim, LinkChange(7, basis=Basis.DISPUTED))) == [
        ("/attribution/0/position", "not_found")
    ]


def test_the_record_counts_sightings_and_those_after_publication(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    see(desk.author, claim, url="https://old.example/", date="2019")
    see(desk.author, claim)
    record = record_of(claim.claim_claimants.get().claimant)
    assert (record["total"], record["sightings"], record["after_publication"]) == (1, 2, 1)


# At once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", [(), (SHE,)], ids=["the same people", "somebody else"])
def test_the_same_sighting_twice_at_once_is_one(
    desk: Desk, who: tuple[ClaimantInput, ...], sized: Callable[[int, int], int]
) -> None:
    for number in range(sized(5, 40)):
        claim = make_claim(desk.author, f"Claim {number}")
        url = f"https://video.example.org/{number}"
        outcomes = at_once(*(partial(see, actor, claim, *who, url=url) for actor in (desk.author, desk.editor)))
        found = [outcome for outcome in outcomes if isinstance(outcome, Sighting)]
        assert sorted(outcome.is_existing for outcome in found) == [False, True]
        assert Appearance.objects.filter(url=url).count() == 1
        assert_gapless(claim, found[0].claim)
    assert not Event.objects.filter(type="claim.appearance_edited").exists()


@pytest.mark.django_db(transaction=True)
def test_two_repeats_of_two_repeats_at_once_do_not_wait_for_each_other(desk: Desk) -> None:
    claim = make_claim(desk.author)
    she, he = see(desk.author, claim, SHE).claim, see(desk.author, claim, ClaimantInput(name="A driver")).claim
    driver = ClaimantInput(name="A driver")
    for number in range(5):
        outcomes = at_once(
            partial(see, desk.author, she, driver, url=f"https://a.example/{number}"),
            partial(see, desk.editor, he, SHE, url=f"https://b.example/{number}"),
            partial(see, desk.editor, claim, SHE, url=f"https://c.example/{number}"),
        )
        assert all(isinstance(outcome, Sighting) for outcome in outcomes), outcomes
    assert Claim.objects.count() == 3
    assert_gapless(claim, she, he)


@pytest.mark.django_db(transaction=True)
def test_a_sighting_and_a_new_version_of_its_article_do_not_wait_for_each_other(
    desk: Desk, sized: Callable[[int, int], int]
) -> None:
    url, paper = "https://paper.example.org/", PublisherInput("The Gazette")
    place = AppearanceInput(segments=(SegmentInput(exact="the bridge is safe"),), speech=Speech.OWN_VOICE)
    given = ClaimInput("The bridge is safe.", appearance=place)

    def record(number: int) -> RecordedArticle:
        text = f"{number}. Today the bridge is safe."
        sent = ArticleInput(text=text, url=url, publisher=paper, claims=(given,))
        return articles.record_article(actor=desk.author, given=sent)

    first = record(0)
    claim = first.claims[0].claim
    for number in range(1, sized(8, 60)):
        sighting = SightingInput(place, article_id=first.article.pk)
        outcomes = at_once(
            partial(record, number),
            partial(sightings.add, actor=desk.editor, claim_id=claim.pk, given=sighting),
            partial(see, desk.editor, claim, SHE, url=f"https://video.example.org/{number}"),
        )
        assert refusals(outcomes) == []
    assert_gapless(claim)


def test_a_foreign_claimant_id_is_as_unknown_as_any(desk: Desk, stranger: Actor) -> None:
    theirs = claimants.create(actor=stranger, fields=ClaimantFields(name="Theirs", kind="person"))
    claim = in_text(desk.author)
    with pytest.raises(InvalidInputError):
        see(desk.author, claim, ClaimantInput(id=theirs.pk))
