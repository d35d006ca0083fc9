"""The main job over HTTP, from an article to the page that the public reads, with every process of the service."""

import http.client
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from claims.vocab import Role
from tests.api.calling import make_token
from tests.build import Desk, make_member
from tests.e2e.service import Reply, Service
from tests.processes import wait_for

SAMPLE = json.loads((Path(__file__).parent / "data" / "nested.json").read_text())


def _act(service: Service, token: str, claim: str, act: str, body: Any = None) -> Reply:
    etag = service.ask("GET", f"/api/v1/claims/{claim}/", token=token).etag
    return service.ask("POST", f"/api/v1/claims/{claim}/{act}/", body or {}, token=token, etag=etag)


def _wait_until_queued(service: Service, token: str, count: int) -> None:
    def queued() -> bool:
        return len(service.ask("GET", "/api/v1/claims/?status=queued", token=token).body["results"]) == count

    wait_for(queued, seconds=20, what="the claims are not queued")


def test_an_article_goes_from_a_worker_to_two_people_to_the_public(service: Service, desk: Desk) -> None:
    author, editor = make_token(desk.author), make_token(desk.editor)
    recorded = service.ask("POST", "/api/v1/articles/", SAMPLE["article"], token=author)
    assert recorded.status == 201, recorded.body
    _assert_spans_and_people(recorded.body)
    _wait_until_queued(service, author, len(SAMPLE["expected"]))

    taken = service.ask("POST", "/api/v1/queue/next/", {}, token=author)
    claim = taken.body["claim"]["id"]
    assert taken.body["claim"]["assignment"]["reviewer"] == "author"
    source = {"url": "https://roads.example.org/report", "title": "Report", "kind": "primary"}
    evidence = {"claim": claim, "source": source, "stance": "refutes", "excerpt": "The deck must be replaced."}
    assert service.ask("POST", "/api/v1/evidence/", evidence, token=author).status == 201
    review = {"headline": "It is not so", "summary": "The report says otherwise.", "body": "**Read** it."}
    proposal = {"rating": "false", "explanation": "The report.", "review": review}
    assert _act(service, author, claim, "propose", proposal).body["status"] == "in_approval"

    alone = _act(service, author, claim, "approve")
    assert (alone.status, alone.body["code"]) == (409, "self_approval")
    early = _act(service, editor, claim, "publish")
    assert (early.status, early.body["code"]) == (409, "illegal_move")
    assert _act(service, editor, claim, "approve", {"note": "Read it."}).body["status"] == "approved"
    published = _act(service, editor, claim, "publish")
    assert published.body["publication"]["state"] == "published"

    _assert_public(service, published.body)
    history = service.ask("GET", f"/api/v1/claims/{claim}/history/", token=editor).body["results"]
    assert [event["seq"] for event in history] == list(range(1, len(history) + 1))
    assert [event["type"] for event in history] == [
        "claim.recorded",
        "claim.queued",
        "claim.taken",
        "evidence.added",
        "claim.proposed",
        "claim.approved",
        "review.published",
    ]
    assert [event["actor"] for event in history][:3] == ["author", "system", "author"]


def _assert_spans_and_people(article: dict[str, Any]) -> None:
    """Every claim stands where the sample says, said and reported by whom the sample says."""
    text = SAMPLE["article"]["text"]
    for claim, expected in zip(article["claims"], SAMPLE["expected"], strict=True):
        place = claim["appearances"][0]
        quotes = [segment["selectors"][0]["exact"] for segment in place["segments"]]
        spans = [(found["selectors"][1]["start"], found["selectors"][1]["end"]) for found in place["segments"]]
        assert quotes == expected["quotes"]
        assert [text[start:end] for start, end in spans] == quotes
        assert [found["name"] for found in claim["claimants"]] == expected["claimants"]
        assert [
            [link["claimant"] and link["claimant"]["name"], link["relation"], link["basis"], link["as_named"]]
            for link in place["attribution"]
        ] == expected["chain"]


def _assert_public(service: Service, claim: dict[str, Any]) -> None:
    path = claim["publication"]["url"].removeprefix(service.address)
    page = service.ask("GET", path)
    assert page.status == 200
    assert "It is not so" in page.body
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.body, re.DOTALL)
    document = json.loads(block)
    assert document["@type"] == "ClaimReview"
    assert document["url"] == claim["publication"]["url"]
    assert document["claimReviewed"] == claim["statement"]
    assert document["reviewRating"]["alternateName"] == "False"


def test_the_tour_of_the_guide_works_as_it_is_written(service: Service, desk: Desk, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    text = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
    [tour] = re.findall(r"<!-- tour.*?-->\n```sh\n(.*?)```", text, re.DOTALL)
    reviewer = make_member(desk.newsroom, Role.REVIEWER, "tourist")
    environ = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "API": f"{service.address}/api/v1",
        "TOKEN": make_token(reviewer),
        "SECOND": make_token(desk.editor),
    }
    done = subprocess.run(["bash", "-eu", "-c", tour], env=environ, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answers = {path.stem: json.loads(path.read_text()) for path in tmp_path.glob("*.json")}
    assert answers["claim"]["status"] == "in_review"
    assert answers["proposed"]["status"] == "in_approval"
    assert answers["published"]["publication"]["state"] == "published"
    assert [row["id"] for row in answers["list"]["results"]] == [answers["claim"]["id"]]


def test_a_body_in_chunks_is_refused_by_the_real_server(make_service: Callable[..., Service], desk: Desk) -> None:
    service = make_service()
    service.start("web")
    service.wait_until_ready()
    asking = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
    headers = {"Authorization": f"Bearer {make_token(desk.author)}", "Content-Type": "application/json"}
    asking.request("POST", "/api/v1/claims/", iter([b'{"statement": ', b'"In chunks."}']), headers, encode_chunked=True)
    response = asking.getresponse()
    assert (response.status, json.loads(response.read())["code"]) == (411, "length_required")
    asking.close()
    # What is too large is told while the client still sends.
    large = service.ask("POST", "/api/v1/articles/", {"text": "a" * 6_000_000}, token=make_token(desk.author))
    assert (large.status, large.body["code"]) == (413, "too_large")
