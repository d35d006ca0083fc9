"""What somebody outside the desk is told: their own claims, a coarse state and nothing of the work before it is out."""

import json
from typing import Any

import pytest

from claims.models import Claim, Submission
from claims.selectors.members import actor_in
from claims.vocab import Role, Status
from claims.workflow import reviews, verdicts
from tests.api.calling import Api, make_token
from tests.api.contract import operations
from tests.build import Desk, claim_in, make_article, make_claim, make_evidence, make_member, person, verdict_input
from tests.build import make_retracted as retract
from tests.workflow.doing import link_as_row, make_tip

#: Words that only the desk may read; each stands in the field that it is named after.
SECRET = "hush"
VERDICT = verdict_input(
    explanation=f"{SECRET} explanation",
    headline=f"{SECRET} headline",
    summary=f"{SECRET} summary",
    body=f"{SECRET} body",
    looked_for=f"{SECRET} looked for",
)
READS = sorted(found.id for found in operations().values() if found.method == "get")


@pytest.fixture
def own(desk: Desk) -> Any:
    """The submitter who sends in, and their API."""
    return make_member(desk.newsroom, Role.SUBMITTER, "sender")


@pytest.fixture
def sending(own: Any) -> Api:
    return Api(make_token(own))


def _sent(own: Any, statement: str = "Unemployment has fallen to 4 per cent.") -> Claim:
    return make_claim(own, statement)


def _worked_on(desk: Desk, claim: Claim, status: Status) -> Claim:
    return claim_in(status, author=desk.author, editor=desk.editor, claim=claim, verdict=VERDICT)


def _tip_of(claim: Claim) -> Submission:
    """A tip of whoever recorded the claim, linked to it."""
    assert claim.recorded_by is not None
    sender = actor_in(user=claim.recorded_by, newsroom_id=claim.newsroom_id)
    assert sender is not None
    tip = make_tip(sender)
    link_as_row(tip, claim)
    return tip


def _everything(sending: Api, desk: Desk, claim: Claim) -> str:
    """All that the submitter can read, from every operation that reads, in one text."""
    review = claim.reviews.first()
    item = claim.evidence.first()
    ids = {
        "claim_id": claim.pk,
        "review_id": review.pk if review else claim.pk,
        "evidence_id": item.pk if item else claim.pk,
        "source_id": item.source_id if item else claim.pk,
        "article_id": claim.pk,
        "claimant_id": claim.claim_claimants.all()[0].claimant_id,
        "submission_id": _tip_of(claim).pk,
    }
    found = []
    for operation_id in READS:
        operation = operations()[operation_id]
        declared = {parameter["name"]: parameter for parameter in operation.declared.get("parameters", [])}
        is_of_claims = "expand" in declared and "submissions" not in operation.path
        expand = "?expand=claimant,claimants,verdict,evidence,appearances,topics" if is_of_claims else ""
        answer = sending.get(operation.path.format(**ids) + expand)
        assert answer.status in {200, 400, 403, 404}, answer.body
        found.append(answer.raw.decode())
    return "\n".join(found)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (Status.RECORDED, "received"),
        (Status.QUEUED, "received"),
        (Status.IN_REVIEW, "being_checked"),
        (Status.ON_HOLD, "being_checked"),
        (Status.IN_APPROVAL, "being_checked"),
        (Status.APPROVED, "being_checked"),
        (Status.DECLINED, "declined"),
        (Status.DUPLICATE, "declined"),
    ],
)
def test_before_publication_only_a_coarse_state_is_told(
    status: Status, told: str, desk: Desk, own: Any, sending: Api
) -> None:
    claim = _worked_on(desk, _sent(own), status)
    body = sending.get(f"claims/{claim.pk}/").body
    assert body["status"] == told
    assert (body["verdict"], body["publication"], body["assignment"], body["priority"]) == (None, None, None, None)
    assert (body["allowed_acts"], body["due"], body["urgent"], body["duplicate_of"]) == ([], None, False, None)
    rows = sending.get("claims/?expand=verdict,evidence").body["results"]
    assert [(row["id"], row["status"], row["rating"]) for row in rows] == [(str(claim.pk), told, None)]
    assert rows[0]["evidence"] == []
    text = _everything(sending, desk, claim)
    for word in (SECRET, "author", "editor", "false", "statistics.example.org", "priority_parts"):
        assert f'"{word}"' not in text, word
        if word in {SECRET, "statistics.example.org"}:
            assert word not in text


def test_what_the_desk_did_is_no_part_of_the_history(desk: Desk, own: Any, sending: Api) -> None:
    claim = _worked_on(desk, _sent(own), Status.APPROVED)
    history = sending.get(f"claims/{claim.pk}/history/").body["results"]
    assert [(event["type"], event["changes"]) for event in history] == [("claim.recorded", {})]
    reviews.publish(actor=desk.editor, claim_id=claim.pk)
    types = [event["type"] for event in sending.get(f"claims/{claim.pk}/history/").body["results"]]
    assert types == ["claim.recorded", "review.published"]
    assert "editor" not in json.dumps(sending.get(f"claims/{claim.pk}/history/").body)


