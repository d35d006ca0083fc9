"""The page of a claim where it was met again: sightings, who said it, links, parts and adopted verdicts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from claims.access import Actor
from claims.models import Appearance, Claim, ClaimLink
from claims.vocab import LinkKind, Status
from claims.workflow import articles, links, queue, sightings
from claims.workflow import claims as acts
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    LinkInput,
    PublisherInput,
    SegmentInput,
)
from claims.workflow.sightings import SightingInput
from tests.admin.conftest import LogIn
from tests.admin.page import Page, act_url, claim_url, do, open_claim
from tests.build import Desk, claim_in, make_article, make_claim, make_published
from tests.record import all_rows

TEXT = "He said that the bridge is safe. Later she said that the bridge is safe, and that it was built in 1970."
HEARSAY = (LinkInput(as_named="the mayor"), LinkInput(ClaimantInput(name="The Gazette", kind="outlet")))


@pytest.fixture
def claim(author: Actor) -> Claim:
    place = AppearanceInput(segments=(SegmentInput(exact="the bridge is safe", prefix="He said that "),), chain=HEARSAY)
    given = ClaimInput(
        "The bridge is safe.", claimants=(ClaimantInput(name="The mayor", kind="person"),), appearance=place
    )
    return make_article(author, text=TEXT, url="https://paper.example.org/", claims=[given]).claims[0].claim


@pytest.fixture
def browser(author: Actor, log_in: LogIn) -> Client:
    return log_in(author)


def see(actor: Actor, claim: Claim, *who: str, url: str = "https://video.example.org/1", date: str = "") -> Claim:
    given = SightingInput(
        AppearanceInput(url=url, date_published=date), claimants=tuple(ClaimantInput(name=name) for name in who)
    )
    return sightings.add(actor=actor, claim_id=claim.pk, given=given).claim


def about(client: Client, claim: Claim, act: str, row: dict[str, Any], **typed: Any) -> Page:
    """Sends the form of the act that is about that row."""
    page = open_claim(client, claim)
    hidden = "".join(f'name="{name}" value="{value}"' for name, value in list(row.items())[:1])
    assert hidden in page.html, f"no form is about {row}"
    fields = {"revision": claim.revision, "seen": claim.event_count, **row, **typed}
    return Page(client.post(act_url(claim, act), fields, follow=True))


# Sightings


def test_a_sighting_behind_a_link_is_added(claim: Claim, browser: Client) -> None:
    page = do(browser, claim, "add-sighting", url="https://video.example.org/1", date="2021-09", cue="says")
    assert "The sighting is added." in page.text
    assert 'href="https://video.example.org/1" rel="noopener noreferrer"' in page.html
    assert "2021-09" in page.text
    assert claim.appearances.count() == 2


def test_a_sighting_in_an_article_is_added_in_pieces_by_the_address_of_its_page(
    author: Actor, claim: Claim, browser: Client
) -> None:
    article = make_article(author, text="The bridge? Yes: it is safe, it is safe.").article
    quote = "The bridge\r\n[…]\r\nit is safe"
    address = f"http://testserver/admin/claims/article/{article.pk}/change/"
    refused = do(browser, claim, "add-sighting", article=address, exact=quote)
    assert refused.status == 400
    assert refused.form("/act/add-sighting/")["exact"].replace("\r\n", "\n") == quote.replace("\r\n", "\n")
    page = do(browser, claim, "add-sighting", article=address, exact="The bridge\r\n[…]\r\nYes: it is safe")
    assert "The sighting is added." in page.text
    place = claim.appearances.get(version__article=article)
    assert [segment.exact for segment in place.segments.order_by("position")] == ["The bridge", "Yes: it is safe"]


def test_what_somebody_else_says_becomes_a_claim_that_is_linked_from_here(claim: Claim, browser: Client) -> None:
    page = do(browser, claim, "add-sighting", url="https://video.example.org/1", claimant="The engineer")
    theirs = Claim.objects.exclude(pk=claim.pk).get()
    assert claim_url(theirs) in page.html
    assert "is repeated by" in page.text
    assert "Claim repeated" in page.text


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({}, "Give the link, or an article of ours: one of the two."),
        ({"url": "https://a.example/", "exact": "x"}, "Exact words need the article that they stand in."),
        ({"article": "01920000-0000-7000-8000-000000000000"}, "Say where in the article it stands."),
        ({"article": "01920000-0000-7000-8000-000000000000", "exact": "x"}, "There is no such article"),
        ({"article": "nonsense", "exact": "x"}, "This is neither an id nor the address of a page of ours."),
        ({"url": "javascript:alert(1)"}, "address"),
        ({"url": "https://a.example/", "date": "2999"}, "The date of publication lies in the future."),
    ],
)
def test_a_wrong_sighting_is_named_at_its_field_and_writes_nothing(
    claim: Claim, browser: Client, typed: dict[str, str], named: str
) -> None:
    fields = open_claim(browser, claim).form("/act/add-sighting/")
    before = all_rows()
    page = Page(browser.post(act_url(claim, "add-sighting"), {**fields, **typed}))
    assert page.status == 400
    assert named in page.text
    assert "to be put right below" in page.text
    assert all_rows() == before


def test_what_was_said_after_publication_bears_a_badge(desk: Desk, browser: Client) -> None:
    published = make_published(author=desk.author, editor=desk.editor)
    assert "Repeated after publication" not in open_claim(browser, published).text
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    theirs = see(desk.author, published, "The engineer", date=tomorrow)
    assert "Repeated after publication" in open_claim(browser, published).text
    page = open_claim(browser, theirs)
    assert "After publication" in page.text
    see(desk.author, published, url="https://b.example/", date=tomorrow)
    assert "After publication" in open_claim(browser, published).text


def test_a_span_is_changed_at_the_sighting_that_was_meant(author: Actor, claim: Claim, browser: Client) -> None:
    place = claim.appearances.get()
    assert open_claim(browser, claim).form("/act/change-span/")["exact"] == "the bridge is safe"
    row = {"appearance": str(place.pk)}
    page = about(browser, claim, "change-span", row, exact="it was built\n[…]\n1970")
    assert "The span is changed." in page.text
    assert [segment.exact for segment in place.segments.all()] == ["it was built", "1970"]
    assert "it was built, 1970" in page.text  # the history
    again = open_claim(browser, claim).form("/act/change-span/")
    assert again["exact"] == "it was built\n[…]\n1970"
    claim.refresh_from_db()
    refused = about(browser, claim, "change-span", row, exact="the tunnel")
    assert refused.status == 400
    assert refused.form("/act/change-span/")["exact"] == "the tunnel"


def test_a_suggested_sighting_is_confirmed_or_rejected(author: Actor, claim: Claim, browser: Client) -> None:
    for number in (1, 2):
        copy = ArticleInput(text=TEXT, url=f"https://copy-{number}.example.org/", publisher=PublisherInput("Copy"))
        articles.record_article(actor=author, given=copy)
    page = open_claim(browser, claim)
    assert {"confirm-sighting", "remove-sighting"} <= page.acts()
    one, two = claim.appearances.filter(is_suggested=True).order_by("id")
    about(browser, claim, "confirm-sighting", {"appearance": str(one.pk)})
    one.refresh_from_db()
    assert [one.is_suggested] == [False]
    gone = about(browser, claim, "remove-sighting", {"appearance": str(two.pk)})
    assert "The sighting is taken away." in gone.text
    assert not Appearance.objects.filter(pk=two.pk).exists()
    late = Page(browser.post(act_url(claim, "confirm-sighting"), {"appearance": str(two.pk)}))
    assert late.status == 400
    assert "This claim does not stand there any more." in late.text


def test_the_only_place_is_not_taken_away(claim: Claim, browser: Client) -> None:
    assert "remove-sighting" not in open_claim(browser, claim).acts()
    forced = Page(browser.post(act_url(claim, "remove-sighting"), {"appearance": str(claim.appearances.get().pk)}))
    assert forced.status == 409
    assert "The claim stands nowhere else" in forced.text


def test_who_said_it_is_confirmed_and_disputed(claim: Claim, browser: Client) -> None:
    place = claim.appearances.get()
    row = {"appearance": str(place.pk), "position": "0"}
    page = about(browser, claim, "who-said-it", row, basis="reported", is_confirmed="on")
    assert "confirmed by author" in page.text
    assert "who said it, confirmed" in page.text
    assert page.form("/act/who-said-it/")["is_confirmed"] == "on"
    claim.refresh_from_db()
    refused = about(browser, claim, "who-said-it", row, basis="false", is_confirmed="on")
    assert refused.status == 400
    assert "It cannot be confirmed that it was said while" in refused.text
    about(browser, claim, "who-said-it", row, basis="disputed")
    link = place.attributions.get(position=0)
    assert (link.basis, link.confirmed_by) == ("disputed", None)
    assert "Disputed" in open_claim(browser, claim).text


def test_a_sighting_of_another_claim_is_not_changed_from_here(author: Actor, claim: Claim, browser: Client) -> None:
    other = make_claim(author, "Another")
    see(author, other)
    before = all_rows()
    for act in ("confirm-sighting", "remove-sighting", "change-span", "who-said-it"):
        typed = {"appearance": str(other.appearances.get().pk), "exact": "He", "position": "0", "basis": "false"}
        page = Page(browser.post(act_url(claim, act), typed))
        assert page.status == 400, act
    assert all_rows() == before


# Links and parts


def test_links_are_made_and_taken_back_from_either_end(author: Actor, claim: Claim, browser: Client) -> None:
    other = make_claim(author, "It is not.")
    address = f"http://testserver{claim_url(other)}"
    page = do(browser, claim, "link", kind="contradicts", other=address)
    assert "The claims are linked." in page.text
    assert "contradicts: “It is not.”" in page.text
    link = ClaimLink.objects.get()
    assert (link.claim, link.other) == (claim, other)
    again = do(browser, claim, "link", kind="contradicts", other=str(other.pk))
    assert (again.status, "linked like that already" in again.text) == (409, True)
    back = about(browser, other, "unlink", {"link": str(link.pk)})
    assert "The link is taken back." in back.text
    assert not ClaimLink.objects.exists()
    late = Page(browser.post(act_url(other, "unlink"), {"link": str(link.pk)}))
    assert (late.status, "not linked like that any more" in late.text) == (400, True)


def test_a_link_of_other_claims_is_not_taken_back_from_here(author: Actor, claim: Claim, browser: Client) -> None:
    one, two = make_claim(author, "One"), make_claim(author, "Two")
    link = links.link(actor=author, claim_id=one.pk, other_id=two.pk, kind=LinkKind.CONTRADICTS)
    assert Page(browser.post(act_url(claim, "unlink"), {"link": str(link.pk)})).status == 400
    assert ClaimLink.objects.filter(pk=link.pk).exists()


def test_a_claim_is_split(claim: Claim, browser: Client) -> None:
    first = {"statement_1": "The bridge is safe.", "exact_1": "is safe", "kind_1": "fact"}
    page = do(browser, claim, "split", **first, statement_2="It is a bridge.")
    assert page.status == 400  # the words stand twice
    assert page.form("/act/split/")["statement_2"] == "It is a bridge."
    assert "exact_1" in page.html.partition("errorlist")[2]
    page = do(browser, claim, "split", **{**first, "exact_1": "built in 1970"}, statement_2="It is a bridge.")
    assert "The parts are claims of their own now" in page.text
    assert page.text.count("falls into") == 2
    parts = Claim.objects.filter(links__other=claim).order_by("id")
    assert [part.statement for part in parts] == ["The bridge is safe.", "It is a bridge."]
    assert [part.appearances.get().segments.get().exact for part in parts] == ["built in 1970", "the bridge is safe"]
    again = do(browser, claim, "split", statement_1="Another.", statement_2="It is a bridge.")
    assert again.status == 400
    assert "There is a part of this claim in these words already." in again.text


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"statement_1": ""}, "This field is required."),
        ({"statement_1": "A.", "exact_2": "is safe"}, "Say in our words what this part claims."),
        ({"statement_1": "A.", "statement_3": "C."}, "Leave no part out between two others."),
    ],
)
def test_a_wrong_part_is_named_and_nothing_written(
    claim: Claim, browser: Client, typed: dict[str, str], named: str
) -> None:
    before = all_rows()
    page = do(browser, claim, "split", **typed)
    assert page.status == 400
    assert named in page.text
    assert {**all_rows(), "django_session": None} == {**before, "django_session": None}


# Adopting


@pytest.fixture
def theirs(desk: Desk) -> Claim:
    published = make_published(author=desk.author, editor=desk.editor)
    return queue.take(actor=desk.author, claim_id=see(desk.author, published, "The engineer").pk)


def test_the_earlier_verdict_stands_beside_and_is_adopted_by_who_is_sure(
    desk: Desk, theirs: Claim, browser: Client, log_in: LogIn
) -> None:
    page = open_claim(browser, theirs)
    assert "What was found before" in page.text
    assert "The statistics office counted 6 per cent." in page.text
    unsure = do(browser, theirs, "adopt", same_meaning="on", same_figures="on")
    assert unsure.status == 400
    theirs.refresh_from_db()
    assert theirs.status == Status.IN_REVIEW
    done = do(browser, theirs, "adopt", same_meaning="on", same_figures="on", still_true="on")
    assert "a second person must approve it" in done.text
    assert "the same meaning, the same figures, still true" in done.text
    assert "approve" not in open_claim(browser, theirs).acts()
    do(log_in(desk.editor), theirs, "approve", agrees="yes")
    theirs.refresh_from_db()
    assert theirs.status == Status.APPROVED


def test_adopting_is_offered_only_where_something_was_found(desk: Desk, browser: Client) -> None:
    alone = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    assert "adopt" not in open_claim(browser, alone).acts()
    unchecked = make_claim(desk.author, "Not checked yet.")
    links.link(actor=desk.author, claim_id=alone.pk, other_id=unchecked.pk, kind=LinkKind.REPEATS)
    assert "adopt" not in open_claim(browser, alone).acts()


def test_what_changed_meanwhile_is_not_adopted_over(desk: Desk, theirs: Claim, browser: Client) -> None:
    fields = open_claim(browser, theirs).form("/act/adopt/")
    acts.edit(actor=desk.editor, claim_id=theirs.pk, fields=acts.ClaimFields(context="On another day."))
    sure = {"same_meaning": "on", "same_figures": "on", "still_true": "on"}
    late = Page(browser.post(act_url(theirs, "adopt"), {**fields, **sure}))
    assert late.status == 409
    assert "Somebody changed this claim while you were writing" in late.text


# The page


def test_who_may_not_is_offered_none_of_it(desk: Desk, auditor: Actor, claim: Claim, log_in: LogIn) -> None:
    see(desk.author, claim)
    assert open_claim(log_in(auditor), claim).acts() == set()


def test_hostile_words_in_sightings_are_shown_as_words(author: Actor, claim: Claim, browser: Client) -> None:
    hostile = '<script>alert(1)</script>"onclick="x'
    given = SightingInput(
        AppearanceInput(url="https://a.example/?q=<script>", cue=hostile, chain=(LinkInput(as_named=hostile),))
    )
    sightings.add(actor=author, claim_id=claim.pk, given=given)
    page = open_claim(browser, claim)
    assert "<script>alert" not in page.html
    assert "?q=<script>" not in page.html
    assert hostile in page.text


def test_the_page_asks_no_more_for_more_sightings(
    desk: Desk, claim: Claim, browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def fill(first: int) -> None:
        for number in range(first, first + 5):
            see(desk.author, claim, url=f"https://video.example.org/{number}")
            see(desk.author, claim, f"Person {number}", url="https://video.example.org/x")

    fill(0)
    with django_assert_max_num_queries(40):
        open_claim(browser, claim)
    fill(10)
    with django_assert_max_num_queries(40):
        open_claim(browser, claim)


def test_links_have_their_list(author: Actor, claim: Claim, browser: Client) -> None:
    see(author, claim, "The engineer")
    page = Page(browser.get("/admin/claims/claimlink/"))
    assert page.text.count("The bridge is safe.") == 2
    assert Page(browser.get("/admin/claims/appearance/?is_after_publication__exact=1")).status == 200
