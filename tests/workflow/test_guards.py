"""The rules that stand in an act's way although the status allows it: each refuses, says why, and writes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from claims.access import Actor
from claims.errors import (
    DomainError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    RuleBrokenError,
    StaleRevisionError,
)
from claims.models import Approval, Claimant, Correction, Recusal
from claims.vocab import Act, CorrectionKind, DeclineReason, Role, Stage, Status
from claims.workflow import claimants, evidence, queue, reviews, verdicts
from claims.workflow import claims as acts
from claims.workflow.inputs import ClaimantInput, EvidenceInput, SourceInput, VerdictInput
from claims.workflow.waiting import waiting_for
from tests.build import (
    Desk,
    claim_in,
    evidence_input,
    make_article,
    make_claim,
    make_evidence,
    make_member,
    make_published,
    make_retracted,
    person,
    verdict_input,
)
from tests.record import all_rows, events_of, types_of
from tests.workflow.doing import DO, claim_for


def refused(error: type[DomainError], doing: Callable[[], object]) -> DomainError:
    """Does what must be refused; says with which error, when nothing was written."""
    before = all_rows()
    with pytest.raises(error) as refusal:
        doing()
    assert all_rows() == before
    return refusal.value


def refused_fields(doing: Callable[[], object]) -> list[tuple[str, str]]:
    error = refused(InvalidInputError, doing)
    assert isinstance(error, InvalidInputError)
    return [(problem.pointer, problem.code) for problem in error.problems]


def reviewer(desk: Desk, name: str = "second") -> Actor:
    return make_member(desk.newsroom, Role.REVIEWER, name)


# Two people


def test_the_author_does_not_approve_their_own_verdict(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    error = refused(RuleBrokenError, lambda: verdicts.approve(actor=desk.author, claim_id=claim.pk))
    assert error.code == "self_approval"


def test_an_editor_does_not_approve_their_own_verdict_either(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.editor, editor=desk.editor)
    error = refused(RuleBrokenError, lambda: verdicts.approve(actor=desk.editor, claim_id=claim.pk))
    assert error.code == "self_approval"


@pytest.mark.parametrize("how", [Act.EDIT, Act.ADD_EVIDENCE])
def test_who_changed_the_content_after_the_proposal_does_not_approve_it(desk: Desk, how: Act) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    DO[how](desk.editor, claim)
    assert refused(RuleBrokenError, lambda: DO[Act.APPROVE](desk.editor, claim)).code == "self_approval"
    assert refused(RuleBrokenError, lambda: DO[Act.TAKE_APPROVAL](desk.editor, claim)).code == "self_approval"
    assert verdicts.approve(actor=reviewer(desk), claim_id=claim.pk).status == Status.APPROVED


def test_who_approved_and_then_changed_it_is_no_second_person_any_more(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    DO[Act.EDIT](desk.editor, claim)
    before = Act.EDIT, acts.ClaimFields(context="")
    acts.edit(actor=desk.editor, claim_id=claim.pk, fields=before[1])
    # The content is what they approved once, letter for letter; their word does not count for it now.
    claim.refresh_from_db()
    assert claim.status == Status.IN_APPROVAL
    assert refused(RuleBrokenError, lambda: DO[Act.APPROVE](desk.editor, claim)).code == "self_approval"


def test_who_edited_before_the_proposal_may_approve_it(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    DO[Act.EDIT](desk.editor, claim)
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input())
    assert verdicts.approve(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED


def test_an_approval_can_be_given_again_to_what_was_changed_and_changed_back(desk: Desk) -> None:
    """With two people at the desk nobody else could give it, so the claim would be stuck otherwise."""
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    for context in ("In a speech.", ""):
        acts.edit(actor=desk.author, claim_id=claim.pk, fields=acts.ClaimFields(context=context))
    claim.refresh_from_db()
    assert claim.status == Status.IN_APPROVAL
    assert verdicts.approve(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED
    assert reviews.publish(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED


def test_who_approved_it_and_does_not_agree_any_more_sends_it_back(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    for context in ("In a speech.", ""):
        acts.edit(actor=desk.author, claim_id=claim.pk, fields=acts.ClaimFields(context=context))
    error = refused(
        RuleBrokenError, lambda: verdicts.approve(actor=desk.editor, claim_id=claim.pk, agrees=False, note="No.")
    )
    assert error.code == "already_approved"
    DO[Act.SEND_BACK](desk.editor, claim)
    claim.refresh_from_db()
    assert claim.status == Status.IN_REVIEW


def test_where_two_must_approve_one_does_not_count_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.workflow.rules.APPROVALS_NEEDED", 2)
    monkeypatch.setattr("claims.workflow.verdicts.APPROVALS_NEEDED", 2)
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    assert verdicts.approve(actor=desk.editor, claim_id=claim.pk).status == Status.IN_APPROVAL
    assert refused(RuleBrokenError, lambda: DO[Act.APPROVE](desk.editor, claim)).code == "already_approved"
    assert verdicts.approve(actor=reviewer(desk), claim_id=claim.pk).status == Status.APPROVED


def test_who_does_not_agree_says_why_and_the_author_has_it_back_with_both_ratings(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    assert refused_fields(lambda: verdicts.approve(actor=desk.editor, claim_id=claim.pk, agrees=False)) == [
        ("/note", "required")
    ]
    verdicts.approve(actor=desk.editor, claim_id=claim.pk, agrees=False, rating="half-true", note="It fell by one.")
    claim.refresh_from_db()
    assert claim.status == Status.IN_REVIEW
    assert claim.assignments.get(state="live").reviewer == desk.author.user
    event = events_of(claim)[-1]
    assert event.type == "claim.sent_back"
    assert event.changes["disagreement"] == {"before": "false", "after": "half-true"}
    approval = Approval.objects.get()
    assert (approval.agrees, approval.rating and approval.rating.code) == (False, "half-true")


def test_agreeing_with_another_rating_is_refused(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    found = refused_fields(lambda: verdicts.approve(actor=desk.editor, claim_id=claim.pk, rating="true"))
    assert found == [("/rating", "rating_differs")]


# Whose hands it is in


@pytest.mark.parametrize("act", [Act.SKIP, Act.HOLD, Act.PROPOSE])
def test_what_is_the_holders_is_not_even_the_editors(desk: Desk, act: Act) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    make_evidence(desk.author, claim)
    for other in (desk.editor, reviewer(desk)):
        error = refused(RuleBrokenError, lambda other=other: DO[act](other, claim))  # type: ignore[misc]
        assert (error.code, "author" in error.detail) == ("not_holder", True)


def test_only_the_holder_resumes(desk: Desk) -> None:
    claim = claim_in(Status.ON_HOLD, author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: DO[Act.RESUME](desk.editor, claim)).code == "not_holder"


@pytest.mark.parametrize("act", [Act.RELEASE, Act.DECLINE, Act.MARK_DUPLICATE, Act.EDIT])
def test_a_colleague_leaves_alone_what_somebody_has_in_hand_and_an_editor_may_step_in(desk: Desk, act: Act) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    make_claim(desk.author, "The claim that stays")
    colleague = reviewer(desk)
    assert refused(RuleBrokenError, lambda: DO[act](colleague, claim)).code == "not_holder"
    DO[act](desk.editor, claim)
    assert events_of(claim)[-1].actor == desk.editor.user


def test_a_reviewer_may_add_evidence_to_what_a_colleague_has_in_hand(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    assert make_evidence(reviewer(desk), claim).claim_id == claim.pk


def test_a_trainee_works_only_on_what_they_have_in_hand(desk: Desk, trainee: Actor) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    assert refused(NotPermittedError, lambda: DO[Act.EDIT](trainee, claim)).code == "not_permitted"
    assert refused(RuleBrokenError, lambda: DO[Act.ADD_EVIDENCE](trainee, claim)).code == "not_holder"
    queue.assign(actor=desk.editor, claim_id=claim.pk, reviewer="trainee")
    DO[Act.EDIT](trainee, claim)
    DO[Act.ADD_EVIDENCE](trainee, claim)
    assert verdicts.propose(actor=trainee, claim_id=claim.pk, given=verdict_input()).status == Status.IN_APPROVAL


def test_only_the_author_withdraws(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: DO[Act.WITHDRAW](desk.editor, claim)).code == "not_author"


def test_the_author_withdraws_instead_of_sending_back(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: DO[Act.SEND_BACK](desk.author, claim)).code == "not_approver"


def test_a_claim_taken_for_approval_is_not_taken_by_another_but_may_be_approved_by_them(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    second = reviewer(desk)
    queue.take(actor=second, claim_id=claim.pk, stage=Stage.APPROVE)
    assert refused(RuleBrokenError, lambda: DO[Act.TAKE_APPROVAL](desk.editor, claim)).code == "already_taken"
    assert verdicts.approve(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED
    assert not claim.assignments.filter(state="live").exists()


def test_assigning_to_somebody_who_cannot_check_is_refused(desk: Desk, submitter: Actor, stranger: Actor) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    gone = reviewer(desk, "gone")
    person(gone).is_active = False
    person(gone).save()
    for name in ("submitter", "stranger", "gone", "nobody"):
        found = refused_fields(
            lambda name=name: queue.assign(actor=desk.editor, claim_id=claim.pk, reviewer=name)  # type: ignore[misc]
        )
        assert found == [("/reviewer", "invalid")]


def test_work_goes_back_to_the_queue_as_urgent_where_the_author_cannot_have_it(desk: Desk) -> None:
    by_somebody_gone = reviewer(desk, "gone")
    claim = claim_in(Status.IN_APPROVAL, author=by_somebody_gone, editor=desk.editor)
    person(by_somebody_gone).is_active = False
    person(by_somebody_gone).save()
    DO[Act.SEND_BACK](desk.editor, claim)
    claim.refresh_from_db()
    assert (claim.status, claim.is_urgent) == (Status.QUEUED, True)
    assert not claim.assignments.filter(state="live").exists()


def test_a_correction_goes_to_the_queue_as_urgent_where_the_author_is_recused(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    queue.recuse(actor=desk.author, claim_id=claim.pk, reason="A cousin runs for office.")
    DO[Act.CORRECT](desk.editor, claim)
    claim.refresh_from_db()
    assert (claim.status, claim.is_urgent) == (Status.QUEUED, True)


# Recusals


RECUSED_CAN_DO_NOTHING = [act for act in DO if act is not Act.RECUSE]


@pytest.mark.parametrize("act", RECUSED_CAN_DO_NOTHING)
def test_a_recused_person_can_do_nothing(desk: Desk, act: Act) -> None:
    actor = make_member(desk.newsroom, Role.EDITOR, "recused")
    claim = claim_for(act, actor, desk=desk)
    Recusal.objects.create(newsroom=desk.newsroom, user=person(actor), claim=claim, reason="A friend.")
    assert refused(RuleBrokenError, lambda: DO[act](actor, claim)).code == "recused"


def test_a_recusal_from_a_claimant_covers_their_claims_and_no_others(desk: Desk) -> None:
    theirs, others = make_claim(desk.author), make_claim(desk.author, claimant="A union")
    claimant = Claimant.objects.get(name="The minister")
    Recusal.objects.create(newsroom=desk.newsroom, user=person(desk.editor), claimant=claimant, reason="A friend.")
    assert refused(RuleBrokenError, lambda: DO[Act.TAKE](desk.editor, theirs)).code == "recused"
    assert queue.take(actor=desk.editor, claim_id=others.pk).status == Status.IN_REVIEW


def test_recusing_takes_the_claim_out_of_ones_hands_and_can_be_done_once(desk: Desk) -> None:
    claim = claim_in(Status.ON_HOLD, author=desk.author, editor=desk.editor)
    DO[Act.RECUSE](desk.author, claim)
    claim.refresh_from_db()
    assert claim.status == Status.QUEUED
    assert refused(RuleBrokenError, lambda: DO[Act.RECUSE](desk.author, claim)).code == "recused"


def test_recusing_gives_back_what_was_taken_for_approval(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    DO[Act.TAKE_APPROVAL](desk.editor, claim)
    DO[Act.RECUSE](desk.editor, claim)
    claim.refresh_from_db()
    assert claim.status == Status.IN_APPROVAL
    assert not claim.assignments.filter(state="live").exists()


def test_an_editor_does_not_assign_to_somebody_who_is_recused(desk: Desk) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    DO[Act.RECUSE](desk.author, claim)
    assert refused(RuleBrokenError, lambda: DO[Act.ASSIGN](desk.editor, claim)).code == "recused"


# What a verdict needs


def test_an_opinion_is_not_proposed(desk: Desk) -> None:
    claim = make_claim(desk.author, kind="opinion")
    queue.take(actor=desk.author, claim_id=claim.pk)
    error = refused(
        RuleBrokenError, lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input())
    )
    assert error.code == "opinion"


def test_a_verdict_needs_a_claimant(desk: Desk) -> None:
    claim = make_claim(desk.author, claimant=None)
    queue.take(actor=desk.author, claim_id=claim.pk)
    error = refused(
        RuleBrokenError, lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input())
    )
    assert error.code == "claimant_missing"


def test_where_several_have_the_name_a_person_chooses_before_a_verdict(desk: Desk) -> None:
    for _ in range(2):
        claimants.create(actor=desk.editor, fields=claimants.ClaimantFields(name="Smith", kind="person"))
    claim = make_claim(desk.author, claimant="Smith")
    assert (claim.claimant_match, claim.claimant_named) == ("ambiguous", "Smith")
    queue.take(actor=desk.author, claim_id=claim.pk)
    error = refused(
        RuleBrokenError, lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input())
    )
    assert error.code == "claimant_ambiguous"
    by_name = acts.ClaimFields(claimants=(ClaimantInput(name="Smith"),))
    found = refused_fields(lambda: acts.edit(actor=desk.author, claim_id=claim.pk, fields=by_name))
    assert found == [("/claimant", "claimant_ambiguous")]
    chosen = Claimant.objects.filter(name="Smith").order_by("id")[0]
    by_id = acts.ClaimFields(claimants=(ClaimantInput(id=chosen.pk),))
    acts.edit(actor=desk.author, claim_id=claim.pk, fields=by_id)
    assert verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input()).status == Status.IN_APPROVAL


SECONDARY = "secondary"


@pytest.mark.parametrize(
    "evidence_given",
    [
        [evidence_input()],
        [evidence_input(kind=SECONDARY), evidence_input("https://archive.example.net/a", kind=SECONDARY)],
        [evidence_input(kind=SECONDARY), evidence_input("", kind="interview", title="Talk with the office")],
        [
            evidence_input("", kind="interview", title="Talk with the office"),
            evidence_input("", kind="own_calculation", title="Our sum"),
        ],
    ],
    ids=["one primary source", "two origins", "one online and one offline", "two offline"],
)
def test_a_verdict_stands_on_a_primary_source_or_on_two_origins(
    desk: Desk, evidence_given: list[EvidenceInput]
) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    given = verdict_input(evidence=evidence_given)
    assert verdicts.propose(actor=desk.author, claim_id=claim.pk, given=given).status == Status.IN_APPROVAL
    assert claim.evidence.count() == len(evidence_given)


@pytest.mark.parametrize(
    ("evidence_given", "missing"),
    [
        ([], "2 origins are missing"),
        ([evidence_input(kind=SECONDARY)], "one more origin is missing"),
        (
            [
                evidence_input("https://www.statistics.example.org/a", kind=SECONDARY),
                evidence_input("https://press.statistics.example.org/b", kind=SECONDARY),
            ],
            "one more origin is missing",
        ),
    ],
    ids=["none", "one", "the same origin twice"],
)
def test_a_verdict_without_enough_evidence_is_refused(
    desk: Desk, evidence_given: list[EvidenceInput], missing: str
) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    given = verdict_input(evidence=evidence_given)
    error = refused(RuleBrokenError, lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=given))
    assert error.code == "evidence_missing"
    assert missing in error.detail


def test_withdrawn_evidence_does_not_count(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    found = make_evidence(desk.author, claim)
    evidence.withdraw(actor=desk.author, evidence_id=found.pk, reason="The page was a forgery.")
    assert refused(RuleBrokenError, lambda: DO[Act.PROPOSE](desk.author, claim)).code == "evidence_missing"
    assert (
        refused(
            RuleBrokenError, lambda: evidence.withdraw(actor=desk.author, evidence_id=found.pk, reason="Again.")
        ).code
        == "already_withdrawn"
    )


def test_an_editor_may_say_that_the_evidence_is_enough_and_nobody_else_may(desk: Desk) -> None:
    given = verdict_input(evidence=[], override_reason="The law itself says so.")
    by_editor = claim_in(Status.IN_REVIEW, author=desk.editor, editor=desk.editor)
    assert verdicts.propose(actor=desk.editor, claim_id=by_editor.pk, given=given).status == Status.IN_APPROVAL
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    error = refused(NotPermittedError, lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=given))
    assert error.code == "not_permitted"


def test_unverifiable_needs_what_was_looked_for_instead_of_evidence(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    without = verdict_input("unverifiable", looked_for=" ")  # a primary source is no answer to this
    error = refused(RuleBrokenError, lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=without))
    assert error.code == "evidence_missing"
    told = verdict_input("unverifiable", evidence=[], looked_for="The office and two unions were asked.")
    assert verdicts.propose(actor=desk.author, claim_id=claim.pk, given=told).status == Status.IN_APPROVAL


@pytest.mark.parametrize(("kind", "rating"), [("fact", "kept"), ("promise", "false"), ("quotation", "true")])
def test_a_rating_of_another_scale_is_refused(desk: Desk, kind: str, rating: str) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor, kind=kind)
    given = verdict_input(rating)
    found = refused_fields(lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=given))
    assert found == [("/rating", "unknown_rating")]


def test_a_verdict_needs_a_public_text(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    bare = VerdictInput(rating="false", explanation="Six per cent.", evidence=(evidence_input(),))
    found = refused_fields(lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=bare))
    assert found == [("/review/headline", "required"), ("/review/summary", "required")]


def test_evidence_by_the_id_of_an_unknown_source_names_the_field(desk: Desk, stranger: Actor) -> None:
    elsewhere = evidence.create_source(
        actor=stranger, given=SourceInput(kind="primary", url="https://elsewhere.example/")
    )
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    given = verdict_input(evidence=[EvidenceInput(SourceInput(id=elsewhere.pk), "refutes")])
    found = refused_fields(lambda: verdicts.propose(actor=desk.author, claim_id=claim.pk, given=given))
    assert found == [("/evidence/0/source/id", "not_found")]


@pytest.mark.parametrize("kind", ["promise", "quotation", "opinion"])
def test_a_verdict_on_another_scale_than_the_kind_has_now_is_not_approved(desk: Desk, kind: str) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    acts.edit(actor=desk.author, claim_id=claim.pk, fields=acts.ClaimFields(kind=kind))
    error = refused(RuleBrokenError, lambda: DO[Act.APPROVE](desk.editor, claim))
    assert error.code == ("opinion" if kind == "opinion" else "rating_of_other_kind")


def test_changing_the_kind_after_the_approval_voids_it_and_the_old_rating_is_not_approved_again(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    acts.edit(actor=desk.author, claim_id=claim.pk, fields=acts.ClaimFields(kind="promise"))
    claim.refresh_from_db()
    assert claim.status == Status.IN_APPROVAL
    assert refused(RuleBrokenError, lambda: DO[Act.APPROVE](desk.editor, claim)).code == "rating_of_other_kind"


def test_a_verdict_whose_claimants_were_taken_out_is_not_approved(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    acts.edit(actor=desk.author, claim_id=claim.pk, fields=acts.ClaimFields(claimants=()))
    assert refused(RuleBrokenError, lambda: DO[Act.APPROVE](desk.editor, claim)).code == "claimant_missing"


# Publication


def test_a_change_of_what_is_public_needs_its_kind_and_a_note(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    DO[Act.CORRECT](desk.editor, claim)
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input("true", evidence=[]))
    DO[Act.APPROVE](desk.editor, claim)
    assert refused_fields(lambda: reviews.publish(actor=desk.editor, claim_id=claim.pk)) == [
        ("/kind", "required"),
        ("/public_note", "required"),
    ]
    only_kind = refused_fields(
        lambda: reviews.publish(actor=desk.editor, claim_id=claim.pk, kind=CorrectionKind.UPDATE, public_note=" ")
    )
    assert only_kind == [("/public_note", "required")]
    reviews.publish(actor=desk.editor, claim_id=claim.pk, kind=CorrectionKind.UPDATE, public_note="New figures.")
    correction = Correction.objects.get()
    assert (correction.before.number, correction.after and correction.after.number) == (1, 2)
    assert types_of(claim)[-1] == "review.corrected"
    assert claim.reviews.get().slug


def test_the_first_publication_corrects_nothing(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    found = refused_fields(
        lambda: reviews.publish(actor=desk.editor, claim_id=claim.pk, kind=CorrectionKind.TYPO, public_note="A comma.")
    )
    assert found == [("/kind", "nothing_to_correct")]


def test_what_is_public_already_is_not_published_again(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: DO[Act.PUBLISH](desk.editor, claim)).code == "published"


def test_nothing_is_retracted_that_is_not_public(desk: Desk) -> None:
    never = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: DO[Act.RETRACT](desk.editor, never)).code == "illegal_move"
    already = make_retracted(author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: DO[Act.RETRACT](desk.editor, already)).code == "illegal_move"


def test_nothing_is_corrected_that_was_never_published(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: DO[Act.CORRECT](desk.editor, claim)).code == "illegal_move"


def test_a_corrected_verdict_that_waits_is_not_corrected_but_sent_back(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    DO[Act.CORRECT](desk.editor, claim)
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input("true", evidence=[]))
    DO[Act.APPROVE](desk.editor, claim)
    assert refused(RuleBrokenError, lambda: DO[Act.CORRECT](desk.editor, claim)).code == "illegal_move"
    DO[Act.SEND_BACK](desk.editor, claim)
    claim.refresh_from_db()
    assert claim.status == Status.IN_REVIEW


def test_after_a_retraction_only_a_correction_leads_on(desk: Desk) -> None:
    claim = make_retracted(author=desk.author, editor=desk.editor)
    assert [step.act for step in waiting_for(claim=claim, actor=desk.editor)] == [Act.CORRECT]
    assert refused(RuleBrokenError, lambda: DO[Act.PUBLISH](desk.editor, claim)).code == "published"
    assert refused(RuleBrokenError, lambda: DO[Act.SEND_BACK](desk.editor, claim)).code == "published"
    assert refused(RuleBrokenError, lambda: DO[Act.REOPEN](desk.editor, claim)).code == "published"
    DO[Act.CORRECT](desk.editor, claim)
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input("true", evidence=[]))
    DO[Act.APPROVE](desk.editor, claim)
    reviews.publish(actor=desk.editor, claim_id=claim.pk, kind=CorrectionKind.UPDATE, public_note="It was said.")
    review = claim.reviews.get()
    assert (review.state, review.retraction_reason) == ("published", "")
    assert [found.kind for found in Correction.objects.order_by("id")] == ["retraction", "update"]


@pytest.mark.parametrize("act", [Act.DECLINE, Act.MARK_DUPLICATE])
def test_a_claim_under_correction_is_not_closed(desk: Desk, act: Act) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    make_claim(desk.author, "The claim that stays")
    DO[Act.CORRECT](desk.editor, claim)
    assert refused(RuleBrokenError, lambda: DO[act](desk.editor, claim)).code == "published"
    DO[Act.RELEASE](desk.editor, claim)
    assert refused(RuleBrokenError, lambda: DO[act](desk.editor, claim)).code == "published"


def test_a_notice_says_that_a_review_is_being_checked_again_until_it_is_published(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    first = claim.reviews.get()
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="New figures.", show_notice=True)
    shown = claim.reviews.get()
    assert shown.being_checked_again_since is not None
    assert (shown.state, shown.date_published) == ("published", first.date_published)
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=verdict_input("true", evidence=[]))
    DO[Act.APPROVE](desk.editor, claim)
    reviews.publish(actor=desk.editor, claim_id=claim.pk, kind=CorrectionKind.UPDATE, public_note="New figures.")
    again = claim.reviews.get()
    assert again.being_checked_again_since is None
    assert (again.slug, again.date_published) == (first.slug, first.date_published)
    assert again.date_modified is not None
    assert first.date_modified is not None
    assert again.date_modified > first.date_modified


# Closing, joining, opening again


def test_a_published_claim_is_not_opened_again_but_an_approved_one_is(desk: Desk) -> None:
    published = make_published(author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: DO[Act.REOPEN](desk.editor, published)).code == "published"
    approved = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    assert acts.reopen(actor=desk.editor, claim_id=approved.pk, reason="A second look.").status == Status.QUEUED


def test_opening_again_forgets_why_it_was_closed(desk: Desk) -> None:
    declined = claim_in(Status.DECLINED, author=desk.author, editor=desk.editor)
    assert declined.decline_reason == DeclineReason.NOT_CHECKABLE
    assert acts.reopen(actor=desk.editor, claim_id=declined.pk, reason="A source.").decline_reason == ""
    duplicate = claim_in(Status.DUPLICATE, author=desk.author, editor=desk.editor)
    stays = duplicate.duplicate_of
    assert stays is not None
    assert acts.reopen(actor=desk.editor, claim_id=duplicate.pk, reason="It differs.").duplicate_of is None
    assert events_of(duplicate)[-1].changes["duplicate_of"] == {"before": str(stays.pk), "after": None}


def test_a_duplicate_gives_its_appearances_to_the_claim_that_stays(desk: Desk) -> None:
    stays = make_claim(desk.author, "The claim that stays")
    article = make_article(desk.author).article
    claim = make_claim(desk.author, article_id=article.pk)
    moved = sorted(str(pk) for pk in claim.appearances.values_list("id", flat=True))
    acts.mark_duplicate(actor=desk.editor, claim_id=claim.pk, of=stays.pk)
    assert claim.appearances.count() == 0
    assert sorted(str(pk) for pk in stays.appearances.values_list("id", flat=True)) == moved
    assert types_of(stays)[-1] == "claim.duplicate_received"
    assert events_of(stays)[-1].changes["appearances"] == {"before": [], "after": moved}
    claim.refresh_from_db()
    assert claim.duplicate_of == stays


def test_duplicates_never_go_round_in_a_circle(desk: Desk) -> None:
    first, second, third = (make_claim(desk.author, f"Claim {number}") for number in range(3))
    itself = refused_fields(lambda: acts.mark_duplicate(actor=desk.editor, claim_id=first.pk, of=first.pk))
    assert itself == [("/of", "invalid")]
    acts.mark_duplicate(actor=desk.editor, claim_id=first.pk, of=second.pk)
    back = refused_fields(lambda: acts.mark_duplicate(actor=desk.editor, claim_id=second.pk, of=first.pk))
    assert back == [("/of", "invalid")]
    acts.mark_duplicate(actor=desk.editor, claim_id=second.pk, of=third.pk)
    round_about = refused_fields(lambda: acts.mark_duplicate(actor=desk.editor, claim_id=third.pk, of=first.pk))
    assert round_about == [("/of", "invalid")]


def test_a_claim_is_no_duplicate_of_one_elsewhere(desk: Desk, stranger: Actor) -> None:
    ours, theirs = make_claim(desk.author), make_claim(stranger)
    found = refused_fields(lambda: acts.mark_duplicate(actor=desk.editor, claim_id=ours.pk, of=theirs.pk))
    assert found == [("/of", "not_found")]


# What concerns every act


@pytest.mark.parametrize("act", DO)
def test_a_stranger_finds_no_claim_of_ours(desk: Desk, stranger: Actor, act: Act) -> None:
    claim = claim_for(act, desk.editor, desk=desk)
    assert refused(NotFoundError, lambda: DO[act](stranger, claim)).code == "not_found"


def test_who_read_an_older_revision_is_told_so(desk: Desk) -> None:
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    read = claim.revision
    DO[Act.EDIT](desk.editor, claim)
    error = refused(StaleRevisionError, lambda: queue.take(actor=desk.author, claim_id=claim.pk, revision=read))
    assert isinstance(error, StaleRevisionError)
    assert error.current_revision == read + 1
    assert queue.take(actor=desk.author, claim_id=claim.pk, revision=read + 1).status == Status.IN_REVIEW


def test_a_hold_ends_in_the_future(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    found = refused_fields(
        lambda: queue.put_on_hold(actor=desk.author, claim_id=claim.pk, until=timezone.now() - timedelta(seconds=1))
    )
    assert found == [("/until", "invalid")]


def test_an_unknown_topic_is_refused_with_the_place_where_it_stands(desk: Desk) -> None:
    claim = make_claim(desk.author)
    found = refused_fields(
        lambda: acts.edit(actor=desk.author, claim_id=claim.pk, fields=acts.ClaimFields(topics=("economy",)))
    )
    assert found == [("/topics/0", "not_found")]


def test_what_a_claim_waits_for_is_told_in_words_for_each_person(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    [for_author] = waiting_for(claim=claim, actor=desk.author)
    [for_editor] = waiting_for(claim=claim, actor=desk.editor)
    assert (for_author.act, for_editor.act) == (Act.APPROVE, Act.APPROVE)
    assert [(refusal.code, refusal.applies_to) for refusal in for_author.blocked_by] == [("self_approval", "you")]
    assert for_editor.blocked_by == []


def test_a_claim_without_claimant_and_evidence_waits_for_both(desk: Desk) -> None:
    claim = make_claim(desk.author, claimant=None)
    queue.take(actor=desk.author, claim_id=claim.pk)
    claim.refresh_from_db()
    [step] = waiting_for(claim=claim, actor=desk.author)
    assert [refusal.code for refusal in step.blocked_by] == ["claimant_missing", "evidence_missing"]
    assert {refusal.applies_to for refusal in step.blocked_by} == {"anybody"}
