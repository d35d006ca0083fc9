"""Sightings, links, parts and adopted verdicts over REST: what is sent, what is answered, what is refused and where."""

from typing import Any

import pytest

from claims.access import Actor
from claims.models import Claim
from claims.vocab import Status
from claims.workflow import articles
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    PublisherInput,
    SegmentInput,
)
from tests.api.calling import Api, make_token
from tests.api.world import SURE
from tests.build import Desk, claim_in, make_article, make_claim, make_published
from tests.record import all_rows

TEXT = "He said that the bridge is safe. Later she said that the bridge is safe, and that it was built in 1970."
VIDEO = {"url": "https://video.example.org/1", "date": "2021-09-26"}


@pytest.fixture
def claim(author: Actor) -> Claim:
    place = AppearanceInput(segments=(SegmentInput(exact="the bridge is safe", prefix="He said that "),))
    given = ClaimInput(
        "The bridge is safe.", claimants=(ClaimantInput(name="The mayor", kind="person"),), appearance=place
    )
    return make_article(author, text=TEXT, url="https://paper.example.org/", claims=[given]).claims[0].claim


def appearance_of(claim: Claim) -> str:
    return str(claim.appearances.order_by("id")[0].pk)


def test_a_sighting_behind_a_link(api: Api, claim: Claim) -> None:
    chain = {
        "speech": "indirect",
        "cue": "says",
        "claimant_as_named": "the mayor",
        "reported_by": [{"name": "A paper"}],
    }
    answer = api.post(f"claims/{claim.pk}/appearances/", {**VIDEO, **chain})
    assert (answer.status, answer.body["repeat"], answer.body["existing"]) == (201, False, False)
    place = answer.body["appearance"]
    assert (place["article"], place["url"], place["date_published"]) == (None, VIDEO["url"], VIDEO["date"])
    assert [
        (link["as_named"], link["relation"], link["basis"], link["confirmed"]) for link in place["attribution"]
    ] == [
        ("the mayor", "paraphrased", "reported", False),
        ("", "reported", "primary", False),
    ]
    assert answer.body["claim"]["id"] == str(claim.pk)
    assert len(answer.body["claim"]["appearances"]) == 2
    again = api.post(f"claims/{claim.pk}/appearances/", VIDEO)
    assert (again.status, again.body["existing"], again.body["appearance"]["id"]) == (200, True, place["id"])


@pytest.mark.parametrize("how", ["beside", "in the article", "in pieces"])
def test_a_sighting_in_an_article(api: Api, author: Actor, claim: Claim, how: str) -> None:
    article = str(make_article(author, text="The bridge? Yes: the bridge is safe.").article.pk)
    quote: Any = {"exact": "the bridge is safe"}
    bodies: dict[str, Any] = {
        "beside": {"article": article, **quote},
        "in the article": {"article": {"id": article, **quote}},
        "in pieces": {"article": article, "segments": [{"exact": "The bridge"}, {"exact": "is safe"}]},
    }
    answer = api.post(f"claims/{claim.pk}/appearances/", bodies[how])
    assert answer.status == 201
    exact = [part["selectors"][0]["exact"] for part in answer.body["appearance"]["segments"]]
    assert exact == (["The bridge", "is safe"] if how == "in pieces" else ["the bridge is safe"])


@pytest.mark.parametrize("where", ["claimant", "claimants", "attribution"])
def test_somebody_elses_sighting_answers_their_claim(api: Api, claim: Claim, where: str) -> None:
    she = {"name": "The engineer", "kind": "person"}
    who: Any = {"claimant": she, "claimants": [she], "attribution": [{"claimant": she}]}[where]
    answer = api.post(f"claims/{claim.pk}/appearances/", {**VIDEO, where: who})
    assert (answer.status, answer.body["repeat"]) == (201, True)
    theirs = answer.body["claim"]
    assert theirs["id"] != str(claim.pk)
    assert theirs["claimant"]["name"] == "The engineer"
    [link] = api.get(f"links/?claim={claim.pk}").body["results"]
    assert (link["claim"], link["other"], link["kind"]) == (theirs["id"], str(claim.pk), "repeats")
    [same] = api.get(f"links/?claim={theirs['id']}").body["results"]
    assert same == link


