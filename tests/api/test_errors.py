"""Everything that can be wrong with a request: a problem that names the field and the reason, and nothing written."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.calling import Answer, Api
from tests.api.world import ARTICLE, PROPOSAL, World
from tests.record import Rows, all_rows

TEXT = "The mayor said on Monday that the bridge is safe. The mayor said so twice."


@pytest.fixture
def api(world: World) -> Api:
    """An editor whose token has been used, so that noting its use writes nothing more."""
    api = world.api()
    api.get("topics/")
    return api


@pytest.fixture(autouse=True)
def _nothing_is_written(api: Api) -> Iterator[None]:
    """Whatever a test of this module sends is refused, and leaves every table as it was."""
    before = all_rows()
    yield
    assert _without_tokens(all_rows()) == _without_tokens(before)


def _without_tokens(rows: Rows) -> dict[str, Any]:
    """Tests make tokens of their own, which are told of in the newsroom's events."""
    kept = {table: found for table, found in rows.items() if not table.endswith(("apitoken", "claims_newsroom"))}
    events = [event for event in json.loads(str(kept.pop("claims_event"))) if not event["type"].startswith("newsroom.")]
    return {**kept, "events": events}


def _refused(answer: Answer, status: int, code: str, *pointers: str) -> None:
    assert (answer.status, answer.code) == (status, code), answer.body
    assert answer.pointers == list(pointers)
    assert answer.body["detail"]
    assert all(error["detail"] for error in answer.body["errors"])


def _span(**given: Any) -> dict[str, Any]:
    return {"statement": "The bridge is safe.", **given}


def _article(*claims: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"text": TEXT, "claims": list(claims), **given}


# The bodies that an article can be wrong in, each with where and why.

