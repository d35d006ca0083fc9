"""Every act, done with valid input, and a claim with which somebody could do it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.utils import timezone

from claims.access import Actor
from claims.models import Appearance, Claim, ClaimLink, Submission, SubmissionClaim
from claims.vocab import Act, Channel, DeclineReason, LinkKind, Right, Stage, Status, SubmissionState
from claims.workflow import claims as acts
from claims.workflow import evidence, links, queue, reviews, sightings, submissions, verdicts
from claims.workflow.inputs import AppearanceInput, SubmissionInput
from claims.workflow.links import PartInput
from claims.workflow.rules import RULES
from claims.workflow.sightings import AppearanceFields, SightingInput
from claims.workflow.verdicts import MadeSure
from tests.build import (
    Desk,
    claim_in,
    evidence_input,
    make_claim,
    make_evidence,
    make_published,
    person,
    verdict_input,
)

STAYS = "The claim that stays"
CHECKED = "The claim that was checked"
SURE = MadeSure(same_meaning=True, same_figures=True, still_true=True)

Doing = Callable[[Actor, Claim], object]


def _mark_duplicate(actor: Actor, claim: Claim) -> Claim:
    stays = Claim.objects.filter(newsroom_id=claim.newsroom_id, statement=STAYS).get()
    return acts.mark_duplicate(actor=actor, claim_id=claim.pk, of=stays.pk)


def _link(actor: Actor, claim: Claim) -> ClaimLink:
    stays = Claim.objects.filter(newsroom_id=claim.newsroom_id, statement=STAYS).get()
    return links.link(actor=actor, claim_id=claim.pk, other_id=stays.pk, kind=LinkKind.CONTRADICTS)


def _adopt(actor: Actor, claim: Claim) -> Claim:
    checked = Claim.objects.filter(newsroom_id=claim.newsroom_id, statement=CHECKED).get()
    return verdicts.adopt(actor=actor, claim_id=claim.pk, of=checked.pk, made_sure=SURE)


def _edit_appearance(actor: Actor, claim: Claim) -> Claim:
    place = claim.appearances.get()
    return sightings.edit(actor=actor, appearance_id=place.pk, fields=AppearanceFields(cue="claimed"))


#: Every act that a person does. `make_stays` has been called before `MARK_DUPLICATE` and `LINK`, `make_checked` before
#: `ADOPT`, `make_place` before `EDIT_APPEARANCE`, `make_evidence` before `PROPOSE` and `ADOPT`.
DO: dict[Act, Doing] = {
    Act.ACCEPT: lambda actor, claim: acts.accept(actor=actor, claim_id=claim.pk),
    Act.DISMISS: lambda actor, claim: acts.dismiss(actor=actor, claim_id=claim.pk),
    Act.TAKE: lambda actor, claim: queue.take(actor=actor, claim_id=claim.pk),
    Act.TAKE_APPROVAL: lambda actor, claim: queue.take(actor=actor, claim_id=claim.pk, stage=Stage.APPROVE),
    Act.ASSIGN: lambda actor, claim: queue.assign(actor=actor, claim_id=claim.pk, reviewer="author"),
    Act.RELEASE: lambda actor, claim: queue.release(actor=actor, claim_id=claim.pk),
    Act.SKIP: lambda actor, claim: queue.skip(actor=actor, claim_id=claim.pk),
    Act.HOLD: lambda actor, claim: queue.put_on_hold(
        actor=actor, claim_id=claim.pk, until=timezone.now() + timedelta(days=1)
    ),
    Act.RESUME: lambda actor, claim: queue.resume(actor=actor, claim_id=claim.pk),
    Act.PROPOSE: lambda actor, claim: verdicts.propose(
        actor=actor, claim_id=claim.pk, given=verdict_input(evidence=[])
    ),
    Act.WITHDRAW: lambda actor, claim: verdicts.withdraw(actor=actor, claim_id=claim.pk),
    Act.SEND_BACK: lambda actor, claim: verdicts.send_back(actor=actor, claim_id=claim.pk, reason="One figure is old."),
    Act.APPROVE: lambda actor, claim: verdicts.approve(actor=actor, claim_id=claim.pk),
    Act.CORRECT: lambda actor, claim: reviews.correct(actor=actor, claim_id=claim.pk, reason="New figures."),
    Act.DECLINE: lambda actor, claim: acts.decline(
        actor=actor, claim_id=claim.pk, reason_code=DeclineReason.NOT_CHECKABLE
    ),
    Act.MARK_DUPLICATE: _mark_duplicate,
    Act.REOPEN: lambda actor, claim: acts.reopen(actor=actor, claim_id=claim.pk, reason="There is a source now."),
    Act.PUBLISH: lambda actor, claim: reviews.publish(actor=actor, claim_id=claim.pk),
    Act.RETRACT: lambda actor, claim: reviews.retract(actor=actor, claim_id=claim.pk, reason="It was never said."),
    Act.EDIT: lambda actor, claim: acts.edit(
        actor=actor, claim_id=claim.pk, fields=acts.ClaimFields(context="In a speech.")
    ),
    Act.SORT: lambda actor, claim: acts.edit(actor=actor, claim_id=claim.pk, fields=acts.ClaimFields(in_language="pt")),
    Act.ADD_EVIDENCE: lambda actor, claim: evidence.add(
        actor=actor, claim_id=claim.pk, given=evidence_input("https://archive.example.net/speech")
    ),
    Act.ADD_APPEARANCE: lambda actor, claim: sightings.add(
        actor=actor, claim_id=claim.pk, given=SightingInput(AppearanceInput(url="https://video.example.org/1"))
    ),
    Act.EDIT_APPEARANCE: _edit_appearance,
    Act.LINK: _link,
    Act.ADD_SUBMISSION: lambda actor, claim: submissions.link(
        actor=actor, submission_id=Submission.objects.get().pk, claim_id=claim.pk
    ),
    Act.REMOVE_SUBMISSION: lambda actor, claim: submissions.reopen(
        actor=actor, submission_id=Submission.objects.get().pk
    ),
    Act.SPLIT: lambda actor, claim: links.split(actor=actor, claim_id=claim.pk, parts=[PartInput("One part of it.")]),
    Act.ADOPT: _adopt,
    Act.PRIORITISE: lambda actor, claim: acts.prioritise(
        actor=actor, claim_id=claim.pk, delta=5, reason="An election."
    ),
    Act.SET_DUE: lambda actor, claim: acts.set_due(
        actor=actor, claim_id=claim.pk, due=timezone.now() + timedelta(days=1)
    ),
    Act.MARK_URGENT: lambda actor, claim: acts.mark_urgent(actor=actor, claim_id=claim.pk, reason="It spreads."),
    Act.RECUSE: lambda actor, claim: queue.recuse(actor=actor, claim_id=claim.pk, reason="My sister works there."),
}

#: Acts of the worker, of the clock, or that follow from another one.
BY_ITSELF = frozenset(act for act, rule in RULES.items() if rule.right is None)


def make_stays(desk: Desk) -> Claim:
    return make_claim(desk.author, STAYS)


def make_checked(desk: Desk) -> Claim:
    """A claim of which something was found that two people stand behind."""
    return claim_in(Status.APPROVED, author=desk.author, editor=desk.editor, statement=CHECKED)


def make_place(claim: Claim) -> Appearance:
    """Written as a row: a claim that is closed is given no sighting any more."""
    return Appearance.objects.create(
        newsroom_id=claim.newsroom_id, claim=claim, url="https://video.example.org/0", date_published="2021-09-26"
    )


def make_tip(actor: Actor) -> Submission:
    given = SubmissionInput(text="Somebody said so on the radio.")
    return submissions.submit(actor=actor, given=given, channel=Channel.API).submission


def link_as_row(tip: Submission, claim: Claim) -> None:
    """Written as rows: a claim that is closed is given no tip any more."""
    Submission.objects.filter(pk=tip.pk).update(state=SubmissionState.LINKED)
    SubmissionClaim.objects.create(newsroom_id=claim.newsroom_id, submission=tip, claim=claim)


def prepare(act: Act, claim: Claim, *, desk: Desk) -> None:
    """What an act needs beside the claim."""
    if act is Act.ADOPT:
        make_checked(desk)
    if act is Act.EDIT_APPEARANCE:
        make_place(claim)
    if act in {Act.ADD_SUBMISSION, Act.REMOVE_SUBMISSION}:
        tip = make_tip(desk.author)
        if act is Act.REMOVE_SUBMISSION:
            link_as_row(tip, claim)


def held_by(actor: Actor, *, editor: Actor) -> Claim:
    """A claim that this person has in hand, with evidence for a verdict."""
    claim = make_claim(editor)
    make_evidence(editor, claim)
    return queue.assign(actor=editor, claim_id=claim.pk, reviewer=person(actor).get_username())


def claim_for(act: Act, actor: Actor, *, desk: Desk) -> Claim:
    """A claim with which this person could do the act, as far as anything but a right is missing to them.

    Who may not have a claim in hand finds it in the author's.
    """
    make_stays(desk)
    claim = _claim_for(act, actor, desk=desk)
    prepare(act, claim, desk=desk)
    return claim


def _claim_for(act: Act, actor: Actor, *, desk: Desk) -> Claim:
    holder = actor if actor.may(Right.DRAFT) else desk.author
    claim_in_status = partial(claim_in, author=desk.author, editor=desk.editor)
    match act:
        case Act.ACCEPT | Act.DISMISS:
            return claim_in_status(Status.SUGGESTED)
        case Act.RELEASE | Act.SKIP | Act.HOLD | Act.PROPOSE | Act.ADOPT | Act.RECUSE:
            return held_by(holder, editor=desk.editor)
        case Act.EDIT | Act.SORT | Act.EDIT_APPEARANCE | Act.ADD_EVIDENCE:
            return held_by(holder, editor=desk.editor)
        case Act.RESUME:
            claim = held_by(holder, editor=desk.editor)
            DO[Act.HOLD](holder, claim)
            return claim
        case Act.WITHDRAW:
            claim = held_by(holder, editor=desk.editor)
            DO[Act.PROPOSE](holder, claim)
            return claim
        case Act.TAKE_APPROVAL | Act.SEND_BACK | Act.APPROVE:
            return claim_in_status(Status.IN_APPROVAL)
        case Act.PUBLISH:
            return claim_in_status(Status.APPROVED)
        case Act.CORRECT | Act.RETRACT:
            return make_published(author=desk.author, editor=desk.editor)
        case Act.REOPEN:
            return claim_in_status(Status.DECLINED)
        case _:
            return claim_in_status(Status.QUEUED)
