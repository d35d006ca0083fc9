"""Random walks through the workflow beside a model of it in plain Python: after every step both say the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from claims.access import Actor
from claims.errors import NotPermittedError, RuleBrokenError
from claims.models import Approval, Claim, ClaimReviewRevision, Correction, Evidence, Verdict
from claims.vocab import AssignmentState, CorrectionKind, DeclineReason, Role, Stage, Status
from claims.workflow import claims as acts
from claims.workflow import enqueueing, evidence, queue, reviews, verdicts
from claims.workflow.events import first_broken_link
from tests.build import Desk, evidence_input, make_claim, make_member, verdict_input
from tests.record import events_of

OPEN = {Status.RECORDED, Status.QUEUED, Status.IN_REVIEW, Status.ON_HOLD, Status.IN_APPROVAL}
HELD = {Status.IN_REVIEW, Status.ON_HOLD}
JUDGED = {Status.IN_APPROVAL, Status.APPROVED}
CLOSED = {Status.DECLINED, Status.DUPLICATE, Status.DISMISSED}

#: Who may do what, by role alone.
DRAFTS = {"release", "skip", "hold", "resume", "propose", "withdraw", "edit", "add", "take_back", "recuse"}
EDITS = {"assign", "correct", "reopen", "publish", "retract", "urgent"}
REVIEWS = {"take", "take_approval", "send_back", "approve", "disagree", "decline", "duplicate", "prioritise"}
ALL = sorted(DRAFTS | EDITS | REVIEWS)
#: What leads to a publication, and from there on.
FORWARD = {"take", "add", "resume", "propose", "approve", "publish", "correct", "reopen"}
#: What leads away from there.
ASIDE = {"decline", "duplicate", "recuse", "retract", "skip", "release"}
ALLOWED = {
    "trainee": DRAFTS,
    "reviewer": DRAFTS | REVIEWS,
    "colleague": DRAFTS | REVIEWS,
    "editor": DRAFTS | REVIEWS | EDITS,
}
PEOPLE = sorted(ALLOWED)


@dataclass
class Opinion:
    """A verdict."""

    author: str
    rating: str
    editors: set[str] = field(default_factory=set)


@dataclass
class Model:
    """One claim, and what must be true of it."""

    status: Status = Status.RECORDED
    revision: int = 1
    events: int = 1
    holder: str | None = None
    has_work: bool = False
    approver: str | None = None
    is_urgent: bool = False
    recused: set[str] = field(default_factory=set)
    context: str = ""
    evidence: list[int] = field(default_factory=list)
    headline: str = ""
    opinions: list[Opinion] = field(default_factory=list)
    #: (number of the opinion, who, what they saw, whether they agree)
    approvals: list[tuple[int, str, object, bool]] = field(default_factory=list)
    #: (number of the opinion, what was shown)
    published: list[tuple[int, object]] = field(default_factory=list)
    review: str | None = None
    corrections: int = 0

    @property
    def opinion(self) -> Opinion | None:
        return self.opinions[-1] if self.opinions else None

    @property
    def authors(self) -> set[str]:
        return {self.opinion.author} | self.opinion.editors if self.opinion else set()

    @property
    def content(self) -> object:
        return (len(self.opinions), self.context, tuple(sorted(self.evidence)), self.headline)

    @property
    def standing(self) -> set[str]:
        """Who stands behind exactly this."""
        current = (len(self.opinions), self.content)
        agreed = {who for number, who, seen, agrees in self.approvals if (number, seen) == current and agrees}
        return agreed - self.authors

    @property
    def is_out(self) -> bool:
        return bool(self.published) and self.published[-1][0] == len(self.opinions)

    def may(self, act: str, who: str) -> bool:
        if act not in ALLOWED[who] or who in self.recused:
            return False
        return bool(getattr(self, f"may_{act}")(who))

    def may_take(self, who: str) -> bool:
        return self.status in {Status.RECORDED, Status.QUEUED}

    def may_assign(self, who: str) -> bool:
        return self.may_take(who) and "reviewer" not in self.recused

    def may_take_approval(self, who: str) -> bool:
        return self.status == Status.IN_APPROVAL and who not in self.authors and self.approver is None

    def may_release(self, who: str) -> bool:
        return self.status == Status.IN_REVIEW and who in {self.holder, "editor"}

    def may_skip(self, who: str) -> bool:
        return self.status == Status.IN_REVIEW and who == self.holder

    may_hold = may_skip

    def may_resume(self, who: str) -> bool:
        return self.status == Status.ON_HOLD and who == self.holder

    def may_propose(self, who: str) -> bool:
        return self.may_skip(who) and bool(self.evidence)

    def may_withdraw(self, who: str) -> bool:
        return self.status == Status.IN_APPROVAL and self.opinion is not None and who == self.opinion.author

    def may_send_back(self, who: str) -> bool:
        is_writer = self.opinion is not None and who == self.opinion.author
        is_public = self.status == Status.APPROVED and self.is_out
        return self.status in JUDGED and not is_public and (who == "editor" or not is_writer)

    def may_approve(self, who: str) -> bool:
        return self.status == Status.IN_APPROVAL and who not in self.authors

    def may_disagree(self, who: str) -> bool:
        return self.may_approve(who) and who not in self.standing

    def may_decline(self, who: str) -> bool:
        is_free = self.status not in HELD or who in {self.holder, "editor"}
        return self.status in OPEN and is_free and not self.published

    may_duplicate = may_decline

    def may_reopen(self, who: str) -> bool:
        return self.status in CLOSED | {Status.APPROVED} and not self.published

    def may_publish(self, who: str) -> bool:
        return self.status == Status.APPROVED and not self.is_out and bool(self.standing)

    def may_correct(self, who: str) -> bool:
        return self.status == Status.APPROVED and self.is_out

    def may_retract(self, who: str) -> bool:
        return self.status == Status.APPROVED and self.review == "published"

    def may_change(self) -> bool:
        return self.status in OPEN or (self.status == Status.APPROVED and not self.is_out)

    def may_edit(self, who: str) -> bool:
        is_theirs = who in {self.holder, "editor"} or (self.status not in HELD and "take" in ALLOWED[who])
        return self.may_change() and is_theirs

    def may_add(self, who: str) -> bool:
        return self.may_change() and (who == self.holder or "take" in ALLOWED[who])

    def may_take_back(self, who: str) -> bool:
        return self.may_add(who) and bool(self.evidence)

    def may_prioritise(self, who: str) -> bool:
        return self.status in OPEN

    may_urgent = may_prioritise

    def may_recuse(self, who: str) -> bool:
        return True

    # What it leads to.

    def move(self, status: Status) -> None:
        self.status = status
        self.revision += 1
        self.events += 1

    def change(self, who: str) -> None:
        self.revision += 1
        self.events += 1
        if self.status in JUDGED and self.opinion and who not in self.authors:
            self.opinion.editors.add(who)
        if self.status == Status.APPROVED:
            self.move(Status.IN_APPROVAL)

    def put(self, status: Status, holder: str | None = None, *, has_work: bool = False) -> None:
        self.holder, self.has_work, self.approver = holder, has_work, None
        self.move(status)

    def give_back(self) -> None:
        assert self.opinion is not None
        if self.opinion.author in self.recused:
            self.put(Status.QUEUED)
            self.is_urgent = True
        else:
            self.put(Status.IN_REVIEW, self.opinion.author, has_work=True)


class Walk(RuleBasedStateMachine):
    actors: ClassVar[dict[str, Actor]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.claim = make_claim(self.actors["trainee"])
        self.stays = make_claim(self.actors["trainee"], "The claim that stays")
        self.model = Model()
        self.seen = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # The steps

    @rule(choice=st.data(), count=st.integers(1, 6))
    def go_on(self, choice: st.DataObject, count: int) -> None:
        """Towards a publication, a correction and the next publication."""
        for _ in range(count):
            self.one_of(FORWARD - {"add"} if self.model.evidence else FORWARD, choice)
            self.the_record_is_as_the_model_says()

    @rule(choice=st.data())
    def wander(self, choice: st.DataObject) -> None:
        self.one_of(set(ALL) - ASIDE, choice)

    @rule(choice=st.data())
    def step_aside(self, choice: st.DataObject) -> None:
        self.one_of(ASIDE - {"recuse"} if self.model.recused else ASIDE, choice)

    def one_of(self, wanted: set[str], choice: st.DataObject) -> None:
        steps = [(act, who) for act in sorted(wanted) for who in PEOPLE if self.model.may(act, who)]
        if steps:
            self.step(*choice.draw(st.sampled_from(steps)), choice)

    @rule(act=st.sampled_from([act for act in ALL if act != "recuse"]), who=st.sampled_from(PEOPLE), choice=st.data())
    def try_anything(self, act: str, who: str, choice: st.DataObject) -> None:
        self.step(act, who, choice)

    @rule()
    def worker_enqueues(self) -> None:
        if self.model.status == Status.RECORDED:
            self.model.move(Status.QUEUED)
        enqueueing.enqueue_claim(claim_id=self.claim.pk)

    @rule()
    def two_hours_pass(self) -> None:
        self.claim.assignments.exclude(held_until=None).update(held_until=timezone.now() - timedelta(seconds=1))
        if self.model.status == Status.IN_REVIEW and not self.model.has_work:
            self.model.put(Status.QUEUED)
        elif self.model.approver:
            self.model.approver = None
            self.model.events += 1
        queue.lapse_takes()

    @rule()
    def the_day_of_the_hold_comes(self) -> None:
        self.claim.assignments.exclude(on_hold_until=None).update(on_hold_until=timezone.now() - timedelta(seconds=1))
        if self.model.status == Status.ON_HOLD:
            self.model.move(Status.IN_REVIEW)
        queue.resume_holds()

    def step(self, act: str, who: str, choice: st.DataObject) -> None:
        do: Callable[[str, Actor, st.DataObject], None] = getattr(self, f"do_{act}")
        if self.model.may(act, who):
            do(who, self.actors[who], choice)
            return
        with pytest.raises((RuleBrokenError, NotPermittedError)):
            do(who, self.actors[who], choice)

    # Each act, on the claim and then on the model

    def do_take(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        queue.take(actor=actor, claim_id=self.claim.pk)
        self.model.put(Status.IN_REVIEW, who)

    def do_assign(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        queue.assign(actor=actor, claim_id=self.claim.pk, reviewer="reviewer")
        self.model.put(Status.IN_REVIEW, "reviewer", has_work=True)

    def do_take_approval(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        queue.take(actor=actor, claim_id=self.claim.pk, stage=Stage.APPROVE)
        self.model.approver = who
        self.model.events += 1

    def do_release(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        queue.release(actor=actor, claim_id=self.claim.pk)
        self.model.put(Status.QUEUED)

    def do_skip(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        queue.skip(actor=actor, claim_id=self.claim.pk)
        self.model.put(Status.QUEUED)

    def do_hold(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        queue.put_on_hold(actor=actor, claim_id=self.claim.pk, until=timezone.now() + timedelta(days=1))
        self.model.move(Status.ON_HOLD)

    def do_resume(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        queue.resume(actor=actor, claim_id=self.claim.pk)
        self.model.move(Status.IN_REVIEW)

    def do_propose(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        rating = choice.draw(st.sampled_from(["true", "false"]))
        headline = choice.draw(st.sampled_from(["It fell", "It rose"]))
        given = verdict_input(rating, evidence=[], headline=headline)
        verdicts.propose(actor=actor, claim_id=self.claim.pk, given=given)
        self.model.opinions.append(Opinion(who, rating))
        self.model.headline = headline
        self.model.review = self.model.review or "draft"
        self.model.put(Status.IN_APPROVAL)

    def do_withdraw(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        verdicts.withdraw(actor=actor, claim_id=self.claim.pk)
        self.model.put(Status.IN_REVIEW, who, has_work=True)

    def do_send_back(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        verdicts.send_back(actor=actor, claim_id=self.claim.pk, reason="Once more.")
        self.model.give_back()

    def do_approve(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        verdicts.approve(actor=actor, claim_id=self.claim.pk)
        if who not in self.model.standing:
            self.model.approvals.append((len(self.model.opinions), who, self.model.content, True))
        self.model.put(Status.APPROVED)

    def do_disagree(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        verdicts.approve(actor=actor, claim_id=self.claim.pk, agrees=False, note="I do not see it.")
        self.model.approvals.append((len(self.model.opinions), who, self.model.content, False))
        self.model.give_back()

    def do_decline(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        acts.decline(actor=actor, claim_id=self.claim.pk, reason_code=DeclineReason.OUTSIDE_OUR_FIELD)
        self.model.put(Status.DECLINED)

    def do_duplicate(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        acts.mark_duplicate(actor=actor, claim_id=self.claim.pk, of=self.stays.pk)
        self.model.put(Status.DUPLICATE)

    def do_reopen(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        acts.reopen(actor=actor, claim_id=self.claim.pk, reason="A second look.")
        self.model.put(Status.QUEUED)

    def do_publish(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        is_first = not self.model.published
        reviews.publish(
            actor=actor,
            claim_id=self.claim.pk,
            kind=None if is_first else CorrectionKind.CORRECTION,
            public_note="" if is_first else "We were wrong.",
        )
        self.model.published.append((len(self.model.opinions), self.model.content))
        self.model.corrections += not is_first
        self.model.review = "published"
        self.model.move(Status.APPROVED)

    def do_correct(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        reviews.correct(actor=actor, claim_id=self.claim.pk, reason="New figures.", show_notice=True)
        self.model.give_back()

    def do_retract(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        reviews.retract(actor=actor, claim_id=self.claim.pk, reason="It was never said.")
        self.model.review = "retracted"
        self.model.corrections += 1
        self.model.move(Status.APPROVED)

    def do_edit(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        context = choice.draw(st.sampled_from(["", "In May.", "In June."]))
        acts.edit(actor=actor, claim_id=self.claim.pk, fields=acts.ClaimFields(context=context))
        if context != self.model.context:
            self.model.context = context
            self.model.has_work = self.model.has_work or who == self.model.holder
            self.model.change(who)

    def do_add(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        number = choice.draw(st.integers(0, 2))
        evidence.add(actor=actor, claim_id=self.claim.pk, given=evidence_input(f"https://source-{number}.example/"))
        self.model.evidence.append(number)
        self.model.has_work = self.model.has_work or who == self.model.holder
        self.model.change(who)

    def do_take_back(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        found = Evidence.objects.filter(claim=self.claim, withdrawn_at=None).select_related("source").order_by("id")
        oldest = found.first()
        if oldest is None:
            raise RuleBrokenError("There is nothing to withdraw.")
        evidence.withdraw(actor=actor, evidence_id=oldest.pk, reason="A forgery.")
        if self.model.evidence:
            self.model.evidence.pop(0)
        self.model.change(who)

    def do_prioritise(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        acts.prioritise(actor=actor, claim_id=self.claim.pk, delta=1, reason="An election.")
        self.model.events += 1

    def do_urgent(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        acts.mark_urgent(actor=actor, claim_id=self.claim.pk, reason="It spreads.")
        self.model.is_urgent = True
        self.model.events += 1

    def do_recuse(self, who: str, actor: Actor, choice: st.DataObject) -> None:
        queue.recuse(actor=actor, claim_id=self.claim.pk, reason="A cousin.")
        self.model.recused.add(who)
        if self.model.approver == who:
            self.model.approver = None
        if self.model.holder == who:
            self.model.put(Status.QUEUED)
        else:
            self.model.events += 1

    # What is true after every step

    @invariant()
    def the_record_is_as_the_model_says(self) -> None:
        claim = Claim.objects.get(pk=self.claim.pk)
        live = claim.assignments.filter(state=AssignmentState.LIVE).select_related("reviewer")
        holds = {hold.stage: hold.reviewer.get_username() for hold in live}
        verdict = Verdict.objects.filter(claim=claim).select_related("rating", "author").order_by("id").last()
        review = claim.reviews.first()
        opinion = self.model.opinion
        found = {
            "status": claim.status,
            "revision": claim.revision,
            "events": claim.event_count,
            "holder": holds.get("check"),
            "approver": holds.get("approve"),
            "is_urgent": claim.is_urgent,
            "context": claim.context,
            "evidence": sorted(
                Evidence.objects.filter(claim=claim, withdrawn_at=None).values_list("source__url", flat=True)
            ),
            "verdict": verdict and (verdict.author.get_username(), verdict.rating.code),
            "editors": set(verdict.editors.values_list("user__username", flat=True)) if verdict else set(),
            "approvals": Approval.objects.filter(verdict__claim=claim).count(),
            "review": review and (review.state, review.headline),
            "published": ClaimReviewRevision.objects.filter(review__claim=claim).count(),
            "corrections": Correction.objects.filter(review__claim=claim).count(),
        }
        assert found == {
            "status": self.model.status,
            "revision": self.model.revision,
            "events": self.model.events,
            "holder": self.model.holder,
            "approver": self.model.approver,
            "is_urgent": self.model.is_urgent,
            "context": self.model.context,
            "evidence": sorted(f"https://source-{number}.example/" for number in self.model.evidence),
            "verdict": opinion and (opinion.author, opinion.rating),
            "editors": opinion.editors if opinion else set(),
            "approvals": len(self.model.approvals),
            "review": self.model.review and (self.model.review, self.model.headline),
            "published": len(self.model.published),
            "corrections": self.model.corrections,
        }
        assert claim.verdict_id == (verdict and verdict.pk)
        assert (claim.status in HELD) == ("check" in holds)
        assert claim.revision >= self.seen
        self.seen = claim.revision

    @invariant()
    def an_approved_claim_is_approved_exactly_as_it_is(self) -> None:
        assert (self.model.status != Status.APPROVED) or self.model.standing

    @invariant()
    def nothing_is_public_that_no_second_person_approved_in_that_form(self) -> None:
        for revision in ClaimReviewRevision.objects.filter(review__claim=self.claim).select_related("verdict"):
            authors = {revision.verdict.author_id, *revision.verdict.editors.values_list("user_id", flat=True)}
            approvers = set(
                Approval.objects.filter(
                    verdict=revision.verdict, content_sha256=revision.content_sha256, agrees=True
                ).values_list("approver_id", flat=True)
            )
            assert approvers - authors

    @invariant()
    def every_publication_after_the_first_has_its_correction(self) -> None:
        revisions = ClaimReviewRevision.objects.filter(review__claim=self.claim)
        corrected = set(Correction.objects.filter(review__claim=self.claim).values_list("after__number", flat=True))
        assert set(revisions.exclude(number=1).values_list("number", flat=True)) <= corrected

    @invariant()
    def the_events_are_numbered_and_chained(self) -> None:
        events = events_of(self.claim)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert first_broken_link(events) is None


@pytest.fixture
def actors(desk: Desk) -> dict[str, Actor]:
    roles = {"trainee": Role.TRAINEE, "reviewer": Role.REVIEWER, "colleague": Role.REVIEWER}
    return {"editor": desk.editor, **{name: make_member(desk.newsroom, role, name) for name, role in roles.items()}}


def test_every_walk_through_the_workflow_keeps_its_rules(
    actors: dict[str, Actor], sized: Callable[[int, int], int]
) -> None:
    Walk.actors = actors
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=sized(25, 500),
            stateful_step_count=sized(25, 50),
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
