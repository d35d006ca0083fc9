"""Tips over REST: sent in, read by the desk and coarsely by who sent them, and what is done with them."""

import base64
import json
from typing import Any

import pytest
from django.test import Client

from claims.access import Actor
from claims.models import Claim, ClaimReview, Membership, Submission
from claims.selectors.submissions import submission_of_secret
from claims.vocab import Channel, DeclineReason, Scope, Status
from claims.workflow import claims as claim_acts
from claims.workflow import reviews, submissions, tokens
from claims.workflow.inputs import SubmissionInput
from tests.build import Desk, claim_in, make_claim, make_published, person
from tests.record import all_rows

V1 = "/api/v1/"
CONTACT = "anna@reader.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


class Caller:
    """Asks as the bearer of one token; without anybody, as nobody."""

    def __init__(self, actor: Actor | None, *scopes: Scope) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {}
        if actor is not None:
            membership = Membership.objects.get(newsroom_id=actor.newsroom_id, user=person(actor))
            self.headers["Authorization"] = f"Bearer {tokens.make(membership=membership, scopes=scopes)}"

    def get(self, path: str, *, expect: int = 200) -> Any:
        response = self.client.get(V1 + path, headers=self.headers)
        assert response.status_code == expect, response.content
        return response.json()

    def post(self, path: str, body: Any = None, *, expect: int = 200) -> Any:
        content = json.dumps(body or {})
        response = self.client.post(V1 + path, content, content_type="application/json", headers=self.headers)
        assert response.status_code == expect, response.content
        return response.json()


@pytest.fixture
def reviewing(author: Actor) -> Caller:
    return Caller(author)


@pytest.fixture
def editing(editor: Actor) -> Caller:
    return Caller(editor)


def tip(actor: Actor, text: str = "Unemployment has fallen to 4, they say.", **given: Any) -> Submission:
    made = submissions.submit(actor=actor, given=SubmissionInput(text=text, **given), channel=Channel.API)
    return made.submission


def without_tokens(rows: dict[str, Any]) -> dict[str, Any]:
    """Tokens note their last use, events that a token was made: of those alone nothing is asked here."""
    return {table: found for table, found in rows.items() if table != "claims_apitoken"}


# Sending in


