"""Acts on a claim as such: editing, choosing, declining, joining, ordering."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from claims.access import Actor
from claims.errors import InvalidInputError
from claims.models import Appearance, Claim, ClaimClaimant, ClaimTopic, Topic
from claims.text.uuid7 import uuid7
from claims.vocab import OPEN, Act, ClaimantMatch, DeclineReason, EventType, Stage, Status
from claims.workflow import demand
from claims.workflow.acts import change_content, end_assignment, finish
from claims.workflow.claimants import Roster
from claims.workflow.enqueueing import prioritise_anew
from claims.workflow.events import SUBJECT_FIELDS, Change, changed, event_on
from claims.workflow.inputs import ClaimantInput
from claims.workflow.priority import PRIORITY_FIELDS, Part, set_priority
from claims.workflow.queue import keep
from claims.workflow.repeats import flag_repeats
from claims.workflow.rules import require
from claims.workflow.situation import Situation, lock, lock_in_order


@dataclass(frozen=True, slots=True)
class ClaimFields:
    """What of a claim is edited; None leaves a field as it is."""

    statement: str | None = None
    context: str | None = None
    kind: str | None = None
    claimants: tuple[ClaimantInput, ...] | None = None
    on_behalf_of: str | None = None
    date: str | None = None
    in_language: str | None = None
    topics: tuple[str, ...] | None = None

    def named(self) -> set[str]:
        return {name for name in self.__slots__ if getattr(self, name) is not None}


#: The name of each editable field here and on the row.
_ROW_FIELDS = {
    "statement": "statement",
    "context": "context",
    "kind": "kind",
    "on_behalf_of": "on_behalf_of",
    "date": "date_said",
    "in_language": "in_language",
}
#: Sorting a claim by language or topic changes nothing that anybody approved.
_NO_CONTENT = frozenset({"in_language", "topics"})


@transaction.atomic
def edit(*, actor: Actor, claim_id: UUID, fields: ClaimFields, revision: int | None = None) -> Claim:
    """Changes a claim; where its content was approved, that approval is void."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    act = Act.SORT if fields.named() <= _NO_CONTENT else Act.EDIT
    require(situation, act)
    changes, row_fields = _apply(situation, fields)
    if not changes:
        return situation.claim
    keep(situation)
    if set(changes) <= _NO_CONTENT:
        finish(situation, act, changes=changes, fields=row_fields)
    else:
        change_content(situation, act, changes=changes, fields=row_fields)
    return situation.claim


def _apply(situation: Situation, fields: ClaimFields) -> tuple[dict[str, Change], list[str]]:
    claim = situation.claim
    changes: dict[str, Change] = {}
    row_fields = []
    for name, attribute in _ROW_FIELDS.items():
        value = getattr(fields, name)
        if value is not None and value != getattr(claim, attribute):
            changes[name] = changed(getattr(claim, attribute), value)
            setattr(claim, attribute, value)
            row_fields.append(attribute)
    if fields.claimants is not None and (change := _set_claimants(situation, fields.claimants)):
        changes["claimants"] = change
        row_fields += ["claimant_match", "claimant_named"]
    if fields.topics is not None and (change := _set_topics(claim, fields.topics)):
        changes["topics"] = change
    return changes, row_fields


def _set_claimants(situation: Situation, given: tuple[ClaimantInput, ...]) -> Change | None:
    claim = situation.claim
    roster = Roster(claim.newsroom_id, [(claimant.where, claimant) for claimant in given])
    matches = [roster.match(claimant) for claimant in given]
    for claimant, match in zip(given, matches, strict=True):
        if match.claimant is None:
            detail = f"Several claimants are called “{claimant.name}”: give the id of the one who is meant."
            raise InvalidInputError.at(claimant.where, detail, code="claimant_ambiguous")
    chosen = list(dict.fromkeys(match.claimant for match in matches if match.claimant is not None))
    before = [str(link.claimant_id) for link in situation.claimants]
    after = [str(claimant.pk) for claimant in chosen]
    claim.claimant_match = matches[0].how if matches else ClaimantMatch.NONE
    claim.claimant_named = ""
    if before == after:
        return None
    claim.claim_claimants.all().delete()
    ClaimClaimant.objects.bulk_create(
        ClaimClaimant(id=uuid7(), newsroom_id=claim.newsroom_id, claim=claim, claimant=claimant, position=position)
        for position, claimant in enumerate(chosen)
    )
    # Who made the claim stands first in each chain too; a chain that a person left open is closed by the choice.
    for appearance in claim.appearances.prefetch_related("attributions"):
        for link in appearance.attributions.all():
            if link.position == 0:
                link.claimant = chosen[0] if chosen else None
                link.save(update_fields=["claimant"])
    situation.forget("claimants")
    return changed(before, after)