def test_a_repeat_after_publication_is_flagged(api: Api, desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    early = api.post(f"claims/{claim.pk}/appearances/", VIDEO)
    late = api.post(f"claims/{claim.pk}/appearances/", {"url": "https://video.example.org/2"})
    assert (early.body["appearance"]["after_publication"], late.body["appearance"]["after_publication"]) == (
        False,
        True,
    )
    types = [event["type"] for event in api.walk(f"claims/{claim.pk}/history/")]
    assert types[-2:] == ["claim.appearance_added", "claim.repeated"]
    claimant = claim.claim_claimants.get().claimant_id
    record = api.get(f"claimants/{claimant}/record/").body
    assert (record["total"], record["sightings"], record["after_publication"]) == (1, 2, 1)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "/article"),
    ({"url": "https://a.example/", "article": "01920000-0000-7000-8000-000000000000", "exact": "x"}, "/article"),
    ({"article": "01920000-0000-7000-8000-000000000000"}, "/exact"),
    ({"article": "01920000-0000-7000-8000-000000000000", "exact": "x"}, "/article"),
    ({"article": "01920000-0000-7000-8000-000000000000", "exact": "x", "date": "2021"}, "/date"),
    ({"url": "https://a.example/", "exact": "x"}, "/article"),
    ({"url": "ftp://a.example/"}, "/url"),
    ({**VIDEO, "date": "2999"}, "/date"),
    ({**VIDEO, "claimant": {"name": "He"}, "claimants": [{"name": "She"}]}, "/claimants"),
    ({**VIDEO, "claimant": {"id": "01920000-0000-7000-8000-000000000000"}}, "/claimant/id"),
    ({**VIDEO, "attribution": [{}, {}]}, "/attribution/1/claimant"),
    ({**VIDEO, "statement": "New."}, "/statement"),
]


@pytest.mark.parametrize(("body", "pointer"), WRONG)
def test_what_is_wrong_with_a_sighting_is_named_and_nothing_written(
    api: Api, claim: Claim, body: dict[str, Any], pointer: str
) -> None:
    api.get(f"claims/{claim.pk}/")
    before = _rows()
    answer = api.post(f"claims/{claim.pk}/appearances/", body)
    assert (answer.status, answer.pointers) == (400, [pointer])
    assert _rows() == before


def _rows() -> Any:
    return {table: rows for table, rows in all_rows().items() if not table.endswith("apitoken")}


def test_if_match_is_honoured_where_it_is_sent(api: Api, claim: Claim) -> None:
    place = f"appearances/{appearance_of(claim)}/"
    assert api.post(f"claims/{claim.pk}/appearances/", VIDEO, If_Match='"99"').status == 412
    assert api.patch(place, {"cue": "x"}, If_Match='"99"').status == 412
    assert api.ask("DELETE", place, headers={"If_Match": '"99"'}).status == 412
    assert api.patch(place, {"cue": "x"}, If_Match=api.etag(claim.pk)).status == 200


def test_a_span_is_changed(api: Api, claim: Claim) -> None:
    place = f"appearances/{appearance_of(claim)}/"
    answer = api.patch(place, {"exact": "the bridge is safe", "prefix": "she said that "})
    assert answer.status == 200
    [segment] = answer.body["appearances"][0]["segments"]
    assert segment["selectors"][1]["start"] == TEXT.index("she said that ") + 14
    pieces = api.patch(place, {"segments": [{"exact": "the bridge", "prefix": "He said that "}, {"exact": "1970"}]})
    assert len(pieces.body["appearances"][0]["segments"]) == 2
    refused = api.patch(place, {"segments": [{"exact": "He said"}, {"exact": "the tunnel"}]})
    assert (refused.status, refused.pointers) == (400, ["/segments/1/exact"])
    twice = api.patch(place, {"exact": "1970", "segments": [{"exact": "1970"}]})
    assert (twice.status, twice.pointers) == (400, ["/segments"])


def test_who_said_it_is_confirmed_or_disputed(api: Api, claim: Claim) -> None:
    place = f"appearances/{appearance_of(claim)}/"
    sure = api.patch(place, {"attribution": [{"position": 0, "basis": "reported", "confirmed": True}]})
    [link] = sure.body["appearances"][0]["attribution"]
    assert (link["basis"], link["confirmed"]) == ("reported", True)
    doubted = api.patch(place, {"attribution": [{"position": 0, "basis": "disputed"}]})
    [link] = doubted.body["appearances"][0]["attribution"]
    assert (link["basis"], link["confirmed"]) == ("disputed", False)
    both = api.patch(place, {"attribution": [{"position": 0, "confirmed": True}]})
    assert (both.status, both.pointers) == (400, ["/attribution/0/confirmed"])
    nobody = api.patch(place, {"attribution": [{"position": 4, "basis": "false"}]})
    assert (nobody.status, nobody.pointers) == (400, ["/attribution/0/position"])


