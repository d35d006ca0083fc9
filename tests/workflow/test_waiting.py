"""What a claim waits for, for one person and for anybody, in words."""

import pytest

from claims.access import Actor
from claims.models import Claim, User
from claims.vocab import Act, Role, Status
from claims.workflow import claims, queue
from claims.workflow.waiting import NextStep, waiting_for
from tests.build import Desk, claim_in, make_claim, make_corrected, make_member, make_published, make_retracted, person


def steps(claim: Claim, actor: Actor) -> dict[Act, list[str]]:
    return {step.act: [refusal.code for refusal in step.blocked_by] for step in waiting_for(claim=claim, actor=actor)}


def only_step(claim: Claim, actor: Actor) -> NextStep:
    [step] = waiting_for(claim=claim, actor=actor)
    return step


def test_a_claim_in_review_waits_for_its_evidence_and_for_whoever_has_it(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    assert steps(claim, desk.author) == {Act.PROPOSE: ["evidence_missing"]}
    assert steps(claim, desk.editor) == {Act.PROPOSE: ["not_holder", "evidence_missing"]}
    applies_to = [refusal.applies_to for refusal in only_step(claim, desk.editor).blocked_by]
    assert applies_to == ["you", "anybody"]


def test_everything_that_is_missing_is_told_at_once(desk: Desk) -> None:
    claim = make_claim(desk.author, claimant=None, kind="opinion")
    queue.take(actor=desk.author, claim_id=claim.pk)
    claim.refresh_from_db()
    assert steps(claim, desk.author) == {Act.PROPOSE: ["opinion", "claimant_missing", "evidence_missing"]}


def test_a_verdict_waits_for_somebody_else(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    assert steps(claim, desk.author) == {Act.APPROVE: ["self_approval"]}
    assert steps(claim, desk.editor) == {Act.APPROVE: []}


def test_where_nobody_may_approve_it_is_said_with_what_stands_in_each_ones_way(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    third = make_member(desk.newsroom, Role.REVIEWER)
    claims.edit(actor=desk.editor, claim_id=claim.pk, fields=claims.ClaimFields(context="In a speech."))
    assert steps(claim, desk.author) == {Act.APPROVE: ["self_approval"]}  # the third still may
    queue.recuse(actor=third, claim_id=claim.pk, reason="My sister works there.")
    claim.refresh_from_db()
    step = only_step(claim, desk.author)
    assert [refusal.code for refusal in step.blocked_by] == ["self_approval", "nobody_may_approve"]
    nobody = step.blocked_by[-1]
    assert nobody.applies_to == "anybody"
    for actor, why in (
        (desk.author, "You wrote this verdict"),
        (desk.editor, "You changed"),
        (third, "You have recused"),
    ):
        assert f"{person(actor).get_username()}: {why}" in nobody.detail
    assert "My sister" not in nobody.detail


def test_somebody_who_has_left_is_nobody_who_may_approve(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    User.objects.filter(pk=person(desk.editor).pk).update(is_active=False)
    assert steps(claim, desk.author) == {Act.APPROVE: ["self_approval", "nobody_may_approve"]}


@pytest.mark.parametrize(
    ("make", "acts"),
    [
        (make_published, [Act.CORRECT, Act.RETRACT]),
        (make_retracted, [Act.CORRECT]),
        (make_corrected, [Act.CORRECT, Act.RETRACT]),
    ],
)
def test_what_is_out_waits_for_nothing_but_a_correction(desk: Desk, make: object, acts: list[Act]) -> None:
    assert callable(make)
    claim = make(author=desk.author, editor=desk.editor)
    assert steps(claim, desk.editor) == {act: [] for act in acts}
    assert steps(claim, desk.author) == {act: ["not_permitted"] for act in acts}
