"""What is frozen when a review is published."""

from typing import Any

import pytest

from claims.models import Claimant, ClaimantRole, ClaimReviewRevision
from claims.workflow import articles
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    LinkInput,
    PublisherInput,
    SegmentInput,
)
from tests.build import Desk, make_published

TEXT = "Duarte told us that Weber had called it “a success”. He repeated: “a success”."
CURRENT = ("Senator", "2020-05", "")
FORMER = ("Minister of Labour", "2016", "2020-04")


def frozen(desk: Desk, given: ClaimInput, *, roles: list[tuple[str, str, str]] | None = None) -> dict[str, Any]:
    article = ArticleInput(
        text=TEXT,
        kind="social_post",
        url="https://posts.example.org/1",
        publisher=PublisherInput("Posts"),
        claims=(given,),
    )
    claim = articles.record_article(actor=desk.author, given=article).claims[0].claim
    for title, since, until in roles or []:
        ClaimantRole.objects.create(
            newsroom=desk.newsroom, claimant=Claimant.objects.get(name="Weber"), title=title, since=since, until=until
        )
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    content: dict[str, Any] = ClaimReviewRevision.objects.get(review__claim=claim).content
    return content


def said(*, date: str = "", chain: tuple[LinkInput, ...] = ()) -> ClaimInput:
    return ClaimInput(
        "The programme was a success.",
        claimants=(ClaimantInput(name="Weber", kind="person"),),
        date=date,
        appearance=AppearanceInput(
            segments=(SegmentInput(exact="“a success”", prefix="called it "),), speech="direct", chain=chain
        ),
    )


@pytest.mark.parametrize(
    ("date", "roles", "expected"),
    [
        ("2019-11-03", [FORMER, CURRENT], "Minister of Labour"),
        ("2021", [FORMER, CURRENT], "Senator"),
        ("2020-05", [FORMER, CURRENT], "Senator"),
        ("2020", [FORMER, CURRENT], "Senator"),
        ("2012-01-01", [FORMER, CURRENT], ""),
        ("", [FORMER, CURRENT], "Senator"),
        ("2012-01-01", [("Historian", "", "")], "Historian"),
        ("2021", [], ""),
    ],
)
def test_the_role_is_the_one_held_when_it_was_said(
    desk: Desk, date: str, roles: list[tuple[str, str, str]], expected: str
) -> None:
    assert frozen(desk, said(date=date), roles=roles)["claimants"][0]["role"] == expected


def test_an_appearance_says_what_it_is_and_whose_word_it_rests_on(desk: Desk) -> None:
    duarte = ClaimantInput(name="Duarte", kind="person")
    content = frozen(desk, said(chain=(LinkInput(), LinkInput(claimant=duarte))))
    [appearance] = content["appearances"]
    assert (appearance["kind"], appearance["publisher"], appearance["url"]) == (
        "social_post",
        "Posts",
        "https://posts.example.org/1",
    )
    assert (appearance["basis"], appearance["reported_by"]) == ("reported", ["Duarte"])
    assert content["has_author"] is False


def test_what_was_heard_at_first_hand_has_an_author(desk: Desk) -> None:
    content = frozen(desk, said())
    assert content["appearances"][0]["basis"] == "primary"
    assert content["has_author"] is True