BAD_ARTICLES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no text": ({"headline": "H"}, "/text", "required"),
    "text and html": ({"text": "T", "html": "<p>T</p>"}, "/html", "invalid"),
    "empty text": ({"text": " \n "}, "/text", "blank"),
    "unknown field": ({"text": "T", "titel": "H"}, "/titel", "unknown_field"),
    "unknown field with a slash": ({"text": "T", "a/b~c": 1}, "/a~1b~0c", "unknown_field"),
    "unknown field that has no form in UTF-8": ({"text": "T", "\ud800": 1}, "/\\ud800", "unknown_field"),
    "choice that has no form in UTF-8": ({"text": "T", "kind": "\ud800"}, "/kind", "invalid_choice"),
    "unknown kind": ({"text": "T", "kind": "sermon"}, "/kind", "invalid_choice"),
    "bad address": ({"text": "T", "url": "ftp://example.org/"}, "/url", "bad_url"),
    "bad day": ({"text": "T", "date_published": "2021-13-01"}, "/date_published", "bad_date"),
    "no zone": ({"text": "T", "date_published": "2021-01-01T10:00:00"}, "/date_published", "bad_date"),
    "bad language": ({"text": "T", "in_language": "english please"}, "/in_language", "bad_language"),
    "claims not a list": ({"text": "T", "claims": {"statement": "S"}}, "/claims", "not_a_list"),
    "claim not an object": ({"text": "T", "claims": ["S"]}, "/claims/0", "invalid"),
    "long headline": ({"text": "T", "headline": "H" * 501}, "/headline", "max_length"),
    "NUL": ({"text": "a\u0000b"}, "/text", "forbidden_character"),
    "NUL deep down": (_article(_span(exact="a\u0000b")), "/claims/0/exact", "forbidden_character"),
    "lone surrogate": ({"text": "a\ud800b"}, "/text", "forbidden_character"),
    "NUL in a name": (
        _article(_span(start=0, end=5, claimant={"name": "a\u0000"})),
        "/claims/0/claimant/name",
        "forbidden_character",
    ),
    "no statement": (_article({"start": 0, "end": 5}), "/claims/0/statement", "required"),
    "second claim": (_article(_span(start=0, end=5), _span()), "/claims/1/exact", "selector_missing"),
    "span before the text": (_article(_span(start=-1, end=5)), "/claims/0/start", "span_outside"),
    "span beyond the text": (_article(_span(start=70, end=7000)), "/claims/0/end", "span_outside"),
    "span behind the text": (_article(_span(start=6000, end=7000)), "/claims/0/start", "span_outside"),
    "huge offset": (_article(_span(start=10**30, end=10**30 + 1)), "/claims/0/start", "span_outside"),
    "span turned round": (_article(_span(start=9, end=4)), "/claims/0/end", "span_empty"),
    "start alone": (_article(_span(start=9)), "/claims/0/end", "selector_missing"),
    "start is no number": (_article(_span(start="x", end=5)), "/claims/0/start", "invalid"),
    "start is a fraction": (_article(_span(start=1.5, end=5)), "/claims/0/start", "invalid"),
    "quote is not there": (_article(_span(exact="the bridge is sound")), "/claims/0/exact", "quote_missing"),
    "quote stands twice": (_article(_span(exact="The mayor said")), "/claims/0/exact", "quote_ambiguous"),
    "prefix does not fit": (_article(_span(exact="bridge", prefix="a ")), "/claims/0/prefix", "quote_missing"),
    "quote and place differ": (_article(_span(exact="the", start=0, end=3)), "/claims/0/exact", "span_disagrees"),
    "second segment": (
        _article(_span(segments=[{"start": 0, "end": 9}, {"exact": "gone"}])),
        "/claims/0/segments/1/exact",
        "quote_missing",
    ),
    "only segment": (_article(_span(segments=[{"exact": "gone"}])), "/claims/0/segments/0/exact", "quote_missing"),
    "segments and a span": (
        _article(_span(start=0, end=5, segments=[{"start": 0, "end": 5}])),
        "/claims/0/segments",
        "invalid",
    ),
    "unknown kind of claimant": (
        _article(_span(start=0, end=5, claimant={"name": "M", "kind": "robot"})),
        "/claims/0/claimant/kind",
        "invalid_choice",
    ),
    "nobody named": (
        _article(_span(start=0, end=5, claimant={"kind": "person"})),
        "/claims/0/claimant/name",
        "invalid",
    ),
    "id and name": (
        _article(_span(start=0, end=5, claimant={"id": "01920000-0000-7000-8000-000000000000", "name": "M"})),
        "/claims/0/claimant/name",
        "invalid",
    ),
    "unknown claimant in the list": (
        _article(_span(start=0, end=5, claimants=[{"name": "M"}, {"id": "01920000-0000-7000-8000-000000000000"}])),
        "/claims/0/claimants/1/id",
        "not_found",
    ),
    "unknown claimant, alone in the list": (
        _article(_span(start=0, end=5, claimants=[{"id": "01920000-0000-7000-8000-000000000000"}])),
        "/claims/0/claimants/0/id",
        "not_found",
    ),
    "unknown reporter": (
        _article(_span(start=0, end=5, reported_by=[{"name": "M"}, {"id": "01920000-0000-7000-8000-000000000000"}])),
        "/claims/0/reported_by/1/id",
        "not_found",
    ),
    "unknown reporter in the chain": (
        _article(_span(start=0, end=5, attribution=[{}, {"claimant": {"id": "01920000-0000-7000-8000-000000000000"}}])),
        "/claims/0/attribution/1/claimant/id",
        "not_found",
    ),
    "nobody in the chain": (
        _article(_span(start=0, end=5, attribution=[{"claimant": {"name": "M"}}, {"as_named": "a source"}])),
        "/claims/0/attribution/1/claimant",
        "required",
    ),
    "unknown topic": (
        _article(_span(start=0, end=5, topics=["ours-topic", "moon"])),
        "/claims/0/topics/1",
        "not_found",
    ),
    "topic is no slug": (_article(_span(start=0, end=5, topics=["a b"])), "/claims/0/topics/0", "invalid"),
    "unknown speech": (_article(_span(start=0, end=5, speech="shouted")), "/claims/0/speech", "invalid_choice"),
    "page without text": ({"html": "<p></p>"}, "/html", "no_text"),
}


@pytest.mark.parametrize("name", BAD_ARTICLES)
def test_an_article_is_refused_where_it_is_wrong(name: str, api: Api) -> None:
    body, pointer, code = BAD_ARTICLES[name]
    answer = api.post("articles/", body)
    _refused(answer, 400, "invalid", pointer)
    assert answer.body["errors"][0]["code"] == code, answer.body


def test_a_date_of_publication_may_lie_a_day_ahead_and_no_more(api: Api) -> None:
    ahead = timezone.now() + timedelta(days=2)
    for given in (ahead.date().isoformat(), ahead.isoformat(), "2999", "9999-12-31T23:59:59-23:59"):
        answer = api.post("articles/", {"text": "T", "date_published": given})
        _refused(answer, 400, "invalid", "/date_published")
        assert answer.body["errors"][0]["code"] == "in_the_future", given


def test_several_things_wrong_are_told_at_once(api: Api) -> None:
    answer = api.post("articles/", _article(_span(exact="gone"), _span(start=5, end=1), _span(exact="lost")))
    _refused(answer, 400, "invalid", "/claims/0/exact", "/claims/1/end", "/claims/2/exact")
    answer = api.post("articles/", {"text": "T", "kind": "x", "claims": [{"kind": "y", "exact": "T"}]})
    _refused(answer, 400, "invalid", "/kind", "/claims/0/statement", "/claims/0/kind")


