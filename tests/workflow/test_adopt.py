"""Taking over what was found of another claim: by somebody who has looked, and past a second person like any other."""

from collections.abc import Callable
from functools import partial

import pytest

from claims.access import Actor
from claims.errors import NotFoundError, RuleBrokenError, StaleRevisionError
from claims.models import Claim, Evidence
from claims.vocab import LinkKind, Role, Status
from claims.workflow import claims as acts
from claims.workflow import evidence, links, queue, reviews, sightings, verdicts
from claims.workflow.inputs import AppearanceInput, ClaimantInput
from claims.workflow.rules import allowed_acts
from claims.workflow.sightings import SightingInput
from claims.workflow.situation import Situation
from claims.workflow.verdicts import MadeSure
from tests.build import (
    Desk,
    claim_in,
    evidence_input,
    make_claim,
    make_member,
    make_published,
    make_retracted,
    verdict_input,
)
from tests.record import events_of, types_of
from tests.workflow.doing import SURE
from tests.workflow.test_guards import refused, refused_fields
from tests.workflow.test_races import at_once, refusals
from tests.workflow.test_sightings import assert_gapless


def repeat_of(desk: Desk, claim: Claim) -> Claim:
    """The claim of somebody else who says the same, in the author's hands."""
    given = SightingInput(AppearanceInput(url="https://video.example.org/1"), claimants=(ClaimantInput(name="She"),))
    theirs = sightings.add(actor=desk.author, claim_id=claim.pk, given=given).claim
    return queue.take(actor=desk.author, claim_id=theirs.pk)


def adopt(actor: Actor, claim: Claim, of: Claim | None = None, *, sure: MadeSure = SURE) -> Claim:
    return verdicts.adopt(actor=actor, claim_id=claim.pk, of=of.pk if of else None, made_sure=sure)


@pytest.fixture
def checked(desk: Desk) -> Claim:
    return make_published(author=desk.author, editor=desk.editor)


@pytest.fixture
def theirs(desk: Desk, checked: Claim) -> Claim:
    return repeat_of(desk, checked)


def test_rating_reasons_evidence_and_text_come_along_as_a_proposal(desk: Desk, checked: Claim, theirs: Claim) -> None:
    adopted = adopt(desk.author, theirs)
    assert (adopted.status, adopted.revision) == (Status.IN_APPROVAL, theirs.revision + 2)
    verdict, first = adopted.verdict, checked.verdict
    assert verdict is not None
    assert first is not None
    assert (verdict.rating, verdict.explanation, verdict.author) == (first.rating, first.explanation, desk.author.user)
    assert verdict.adopted_from == first
    told = [(item.source, item.stance, item.excerpt) for item in theirs.evidence.all()]
    assert told == [(item.source, item.stance, item.excerpt) for item in checked.evidence.all()]
    text, their_text = checked.reviews.get(), theirs.reviews.get()
    assert (their_text.headline, their_text.body, their_text.state) == (text.headline, text.body, "draft")
    assert types_of(theirs)[-2:] == ["evidence.added", "claim.adopted"]
    changes = events_of(theirs)[-1].changes
    assert changes["adopted_from"]["after"] == str(checked.pk)
    assert changes["made_sure"]["after"] == ["same_meaning", "same_figures", "still_true"]
    assert_gapless(checked, theirs)


def test_what_is_adopted_needs_its_second_person_all_the_same(desk: Desk, theirs: Claim) -> None:
    adopt(desk.author, theirs)
    assert refused(RuleBrokenError, partial(verdicts.approve, actor=desk.author, claim_id=theirs.pk)).code == (
        "self_approval"
    )
    doing = partial(reviews.publish, actor=desk.editor, claim_id=theirs.pk)
    assert refused(RuleBrokenError, doing).code == "illegal_move"
    assert verdicts.approve(actor=desk.editor, claim_id=theirs.pk).status == Status.APPROVED
    published = reviews.publish(actor=desk.editor, claim_id=theirs.pk)
    assert published.reviews.get().revisions.get().content["claimants"][0]["name"] == "She"


def test_changing_it_after_the_approval_voids_that(desk: Desk, theirs: Claim) -> None:
    adopt(desk.author, theirs)
    verdicts.approve(actor=desk.editor, claim_id=theirs.pk)
    acts.edit(actor=desk.author, claim_id=theirs.pk, fields=acts.ClaimFields(context="On another day."))
    theirs.refresh_from_db()
    assert theirs.status == Status.IN_APPROVAL


