"""The same article again, elsewhere, or with new text; and spans that are right in the text that is stored."""

import threading
import unicodedata
from typing import Any

import pytest
from django.db import connections

from claims.models import Appearance, Article, ArticleVersion, Claim, Claimant, Event
from tests.api.calling import Answer, Api, make_token
from tests.build import Desk

TEXT = "The mayor said that the bridge is safe. A union wrote that it is not."
HERE, THERE = "https://a.example.org/bridge", "https://b.example.org/bridge"
CLAIM: dict[str, Any] = {
    "statement": "The bridge is safe.",
    "exact": "the bridge is safe",
    "claimant": {"name": "Mayor"},
}


def _send(api: Api, **given: Any) -> Answer:
    answer = api.post("articles/", {"text": TEXT, "claims": [CLAIM], **given})
    assert answer.status in {200, 201}, answer.body
    return answer


def _claim_ids(answer: Answer) -> list[str]:
    return [claim["id"] for claim in answer.body["claims"]]


def test_the_same_text_at_the_same_address_is_the_first_article(api: Api) -> None:
    first = _send(api, url=HERE)
    again = _send(api, url=f"{HERE}?utm_source=feed#top")
    assert (first.status, again.status) == (201, 200)
    assert (first.body["existing"], again.body["existing"]) == (False, True)
    assert again.body["id"] == first.body["id"]
    assert _claim_ids(again) == _claim_ids(first)
    assert [claim["existing"] for claim in again.body["claims"]] == [True]
    assert (Article.objects.count(), ArticleVersion.objects.count(), Claim.objects.count()) == (1, 1, 1)


def test_the_same_text_without_an_address_is_the_first_article(api: Api) -> None:
    first = _send(api)
    assert _send(api).body["id"] == first.body["id"]
    named = _send(api, url=HERE, headline="The bridge", publisher="The Gazette")
    assert (named.status, named.body["id"]) == (200, first.body["id"])
    assert (named.body["url"], named.body["headline"]) == (HERE, "The bridge")
    assert named.body["publisher"]["name"] == "The Gazette"


def test_metadata_given_again_fills_blanks_and_overwrites_nothing(api: Api) -> None:
    _send(api, url=HERE, headline="First")
    again = _send(api, url=HERE, headline="Second", author="A. Writer")
    assert (again.body["headline"], again.body["author"]) == ("First", "A. Writer")


def test_the_same_text_of_another_publisher_is_a_copy(api: Api) -> None:
    first = _send(api, publisher="The Gazette")
    copy = _send(api, publisher="The Herald")
    assert copy.status == 201
    assert copy.body["copy_of"] == first.body["id"]


def test_the_same_text_elsewhere_is_a_copy_with_its_claims_suggested(api: Api) -> None:
    first = _send(api, url=HERE)
    copy = _send(api, url=THERE, claims=[])
    assert (copy.status, copy.body["existing"], copy.body["copy_of"]) == (201, False, first.body["id"])
    places = [place for place in _places(api, first) if place["article"] == copy.body["id"]]
    assert [place["suggested"] for place in places] == [True]
    confirmed = _send(api, url=THERE)
    assert _claim_ids(confirmed) == _claim_ids(first)
    places = [place for place in _places(api, first) if place["article"] == copy.body["id"]]
    assert [place["suggested"] for place in places] == [False]


def _places(api: Api, answer: Answer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"claims/{_claim_ids(answer)[0]}/").body["appearances"]
    return found


def test_new_text_at_the_same_address_is_a_new_version(api: Api) -> None:
    first = _send(api, url=HERE)
    second = _send(api, url=HERE, text=f"Updated: {TEXT}")
    assert (second.status, second.body["id"]) == (201, first.body["id"])
    assert (first.body["version"]["number"], second.body["version"]["number"]) == (1, 2)
    assert _claim_ids(second) == _claim_ids(first)
    starts = {place["version"]: place["segments"][0]["selectors"][1]["start"] for place in _places(api, first)}
    assert starts[2] == starts[1] + len("Updated: ")
    versions = api.walk(f"articles/{first.body['id']}/versions/")
    assert [(row["number"], row["text"]) for row in versions] == [(2, f"Updated: {TEXT}"), (1, TEXT)]


