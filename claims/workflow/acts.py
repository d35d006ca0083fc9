"""The one way in which a claim changes: lock, guard, move, record."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from claims.models import Event, VerdictEditor
from claims.vocab import MOVES, Act, AssignmentState, EventType, Stage, Status
from claims.workflow.events import SUBJECT_FIELDS, Changes, changed, event_on
from claims.workflow.rules import RULES
from claims.workflow.situation import Situation

#: Under these statuses a verdict has been proposed: what it rests on does not change unnoticed.
JUDGED = frozenset({Status.IN_APPROVAL, Status.APPROVED})


def finish(
    situation: Situation,
    act: Act,
    *,
    changes: Changes | None = None,
    arrival: Status | None = None,
    fields: Iterable[str] = (),
    is_new_content: bool = False,
    event: EventType | None = None,
) -> None:
    """Moves the claim, numbers what changed, records the event and saves, all on the locked row.

    `arrival` chooses where an act has more than one; `fields` are the claim's own fields that the act set. The revision
    rises with every change of status and of content, and with nothing else.
    """
    _move(situation, act, changes or {}, arrival=arrival, is_new_content=is_new_content, event=event)
    _save(situation, fields)


def note_content(situation: Situation, act: Act, changes: Changes) -> None:
    """A change of content within an act that goes on: it has its own revision and event, which `finish` saves."""
    _move(situation, act, changes, is_new_content=True)


def _move(
    situation: Situation,
    act: Act,
    changes: Changes,
    *,
    arrival: Status | None = None,
    is_new_content: bool = False,
    event: EventType | None = None,
) -> None:
    claim = situation.claim
    told: dict[str, object] = dict(changes)
    arrivals = MOVES[act].arrivals
    if arrivals:
        target = arrival or arrivals[0]
        if target != claim.status:
            told["status"] = changed(str(claim.status), str(target))
            claim.status = target
            is_new_content = True
    if is_new_content:
        claim.revision += 1
    claim.updated_at = timezone.now()
    situation.unsaved.append(
        event_on(
            claim,
            type=event or RULES[act].event,
            actor=situation.actor.user,
            changes=told,  # type: ignore[arg-type]  # the values are Changes throughout
            occurred_at=claim.updated_at,
        )
    )


def _save(situation: Situation, fields: Iterable[str]) -> None:
    Event.objects.bulk_create(situation.unsaved)
    situation.unsaved.clear()
    situation.claim.save(update_fields=["status", "revision", "updated_at", *SUBJECT_FIELDS, *fields])


def change_content(
    situation: Situation, act: Act, *, changes: Changes, fields: Iterable[str] = (), event: EventType | None = None
) -> None:
    """Finishes an act that changed what a verdict rests on: whoever did it is no second person for it any more, and an
    approval of what stood there before is void."""
    finish(situation, act, changes=changes, fields=fields, is_new_content=True, event=event)
    _note_editor(situation)
    if situation.claim.status == Status.APPROVED:
        void_approval(situation, reasons=list(changes))


def void_approval(situation: Situation, *, reasons: list[str]) -> None:
    """What was approved has changed: the claim waits for approval again. `reasons` names the fields."""
    finish(situation, Act.VOID, changes={"content": changed(None, sorted(reasons))})


def _note_editor(situation: Situation) -> None:
    verdict, user = situation.verdict, situation.actor.user
    if verdict is None or user is None or user.pk in situation.author_ids or situation.claim.status not in JUDGED:
        return
    VerdictEditor.objects.create(newsroom_id=verdict.newsroom_id, verdict=verdict, user=user)
    situation.forget("author_ids")


def end_assignment(situation: Situation, *, stage: Stage, state: AssignmentState = AssignmentState.DONE) -> None:
    """Ends the live assignment of a stage, if there is one."""
    for assignment in situation.live_assignments:
        if assignment.stage == stage:
            assignment.state = state
            assignment.ended_at = timezone.now()
            assignment.save(update_fields=["state", "ended_at"])
    situation.forget("live_assignments")