@pytest.mark.parametrize("name", ["same_meaning", "same_figures", "still_true"])
def test_who_is_not_sure_does_not_adopt(desk: Desk, theirs: Claim, name: str) -> None:
    unsure = MadeSure(**{"same_meaning": True, "same_figures": True, "still_true": True, name: False})
    assert refused_fields(lambda: adopt(desk.author, theirs, sure=unsure)) == [(f"/{name}", "not_the_same")]


def test_only_the_holder_adopts(desk: Desk, checked: Claim, theirs: Claim) -> None:
    assert refused(RuleBrokenError, lambda: adopt(desk.editor, theirs)).code == "not_holder"
    queue.release(actor=desk.author, claim_id=theirs.pk)
    assert refused(RuleBrokenError, lambda: adopt(desk.author, theirs)).code == "illegal_move"


def test_nothing_that_one_person_alone_stands_behind_is_adopted(desk: Desk) -> None:
    waiting = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    theirs = repeat_of(desk, waiting)
    assert refused(RuleBrokenError, lambda: adopt(desk.author, theirs)).code == "nothing_to_adopt"
    verdicts.approve(actor=desk.editor, claim_id=waiting.pk)
    assert adopt(desk.author, theirs).status == Status.IN_APPROVAL


def test_what_was_retracted_or_is_being_corrected_is_not_adopted(desk: Desk, checked: Claim, theirs: Claim) -> None:
    reviews.correct(actor=desk.editor, claim_id=checked.pk, reason="New figures.")
    assert refused(RuleBrokenError, lambda: adopt(desk.author, theirs)).code == "nothing_to_adopt"
    retracted = make_retracted(author=desk.author, editor=desk.editor)
    assert refused(RuleBrokenError, lambda: adopt(desk.author, theirs, retracted)).code == "nothing_to_adopt"


def test_of_says_which_claim_and_without_a_repeat_it_must(desk: Desk, checked: Claim, stranger: Actor) -> None:
    alone = queue.take(actor=desk.author, claim_id=make_claim(desk.author, "Alone").pk)
    assert refused_fields(lambda: adopt(desk.author, alone)) == [("/of", "not_found")]
    assert refused_fields(lambda: adopt(desk.author, alone, alone)) == [("/of", "invalid")]
    foreign = make_claim(stranger)
    assert refused_fields(lambda: adopt(desk.author, alone, foreign)) == [("/of", "not_found")]
    assert refused(NotFoundError, lambda: adopt(stranger, alone, checked)).code == "not_found"
    assert adopt(desk.author, alone, checked).status == Status.IN_APPROVAL


def test_of_several_the_one_that_was_checked_is_adopted(desk: Desk, checked: Claim) -> None:
    alone = queue.take(actor=desk.author, claim_id=make_claim(desk.author, "Alone").pk)
    unchecked = make_claim(desk.author, "Unchecked")
    for other in (unchecked, checked):
        links.link(actor=desk.author, claim_id=alone.pk, other_id=other.pk, kind=LinkKind.REPEATS)
    adopted = adopt(desk.author, alone)
    assert adopted.verdict is not None
    assert adopted.verdict.adopted_from == checked.verdict


def test_a_claim_that_was_joined_to_the_checked_one_leads_there(desk: Desk, checked: Claim) -> None:
    joined = make_claim(desk.author, "The same again")
    theirs = repeat_of(desk, joined)
    acts.mark_duplicate(actor=desk.editor, claim_id=joined.pk, of=checked.pk)
    adopted = adopt(desk.author, theirs)
    assert adopted.verdict is not None
    assert adopted.verdict.adopted_from == checked.verdict


def test_a_promise_is_not_rated_like_a_fact(desk: Desk, checked: Claim) -> None:
    promise = queue.take(actor=desk.author, claim_id=make_claim(desk.author, "I will.", kind="promise").pk)
    assert refused(RuleBrokenError, lambda: adopt(desk.author, promise, checked)).code == "rating_of_other_kind"
    opinion = queue.take(actor=desk.author, claim_id=make_claim(desk.author, "Ugly.", kind="opinion").pk)
    assert refused(RuleBrokenError, lambda: adopt(desk.author, opinion, checked)).code == "opinion"


def test_a_claim_of_nobody_is_not_adopted_for(desk: Desk, checked: Claim) -> None:
    nobodys = queue.take(actor=desk.author, claim_id=make_claim(desk.author, claimant=None).pk)
    assert refused(RuleBrokenError, lambda: adopt(desk.author, nobodys, checked)).code == "claimant_missing"