@pytest.mark.parametrize(
    ("said", "has_author"),
    [
        ({"basis": "reported"}, False),
        ({"basis": "reported", "confirmed": True}, True),
        ({"basis": "disputed"}, False),
        ({"basis": "primary"}, True),
    ],
)
def test_the_published_review_names_an_author_only_where_we_know(
    api: Api,
    desk: Desk,
    claim: Claim,
    said: dict[str, Any],
    has_author: bool,  # noqa: FBT001 - a case
) -> None:
    api.patch(f"appearances/{appearance_of(claim)}/", {"attribution": [{"position": 0, **said}]})
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    reviewed = api.get(f"claim-reviews/{claim.reviews.get().pk}/claimreview.jsonld").body["itemReviewed"]
    assert ("author" in reviewed) is has_author
    claimant = claim.claim_claimants.get().claimant_id
    assert api.get(f"claimants/{claimant}/record/").body["total"] == int(has_author)


def test_a_suggested_sighting_is_confirmed_or_rejected(api: Api, author: Actor, claim: Claim) -> None:
    for number in (1, 2):
        copy = ArticleInput(text=TEXT, url=f"https://copy-{number}.example.org/", publisher=PublisherInput("Copy"))
        articles.record_article(actor=author, given=copy)
    [_, one, two] = [place["id"] for place in api.get(f"claims/{claim.pk}/").body["appearances"]]
    by_hand = api.patch(f"appearances/{one}/", {"suggested": True})
    assert (by_hand.status, by_hand.pointers) == (400, ["/suggested"])
    confirmed = api.patch(f"appearances/{one}/", {"suggested": False})
    assert [place["suggested"] for place in confirmed.body["appearances"]] == [False, False, True]
    rejected = api.ask("DELETE", f"appearances/{two}/")
    assert (rejected.status, len(rejected.body["appearances"])) == (200, 2)
    assert api.ask("DELETE", f"appearances/{two}/").status == 404
    last = api.ask("DELETE", f"appearances/{one}/")
    assert last.status == 200
    only = api.ask("DELETE", f"appearances/{appearance_of(claim)}/")
    assert (only.status, only.code) == (409, "only_place")


def test_links_are_made_listed_and_taken_back(api: Api, author: Actor, claim: Claim) -> None:
    other = make_claim(author, "It is not.")
    body = {"claim": str(claim.pk), "other": str(other.pk), "kind": "contradicts"}
    made = api.post("links/", body)
    assert (made.status, made.body["made_by"]) == (201, "author")
    again, back = api.post("links/", body), api.post("links/", {**body, "claim": body["other"], "other": body["claim"]})
    assert (again.status, again.code, back.status, back.code) == (409, "already_linked", 409, "linked_back")
    assert (api.post("links/", {**body, "kind": "reports"}).code) == "not_a_quotation"
    assert api.post("links/", {**body, "kind": "likes"}).pointers == ["/kind"]
    assert api.walk("links/?limit=1") == [made.body]
    gone = api.ask("DELETE", f"links/{made.body['id']}/")
    assert (gone.status, gone.body["id"]) == (200, str(claim.pk))
    assert api.get("links/").body["results"] == []
    assert api.ask("DELETE", f"links/{made.body['id']}/").status == 404