def test_a_good_claim_beside_a_bad_one_is_not_written(api: Api) -> None:
    good = _span(exact="the bridge is safe", claimant={"name": "Somebody new"})
    _refused(api.post("articles/", _article(good, _span(exact="gone"))), 400, "invalid", "/claims/1/exact")


BAD_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "/statement"),
    "blank": ({"statement": "  "}, "/statement"),
    "span without an article": ({"statement": "S", "start": 0, "end": 1}, "/article"),
    "article is no id": ({"statement": "S", "article": "x", "exact": "T"}, "/article"),
    "article is a number": ({"statement": "S", "article": 5, "exact": "T"}, "/article"),
    "unknown article": (
        {"statement": "S", "article": "01920000-0000-7000-8000-000000000000", "exact": "T"},
        "/article",
    ),
    "claimant and claimants": (
        {"statement": "S", "claimant": {"name": "A"}, "claimants": [{"name": "B"}]},
        "/claimants",
    ),
    "claimant is a word": ({"statement": "S", "claimant": "A"}, "/claimant"),
    "bad date": ({"statement": "S", "date": "yesterday"}, "/date"),
    "too many topics": ({"statement": "S", "topics": ["a"] * 51}, "/topics"),
}


@pytest.mark.parametrize("name", BAD_CLAIMS)
def test_a_claim_is_refused_where_it_is_wrong(name: str, api: Api) -> None:
    body, pointer = BAD_CLAIMS[name]
    _refused(api.post("claims/", body), 400, "invalid", pointer)


def test_a_span_that_is_not_in_the_article_is_told_where_it_was_given(world: World, api: Api) -> None:
    article = str(world.ids["article_id"])
    body = {"statement": "S", "article": article}
    _refused(api.post("claims/", body), 400, "invalid", "/exact")
    _refused(api.post("claims/", {**body, "exact": "gone"}), 400, "invalid", "/exact")
    inside = {"statement": "S", "article": {"id": article, "exact": "gone"}}
    _refused(api.post("claims/", inside), 400, "invalid", "/article/exact")


def test_evidence_is_refused_where_it_is_wrong(world: World, api: Api) -> None:
    claim = str(world.ids["claim_id"])
    good = {"claim": claim, "source": {"kind": "dataset", "title": "T"}, "stance": "refutes"}
    for body, pointer in (
        ({**good, "stance": "shrugs"}, "/stance"),
        ({**good, "source": {"kind": "gossip", "title": "T"}}, "/source/kind"),
        ({**good, "source": {"kind": "dataset"}}, "/source/url"),
        ({**good, "source": {"title": "T"}}, "/source/kind"),
        ({**good, "source": {"kind": "dataset", "url": "javascript:alert(1)"}}, "/source/url"),
        ({**good, "source": None}, "/source"),
        ({**good, "claim": "01920000-0000-7000-8000-000000000000"}, "/claim"),
        ({**good, "excerpt": "a\u0000"}, "/excerpt"),
    ):
        _refused(api.post("evidence/", body), 400, "invalid", pointer)


def test_a_proposal_is_refused_where_it_is_wrong(world: World, api: Api) -> None:
    pk = world.claims["published"].pk
    bad_item = {"source": {"kind": "dataset", "title": "T"}, "stance": "maybe"}
    answer = api.act(pk, "propose", {**PROPOSAL, "evidence": [PROPOSAL["evidence"][0], bad_item]})
    _refused(answer, 400, "invalid", "/evidence/1/stance")
    _refused(api.act(pk, "propose", {**PROPOSAL, "rating": ["false"]}), 400, "invalid", "/rating")
    _refused(api.act(pk, "propose", {**PROPOSAL, "review": {"headlin": "H"}}), 400, "invalid", "/review/headlin")


# Bodies that are no JSON of ours.