def test_evidence_that_stands_here_already_is_not_added_again(desk: Desk, checked: Claim, theirs: Claim) -> None:
    adopt(desk.author, theirs)
    verdicts.send_back(actor=desk.editor, claim_id=theirs.pk, reason="Is it still so?")
    adopt(desk.author, theirs)
    assert Evidence.objects.filter(claim=theirs).count() == checked.evidence.count()
    assert theirs.verdicts.count() == 2


def test_evidence_that_was_withdrawn_there_does_not_come_along(desk: Desk, checked: Claim) -> None:
    reviews.correct(actor=desk.editor, claim_id=checked.pk, reason="A source is gone.")
    wrong = checked.evidence.get()
    evidence.withdraw(actor=desk.author, evidence_id=wrong.pk, reason="A forgery.")
    better = verdict_input(evidence=[evidence_input("https://archive.example.org/table")])
    verdicts.propose(actor=desk.author, claim_id=checked.pk, given=better)
    verdicts.approve(actor=desk.editor, claim_id=checked.pk)
    theirs = repeat_of(desk, checked)
    adopt(desk.author, theirs)
    assert [item.source.url for item in theirs.evidence.all()] == ["https://archive.example.org/table"]


def test_an_override_is_still_an_editors(desk: Desk) -> None:
    weak = verdict_input(evidence=[evidence_input(kind="secondary")], override_reason="Nobody else was there.")
    second = make_member(desk.newsroom, Role.REVIEWER, "second")
    claim = claim_in(Status.APPROVED, author=desk.editor, editor=second, verdict=weak)
    theirs = repeat_of(desk, claim)
    with pytest.raises(Exception, match="Only an editor may say that this evidence is enough"):
        adopt(desk.author, theirs)
    queue.release(actor=desk.author, claim_id=theirs.pk)
    queue.take(actor=desk.editor, claim_id=theirs.pk)
    assert adopt(desk.editor, theirs).status == Status.IN_APPROVAL


def test_a_stale_revision_is_refused(desk: Desk, theirs: Claim) -> None:
    doing = partial(verdicts.adopt, actor=desk.author, claim_id=theirs.pk, made_sure=SURE, revision=theirs.revision - 1)
    assert refused(StaleRevisionError, doing).code == "stale_revision"


def test_it_is_offered_to_the_holder_alone(desk: Desk, theirs: Claim) -> None:
    assert "adopt" in allowed_acts(Situation(claim=theirs, actor=desk.author))
    assert "adopt" not in allowed_acts(Situation(claim=theirs, actor=desk.editor))


@pytest.mark.django_db(transaction=True)
def test_adopting_and_editing_at_once_keeps_both_or_tells_who_was_late(
    desk: Desk, sized: Callable[[int, int], int]
) -> None:
    checked = make_published(author=desk.author, editor=desk.editor)
    for number in range(sized(5, 40)):
        theirs = make_claim(desk.author, f"Theirs {number}", claimant="She")
        queue.take(actor=desk.author, claim_id=theirs.pk)
        theirs.refresh_from_db()
        seen = theirs.revision
        fields = acts.ClaimFields(context=f"Context {number}")
        outcomes = at_once(
            partial(
                verdicts.adopt,
                actor=desk.author,
                claim_id=theirs.pk,
                of=checked.pk,
                made_sure=SURE,
                revision=seen,
            ),
            partial(acts.edit, actor=desk.editor, claim_id=theirs.pk, fields=fields),
        )
        assert refusals(outcomes) in ([], ["stale_revision"])
        theirs.refresh_from_db()
        assert theirs.context == fields.context
        assert (theirs.status == Status.IN_REVIEW) == (refusals(outcomes) == ["stale_revision"])
        if theirs.status == Status.IN_APPROVAL:
            # The editor changed it after the proposal, so they are no second person for it.
            assert desk.editor.user is not None
            assert desk.editor.user.pk in Situation(claim=theirs, actor=desk.editor).author_ids
        assert_gapless(checked, theirs)


@pytest.mark.django_db(transaction=True)
def test_adopting_and_correcting_at_once_never_adopts_what_is_doubted(
    desk: Desk, sized: Callable[[int, int], int]
) -> None:
    for number in range(sized(5, 40)):
        checked = make_published(author=desk.author, editor=desk.editor, statement=f"Checked {number}")
        theirs = repeat_of(desk, checked)
        outcomes = at_once(
            partial(adopt, desk.author, theirs),
            partial(reviews.correct, actor=desk.editor, claim_id=checked.pk, reason="New figures."),
        )
        assert refusals(outcomes) in ([], ["nothing_to_adopt"])
        assert_gapless(checked, theirs)