def test_a_tip_is_sent_with_a_file_and_its_status_link_is_told_once(reviewing: Caller) -> None:
    sent = reviewing.post(
        "submissions/",
        {
            "text": "They say so.",
            "url": "https://radio.example/1",
            "contact": CONTACT,
            "in_language": "en",
            "file": {"name": "../x.exe", "content": base64.b64encode(PNG).decode()},
        },
        expect=201,
    )
    assert (sent["state"], sent["channel"], sent["has_contact"], sent["claims"]) == ("new", "api", True, [])
    assert sent["file"] == {
        "name": "x.png",
        "media_type": "image/png",
        "size": len(PNG),
        "sha256": bytes(Submission.objects.get().file.sha256).hex(),
    }
    assert sent["allowed_acts"] == ["link", "make-claim", "answer", "decline"]
    assert CONTACT not in str(sent)
    address, _, secret = sent["status_url"].removesuffix("/").rpartition("/")
    assert address.endswith("/tips/status")
    assert submission_of_secret(secret) == Submission.objects.get()
    assert "status_url" not in reviewing.get(f"submissions/{sent['id']}/")
    assert "status_url" not in str(reviewing.get("submissions/"))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": None, "url": None, "file": None}, "/text"),
        ({"text": "x" * 20_001}, "/text"),
        ({"text": "a\0b"}, "/text"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"text": "t", "contact": "x" * 501}, "/contact"),
        ({"text": "t", "in_language": "not a tag"}, "/in_language"),
        ({"text": "t", "file": {"name": "a", "content": "not base64!"}}, "/file/content"),
        ({"text": "t", "file": {"name": "a"}}, "/file/content"),
        ({"text": "t", "file": {"name": "a", "content": ""}}, "/file"),
        ({"text": "t", "file": {"name": "a", "content": base64.b64encode(b"MZ\0").decode()}}, "/file"),
        ({"text": "t", "state": "answered"}, "/state"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(reviewing: Caller, body: Any, pointer: str) -> None:
    before = without_tokens(all_rows())
    answer = reviewing.post("submissions/", body, expect=400)
    assert [error["pointer"] for error in answer["errors"]] == [pointer]
    assert without_tokens(all_rows()) == before


def test_a_file_of_five_mebibytes_fits_and_a_larger_one_is_refused(reviewing: Caller) -> None:
    largest = base64.b64encode(b"a" * (5 * 1024 * 1024)).decode()
    reviewing.post("submissions/", {"file": {"name": "a.txt", "content": largest}}, expect=201)
    larger = base64.b64encode(b"a" * (5 * 1024 * 1024 + 1)).decode()
    answer = reviewing.post("submissions/", {"file": {"name": "a.txt", "content": larger}}, expect=400)
    assert answer["errors"][0]["code"] == "file_too_large"
    reviewing.post("submissions/", {"text": "x" * (9 * 1024 * 1024)}, expect=413)


# Who sees what


def test_a_submitter_sees_their_own_tips_coarsely_and_nobody_elses(
    desk: Desk, submitter: Actor, reviewing: Caller
) -> None:
    sending = Caller(submitter)
    mine = sending.post("submissions/", {"text": "It is so.", "contact": CONTACT}, expect=201)
    assert (mine["state"], mine["allowed_acts"]) == ("received", [])
    other = tip(desk.author)
    assert [row["id"] for row in sending.get("submissions/")["results"]] == [mine["id"]]
    sending.get(f"submissions/{other.pk}/", expect=404)
    for act, body in (("link", {"claim": mine["id"]}), ("decline", {"reason_code": "opinion"}), ("reopen", {})):
        sending.post(f"submissions/{mine['id']}/{act}/", body, expect=403)
        sending.post(f"submissions/{other.pk}/{act}/", body, expect=404)
    sending.post("submissions/bulk/", {"act": "reopen", "submissions": [mine["id"]]}, expect=403)
    for asked in ("state=new", "expand=suggestions", "channel=api", "q=so"):
        sending.get(f"submissions/?{asked}", expect=400)
    for asked in ("contact", "suggestions"):
        sending.get(f"submissions/{mine['id']}/?expand={asked}", expect=403)

    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    reviewing.post(f"submissions/{mine['id']}/link/", {"claim": str(claim.pk)})
    seen = sending.get(f"submissions/{mine['id']}/")
    assert (seen["state"], seen["claims"], seen["answers"]) == ("being_checked", [], [])
    assert str(claim.pk) not in str(seen)
    assert claim.statement not in str(seen)
    reviewing_too = Caller(desk.editor)
    reviewing_too.client.post(
        f"{V1}claims/{claim.pk}/approve/",
        "{}",
        content_type="application/json",
        headers={**reviewing_too.headers, "If-Match": f'"{claim.revision}"'},
    )
    reviews.publish(actor=desk.editor, claim_id=claim.pk)
    seen = sending.get(f"submissions/{mine['id']}/")
    review = ClaimReview.objects.get(claim=claim)
    assert seen["state"] == "published"
    assert [found["url"].endswith(f"/reviews/{review.slug}/") for found in seen["answers"]] == [True]


def test_a_submitter_is_told_why_it_is_not_followed_up(desk: Desk, submitter: Actor) -> None:
    sending = Caller(submitter)
    first, second = tip(submitter), tip(submitter)
    submissions.decline(actor=desk.author, submission_id=first.pk, reason_code=DeclineReason.OUTSIDE_OUR_FIELD)
    claim = make_claim(desk.author)
    submissions.link(actor=desk.author, submission_id=second.pk, claim_id=claim.pk)
    claim_acts.decline(actor=desk.author, claim_id=claim.pk, reason_code=DeclineReason.OPINION)
    told = {row["id"]: (row["state"], row["decline_reason"]) for row in sending.get("submissions/")["results"]}
    assert told == {str(first.pk): ("declined", "outside_our_field"), str(second.pk): ("declined", "opinion")}


def test_what_is_another_newsrooms_is_not_there(desk: Desk, stranger: Actor, reviewing: Caller) -> None:
    theirs = tip(stranger, "zqtheirs", contact=CONTACT)
    assert reviewing.get("submissions/?expand=suggestions")["results"] == []
    for path in ("", "file/", "?expand=contact"):
        reviewing.get(f"submissions/{theirs.pk}/{path}", expect=404)
    for act, body in (
        ("link", {"claim": str(make_claim(desk.author).pk)}),
        ("make-claim", {}),
        ("answer", {"review": str(theirs.pk)}),
        ("decline", {"reason_code": "opinion"}),
        ("reopen", {}),
    ):
        reviewing.post(f"submissions/{theirs.pk}/{act}/", body, expect=404)
    foreign = make_claim(stranger, "zqtheirs claim")
    mine = tip(desk.author)
    answer = reviewing.post(f"submissions/{mine.pk}/link/", {"claim": str(foreign.pk)}, expect=400)
    assert [(error["pointer"], error["code"]) for error in answer["errors"]] == [("/claim", "not_found")]
    assert reviewing.get(f"submissions/?claim={foreign.pk}")["results"] == []


def test_nobody_reads_or_sends_anything(desk: Desk) -> None:
    nobody = Caller(None)
    found = tip(desk.author)
    nobody.get("submissions/", expect=401)
    nobody.get(f"submissions/{found.pk}/", expect=401)
    nobody.get(f"submissions/{found.pk}/file/", expect=401)
    nobody.post("submissions/", {"text": "t"}, expect=401)


# Contacts


def test_a_contact_is_in_no_answer_but_where_an_editor_asks_for_it(
    desk: Desk, reviewing: Caller, editing: Caller, admin: Actor
) -> None:
    found = tip(desk.author, contact=CONTACT)
    claim = make_claim(desk.author)
    answers = [
        reviewing.get("submissions/?expand=suggestions"),
        reviewing.get(f"submissions/{found.pk}/?expand=suggestions"),
        editing.get("submissions/"),
        editing.get(f"submissions/{found.pk}/"),
        reviewing.post(f"submissions/{found.pk}/link/", {"claim": str(claim.pk)}),
        reviewing.get(f"claims/{claim.pk}/history/"),
        reviewing.get(f"claims/{claim.pk}/"),
        reviewing.get(f"submissions/{found.pk}/?expand=contact", expect=403),
        editing.get("submissions/?expand=contact", expect=400),
    ]
    assert CONTACT not in str(answers)
    for asking in (editing, Caller(admin)):
        assert asking.get(f"submissions/{found.pk}/?expand=contact")["contact"] == CONTACT
    narrowed = Caller(desk.editor, Scope.REVIEW)
    narrowed.get(f"submissions/{found.pk}/?expand=contact", expect=403)
    assert editing.get(f"submissions/{tip(desk.author).pk}/?expand=contact")["contact"] is None


def test_a_contact_under_a_lost_key_is_said_to_be_so(desk: Desk, editing: Caller, settings: Any) -> None:
    found = tip(desk.author, contact=CONTACT)
    settings.SEAL_KEYS = ["A" * 43 + "="]
    answer = editing.get(f"submissions/{found.pk}/?expand=contact", expect=409)
    assert answer["code"] == "unknown_seal"


# Files


def test_a_file_is_handed_to_the_desk_to_be_saved_and_to_nobody_to_be_opened(desk: Desk, submitter: Actor) -> None:
    content = b"<script>alert(document.domain)</script>"
    sent = Caller(submitter).post(
        "submissions/",
        {"file": {"name": 'a".html', "content": base64.b64encode(content).decode()}},
        expect=201,
    )
    path = f"submissions/{sent['id']}/file/"
    asking = Caller(desk.author)
    response = asking.client.get(V1 + path, headers=asking.headers)
    assert (response.status_code, response.content) == (200, content)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["Cache-Control"] == "private, no-store"
    Caller(submitter).get(path, expect=403)
    asking.get(f"submissions/{tip(desk.author).pk}/file/", expect=404)


# Lists


def test_the_list_is_walked_to_its_end_in_either_order_and_narrowed(desk: Desk, reviewing: Caller) -> None:
    made = [str(tip(desk.author, f"Number {number}").pk) for number in range(5)]
    submissions.decline(actor=desk.author, submission_id=made[0], reason_code=DeclineReason.OPINION)  # type: ignore[arg-type]

    def walk(query: str) -> list[str]:
        found, path = [], f"submissions/?limit=2&{query}"
        while path:
            answer = reviewing.get(path)
            found += [row["id"] for row in answer["results"]]
            path = (answer["next"] or "").partition("/api/v1/")[2]
        return found

    assert walk("") == made[::-1]
    assert walk("order=received") == made
    assert walk("state=new") == made[:0:-1]
    assert walk("state=declined&state=linked") == made[:1]
    assert walk("q=number 3") == [made[3]]
    assert walk("channel=public_form") == []


def test_suggestions_stand_beside_each_tip_when_asked_for(
    desk: Desk, reviewing: Caller, django_assert_max_num_queries: Any
) -> None:
    published = make_published(author=desk.author, editor=desk.editor)
    opened = make_claim(desk.author, "Unemployment has fallen twice.")
    for _ in range(10):
        tip(desk.author)
    with django_assert_max_num_queries(12):
        rows = reviewing.get("submissions/?expand=suggestions")["results"]
    assert len(rows) == 10
    for row in rows:
        first, second = row["suggestions"]
        assert (first["claim"]["id"], first["rating"], first["score"]) == (str(published.pk), "false", 0.75)
        assert first["review"]["review"] == str(ClaimReview.objects.get().pk)
        assert (second["claim"]["id"], second["review"], second["rating"]) == (str(opened.pk), None, None)
        assert second["why"] == "shares 2 of its 3 words: unemployment, fallen"
    assert "suggestions" not in reviewing.get("submissions/")["results"][0]


# Acts


def test_each_act_answers_with_the_tip(desk: Desk, reviewing: Caller) -> None:
    claim, published = make_claim(desk.author), make_published(author=desk.author, editor=desk.editor)
    review = ClaimReview.objects.get(claim=published)
    linked = reviewing.post(f"submissions/{tip(desk.author).pk}/link/", {"claim": str(claim.pk)})
    assert (linked["state"], [found["id"] for found in linked["claims"]]) == ("linked", [str(claim.pk)])
    body = {"statement": "It is so.", "claimant": {"name": "The mayor", "kind": "person"}, "kind": "fact"}
    made = reviewing.post(f"submissions/{tip(desk.author).pk}/make-claim/", body)
    assert (made["state"], made["claims"][0]["statement"]) == ("linked", "It is so.")
    assert Claim.objects.get(pk=made["claims"][0]["id"]).claim_claimants.get().claimant.name == "The mayor"
    answered = reviewing.post(f"submissions/{tip(desk.author).pk}/answer/", {"review": str(review.pk)})
    assert (answered["state"], answered["answers"][0]["review"]) == ("answered", str(review.pk))
    declined = reviewing.post(f"submissions/{tip(desk.author).pk}/decline/", {"reason_code": "opinion"})
    assert (declined["state"], declined["decline_reason"], declined["allowed_acts"]) == (
        "declined",
        "opinion",
        ["reopen"],
    )
    again = reviewing.post(f"submissions/{declined['id']}/reopen/")
    assert (again["state"], again["decline_reason"]) == ("new", None)
    refused = reviewing.post(f"submissions/{again['id']}/reopen/", expect=409)
    assert refused["code"] == "illegal_move"


def test_the_demand_is_a_part_of_the_claims_priority(desk: Desk, reviewing: Caller) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    for _ in range(2):
        reviewing.post(f"submissions/{tip(desk.author).pk}/link/", {"claim": str(claim.pk)})
    priority = reviewing.get(f"claims/{claim.pk}/")["priority"]
    assert {"name": "demand", "value": 6, "reason": "2 tips ask about it"} in priority["parts"]
    assert priority["value"] == sum(part["value"] for part in priority["parts"])


@pytest.mark.parametrize(
    ("act", "body", "pointer"),
    [
        ("link", {}, "/claim"),
        ("link", {"claim": "x"}, "/claim"),
        ("answer", {"review": None}, "/review"),
        ("decline", {"reason_code": "because"}, "/reason_code"),
        ("decline", {"reason_code": "opinion", "note": "x"}, "/note"),
        ("make-claim", {"claimant": {"name": "A"}, "claimants": [{"name": "B"}]}, "/claimants"),
        ("make-claim", {"topics": ["nowhere"]}, "/topics/0"),
        ("reopen", {"reason": "x"}, "/reason"),
    ],
)
def test_a_wrong_body_is_named(desk: Desk, reviewing: Caller, act: str, body: Any, pointer: str) -> None:
    answer = reviewing.post(f"submissions/{tip(desk.author).pk}/{act}/", body, expect=400)
    assert [error["pointer"] for error in answer["errors"]] == [pointer]


# In bulk


def test_in_bulk_what_was_left_out_is_told_with_the_reason(desk: Desk, stranger: Actor, reviewing: Caller) -> None:
    fresh, foreign = [tip(desk.author) for _ in range(3)], tip(stranger)
    submissions.decline(actor=desk.author, submission_id=fresh[2].pk, reason_code=DeclineReason.OPINION)
    ids = [str(found.pk) for found in (*fresh, foreign)]
    claim = make_claim(desk.author)
    report = reviewing.post("submissions/bulk/", {"act": "link", "submissions": ids, "with": {"claim": str(claim.pk)}})
    assert report["done"] == ids[:2]
    assert [(found["id"], found["code"]) for found in report["left_out"]] == [
        (ids[2], "illegal_move"),
        (ids[3], "not_found"),
    ]
    assert claim.submission_claims.count() == 2


def test_in_bulk_tips_become_one_claim_are_answered_declined_and_put_back(desk: Desk, reviewing: Caller) -> None:
    review = ClaimReview.objects.get(claim=make_published(author=desk.author, editor=desk.editor))
    for act, body, state in (
        ("make-claim", {"statement": "One claim of them all."}, "linked"),
        ("answer", {"review": str(review.pk)}, "answered"),
        ("decline", {"reason_code": "not_checkable"}, "declined"),
    ):
        ids = [str(tip(desk.author).pk) for _ in range(3)]
        report = reviewing.post("submissions/bulk/", {"act": act, "submissions": ids, "with": body})
        assert report == {"done": ids, "left_out": []}
        assert set(Submission.objects.filter(pk__in=ids).values_list("state", flat=True)) == {state}
        assert reviewing.post("submissions/bulk/", {"act": "reopen", "submissions": ids})["done"] == ids
    assert Claim.objects.filter(statement="One claim of them all.").count() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"act": "link", "submissions": []}, "/submissions"),
        ({"act": "publish", "submissions": ["x"]}, "/act"),
        ({"act": "decline", "with": {"reason_code": "opinion"}}, "/submissions"),
    ],
)
def test_a_wrong_bulk_body_is_named(reviewing: Caller, body: Any, pointer: str) -> None:
    answer = reviewing.post("submissions/bulk/", body, expect=400)
    assert pointer in [error["pointer"] for error in answer["errors"]]


def test_the_body_of_a_bulk_act_is_checked_before_anything_is_done(desk: Desk, reviewing: Caller) -> None:
    found = tip(desk.author)
    body = {"act": "decline", "submissions": [str(found.pk)], "with": {"reason_code": "because"}}
    answer = reviewing.post("submissions/bulk/", body, expect=400)
    assert [error["pointer"] for error in answer["errors"]] == ["/with/reason_code"]
    many = {"act": "reopen", "submissions": [str(found.pk)] * 201}
    assert reviewing.post("submissions/bulk/", many, expect=400)["errors"][0]["pointer"] == "/submissions"
