"""Articles and claims come in, however often and from wherever: once each, and whole or not at all."""

from typing import Any

import pytest

from claims.access import Actor
from claims.errors import InvalidInputError, NotPermittedError
from claims.models import Appearance, Article, ArticleVersion, Claim, Claimant, Publisher
from claims.vocab import Status
from claims.workflow import articles, claimants, enqueueing, recording
from claims.workflow import claims as acts
from claims.workflow.articles import RecordedArticle
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
from claims.workflow.newsrooms import add_topic
from tests.build import TEXT, Desk, make_article, make_claim
from tests.record import all_rows, events_of, types_of

QUOTE = "Unemployment has fallen to 4 per cent."
REPLY = "The opposition said that it had risen."


def said(statement: str, exact: str = QUOTE, *, by: str | None = "The minister", **appearance: Any) -> ClaimInput:
    return ClaimInput(
        statement,
        claimants=(ClaimantInput(name=by, kind="person"),) if by else (),
        appearance=AppearanceInput(segments=(SegmentInput(exact=exact),), **appearance),
    )


MINISTER = said("Unemployment has fallen to 4 per cent.", speech="direct", cue="told")
OPPOSITION = said("Unemployment has risen.", REPLY, by="The opposition", speech="indirect")


def record(actor: Actor, *claims: ClaimInput, text: str = TEXT, **given: Any) -> RecordedArticle:
    return articles.record_article(actor=actor, given=ArticleInput(text=text, claims=claims, **given))


def test_a_claim_is_recorded_with_its_place_and_who_said_it(desk: Desk) -> None:
    claim = record(desk.author, MINISTER).claims[0].claim
    appearance = claim.appearances.get()
    segment = appearance.segments.get()
    assert (segment.exact, TEXT[segment.start : segment.end]) == (QUOTE, QUOTE)
    assert (segment.prefix, segment.suffix) == (TEXT[segment.start - 32 : segment.start], TEXT[segment.end :][:32])
    link = appearance.attributions.get()
    assert (link.position, link.claimant and link.claimant.name) == (0, "The minister")
    assert (link.relation, link.basis) == ("quoted", "primary")
    assert (claim.status, claim.revision, claim.claimant_match) == (Status.RECORDED, 1, "made")
    [event] = claim.events.all()
    assert (event.type, event.seq, event.actor) == ("claim.recorded", 1, desk.author.user)


def test_a_chain_of_reporters_stands_in_order_and_the_claim_is_the_first_ones(desk: Desk) -> None:
    chain = (
        LinkInput(as_named="a spokesman"),
        LinkInput(claimant=ClaimantInput(name="A union", kind="group")),
        LinkInput(claimant=ClaimantInput(name="The agency", kind="outlet"), relation="paraphrased"),
    )
    claim = record(desk.author, said("It fell.", chain=chain, speech="indirect")).claims[0].claim
    links = claim.appearances.get().attributions.select_related("claimant")
    assert [(link.claimant and link.claimant.name, link.relation, link.basis) for link in links] == [
        ("The minister", "paraphrased", "reported"),
        ("A union", "reported", "primary"),
        ("The agency", "paraphrased", "primary"),
    ]
    assert links[0].as_named == "a spokesman"
    assert [found.claimant.name for found in claim.claim_claimants.all()] == ["The minister"]


def test_the_same_article_again_is_the_first_one_and_so_are_its_claims(desk: Desk) -> None:
    first = record(desk.author, MINISTER, OPPOSITION)
    before = all_rows()
    again = record(desk.author, MINISTER, OPPOSITION)
    assert (again.is_existing, again.article.pk) == (True, first.article.pk)
    assert [(found.is_existing, found.claim.pk) for found in again.claims] == [
        (True, found.claim.pk) for found in first.claims
    ]
    assert all_rows() == before


@pytest.mark.parametrize(
    "claim",
    [
        said("The paper says so itself.", by=None, speech="own_voice"),
        ClaimInput("No place was given.", appearance=AppearanceInput()),
        ClaimInput("Nor a speaker.", claimants=(ClaimantInput(name="A union"),), appearance=AppearanceInput()),
        ClaimInput(
            "One of two has a name that several have.",
            claimants=(ClaimantInput(name="A union"), ClaimantInput(name="Smith")),
            appearance=AppearanceInput(segments=(SegmentInput(exact=QUOTE),)),
        ),
        said("Several have that name.", by="Smith"),
    ],
    ids=["in the outlet's own voice", "without place", "without place, with claimant", "half ambiguous", "ambiguous"],
)
def test_a_claim_given_again_is_the_first_one_whoever_made_it(desk: Desk, claim: ClaimInput) -> None:
    for _ in range(2):
        claimants.create(actor=desk.editor, fields=claimants.ClaimantFields(name="Smith", kind="person"))
    paper = PublisherInput("The Paper")
    first = record(desk.author, claim, publisher=paper).claims[0]
    again = record(desk.author, claim, publisher=paper).claims[0]
    assert (first.is_existing, again.is_existing) == (False, True)
    assert again.claim.pk == first.claim.pk
    assert Claim.objects.count() == 1


