"""The fields that clients were promised, by name: answers may grow, these stay."""

from typing import Any

from tests.api.world import ARTICLE, World

CLAIM = {
    "id", "statement", "status", "kind", "claimant", "claimants", "claimant_match", "date", "topics", "in_language",
    "priority", "verdict", "publication", "assignment", "appearances", "allowed_acts", "revision", "created_at",
    "updated_at",
}  # fmt: skip
ROW = {
    "id", "statement", "status", "kind", "claimant", "priority", "due", "rating", "publication", "assignment",
    "article", "revision", "created_at", "updated_at",
}  # fmt: skip


def _has(body: dict[str, Any], *names: str) -> None:
    assert set(names) <= set(body), body


def test_a_claim_has_every_promised_field(world: World) -> None:
    api = world.api()
    claim = api.get(f"claims/{world.claims['published'].pk}/").body
    assert set(claim) >= CLAIM
    _has(claim["claimant"], "id", "name", "kind")
    _has(claim["priority"]["parts"][0], "name", "value", "reason")
    assert sum(part["value"] for part in claim["priority"]["parts"]) == claim["priority"]["value"]
    assert claim["verdict"]["rating"] == {"code": "half-true", "value": 3, "best": 5, "worst": 1, "label": "Half true"}
    _has(claim["verdict"], "id", "explanation", "author", "approvals")
    approvals = claim["verdict"]["approvals"]
    assert [(found["approver"], found["agrees"], found["current"]) for found in approvals] == [
        ("ours-author", True, True)
    ]
    _has(claim["publication"], "state", "url", "headline", "date_published", "date_modified")
    place = claim["appearances"][0]
    _has(place, "id", "article", "version", "speech", "anchor", "segments", "attribution")
    assert place["anchor"] == "unchanged"
    quote, position = place["segments"][0]["selectors"]
    assert set(quote) == {"type", "exact", "prefix", "suffix"}
    assert set(position) == {"type", "start", "end"}
    assert (quote["type"], position["type"]) == ("TextQuoteSelector", "TextPositionSelector")
    _has(place["attribution"][0], "claimant", "relation", "basis", "as_named")


def test_a_row_of_a_list_has_every_promised_field(world: World) -> None:
    api = world.api()
    rows = {row["id"]: row for row in api.walk("claims/")}
    row = rows[str(world.claims["published"].pk)]
    assert set(row) >= ROW
    assert row["rating"] == "half-true"
    assert row["publication"] == {"state": "published"}
    assert set(row["priority"]) == {"value"}
    assert row["article"] == {"id": str(world.ids["article_id"]), "headline": "ours headline"}


def test_an_article_answers_with_what_was_made_of_it(world: World) -> None:
    article = world.api().post("articles/", ARTICLE).body
    _has(article, "id", "headline", "publisher", "intake", "version", "existing", "claims")
    assert article["publisher"]["name"] == "The Gazette"
    assert article["intake"] == {"state": "ready", "detail": ""}
    assert article["version"]["number"] == 1
    assert len(article["version"]["text_sha256"]) == 64
    assert set(article["claims"][0]) >= CLAIM


def test_the_queue_and_what_a_claim_waits_for(world: World) -> None:
    api = world.api("author")
    taken = api.post("queue/next/").body
    assert set(taken) == {"claim", "why"}
    _has(taken["claim"]["assignment"], "reviewer", "stage", "held_until")
    waiting = api.get(f"claims/{taken['claim']['id']}/waiting-for/").body
    assert {"propose"} <= {step["act"] for step in waiting["acts"]}
    blockers = [found for step in waiting["acts"] for found in step["blocked_by"]]
    assert "evidence_missing" in {found["code"] for found in blockers}
    assert all(found["detail"].endswith((".", "!")) for found in blockers)
    while api.post("queue/next/").body["claim"] is not None:
        pass
    nothing = api.post("queue/next/").body
    assert nothing["why"]


def test_an_event_of_the_history(world: World) -> None:
    events = world.api().get(f"claims/{world.claims['published'].pk}/history/").body["results"]
    assert all(set(event) == {"seq", "type", "actor", "occurred_at", "changes"} for event in events)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    recorded = events[0]
    assert (recorded["type"], recorded["actor"]) == ("claim.recorded", "ours-submitter")
    assert recorded["changes"]["status"] == {"before": None, "after": "recorded"}
    assert "system" in {event["actor"] for event in events}