def _set_topics(claim: Claim, slugs: tuple[str, ...]) -> Change | None:
    before = sorted(claim.claim_topics.values_list("topic__slug", flat=True))
    after = sorted(set(slugs))
    if before == after:
        return None
    topics = {topic.slug: topic for topic in Topic.objects.filter(newsroom_id=claim.newsroom_id, slug__in=after)}
    for index, slug in enumerate(slugs):
        if slug not in topics:
            detail = f"There is no topic “{slug}” in this newsroom."
            raise InvalidInputError.at(f"/topics/{index}", detail, code="not_found")
    claim.claim_topics.all().delete()
    ClaimTopic.objects.bulk_create(
        ClaimTopic(id=uuid7(), newsroom_id=claim.newsroom_id, claim=claim, topic=topics[slug]) for slug in after
    )
    return changed(before, after)


@transaction.atomic
def accept(*, actor: Actor, claim_id: UUID, fields: ClaimFields | None = None, revision: int | None = None) -> Claim:
    """A suggested claim becomes one of ours, edited on the way where something is given."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.ACCEPT)
    changes, row_fields = _apply(situation, fields or ClaimFields())
    finish(situation, Act.ACCEPT, changes=changes, fields=row_fields)
    return situation.claim


@transaction.atomic
def dismiss(*, actor: Actor, claim_id: UUID, reason: str = "", revision: int | None = None) -> Claim:
    """A suggested claim is not worth recording."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.DISMISS)
    finish(situation, Act.DISMISS, changes={"reason": changed(None, reason or "not chosen")})
    return situation.claim


def _let_go(situation: Situation) -> None:
    """Ends every assignment of a claim that leaves the desk."""
    end_assignment(situation, stage=Stage.CHECK)
    end_assignment(situation, stage=Stage.APPROVE)