@pytest.mark.parametrize("is_later", [False, True], ids=["with the article", "into an article that is there"])
def test_two_claims_of_one_person_may_stand_in_one_place(desk: Desk, *, is_later: bool) -> None:
    pair = (said("It fell."), said("It is at 4 per cent."))
    if is_later:
        record(desk.author)
    first = record(desk.author, *pair)
    assert Claim.objects.count() == 2
    again = record(desk.author, *reversed(pair))
    assert all(found.is_existing for found in again.claims)
    assert [found.claim.pk for found in again.claims] == [found.claim.pk for found in reversed(first.claims)]


def test_the_same_place_and_claimant_in_other_words_of_ours_is_the_same_claim(desk: Desk) -> None:
    first = record(desk.author, MINISTER).claims[0].claim
    again = record(desk.author, said("The rate is down to 4 per cent.")).claims[0]
    assert (again.is_existing, again.claim.pk) == (True, first.pk)


def test_the_same_place_by_another_claimant_is_another_claim(desk: Desk) -> None:
    record(desk.author, MINISTER)
    assert not record(desk.author, said("Unemployment has fallen to 4 per cent.", by="A union")).claims[0].is_existing


def test_an_address_is_filled_in_where_there_was_none(desk: Desk) -> None:
    first = record(desk.author, MINISTER, headline="Unemployment")
    again = record(desk.author, url="https://paper.example/1", headline="Other", publisher=PublisherInput("The Paper"))
    article = Article.objects.get()
    assert again.article.pk == first.article.pk
    assert (article.url, article.headline, article.publisher and article.publisher.name) == (
        "https://paper.example/1",
        "Unemployment",
        "The Paper",
    )


def test_another_text_at_the_same_address_is_the_next_version(desk: Desk) -> None:
    first = record(desk.author, MINISTER, url="https://paper.example/1")
    second = record(desk.author, MINISTER, text=f"Updated. {TEXT}", url="https://paper.example/1?utm_source=x")
    assert second.article.pk == first.article.pk
    assert (second.version.number, second.is_existing) == (2, False)
    assert (second.claims[0].is_existing, second.claims[0].claim.pk) == (True, first.claims[0].claim.pk)
    assert Appearance.objects.filter(claim=first.claims[0].claim).count() == 2
    assert types_of(first.claims[0].claim) == ["claim.recorded", "claim.appearance_added"]
    assert first_broken_link(events_of(first.claims[0].claim)) is None
    events = list(first.article.events.order_by("seq"))
    assert [event.type for event in events] == ["article.recorded", "article.version_added"]
    assert first_broken_link(events) is None


def test_two_claims_in_one_place_keep_apart_in_the_next_version(desk: Desk) -> None:
    pair = (said("It fell."), said("It is at 4 per cent."))
    first = record(desk.author, *pair, url="https://paper.example/1")
    record(desk.author, *pair, text=f"Updated. {TEXT}", url="https://paper.example/1")
    third = record(
        desk.author, *pair, said("And it was high."), text=f"Updated twice. {TEXT}", url="https://paper.example/1"
    )
    assert [found.is_existing for found in third.claims] == [True, True, False]
    assert [found.claim.pk for found in third.claims[:2]] == [found.claim.pk for found in first.claims]


def test_the_same_text_elsewhere_is_a_copy_with_its_claims_suggested(desk: Desk) -> None:
    first = record(desk.author, MINISTER, OPPOSITION, url="https://paper.example/1")
    copy = record(desk.author, MINISTER, url="https://copy.example/1")
    assert copy.article.copy_of_id == first.article.pk
    # The one that was given is confirmed by it; the other one waits for a person.
    assert (copy.claims[0].is_existing, copy.claims[0].claim.pk) == (True, first.claims[0].claim.pk)
    suggested = dict(Appearance.objects.filter(version=copy.version).values_list("claim", "is_suggested"))
    assert suggested == {first.claims[0].claim.pk: False, first.claims[1].claim.pk: True}