def test_a_claim_given_again_to_an_article_is_the_one_that_stands_there(api: Api) -> None:
    first = _send(api)
    body = {**CLAIM, "article": first.body["id"]}
    again = api.post("claims/", body)
    assert (again.status, again.body["id"], again.body["existing"]) == (200, _claim_ids(first)[0], True)
    other = api.post("claims/", {**body, "claimant": {"name": "Union"}})
    assert (other.status, other.body["existing"]) == (201, False)
    assert other.body["id"] != again.body["id"]


def test_a_known_wording_is_told_and_not_merged(api: Api) -> None:
    first = api.post("claims/", {"statement": "The bridge is safe."})
    second = api.post("claims/", {"statement": "the bridge is safe"})
    assert second.status == 201
    assert [found["id"] for found in second.body["similar"]] == [first.body["id"]]
    assert second.body["similar"][0]["score"] > 0.9


@pytest.mark.django_db(transaction=True)
def test_one_article_sent_by_eight_at_once_is_one_article(desk: Desk) -> None:
    answers: list[Answer] = []
    token = make_token(desk.author)
    start = threading.Barrier(8)

    def send() -> None:
        try:
            start.wait()
            answers.append(_send(Api(token), url=HERE))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]
    assert len({answer.body["id"] for answer in answers}) == 1
    assert len({_claim_ids(answer)[0] for answer in answers}) == 1
    assert (Claim.objects.count(), Appearance.objects.count(), Claimant.objects.count()) == (1, 1, 1)
    assert Event.objects.filter(type="claim.recorded").count() == 1


# Claimants.


def test_how_a_claimant_was_found_is_told(api: Api) -> None:
    made = api.post("claims/", {"statement": "A", "claimant": {"name": "Dr  Ada Low", "kind": "person"}})
    assert (made.body["claimant_match"], made.body["claimant"]["name"]) == ("made", "Dr Ada Low")
    exact = api.post("claims/", {"statement": "B", "claimant": {"name": "dr ada low", "kind": "group"}})
    assert (exact.body["claimant_match"], exact.body["claimant"]["id"]) == ("exact", made.body["claimant"]["id"])
    assert len(exact.body["warnings"]) == 1
    by_id = api.post("claims/", {"statement": "C", "claimant": {"id": made.body["claimant"]["id"]}})
    assert by_id.body["claimant_match"] == "id"
    assert api.post("claims/", {"statement": "D"}).body["claimant_match"] == "none"
    api.post("claimants/", {"name": "Dr Ada Low", "kind": "person"})
    ambiguous = api.post("claims/", {"statement": "E", "claimant": {"name": "Dr Ada Low"}})
    assert (ambiguous.body["claimant_match"], ambiguous.body["claimant"]) == ("ambiguous", None)
    assert ambiguous.body["claimant_named"] == "Dr Ada Low"


def test_an_alias_is_a_name(api: Api) -> None:
    made = api.post("claimants/", {"name": "Ada Low", "kind": "person", "aliases": ["The Member for Low"]})
    found = api.post("claims/", {"statement": "A", "claimant": {"name": "the member for low"}})
    assert (found.body["claimant_match"], found.body["claimant"]["id"]) == ("exact", made.body["id"])


def test_a_joint_statement_keeps_its_order(api: Api) -> None:
    body = {"statement": "A", "claimants": [{"name": "Zoe"}, {"name": "Abe"}, {"name": "zoe"}]}
    answer = api.post("claims/", body)
    assert [found["name"] for found in answer.body["claimants"]] == ["Zoe", "Abe"]
    assert answer.body["claimant"]["name"] == "Zoe"


# Offsets.

AWKWARD = {
    "plain": "He said: it rains. She laughed.",
    "windows line ends": "First line.\r\nHe said:\r\nit rains.\r\n\r\nEnd.",
    "old line ends": "First line.\rHe said: it rains.",
    "combining accents": unicodedata.normalize("NFD", "Élodie a dit : été, déjà — it rains. Ça va."),
    "letters beyond the BMP": "👩‍🚒🇲🇱 𝔊𝔯ü𝔫 he said: it rains 🌧️🌧️. Bye 👋🏽.",
    "hangul in parts": unicodedata.normalize("NFD", "한국어 기사: it rains. 끝"),
    "right to left": "قال إن: it rains. ثم سكت",
    "accent right before": unicodedata.normalize("NFD", "é") * 30
    + "\r\nit rains"
    + unicodedata.normalize("NFD", "é") * 5,
}