RAW: dict[str, tuple[bytes, int, str]] = {
    "malformed": (b'{"statement": ', 400, "parse_error"),
    "two values": (b"{} {}", 400, "parse_error"),
    "NaN": (b'{"statement": NaN}', 400, "parse_error"),
    "infinity": (b'{"statement": -Infinity}', 400, "parse_error"),
    "doubled key": (b'{"statement": "a", "statement": "b"}', 400, "parse_error"),
    "a list": (b'[{"statement": "a"}]', 400, "parse_error"),
    "a word": (b'"statement"', 400, "parse_error"),
    "a number": (b"5", 400, "parse_error"),
    "null": (b"null", 400, "parse_error"),
    "not UTF-8": (b'{"statement": "\xff\xfe"}', 400, "parse_error"),
    "UTF-16": ('{"statement": "a"}'.encode("utf-16"), 400, "parse_error"),
    "byte order mark": (b'\xef\xbb\xbf{"statement": "a"}', 400, "parse_error"),
    "40 deep": (b'{"a": ' * 40 + b"1" + b"}" * 40, 400, "too_deep"),
    "100,000 deep": (b"[" * 100_000, 400, "too_deep"),
    "a number of 5,000 digits": (b'{"statement": ' + b"9" * 5000 + b"}", 400, "parse_error"),
    "1 MiB and a byte": (b'{"statement": "' + b"a" * 1024 * 1024 + b'"}', 413, "too_large"),
}


@pytest.mark.parametrize("name", RAW)
def test_a_body_that_is_not_read_is_refused_with_the_reason(name: str, api: Api) -> None:
    raw, status, code = RAW[name]
    answer = api.ask("POST", "claims/", raw=raw)
    assert (answer.status, answer.code) == (status, code), answer.body


def test_an_article_may_be_5_mib_and_no_more(api: Api) -> None:
    answer = api.ask("POST", "articles/", raw=json.dumps({"text": "a" * 6_000_000}).encode())
    assert (answer.status, answer.code) == (413, "too_large")
    assert "5 MiB" in answer.body["detail"]
    almost = api.ask("POST", "articles/", raw=json.dumps({"text": "a" * 5_000_000, "x": 1}).encode())
    assert almost.status == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_other_media_types_are_refused(kind: str, api: Api) -> None:
    answer = api.ask("POST", "claims/", raw=b"statement=a", headers={"Content_Type": kind})
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_a_body_in_chunks_is_refused_and_not_taken_for_an_empty_one(api: Api) -> None:
    answer = api.ask("POST", "queue/next/", headers={"Transfer_Encoding": "chunked"})
    assert (answer.status, answer.code) == (411, "length_required")


# Addresses, methods, parameters and headers.


def test_an_unknown_path_is_a_problem_for_everybody(api: Api) -> None:
    for path in (
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/claims",
        "/api/v1/claims/17/",
        "/api/v1/claims/not-an-id/take/",
        "/api/v1/queue/next",
        "/api/v2/claims/",
        "/api/",
        "/v1alpha1/claims:search",
    ):
        for asking in (api, Api()):
            answer = asking.get(path)
            assert (answer.status, answer.code) == (404, "not_found"), path
        assert api.post(path, {}).status == 404


def test_problems_are_problems_whatever_is_accepted(world: World, api: Api) -> None:
    for kind in ("text/html", "application/xml", "application/problem+json", "nonsense", "*/*;q=0"):
        assert api.get("claims/", Accept=kind).status == 200
        assert api.get("claims/01920000-0000-7000-8000-000000000000/", Accept=kind).status == 404
        assert Api().get("claims/", Accept=kind).status == 401
    path = f"claim-reviews/{world.ids['review_id']}/claimreview.jsonld"
    assert api.get(path, Accept="application/ld+json").headers["Content-Type"] == "application/ld+json"


def test_other_methods_are_refused_and_the_right_ones_named(world: World, api: Api) -> None:
    for path, method, allowed in (
        ("claims/", "DELETE", {"GET", "POST"}),
        ("claims/", "PUT", {"GET", "POST"}),
        (f"claims/{world.ids['claim_id']}/", "POST", {"GET", "PATCH"}),
        (f"claims/{world.ids['claim_id']}/take/", "GET", {"POST"}),
        ("queue/", "POST", {"GET"}),
        ("/api/schema/", "POST", {"GET"}),
    ):
        answer = api.ask(method, path, {})
        assert (answer.status, answer.code) == (405, "method_not_allowed"), path
        assert allowed <= set(answer.headers["Allow"].split(", ")), path


