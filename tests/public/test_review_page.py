"""The page of one review: what it says, what it never says, and what hostile text cannot do to it."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, ClaimReview, ClaimReviewRevision, Newsroom
from claims.vocab import CorrectionKind, Role, Status
from claims.workflow import articles, reviews, verdicts
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    EvidenceInput,
    LinkInput,
    PublisherInput,
    SegmentInput,
    SourceInput,
)
from tests.build import (
    Desk,
    claim_in,
    make_corrected,
    make_member,
    make_newsroom,
    make_published,
    make_retracted,
    verdict_input,
)
from tests.public.page import Page, breaches_of_policy

HOSTILE = (
    "</script><script>alert(1)</script><!--\u2028\u2029 \"'><img src=x onerror=alert(2)> & שלום مرحبا 👩‍🔬 \u202eabc"
)
#: Words of the vocabulary, which nobody types.
CODES = {"kind", "stance", "basis", "speech", "type"}


def review_of(claim: Claim) -> ClaimReview:
    return ClaimReview.objects.get(claim=claim)


def address(claim: Claim) -> str:
    return f"/reviews/{review_of(claim).slug}/"


def page_of(client: Client, claim: Claim) -> Page:
    response = client.get(address(claim))
    assert response.status_code == 200
    return Page.of(response)


def show(claim: Claim, **changes: Any) -> None:
    """Publishes one more revision as it stands in the database, with other content than the acts would freeze."""
    latest = ClaimReviewRevision.objects.filter(review__claim=claim).order_by("-number")[0]
    ClaimReviewRevision.objects.create(
        newsroom_id=latest.newsroom_id,
        review=latest.review,
        number=latest.number + 1,
        verdict=latest.verdict,
        content_sha256=latest.content_sha256,
        content={**latest.content, **changes},
        published_by=latest.published_by,
        published_at=latest.published_at,
    )


def make_reported(desk: Desk) -> Claim:
    """A joint claim that an article knows through somebody else."""
    given = ClaimInput(
        "The programme was a success.",
        context="It ran for two years.",
        claimants=(ClaimantInput(name="Weber", kind="person", role="Senator"), ClaimantInput(name="The party")),
        on_behalf_of="The committee",
        date="2021-09",
        appearance=AppearanceInput(
            segments=(SegmentInput(exact="a great"), SegmentInput(exact="success")),
            speech="direct",
            is_first=True,
            chain=(LinkInput(), LinkInput(claimant=ClaimantInput(name="Duarte", kind="person"))),
        ),
    )
    article = ArticleInput(
        text="Duarte said that Weber had called it “a great, an unheard-of success”.",
        url="https://news.example.org/success",
        headline="A success, says Duarte",
        publisher=PublisherInput("The Gazette"),
        date_published="2021-10-02",
        claims=(given,),
    )
    claim = articles.record_article(actor=desk.author, given=article).claims[0].claim
    source = SourceInput(
        kind="primary", url="https://archive.example.org/1", title="The minutes", publisher="State Archive"
    )
    verdict = verdict_input(
        "mostly-false",
        evidence=[EvidenceInput(source, "refutes", "Nobody spoke of success.", "a note of the desk")],
        body="## What the minutes say\n\nThey say **nothing** of it.",
    )
    return make_published(author=desk.author, editor=desk.editor, claim=claim, verdict=verdict)


def test_a_page_tells_claim_claimant_place_verdict_and_sources(client: Client, desk: Desk) -> None:
    page = page_of(client, make_reported(desk))
    for words in (
        "Unemployment has not fallen",  # the headline
        "The programme was a success.",
        "It ran for two years.",
        "Weber Senator",
        "The party",
        "The committee",
        "September 2021",
        "A success, says Duarte First appearance Article The Gazette 2 October 2021",
        "Weber and The party, as reported by Duarte",
        "a great […] success",
        "We know of this only through others, who report it.",
        "Mostly false 2 on a scale from 1 (worst) to 5 (best)",
        "The office counts 6 per cent, not 4.",
        "Two people stand behind this verdict",
        "What the minutes say They say nothing of it.",
        "The minutes Refutes Primary source State Archive Nobody spoke of success.",
    ):
        assert words in page.text
    assert {"https://news.example.org/success", "https://archive.example.org/1"} <= set(page.links())
    assert "author" not in page.jsonld()["itemReviewed"]


def test_what_the_desk_tells_itself_is_not_on_the_page(client: Client, desk: Desk) -> None:
    claim = make_reported(desk)
    html = client.get(address(claim)).content.decode()
    assert "a note of the desk" not in html
    assert "The statistics office counted" not in html  # the internal explanation


def test_a_page_has_its_address_and_its_particulars_for_machines(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    page = page_of(client, claim)
    url = f"{settings.PUBLIC_URL}{address(claim)}"
    assert [link["href"] for link in page.all("link") if link["rel"] == "canonical"] == [url]
    assert page.meta("og:url") == url
    assert page.meta("og:title") == "Unemployment has not fallen"
    assert page.meta("og:description") == page.meta("description") == "The office counts 6 per cent, not 4."
    assert page.jsonld()["url"] == url
    assert page.jsonld()["claimReviewed"] == "Unemployment has fallen to 4 per cent."


@pytest.mark.parametrize("status", [Status.IN_APPROVAL, Status.APPROVED])
def test_a_draft_has_no_page(client: Client, desk: Desk, status: Status) -> None:
    claim = claim_in(status, author=desk.author, editor=desk.editor)
    response = client.get(address(claim))
    assert response.status_code == 404
    assert "Unemployment" not in response.content.decode()


def test_an_unknown_review_says_what_to_do(client: Client, desk: Desk) -> None:
    response = client.get("/reviews/nothing-of-that-name/")
    assert response.status_code == 404
    page = Page.of(response)
    assert "There is nothing at this address" in page.text
    assert "/reviews/" in page.links()
    assert page.meta("robots") == "noindex"


def test_the_draft_that_follows_does_not_change_the_page(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    before = page_of(client, claim).text
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="The office revised its figures.")
    verdicts.propose(
        actor=desk.author, claim_id=claim.pk, given=verdict_input("true", evidence=[], headline="It has fallen")
    )
    verdicts.approve(actor=desk.editor, claim_id=claim.pk)
    assert page_of(client, claim).text == before


def test_a_notice_says_since_when_it_is_checked_again(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    assert "We are checking this again" not in page_of(client, claim).text
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="A reader wrote.", show_notice=True)
    since = review_of(claim).being_checked_again_since
    assert since is not None
    page = page_of(client, claim)
    assert f"We are checking this again since {since:%-d %B %Y}." in page.text
    assert "A reader wrote." not in page.text


def test_a_correction_is_told_with_its_kind_its_day_and_its_note(client: Client, desk: Desk) -> None:
    claim = make_corrected(author=desk.author, editor=desk.editor)
    page = page_of(client, claim)
    at = review_of(claim).date_modified
    assert at is not None
    assert f"Changed since publication Changed verdict {at:%-d %B %Y} The office revised its figures." in page.text
    assert "Half true" in page.text
    [comment] = page.jsonld()["correction"]
    assert comment["text"] == "The office revised its figures."


def test_a_first_publication_has_no_list_of_changes(client: Client, desk: Desk) -> None:
    page = page_of(client, make_published(author=desk.author, editor=desk.editor))
    assert "Changed since publication" not in page.text
    assert "correction" not in page.jsonld()


def test_a_change_of_facts_is_in_the_list_and_is_no_correction(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="New figures.")
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input(evidence=[], body="New."))
    verdicts.approve(actor=desk.editor, claim_id=claim.pk)
    reviews.publish(
        actor=desk.editor, claim_id=claim.pk, kind=CorrectionKind.UPDATE, public_note="The figures for May."
    )
    page = page_of(client, claim)
    assert "Update: new facts" in page.text
    assert "correction" not in page.jsonld()


def test_a_retracted_review_keeps_its_address_and_says_why(client: Client, desk: Desk) -> None:
    claim = make_retracted(author=desk.author, editor=desk.editor)
    page = page_of(client, claim)
    at = review_of(claim).date_modified
    assert at is not None
    assert "This review was retracted" in page.text
    assert "The speech was never given." in page.text
    assert f"Retracted {at:%-d %B %Y}" in page.text
    assert page.meta("robots") == "noindex"


def test_a_retracted_review_says_nothing_of_what_it_said(client: Client, desk: Desk) -> None:
    claim = make_retracted(author=desk.author, editor=desk.editor)
    html = client.get(address(claim)).content.decode()
    for gone in ("False", "6 per cent", "Unemployment has not fallen", "ld+json", "og:title"):
        assert gone not in html


def test_no_reviewer_is_named(client: Client, db: None) -> None:
    newsroom = make_newsroom("named")
    author = make_member(newsroom, Role.REVIEWER, "wilhelmina.quill")
    editor = make_member(newsroom, Role.EDITOR, "theophilus.ink")
    corrected = make_corrected(author=author, editor=editor)
    retracted = make_retracted(author=author, editor=editor)
    for path in (address(corrected), address(retracted), "/", "/reviews/"):
        html = client.get(path).content.decode()
        for actor in (author, editor):
            assert actor.name not in html
            assert actor.user is not None
            assert str(actor.user.pk) not in html


def test_a_group_that_stands_for_nobody_is_shown_and_not_doubted(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    show(claim, has_author=False, claimants=[{**_claimant(claim), "kind": "social_posts", "name": "Posts on networks"}])
    page = page_of(client, claim)
    assert "Who said it Posts on networks What we found" in page.text
    assert "author" not in page.jsonld()["itemReviewed"]


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        ("false", "It was never said by the person who is named."),
        ("disputed", "It is disputed whether this was said."),
        ("reported", "We know of this only through others, who report it."),
    ],
)
def test_a_doubt_about_who_said_it_is_told(client: Client, desk: Desk, basis: str, words: str) -> None:
    claim = make_reported(desk)
    [appearance] = ClaimReviewRevision.objects.get(review__claim=claim).content["appearances"]
    show(claim, has_author=False, appearances=[{**appearance, "basis": basis}])
    assert words in page_of(client, claim).text


def test_a_rating_beside_the_scale_has_no_numbers(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor, verdict=verdict_input("satire"))
    page = page_of(client, claim)
    assert "Satire" in page.text
    assert "on a scale" not in page.text


def test_the_text_carries_its_own_language_and_direction(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    show(claim, in_language="ar", headline="لم تنخفض البطالة")
    page = page_of(client, claim)
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert page.all("h1") == [{"lang": "ar", "dir": "auto"}]


def _claimant(claim: Claim) -> dict[str, Any]:
    content = ClaimReviewRevision.objects.filter(review__claim=claim).order_by("-number")[0].content
    found: dict[str, Any] = content["claimants"][0]
    return found


def poisoned(value: Any, *, name: str = "") -> Any:
    """Every text that somebody can type, replaced by hostile text that still names its field."""
    if isinstance(value, dict):
        return {key: poisoned(item, name=key) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, name=name) for item in value]
    if not isinstance(value, str) or name in CODES:
        return value
    return f"javascript:{HOSTILE}" if name in {"url", "same_as"} else f"{name} {HOSTILE}"


def test_hostile_text_in_every_field_is_shown_as_text(client: Client, desk: Desk) -> None:
    claim = make_reported(desk)
    Newsroom.objects.update(name=f"newsroom {HOSTILE}")
    content = poisoned(ClaimReviewRevision.objects.get(review__claim=claim).content)
    show(claim, **content)
    page = page_of(client, claim)
    pressed = " ".join(HOSTILE.split())
    for name in (
        "newsroom",
        "headline",
        "statement",
        "context",
        "name",
        "role",
        "on_behalf_of",
        "date_said",
        "label",
        "summary",
        "title",
        "publisher",
        "excerpt",
        "exact",
        "reported_by",
        "date_published",
    ):
        assert f"{name} {pressed}" in page.text, name
    assert "alert(2)" in page.text
    assert breaches_of_policy(page) == []
    assert len(page.all("script")) == 1
    assert not page.all("img")
    assert not [link for link in page.links() if not link.startswith(("/", "#", "http://", "https://"))]
    assert page.jsonld()["claimReviewed"] == f"statement {HOSTILE}"
    assert page.jsonld()["reviewRating"]["alternateName"] == f"label {HOSTILE}"
    assert page.meta("og:title") == f"headline {HOSTILE}"


def test_the_data_block_has_no_character_that_ends_it(client: Client, desk: Desk) -> None:
    claim = make_reported(desk)
    show(claim, **poisoned(ClaimReviewRevision.objects.get(review__claim=claim).content))
    [block] = page_of(client, claim).scripts
    assert not set("<>&\u2028\u2029") & set(block)


def test_hostile_notes_are_shown_as_text(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="x")
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input(evidence=[], body="New."))
    verdicts.approve(actor=desk.editor, claim_id=claim.pk)
    reviews.publish(actor=desk.editor, claim_id=claim.pk, kind=CorrectionKind.CORRECTION, public_note=HOSTILE)
    page = page_of(client, claim)
    assert " ".join(HOSTILE.split()) in page.text
    assert page.jsonld()["correction"][0]["text"] == HOSTILE
    reviews.retract(actor=desk.editor, claim_id=claim.pk, reason=HOSTILE)
    page = page_of(client, claim)
    assert " ".join(HOSTILE.split()) in page.text
    assert not page.all("script")


def test_a_copy_is_asked_whether_it_still_stands(client: Client, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    response = client.get(address(claim))
    assert response["Cache-Control"] == "no-cache"
    again = client.get(address(claim), headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    reviews.retract(actor=desk.editor, claim_id=claim.pk, reason="It was never said.")
    assert client.get(address(claim), headers={"If-None-Match": response["ETag"]}).status_code == 200


def test_a_page_needs_few_queries(
    client: Client, desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    claim = make_reported(desk)
    with django_assert_num_queries(5):  # review, revision, people, corrections; and the slug, for the address
        client.get(address(claim))