def test_a_claim_is_split(api: Api, claim: Claim) -> None:
    parts: list[dict[str, Any]] = [
        {"statement": "The bridge is safe.", "exact": "the bridge is safe", "suffix": ", and"},
        {"statement": "It was built in 1970.", "segments": [{"exact": "it was built"}, {"exact": "1970"}]},
    ]
    answer = api.act(claim.pk, "split", {"parts": parts})
    assert (answer.status, answer.body["status"]) == (200, "recorded")
    links = api.get(f"links/?claim={claim.pk}").body["results"]
    assert [(link["other"], link["kind"]) for link in links] == [(str(claim.pk), "part_of")] * 2
    second = api.get(f"claims/{links[1]['claim']}/").body
    assert len(second["appearances"][0]["segments"]) == 2
    again = api.act(claim.pk, "split", {"parts": parts[:1]})
    assert (again.status, again.pointers) == (400, ["/parts/0/statement"])
    for wrong, pointer in (
        ({"parts": []}, "/parts"),
        ({}, "/parts"),
        ({"parts": [{"statement": "A."}, {"exact": "1970"}]}, "/parts/1/statement"),
        ({"parts": [{"statement": "A.", "exact": "the tunnel"}]}, "/parts/0/exact"),
        ({"parts": [{"statement": "A.", "exact": "1970", "segments": [{"exact": "1970"}]}]}, "/parts/0/segments"),
    ):
        refused = api.act(claim.pk, "split", wrong)
        assert (refused.status, refused.pointers) == (400, [pointer]), wrong


def test_a_verdict_is_adopted_and_needs_its_second_person(api: Api, editing: Api, desk: Desk) -> None:
    checked = make_published(author=desk.author, editor=desk.editor)
    seen = api.post(f"claims/{checked.pk}/appearances/", {**VIDEO, "claimant": {"name": "She"}})
    theirs = seen.body["claim"]["id"]
    api.act(theirs, "take")
    assert "adopt" in api.get(f"claims/{theirs}/").body["allowed_acts"]
    unsure = api.act(theirs, "adopt", {**SURE, "same_figures": False, "still_true": False})
    assert (unsure.status, unsure.pointers) == (400, ["/same_figures", "/still_true"])
    missing = api.act(theirs, "adopt", {"same_meaning": True})
    assert (missing.status, missing.pointers) == (400, ["/same_figures", "/still_true"])
    assert api.post(f"claims/{theirs}/adopt/", SURE).status == 428
    assert api.post(f"claims/{theirs}/adopt/", SURE, If_Match='"99"').status == 412
    adopted = api.act(theirs, "adopt", SURE)
    assert (adopted.status, adopted.body["status"]) == (200, "in_approval")
    verdict = adopted.body["verdict"]
    assert (verdict["rating"]["code"], verdict["adopted_from"]) == ("false", str(checked.pk))
    own = api.act(theirs, "approve")
    assert (own.status, own.code) == (409, "self_approval")
    assert editing.act(theirs, "approve").body["status"] == "approved"


def test_nothing_is_adopted_from_what_nobody_has_approved(api: Api, desk: Desk, claim: Claim) -> None:
    taken = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    refused = api.act(taken.pk, "adopt", {**SURE, "of": str(claim.pk)})
    assert (refused.status, refused.code) == (409, "nothing_to_adopt")
    lost = api.act(taken.pk, "adopt", SURE)
    assert (lost.status, lost.pointers) == (400, ["/of"])


def test_who_sent_a_claim_in_learns_nothing_of_the_desks_work_on_its_places(
    desk: Desk, submitter: Actor, api: Api
) -> None:
    place = AppearanceInput(segments=(SegmentInput(exact="the bridge is safe", prefix="He said that "),))
    given = ClaimInput("The bridge is safe.", claimants=(ClaimantInput(name="The mayor"),), appearance=place)
    claim = make_article(submitter, text=TEXT, url="https://paper.example.org/", claims=[given]).claims[0].claim
    sent = Api(make_token(submitter))
    copy = ArticleInput(text=TEXT, url="https://copy.example.org/", publisher=PublisherInput("Copy"))
    articles.record_article(actor=desk.author, given=copy)
    api.patch(f"appearances/{appearance_of(claim)}/", {"attribution": [{"position": 0, "confirmed": True}]})
    [shown] = sent.get(f"claims/{claim.pk}/").body["appearances"]
    assert (shown["suggested"], shown["after_publication"], shown["attribution"][0]["confirmed"]) == (False,) * 3
    for refused in (
        sent.post(f"claims/{claim.pk}/appearances/", VIDEO),
        sent.patch(f"appearances/{appearance_of(claim)}/", {"cue": "x"}),
        sent.ask("DELETE", f"appearances/{appearance_of(claim)}/"),
        sent.get("links/"),
        sent.post("links/", {"claim": str(claim.pk), "other": str(claim.pk), "kind": "repeats"}),
        sent.post(f"claims/{claim.pk}/split/", {"parts": [{"statement": "A."}]}),
    ):
        assert (refused.status, refused.code) == (403, "not_permitted")
