"""Every act from every status, and by every role: what the tables allow happens, and nothing else does."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from claims.errors import NotPermittedError, RuleBrokenError
from claims.models import Claim
from claims.vocab import HELD, MOVES, RIGHTS_OF_ROLE, Act, EventType, Role, Status
from claims.workflow import enqueueing, queue
from claims.workflow.rules import RULES, allowed_acts, require
from claims.workflow.situation import Situation
from tests.build import Desk, claim_in, make_evidence, make_member, make_published
from tests.record import all_rows, events_of
from tests.workflow.doing import BY_ITSELF, DO, claim_for, make_stays

AUTHORS_ACTS = {Act.RELEASE, Act.SKIP, Act.HOLD, Act.RESUME, Act.PROPOSE, Act.WITHDRAW, Act.RECUSE}
CONTENT_ACTS = {Act.EDIT, Act.ADD_EVIDENCE}
#: Acts that count as a change of the claim although its status stays.
NUMBERED = CONTENT_ACTS | {Act.PUBLISH, Act.RETRACT}
OF_THE_PUBLISHED = {Act.CORRECT, Act.RETRACT}


def found(status: Status, act: Act, desk: Desk) -> Claim:
    """A claim in that status with which nothing but the status could stand in the act's way."""
    make_stays(desk)
    if act in OF_THE_PUBLISHED and status is Status.APPROVED:
        return make_published(author=desk.author, editor=desk.editor)
    claim = claim_in(status, author=desk.author, editor=desk.editor)
    if act is Act.PROPOSE and status is Status.IN_REVIEW:
        make_evidence(desk.author, claim)
        claim.refresh_from_db()
    return claim


def arrival_of(act: Act, status: Status) -> Status:
    if act is Act.RECUSE:
        return Status.QUEUED if status in HELD else status
    if act in CONTENT_ACTS and status is Status.APPROVED:
        return MOVES[Act.VOID].arrivals[0]
    return MOVES[act].arrivals[0] if MOVES[act].arrivals else status


def events_from(act: Act, status: Status) -> list[EventType]:
    types = [RULES[act].event]
    if act in CONTENT_ACTS and status is Status.APPROVED:
        types.append(RULES[Act.VOID].event)
    return types


LEGAL = [(status, act) for act in DO for status in Status if status in MOVES[act].sources]
ILLEGAL = [(status, act) for act in DO for status in Status if status not in MOVES[act].sources]


def test_the_tables_name_every_act() -> None:
    assert set(MOVES) == set(RULES) == set(Act) == set(DO) | BY_ITSELF


def test_every_status_is_reached_and_none_is_a_trap() -> None:
    arrivals = {arrival for move in MOVES.values() for arrival in move.arrivals}
    assert arrivals | {Status.SUGGESTED, Status.RECORDED} == set(Status)
    assert all(any(status in move.sources and move.arrivals for move in MOVES.values()) for status in Status)


@pytest.mark.parametrize(("status", "act"), LEGAL)
def test_an_act_moves_the_claim_as_the_table_says(desk: Desk, status: Status, act: Act) -> None:
    claim = found(status, act, desk)
    before, seq = claim.revision, len(events_of(claim))
    actor = desk.author if act in AUTHORS_ACTS else desk.editor
    DO[act](actor, claim)
    claim.refresh_from_db()
    expected = events_from(act, status)
    assert claim.status == arrival_of(act, status)
    new = events_of(claim)[seq:]
    assert [event.type for event in new] == expected
    assert [event.seq for event in new] == list(range(seq + 1, seq + 1 + len(expected)))
    assert claim.event_count == seq + len(expected)
    assert new[0].actor == actor.user
    is_change = claim.status != status or act in NUMBERED
    assert claim.revision == before + (len(expected) if is_change else 0)