def test_what_is_published_is_told_and_the_draft_of_a_correction_is_not(desk: Desk, own: Any, sending: Api) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor, claim=_sent(own))
    reviews.publish(actor=desk.editor, claim_id=claim.pk)
    body = sending.get(f"claims/{claim.pk}/").body
    assert (body["status"], body["publication"]["state"]) == ("published", "published")
    assert body["publication"]["headline"] == "Unemployment has not fallen"
    assert body["verdict"] is None
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason=f"{SECRET} reason")
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=VERDICT)
    assert sending.get(f"claims/{claim.pk}/").body["status"] == "published"
    assert SECRET not in _everything(sending, desk, claim)
    review = sending.get("claim-reviews/").body["results"][0]
    assert (review["headline"], review["revision"]) == ("Unemployment has not fallen", 1)
    document = sending.get(f"claim-reviews/{review['id']}/claimreview.jsonld")
    assert document.body["reviewRating"]["alternateName"] == "False"


def test_of_a_retracted_review_the_text_is_gone(desk: Desk, own: Any, sending: Api) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor, claim=_sent(own), verdict=VERDICT)
    reviews.publish(actor=desk.editor, claim_id=claim.pk)
    retract(author=desk.author, editor=desk.editor, claim=claim)
    body = sending.get(f"claims/{claim.pk}/").body
    assert body["publication"]["state"] == "retracted"
    # The address stays, with the words of the headline in it.
    assert SECRET not in _everything(sending, desk, claim).replace(body["publication"]["url"], "")


@pytest.mark.parametrize(
    "query", ["status=in_approval", "rating=false", "assignee=author", "due_before=2031-01-01T00:00:00Z"]
)
def test_no_filter_tells_what_the_desk_is_doing(query: str, desk: Desk, own: Any, sending: Api) -> None:
    _worked_on(desk, _sent(own), Status.IN_APPROVAL)
    assert sending.get(f"claims/?{query}").status in {400, 403}
    for order in ("priority", "-priority", "due", "-due", "updated"):
        assert sending.get(f"claims/?order={order}").status in {400, 403}
    assert len(sending.get("claims/?order=created&kind=fact").body["results"]) == 1


def test_what_others_sent_is_not_there(desk: Desk, sending: Api) -> None:
    other = make_member(desk.newsroom, Role.SUBMITTER, "other-sender")
    claim = _worked_on(desk, make_claim(other), Status.IN_REVIEW)
    article = make_article(other)
    make_evidence(desk.author, claim)
    for path in (f"claims/{claim.pk}/", f"claims/{claim.pk}/history/", f"articles/{article.article.pk}/"):
        assert sending.get(path).status == 404, path
    for path in ("claims/", "articles/", "claim-reviews/"):
        assert sending.get(path).body["results"] == [], path
    assert sending.post(f"claims/{claim.pk}/take/").status == 404
    similar = sending.post("claims/", {"statement": claim.statement}).body["similar"]
    assert similar == []


def test_a_submitter_records_and_does_nothing_else(desk: Desk, own: Any, sending: Api) -> None:
    claim = _worked_on(desk, _sent(own), Status.APPROVED)
    bodies: dict[str, Any] = {
        "hold": {"until": "2031-01-01T00:00:00Z"},
        "decline": {"reason_code": "opinion"},
        "mark-duplicate": {"of": str(_sent(own, "Another.").pk)},
        "assign": {"reviewer": person(own).username},
        "prioritise": {"delta": 1, "reason": "R"},
        "set-due": {"due": None},
        "appearances": {"url": "https://video.example.org/1"},
        "split": {"parts": [{"statement": "Half."}]},
        "adopt": {"same_meaning": True, "same_figures": True, "still_true": True},
        "propose": {"rating": "true", "explanation": "E", "review": {"headline": "H", "summary": "S"}},
    }
    below = "/api/v1/claims/{claim_id}/"
    posts = [found.path for found in operations().values() if found.method == "post" and found.path.startswith(below)]
    for act in (path.removeprefix(below).strip("/") for path in posts):
        with_reason = act in {"send-back", "reopen", "correct", "retract", "mark-urgent", "recuse"}
        answer = sending.act(claim.pk, act, bodies.get(act, {"reason": "R"} if with_reason else {}))
        assert (answer.status, answer.code) == (403, "not_permitted"), (act, answer.body)
    assert sending.patch(f"claims/{claim.pk}/", {"context": "C"}, If_Match=sending.etag(claim.pk)).status == 403