def test_unknown_and_wrong_parameters_are_refused(world: World, api: Api) -> None:
    for path, parameter, code in (
        ("claims/?colour=red", "colour", "unknown_parameter"),
        ("claims/?format=api", "format", "unknown_parameter"),
        ("claims/?limit=0", "limit", "min_value"),
        ("claims/?limit=201", "limit", "max_value"),
        ("claims/?limit=many", "limit", "invalid"),
        ("claims/?order=rank", "order", "invalid_choice"),
        ("claims/?status=lost", "status", "invalid_choice"),
        ("claims/?kind=fact&kind=x", "kind", "invalid_choice"),
        ("claims/?claimant=7", "claimant", "invalid"),
        ("claims/?due_before=soon", "due_before", "invalid"),
        ("claims/?expand=newsroom", "expand", "unknown_expand"),
        ("claims/?q=%00", "q", "null_characters_not_allowed"),
        ("claims/?cursor=nonsense", "cursor", "bad_cursor"),
        (f"claims/{world.ids['claim_id']}/?expand=secrets", "expand", "unknown_expand"),
        (f"claims/{world.ids['claim_id']}/waiting-for/?a=1", "a", "unknown_parameter"),
        ("queue/?topic=x", "topic", "unknown_parameter"),
        ("evidence/?withdrawn=perhaps", "withdrawn", "invalid"),
        ("claim-reviews/?state=lost", "state", "invalid_choice"),
    ):
        answer = api.get(path)
        _refused(answer, 400, "invalid", answer.pointers[0])
        assert answer.pointers[0].startswith(f"/{parameter}"), answer.body
        assert answer.body["errors"][0]["code"] == code, answer.body
    for path in ("claims/", "articles/", "evidence/", f"claims/{world.ids['claim_id']}/take/", "queue/next/"):
        _refused(api.post(f"{path}?dry_run=1", {}), 400, "invalid", "/dry_run")


def test_if_match_is_required_where_a_verdict_is_written_or_told(world: World, api: Api) -> None:
    pk = world.claims["published"].pk
    for act in ("propose", "approve", "publish", "retract", "correct"):
        answer = api.post(f"claims/{pk}/{act}/", {})
        assert (answer.status, answer.code) == (428, "precondition_required"), act
        stale = api.post(f"claims/{pk}/{act}/", {**_body_of(act)}, If_Match='"1"')
        assert (stale.status, stale.code) == (412, "stale_revision"), stale.body
        assert stale.body["current_revision"] == api.get(f"claims/{pk}/").body["revision"]
    assert api.patch(f"claims/{pk}/", {"context": "C"}).status == 428
    assert api.patch(f"claims/{pk}/", {"context": "C"}, If_Match='"1"').status == 412


def _body_of(act: str) -> dict[str, Any]:
    return {"propose": PROPOSAL, "retract": {"reason": "R"}, "correct": {"reason": "R"}}.get(act, {})


def test_if_match_is_honoured_where_it_is_not_required(world: World, api: Api) -> None:
    pk = world.ids["claim_id"]
    assert api.post(f"claims/{pk}/take/", {}, If_Match='"1"').status == 412
    source = {"kind": "dataset", "title": "T"}
    evidence = {"claim": str(pk), "source": source, "stance": "refutes"}
    assert api.post("evidence/", evidence, If_Match='"1"').status == 412


@pytest.mark.parametrize(
    "value", ["3", "*", 'W/"3"', '"three"', '"3.zz"', '"-1"', '"3", "4"', '""', '"' + "9" * 30 + '"']
)
def test_an_if_match_that_is_no_tag_of_ours_is_refused(value: str, world: World, api: Api) -> None:
    answer = api.post(f"claims/{world.ids['claim_id']}/take/", {}, If_Match=value)
    assert answer.status in {400, 412}, answer.body
    assert answer.code in {"bad_if_match", "stale_revision"}


def test_an_idempotency_key_is_refused_while_it_means_nothing(api: Api) -> None:
    for path, body in (("articles/", ARTICLE), ("claims/", {"statement": "S"}), ("queue/next/", {})):
        answer = api.post(path, body, Idempotency_Key="b1")
        assert (answer.status, answer.code) == (400, "idempotency_unsupported")


def test_what_somebody_may_not_do_is_403(world: World) -> None:
    reviewer, pk = world.api("author"), world.claims["published"].pk
    for act in ("retract", "correct"):
        answer = reviewer.act(pk, act, {"reason": "R"})
        assert (answer.status, answer.code) == (403, "not_permitted")
    topic = reviewer.post("topics/", {"slug": "t", "name": "T"})
    assert (topic.status, topic.code) == (403, "not_permitted")
    submitter = world.api("submitter")
    for path in ("queue/", "claimants/", "sources/", "evidence/"):
        assert (submitter.get(path).status, submitter.get(path).code) == (403, "not_permitted"), path
    assert submitter.post("queue/next/").code == "not_permitted"


def test_a_topic_that_is_there_is_told_of(world: World, api: Api) -> None:
    _refused(api.post("topics/", {"slug": "ours-topic", "name": "T"}), 400, "invalid", "/slug")


def test_pages_for_people_are_no_problems() -> None:
    response = Client(raise_request_exception=False).get("/nothing-here/")
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