@pytest.mark.parametrize(("status", "act"), ILLEGAL)
def test_an_act_from_another_status_is_refused_and_writes_nothing(desk: Desk, status: Status, act: Act) -> None:
    claim = found(status, act, desk)
    before = all_rows()
    actor = desk.author if act in AUTHORS_ACTS else desk.editor
    with pytest.raises(RuleBrokenError) as refusal:
        DO[act](actor, claim)
    is_taken = act in {Act.TAKE, Act.ASSIGN} and status in HELD
    assert refusal.value.code == ("already_taken" if is_taken else "illegal_move")
    assert all_rows() == before


@pytest.mark.parametrize("status", Status)
def test_only_a_recorded_claim_is_enqueued(desk: Desk, status: Status) -> None:
    claim = claim_in(status, author=desk.author, editor=desk.editor)
    before = all_rows()
    enqueued = enqueueing.enqueue_claim(claim_id=claim.pk)
    claim.refresh_from_db()
    if status is Status.RECORDED:
        assert (enqueued, claim.status, events_of(claim)[-1].type) == (1, Status.QUEUED, EventType.CLAIM_QUEUED)
    else:
        assert enqueued == 0
        assert all_rows() == before


@pytest.mark.parametrize("status", Status)
def test_only_a_take_lapses(desk: Desk, status: Status) -> None:
    claim = claim_in(status, author=desk.author, editor=desk.editor)
    before = all_rows()
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        lapsed = queue.lapse_takes()
    claim.refresh_from_db()
    if status is Status.IN_REVIEW:
        assert (lapsed, claim.status, events_of(claim)[-1].type) == (1, Status.QUEUED, EventType.CLAIM_LAPSED)
    else:
        assert lapsed == 0
        assert all_rows() == before


@pytest.mark.parametrize("act", sorted(BY_ITSELF))
def test_nobody_does_what_the_service_does_by_itself(desk: Desk, act: Act) -> None:
    claim = claim_in(sorted(MOVES[act].sources)[0], author=desk.author, editor=desk.editor)
    with pytest.raises(NotPermittedError):
        require(Situation(claim=claim, actor=desk.editor), act)


@pytest.mark.parametrize("act", DO)
@pytest.mark.parametrize("role", Role)
def test_an_act_belongs_to_the_roles_that_have_its_right(desk: Desk, role: Role, act: Act) -> None:
    actor = make_member(desk.newsroom, role)
    claim = claim_for(act, actor, desk=desk)
    before = all_rows()
    right = RULES[act].right
    assert right is not None
    if right in RIGHTS_OF_ROLE[role]:
        DO[act](actor, claim)
        assert events_of(claim)[-1].type == RULES[act].event
        assert events_of(claim)[-1].actor == actor.user
        return
    assert act not in allowed_acts(Situation(claim=claim, actor=actor))
    with pytest.raises(NotPermittedError) as refusal:
        DO[act](actor, claim)
    assert refusal.value.code == "not_permitted"
    assert all_rows() == before


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("who", ["author", "editor"])
def test_what_is_offered_can_be_done_and_what_is_not_offered_cannot(desk: Desk, status: Status, who: str) -> None:
    """Buttons, answers and refusals come from one table; this walks all of it, once for each person and status."""
    actor = desk.author if who == "author" else desk.editor
    claim = claim_in(status, author=desk.author, editor=desk.editor)
    if status is Status.IN_REVIEW:
        make_evidence(desk.author, claim)
        claim.refresh_from_db()
    offered = allowed_acts(Situation(claim=claim, actor=actor))
    for act in RULES:
        situation = Situation(claim=claim, actor=actor)
        is_refused = False
        try:
            require(situation, act)
        except (RuleBrokenError, NotPermittedError):
            is_refused = True
        if act in offered:
            # A verdict may still bring its evidence with it.
            assert not is_refused or act is Act.PROPOSE
        elif act not in {Act.TAKE_APPROVAL, Act.EDIT, Act.SORT, Act.ADD_EVIDENCE}:
            assert is_refused