@pytest.mark.parametrize("name", AWKWARD)
def test_answered_offsets_are_right_in_the_stored_text(name: str, api: Api) -> None:
    sent = AWKWARD[name]
    start = sent.index("it rains")
    by_place = {"statement": "It rains.", "start": start, "end": start + 8, "claimant": {"name": "A"}}
    by_words = {"statement": "It rains.", "exact": "it rains", "claimant": {"name": "B"}}
    both = {**by_place, "exact": "it rains", "prefix": sent[max(0, start - 9) : start], "suffix": sent[start + 8 :][:9]}
    answer = _send(api, text=sent, claims=[by_place, by_words, {**both, "claimant": {"name": "C"}}])
    stored = api.get(f"articles/{answer.body['id']}/?text=true").body["text"]
    assert stored == unicodedata.normalize("NFC", sent.replace("\r\n", "\n").replace("\r", "\n"))
    for claim in answer.body["claims"]:
        quote, place = claim["appearances"][0]["segments"][0]["selectors"]
        assert stored[place["start"] : place["end"]] == quote["exact"] == "it rains"
        assert stored[max(0, place["start"] - 32) : place["start"]] == quote["prefix"]
        assert stored[place["end"] : place["end"] + 32] == quote["suffix"]


def test_segments_keep_their_order_and_spans_may_nest(api: Api) -> None:
    text = "“It rains,” he said, “and it will rain.” Nobody said more."
    parts = [{"exact": "It rains"}, {"exact": "and it will rain"}]
    outer = {"statement": "All of it.", "exact": "“It rains,” he said, “and it will rain.”"}
    answer = _send(api, text=text, claims=[{"statement": "It rains and will.", "segments": parts}, outer, outer])
    exact = [
        [segment["selectors"][0]["exact"] for segment in claim["appearances"][0]["segments"]]
        for claim in answer.body["claims"]
    ]
    assert exact[0] == ["It rains", "and it will rain"]
    assert exact[1] == exact[2] == [outer["exact"]]


# Pages.

PAGE = """<!doctype html><html lang="en"><head><title>The bridge | The Gazette</title>
<meta property="og:title" content="The bridge"><meta name="author" content="A. Writer">
<meta property="article:published_time" content="2021-09-26T07:19:00Z"></head><body><nav>Home Sport Weather</nav>
<article><h1>The bridge</h1>{paragraphs}</article><footer>All rights reserved</footer></body></html>"""
SENTENCES = (
    "The mayor of the town said on Monday that the bridge over the river is safe for lorries of any weight.",
    "A union of drivers wrote in a letter to the council that nobody had looked at the bridge for eleven years.",
    "The council answered that an engineer had been there in spring, and that the report would be published soon.",
)


def test_a_page_is_read_for_its_text_and_its_claims_are_found_in_it(api: Api) -> None:
    html = PAGE.format(paragraphs="".join(f"<p>{sentence}</p>" for sentence in SENTENCES))
    claim = {
        "statement": "Nobody looked for eleven years.",
        "exact": "nobody had looked at the bridge for eleven years",
    }
    answer = api.post("articles/", {"html": html, "url": HERE, "claims": [claim]})
    assert answer.status == 201, answer.body
    stored = api.get(f"articles/{answer.body['id']}/?text=true").body["text"]
    assert all(sentence in stored for sentence in SENTENCES)
    assert "Sport" not in stored
    quote, place = answer.body["claims"][0]["appearances"][0]["segments"][0]["selectors"]
    assert stored[place["start"] : place["end"]] == quote["exact"] == claim["exact"]
    assert (answer.body["headline"], answer.body["in_language"]) == ("The bridge", "en")
    again = api.post("articles/", {"html": html, "url": HERE})
    assert (again.status, again.body["existing"]) == (200, True)


def test_scripts_and_hidden_words_of_a_page_are_no_text(api: Api) -> None:
    hidden = "<script>alert('hidden words')</script><style>p{content:'hidden words'}</style><!-- hidden words -->"
    html = PAGE.format(paragraphs=hidden + "".join(f"<p>{sentence}</p>" for sentence in SENTENCES))
    answer = api.post("articles/", {"html": html})
    assert "hidden words" not in api.get(f"articles/{answer.body['id']}/?text=true").body["text"]
