"""The fine print of ClaimReview, one rule a test."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from claims.interop.claimreview import claimreview_jsonld
from claims.interop.publication import FrozenReview
from claims.models import Correction, Newsroom
from claims.vocab import FACELESS_KINDS, ClaimantKind, CorrectionKind
from tests.interop.content import make_appearance, make_claimant, make_content, make_evidence

URL = "https://factcheck.example.org/reviews/unemployment-1a2b3c4d/"
FIRST = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)
LAST = datetime(2024, 3, 9, 18, 0, 7, 250_000, tzinfo=timezone(timedelta(hours=2)))
NEWSROOM = Newsroom(
    slug="desk",
    name="The Desk",
    site="https://desk.example.org/",
    publishing_principles="https://desk.example.org/how",
    corrections_policy="https://desk.example.org/corrections",
)


def document(
    content: FrozenReview | None = None, *, newsroom: Newsroom = NEWSROOM, corrections: list[Correction] | None = None
) -> dict[str, Any]:
    return claimreview_jsonld(
        content or make_content(),
        url=URL,
        date_published=FIRST,
        date_modified=LAST,
        newsroom=newsroom,
        corrections=corrections or [],
    )


def test_a_plain_review_is_written_whole() -> None:
    assert document() == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": URL,
        "url": URL,
        "headline": "Unemployment has not fallen",
        "claimReviewed": "Unemployment has fallen to 4 per cent.",
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": "Ana Duarte"},
            "datePublished": "2024-03-01",
            "appearance": [
                {
                    "@type": "NewsArticle",
                    "url": "https://news.example.org/speech",
                    "headline": "Minister speaks",
                    "datePublished": "2024-03-02",
                    "publisher": {"@type": "Organization", "name": "The Gazette"},
                }
            ],
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": "False",
            "ratingExplanation": "The office counts 6 per cent.",
            "ratingValue": 1,
            "bestRating": 5,
            "worstRating": 1,
        },
        "author": {
            "@type": "Organization",
            "name": "The Desk",
            "url": "https://desk.example.org/",
            "publishingPrinciples": "https://desk.example.org/how",
            "correctionsPolicy": "https://desk.example.org/corrections",
        },
        "datePublished": "2024-03-04T09:30:00Z",
        "dateModified": "2024-03-09T16:00:07Z",
        "inLanguage": "en",
        "citation": [
            {
                "@type": "CreativeWork",
                "url": "https://statistics.example.org/labour",
                "name": "Labour force survey",
                "publisher": {"@type": "Organization", "name": "Statistics Office"},
            }
        ],
    }


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("person", "Person"),
        ("organisation", "Organization"),
        ("government", "Organization"),
        ("group", "Organization"),
        ("outlet", "Organization"),
    ],
)
def test_the_author_has_the_type_of_its_kind(kind: str, type_: str) -> None:
    author = document(make_content(claimants=[make_claimant(kind=kind)]))["itemReviewed"]["author"]
    assert author["@type"] == type_


def test_every_kind_of_claimant_has_a_type_or_is_faceless() -> None:
    tested = {"person", "organisation", "government", "group", "outlet"}
    assert tested | {str(kind) for kind in FACELESS_KINDS} == {str(kind) for kind in ClaimantKind}


@pytest.mark.parametrize("kind", sorted(FACELESS_KINDS))
def test_nobody_in_particular_is_no_author(kind: str) -> None:
    claimants = [make_claimant("Posts on social media", kind=kind)]
    assert "author" not in document(make_content(claimants=claimants))["itemReviewed"]


def test_a_claim_known_by_hearsay_alone_has_no_author() -> None:
    hearsay = make_appearance(basis="reported", reported_by=["The Gazette"])
    claim = document(make_content(has_author=False, appearances=[hearsay]))["itemReviewed"]
    assert "author" not in claim
    assert claim["datePublished"] == "2024-03-01"


def test_several_claimants_are_a_list_in_their_order() -> None:
    claimants = [make_claimant("Ana Duarte"), make_claimant("Ministry of Labour", kind="government")]
    authors = document(make_content(claimants=claimants))["itemReviewed"]["author"]
    assert [(author["@type"], author["name"]) for author in authors] == [
        ("Person", "Ana Duarte"),
        ("Organization", "Ministry of Labour"),
    ]


def test_of_several_claimants_the_faceless_ones_are_left_out() -> None:
    claimants = [make_claimant("Ana Duarte"), make_claimant("An official", kind="unnamed")]
    author = document(make_content(claimants=claimants))["itemReviewed"]["author"]
    assert author == {"@type": "Person", "name": "Ana Duarte"}


def test_an_author_is_told_apart_by_pages_and_office() -> None:
    pages = ["https://www.wikidata.org/wiki/Q1", "https://example.org/ana"]
    author = document(make_content(claimants=[make_claimant(same_as=pages, role="Minister of Labour")]))
    assert author["itemReviewed"]["author"] == {
        "@type": "Person",
        "name": "Ana Duarte",
        "jobTitle": "Minister of Labour",
        "sameAs": pages,
    }


def test_only_a_person_has_a_job_title() -> None:
    claimants = [make_claimant("The Gazette", kind="outlet", role="newspaper of record")]
    assert "jobTitle" not in document(make_content(claimants=claimants))["itemReviewed"]["author"]


def test_the_outlet_that_reported_it_is_no_author() -> None:
    told = make_appearance(reported_by=["News Wire"], publisher="The Gazette")
    claim = document(make_content(appearances=[told]))["itemReviewed"]
    assert claim["author"] == {"@type": "Person", "name": "Ana Duarte"}
    assert "News Wire" not in str(claim)


def test_no_appearance_is_the_first_unless_a_person_said_so() -> None:
    claim = document(make_content(appearances=[make_appearance(), make_appearance()]))["itemReviewed"]
    assert "firstAppearance" not in claim
    assert len(claim["appearance"]) == 2


def test_the_first_appearance_is_the_one_that_a_person_named() -> None:
    later, first = make_appearance(), make_appearance(url="https://tv.example.org/1", is_first=True)
    claim = document(make_content(appearances=[later, first]))["itemReviewed"]
    assert claim["firstAppearance"]["url"] == "https://tv.example.org/1"
    assert claim["appearance"][1] == claim["firstAppearance"]


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("article", "NewsArticle"),
        ("social_post", "SocialMediaPosting"),
        ("speech", "CreativeWork"),
        ("leaflet", "CreativeWork"),
        ("", "CreativeWork"),
    ],
)
def test_an_appearance_has_the_type_of_its_text(kind: str, type_: str) -> None:
    claim = document(make_content(appearances=[make_appearance(kind=kind)]))["itemReviewed"]
    assert claim["appearance"][0]["@type"] == type_


def test_a_text_without_particulars_is_no_appearance() -> None:
    blank = make_appearance(url="", headline="", publisher="", is_first=True)
    claim = document(make_content(appearances=[blank]))["itemReviewed"]
    assert not {"appearance", "firstAppearance"} & claim.keys()


def test_an_appearance_says_only_what_is_known() -> None:
    bare = make_appearance(kind="", headline="", publisher="", date_published="")
    claim = document(make_content(appearances=[bare]))["itemReviewed"]
    assert claim["appearance"] == [{"@type": "CreativeWork", "url": "https://news.example.org/speech"}]


@pytest.mark.parametrize("said", ["2024", "2024-03", "2024-03-01"])
def test_a_partial_date_stays_as_it_is(said: str) -> None:
    assert document(make_content(date_said=said))["itemReviewed"]["datePublished"] == said


def test_an_unknown_date_is_left_out() -> None:
    assert "datePublished" not in document(make_content(date_said=""))["itemReviewed"]


def test_a_rating_without_a_number_has_its_word_alone() -> None:
    rating = {"code": "satire", "value": None, "best": None, "worst": None, "label": "Satire", "colour": "#0969da"}
    assert document(make_content(rating=rating))["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "Satire",
        "ratingExplanation": "The office counts 6 per cent.",
    }


def test_the_bounds_of_a_scale_are_not_given_beside_a_missing_number() -> None:
    rating = {"code": "satire", "value": None, "best": 5, "worst": 1, "label": "Satire", "colour": "#0969da"}
    assert not {"bestRating", "worstRating"} & document(make_content(rating=rating))["reviewRating"].keys()


def test_a_rating_of_zero_is_a_number() -> None:
    rating = {"code": "false", "value": 0, "best": 3, "worst": 0, "label": "False", "colour": "#cf222e"}
    numbers = document(make_content(rating=rating))["reviewRating"]
    assert (numbers["ratingValue"], numbers["worstRating"], numbers["bestRating"]) == (0, 0, 3)


def test_the_rating_is_in_the_language_of_the_review() -> None:
    rating = {"code": "false", "value": 1, "best": 5, "worst": 1, "label": "Faux", "colour": "#cf222e"}
    written = document(make_content(in_language="fr", rating=rating))
    assert (written["inLanguage"], written["reviewRating"]["alternateName"]) == ("fr", "Faux")


def test_a_newsroom_without_pages_of_its_own_has_its_name() -> None:
    assert document(newsroom=Newsroom(slug="desk", name="The Desk"))["author"] == {
        "@type": "Organization",
        "name": "The Desk",
    }


def test_a_source_without_an_address_is_cited_by_its_title() -> None:
    interview = make_evidence(kind="interview", url="", title="Interview with the minister", publisher="")
    assert document(make_content(evidence=[interview]))["citation"] == [
        {"@type": "CreativeWork", "name": "Interview with the minister"}
    ]


def test_a_review_without_sources_cites_none() -> None:
    assert "citation" not in document(make_content(evidence=[]))


def test_corrections_are_told_in_their_order() -> None:
    corrections = [
        Correction(kind=CorrectionKind.CLARIFICATION, public_note="Which office.", created_at=FIRST),
        Correction(kind=CorrectionKind.VERDICT_CHANGE, public_note="New figures.", created_at=LAST),
    ]
    assert document(corrections=corrections)["correction"] == [
        {"@type": "CorrectionComment", "datePublished": "2024-03-04T09:30:00Z", "text": "Which office."},
        {"@type": "CorrectionComment", "datePublished": "2024-03-09T16:00:07Z", "text": "New figures."},
    ]


@pytest.mark.parametrize("kind", [CorrectionKind.TYPO, CorrectionKind.UPDATE])
def test_a_change_that_mends_no_error_of_ours_is_no_correction(kind: CorrectionKind) -> None:
    correction = Correction(kind=kind, public_note="A comma.", created_at=FIRST)
    assert "correction" not in document(corrections=[correction])