def test_a_text_of_another_publisher_is_a_copy_although_it_has_no_address(desk: Desk) -> None:
    first = record(desk.author, publisher=PublisherInput("The Paper"))
    assert record(desk.author, publisher=PublisherInput("the  paper")).article.pk == first.article.pk
    assert record(desk.author, publisher=PublisherInput("The Post")).article.copy_of_id == first.article.pk


def test_newsrooms_do_not_find_each_others_texts_and_claimants(desk: Desk, stranger: Actor) -> None:
    record(desk.author, MINISTER)
    theirs = record(stranger, MINISTER)
    assert (theirs.is_existing, theirs.article.copy_of_id) == (False, None)
    assert (theirs.claims[0].is_existing, theirs.claims[0].claim.claimant_match) == (False, "made")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (said("Nothing of the kind was said.", "Nobody said this."), "/claims/1/exact"),
        (said("Twice.", "that"), "/claims/1/exact"),
        (
            ClaimInput("A topic.", topics=("no-such-topic",), appearance=AppearanceInput()),
            "/claims/1/topics/0",
        ),
    ],
    ids=["no such words", "words that stand there twice", "no such topic"],
)
def test_one_wrong_claim_and_nothing_at_all_is_recorded(desk: Desk, wrong: ClaimInput, pointer: str) -> None:
    before = all_rows()
    with pytest.raises(InvalidInputError) as refusal:
        record(desk.author, MINISTER, wrong, publisher=PublisherInput("The Paper"))
    assert [problem.pointer for problem in refusal.value.problems] == [pointer]
    assert all_rows() == before


def test_who_only_reads_records_nothing(auditor: Actor) -> None:
    before = all_rows()
    with pytest.raises(NotPermittedError):
        record(auditor, MINISTER)
    with pytest.raises(NotPermittedError):
        make_claim(auditor)
    assert all_rows() == before


def test_a_claim_is_recorded_into_the_newest_text_of_its_article(desk: Desk) -> None:
    first = record(desk.author, url="https://paper.example/1")
    second = record(desk.author, text=f"Updated. {TEXT}", url="https://paper.example/1")
    claim = recording.record_claim(actor=desk.author, given=MINISTER, article_id=first.article.pk).claim
    assert claim.appearances.get().version == second.version
    again = recording.record_claim(actor=desk.author, given=MINISTER, article_id=first.article.pk)
    assert (again.is_existing, again.claim.pk) == (True, claim.pk)


def test_a_claim_of_an_article_elsewhere_is_refused(desk: Desk, stranger: Actor) -> None:
    theirs = make_article(stranger).article
    with pytest.raises(InvalidInputError) as refusal:
        recording.record_claim(actor=desk.author, given=MINISTER, article_id=theirs.pk)
    assert [(found.pointer, found.code) for found in refusal.value.problems] == [("/article", "not_found")]


def test_what_an_outlet_says_itself_is_its_own_claim(desk: Desk) -> None:
    by_itself = said("Nobody had counted.", "A union wrote that nobody had counted.", by=None, speech="own_voice")
    paper = PublisherInput("The Paper")
    claim = record(desk.author, by_itself, publisher=paper).claims[0].claim
    voice = claim.claim_claimants.get().claimant
    assert (voice.name, voice.kind) == ("The Paper", "outlet")
    assert Publisher.objects.get().own_voice == voice
    other = record(desk.author, said("Two.", by=None, speech="own_voice"), text=f"{TEXT} More.", publisher=paper)
    assert other.claims[0].claim.claim_claimants.get().claimant == voice


def test_a_claimant_is_found_by_alias_and_spelling_and_a_differing_kind_is_told(desk: Desk) -> None:
    fields = claimants.ClaimantFields(name="Josep Borrell", kind="person", aliases=("The High Representative",))
    known = claimants.create(actor=desk.editor, fields=fields)
    for name in ("josep  BORRELL", "The high representative"):
        claim = make_claim(desk.author, claimant=name)
        assert (claim.claimant_match, claim.claim_claimants.get().claimant) == ("exact", known)
    given = ClaimInput("A claim", claimants=(ClaimantInput(name="Josep Borrell", kind="organisation"),))
    recorded = recording.record_claim(actor=desk.author, given=given)
    assert "person, not as organisation" in recorded.warnings[0]
    assert Claimant.objects.get() == known