@transaction.atomic
def decline(
    *, actor: Actor, claim_id: UUID, reason_code: DeclineReason, note: str = "", revision: int | None = None
) -> Claim:
    """Closes a claim unchecked, with a reason that a reader may be told; the note stays at the desk."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.DECLINE)
    _let_go(situation)
    situation.claim.decline_reason = reason_code
    changes = {"reason_code": changed(None, str(reason_code)), "note": changed(None, note)}
    finish(situation, Act.DECLINE, changes=changes, fields=["decline_reason"])
    return situation.claim


@transaction.atomic
def mark_duplicate(*, actor: Actor, claim_id: UUID, of: UUID, revision: int | None = None) -> Claim:
    """Joins a claim to one that says the same: its appearances move there, and it is closed."""
    if claim_id == of:
        raise InvalidInputError.at("/of", "A claim cannot be a duplicate of itself.")
    lock_in_order(actor.newsroom_id, [claim_id, of])
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.MARK_DUPLICATE)
    stays = Claim.objects.filter(newsroom_id=actor.newsroom_id, pk=of).first()
    if stays is None:
        raise InvalidInputError.at("/of", "There is no such claim in this newsroom.", code="not_found")
    if stays.status in {Status.DUPLICATE, Status.DISMISSED}:
        raise InvalidInputError.at("/of", f"That claim is closed itself ({Status(stays.status).label}).")
    first = situation.claim.appearances.filter(is_first=True).values_list("pk", flat=True).first()
    moved = _move_appearances(situation.claim, stays)
    tips = demand.move(situation.claim, stays)
    _let_go(situation)
    situation.claim.duplicate_of = stays
    changes = {"duplicate_of": changed(None, str(stays.pk)), "appearances": changed(moved, []), **tips.as_left()}
    if first is not None:
        changes["first_appearance"] = changed(str(first), None)
    finish(situation, Act.MARK_DUPLICATE, changes=changes, fields=["duplicate_of"])
    told = {"duplicate": changed(None, str(claim_id)), "appearances": changed([], moved), **tips.as_received()}
    event_on(stays, type=EventType.CLAIM_DUPLICATE_RECEIVED, actor=actor.user, changes=told).save(force_insert=True)
    stays.save(update_fields=SUBJECT_FIELDS)
    _count_anew(stays)
    return situation.claim


def _count_anew(claim: Claim) -> None:
    if claim.status in OPEN:
        prioritise_anew(claim)


def _move_appearances(claim: Claim, stays: Claim) -> list[str]:
    moved = [str(pk) for pk in claim.appearances.order_by("id").values_list("id", flat=True)]
    # Which appearance was the first one is said anew of the claim that stays, by a person.
    claim.appearances.update(claim=stays, is_first=False)
    flag_repeats(stays, only=[UUID(pk) for pk in moved])
    return moved


@transaction.atomic
def reopen(*, actor: Actor, claim_id: UUID, reason: str, revision: int | None = None) -> Claim:
    """Brings a closed claim, or an approved one that was never published, back into the queue."""
    _lock_with_duplicate(actor, claim_id)
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.REOPEN)
    claim = situation.claim
    changes = {"reason": changed(None, reason)}
    if claim.duplicate_of_id is not None:
        changes["duplicate_of"] = changed(str(claim.duplicate_of_id), None)
        changes |= _move_back(situation, claim.duplicate_of_id)
    claim.decline_reason, claim.duplicate_of = "", None
    finish(situation, Act.REOPEN, changes=changes, fields=["decline_reason", "duplicate_of"])
    prioritise_anew(claim)
    return claim


def _lock_with_duplicate(actor: Actor, claim_id: UUID) -> None:
    """Locks a duplicate and the claim that it was joined to, in the order in which everybody locks two claims."""
    pair = Claim.objects.filter(newsroom_id=actor.newsroom_id).filter(Q(pk=claim_id) | Q(duplicates=claim_id))
    lock_in_order(actor.newsroom_id, pair.values_list("pk", flat=True))


def _move_back(situation: Situation, stays_id: UUID) -> dict[str, Change]:
    """Undoes what `mark_duplicate` moved, as far as it still stands there; says what came back."""
    joined = situation.claim.events.filter(type=EventType.CLAIM_MARKED_DUPLICATE).order_by("-seq").first()
    told_then = joined.changes if joined else {}
    moved = told_then.get("appearances", {}).get("before", [])
    back = Appearance.objects.filter(newsroom_id=situation.claim.newsroom_id, claim=stays_id, pk__in=moved)
    found = [str(pk) for pk in back.order_by("id").values_list("id", flat=True)]
    back.update(claim=situation.claim, is_first=False)
    first = told_then.get("first_appearance", {}).get("before")
    situation.claim.appearances.filter(pk=first).update(is_first=True)
    flag_repeats(situation.claim)
    stays = Claim.objects.select_for_update(no_key=True).get(pk=stays_id)
    tips = demand.move_back(situation.claim, stays, joined=joined)
    told = {
        "duplicate": changed(str(situation.claim.pk), None),
        "appearances": changed(found, []),
        **tips.as_given_back(),
    }
    event = event_on(stays, type=EventType.CLAIM_DUPLICATE_LEFT, actor=situation.actor.user, changes=told)
    event.save(force_insert=True)
    stays.save(update_fields=SUBJECT_FIELDS)
    _count_anew(stays)
    return {"appearances": changed([], found), **tips.as_brought_back()}


@transaction.atomic
def prioritise(*, actor: Actor, claim_id: UUID, delta: int, reason: str, revision: int | None = None) -> Claim:
    """Moves a claim up or down in the queue; the reason stands beside the points for everybody at the desk."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.PRIORITISE)
    claim, before = situation.claim, situation.claim.priority
    part: Part = {"name": "desk", "value": delta, "reason": f"{actor.name}: {reason}"}
    set_priority(claim, [*claim.priority_parts, part])
    changes = {"priority": changed(before, claim.priority), "reason": changed(None, reason)}
    finish(situation, Act.PRIORITISE, changes=changes, fields=PRIORITY_FIELDS)
    return claim


@transaction.atomic
def set_due(*, actor: Actor, claim_id: UUID, due: datetime | None, revision: int | None = None) -> Claim:
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.SET_DUE)
    claim = situation.claim
    before, claim.due = claim.due, due
    changes = {"due": changed(before and before.isoformat(), due and due.isoformat())}
    finish(situation, Act.SET_DUE, changes=changes, fields=["due"])
    return claim


@transaction.atomic
def mark_urgent(
    *, actor: Actor, claim_id: UUID, reason: str, is_urgent: bool = True, revision: int | None = None
) -> Claim:
    """An urgent claim comes before every other."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.MARK_URGENT)
    claim = situation.claim
    before, claim.is_urgent = claim.is_urgent, is_urgent
    changes = {"urgent": changed(before, is_urgent), "reason": changed(None, reason)}
    finish(situation, Act.MARK_URGENT, changes=changes, fields=["is_urgent"])
    return claim
