"""Tags and revisions: what was read is not sent twice, and nothing is overwritten that was not seen."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from claims.models import Claim
from claims.vocab import Status
from tests.api.calling import Answer, Api
from tests.api.world import PROPOSAL
from tests.build import Desk, claim_in, make_claim, make_evidence, make_published

TAG = re.compile(r'"(\d+)\.[0-9a-f]{16}"')


def test_the_tag_is_the_revision_and_what_was_answered(desk: Desk, api: Api) -> None:
    claim = make_claim(desk.author)
    answer = api.get(f"claims/{claim.pk}/")
    found = TAG.fullmatch(answer.etag)
    assert found is not None
    assert int(found[1]) == answer.body["revision"] == 1
    assert api.get(f"claims/{claim.pk}/").etag == answer.etag
    wider = api.get(f"claims/{claim.pk}/?expand=evidence")
    assert wider.etag != answer.etag
    assert wider.etag.partition(".")[0] == answer.etag.partition(".")[0]


def test_what_is_known_is_not_sent_again(desk: Desk, api: Api) -> None:
    claim = make_claim(desk.author)
    tag = api.etag(claim.pk)
    for known in (tag, f'"1.0000000000000000", {tag}', "*"):
        again = api.get(f"claims/{claim.pk}/", If_None_Match=known)
        assert (again.status, again.raw, again.etag) == (304, b"", tag), known
    for other in ('"1"', '"1.0000000000000000"', f"W/{tag}", "nonsense"):
        assert api.get(f"claims/{claim.pk}/", If_None_Match=other).status == 200, other


def test_a_change_that_is_no_revision_is_still_sent(desk: Desk, api: Api, editing: Api) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    tag = api.etag(claim.pk)
    editing.act(claim.pk, "mark-urgent", {"reason": "It spreads."})
    after = api.get(f"claims/{claim.pk}/", If_None_Match=tag)
    assert after.status == 200
    assert after.etag.partition(".")[0] == tag.partition(".")[0]
    assert after.etag != tag


def test_the_two_forms_of_if_match_and_a_tag_of_another_body(desk: Desk, api: Api) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    revision = api.get(f"claims/{claim.pk}/").body["revision"]
    for form in ('"{}"', '"{}.0000000000000000"', ' "{}" '):
        done = api.patch(f"claims/{claim.pk}/", {"context": f"C {revision}"}, If_Match=form.format(revision))
        assert done.status == 200, done.body
        revision += 1
        assert done.body["revision"] == revision
        assert done.etag.startswith(f'"{revision}.')


def test_two_editors_of_one_claim_do_not_overwrite_each_other(desk: Desk, api: Api, editing: Api) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    tag = api.etag(claim.pk)
    assert api.patch(f"claims/{claim.pk}/", {"context": "First"}, If_Match=tag).status == 200
    second = editing.patch(f"claims/{claim.pk}/", {"context": "Second"}, If_Match=tag)
    assert (second.status, second.code) == (412, "stale_revision")
    assert second.body["current_revision"] == Claim.objects.get(pk=claim.pk).revision
    assert Claim.objects.get(pk=claim.pk).context == "First"


Step = Callable[[Api, Api, str], Answer]


def _act(act: str, body: Any = None, *, by_editor: bool = False) -> Step:
    return lambda api, editing, pk: (editing if by_editor else api).act(pk, act, body)


def _patch(**fields: Any) -> Step:
    return lambda api, _, pk: api.patch(f"claims/{pk}/", fields, If_Match=api.etag(pk))


def _evidence(api: Api, editing: Api, pk: str) -> Answer:
    body = {"claim": pk, "source": {"kind": "primary", "url": "https://e.example.org/1"}, "stance": "refutes"}
    return api.post("evidence/", body)


#: Each step starts from the status beside it; whether the revision rises with it.
RISES: list[tuple[str, Status, Step]] = [
    ("a status", Status.QUEUED, _act("take")),
    ("a status on hold", Status.IN_REVIEW, _act("hold", {"until": "2031-01-01T00:00:00Z"})),
    ("the statement", Status.IN_REVIEW, _patch(statement="Another")),
    ("the context", Status.IN_REVIEW, _patch(context="Another")),
    ("the kind", Status.IN_REVIEW, _patch(kind="promise")),
    ("the claimants", Status.IN_REVIEW, _patch(claimants=[{"name": "A"}, {"name": "B"}])),
    ("evidence", Status.IN_REVIEW, _evidence),
    ("the verdict and the public text", Status.IN_REVIEW, _act("propose", PROPOSAL)),
    ("an approval", Status.IN_APPROVAL, _act("approve", by_editor=True)),
    ("a publication", Status.APPROVED, _act("publish", by_editor=True)),
]
STAYS: list[tuple[str, Status, Step]] = [
    ("the priority", Status.QUEUED, _act("prioritise", {"delta": 3, "reason": "R"})),
    ("a due date", Status.QUEUED, _act("set-due", {"due": "2031-01-01T00:00:00Z"})),
    ("urgency", Status.QUEUED, _act("mark-urgent", {"reason": "R"}, by_editor=True)),
    ("a take for approval", Status.IN_APPROVAL, _act("take", {"stage": "approve"}, by_editor=True)),
    ("a recusal of somebody without it", Status.QUEUED, _act("recuse", {"reason": "R"})),
]


@pytest.mark.parametrize(("status", "step"), [pytest.param(*row[1:], id=row[0]) for row in RISES])
def test_the_revision_rises_with(status: Status, step: Step, desk: Desk, api: Api, editing: Api) -> None:
    claim = claim_in(status, author=desk.author, editor=desk.editor)
    before = claim.revision
    answer = step(api, editing, str(claim.pk))
    assert answer.status in {200, 201}, answer.body
    claim.refresh_from_db()
    assert claim.revision > before


@pytest.mark.parametrize(("status", "step"), [pytest.param(*row[1:], id=row[0]) for row in STAYS])
def test_the_revision_does_not_rise_with(status: Status, step: Step, desk: Desk, api: Api, editing: Api) -> None:
    claim = claim_in(status, author=desk.author, editor=desk.editor)
    answer = step(api, editing, str(claim.pk))
    assert answer.status == 200, answer.body
    assert answer.body["revision"] == claim.revision


def test_withdrawn_evidence_and_a_retraction_are_revisions_too(desk: Desk, api: Api, editing: Api) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    item = make_evidence(desk.author, claim)
    before = api.get(f"claims/{claim.pk}/").body["revision"]
    assert api.post(f"evidence/{item.pk}/withdraw/", {"reason": "R"}).status == 200
    assert api.get(f"claims/{claim.pk}/").body["revision"] == before + 1
    published = make_published(author=desk.author, editor=desk.editor)
    retracted = editing.act(published.pk, "retract", {"reason": "R"})
    assert retracted.body["revision"] > published.revision


def test_a_list_has_no_tag_and_is_kept_by_nobody(api: Api) -> None:
    answer = api.get("claims/")
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"