def test_choosing_the_claimant_closes_the_chain_that_was_open(desk: Desk) -> None:
    for _ in range(2):
        claimants.create(actor=desk.editor, fields=claimants.ClaimantFields(name="Smith", kind="person"))
    given = said("It fell.", by="Smith", chain=(LinkInput(as_named="Mr Smith"),))
    claim = record(desk.author, given).claims[0].claim
    assert claim.appearances.get().attributions.get().claimant is None
    chosen = Claimant.objects.order_by("id")[1]
    fields = acts.ClaimFields(claimants=(ClaimantInput(id=chosen.pk),))
    acts.edit(actor=desk.author, claim_id=claim.pk, fields=fields)
    assert claim.appearances.get().attributions.get().claimant == chosen


def test_a_page_is_read_for_what_was_not_said_of_it(desk: Desk) -> None:
    body = "".join(f"<p>Paragraph {number}: the minister spoke of work and wages at length.</p>" for number in range(9))
    page = (
        "<html lang='en'><head><title>Work and wages</title><meta name='author' content='A. Writer'></head>"
        f"<body><article><h1>Work and wages</h1>{body}</article></body></html>"
    )
    recorded = articles.record_article(actor=desk.author, given=ArticleInput(html=page, author="B. Writer"))
    assert "Paragraph 8: the minister spoke" in recorded.version.text
    assert (recorded.article.headline, recorded.article.author) == ("Work and wages", "B. Writer")
    assert recorded.version.extraction == "html"
    with pytest.raises(InvalidInputError) as refusal:
        articles.record_article(actor=desk.author, given=ArticleInput(html="<html><body></body></html>"))
    assert [(found.pointer, found.code) for found in refusal.value.problems] == [("/html", "no_text")]


def test_a_recorded_text_is_stored_in_one_form(desk: Desk) -> None:
    record(desk.author, text="Cafe\u0301 prices rose.\r\nA lot.")
    assert ArticleVersion.objects.get().text == "Café prices rose.\nA lot."
    assert record(desk.author, text="Café prices rose.\nA lot.").is_existing


def test_topics_and_languages_are_kept(desk: Desk) -> None:
    add_topic(actor=desk.editor, slug="economy", name="Economy")
    claim = make_claim(desk.author, topics=["economy"], in_language="de")
    assert (claim.in_language, [found.topic.slug for found in claim.claim_topics.all()]) == ("de", ["economy"])


def test_the_claims_of_an_article_are_enqueued_by_its_ring(desk: Desk) -> None:
    article = record(desk.author, MINISTER, OPPOSITION).article
    make_claim(desk.author)
    assert enqueueing.enqueue_article(article_id=article.pk) == 2
    assert sorted(Claim.objects.values_list("status", flat=True)) == ["queued", "queued", "recorded"]


def test_the_same_claim_twice_in_one_request_is_one(desk: Desk) -> None:
    first, second = record(desk.author, MINISTER, MINISTER).claims
    assert (first.is_existing, second.is_existing) == (False, True)
    assert first.claim == second.claim
    assert Claim.objects.count() == 1


def test_a_suggested_appearance_that_is_given_is_confirmed_and_told(desk: Desk) -> None:
    claim = record(desk.author, MINISTER, url="https://one.example/a").claims[0].claim
    record(desk.author, url="https://two.example/b")
    suggested = claim.appearances.get(is_suggested=True)
    record(desk.editor, MINISTER, url="https://two.example/b")
    suggested.refresh_from_db()
    assert not suggested.is_suggested
    assert types_of(claim)[-1] == "claim.appearance_added"
    told = events_of(claim)[-1].changes["appearance"]
    assert (told["before"], told["after"]["id"]) == (None, str(suggested.pk))


def test_the_chain_of_a_name_that_several_have_waits_for_the_one_who_is_chosen(desk: Desk) -> None:
    for _ in range(2):
        claimants.create(actor=desk.editor, fields=claimants.ClaimantFields(name="The minister", kind="person"))
    claim = record(desk.author, MINISTER).claims[0].claim
    link = claim.appearances.get().attributions.get()
    assert (link.claimant, link.relation) == (None, "quoted")
    chosen = Claimant.objects.order_by("id")[0]
    acts.edit(actor=desk.editor, claim_id=claim.pk, fields=acts.ClaimFields(claimants=(ClaimantInput(id=chosen.pk),)))
    link.refresh_from_db()
    assert link.claimant == chosen
