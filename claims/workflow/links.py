"""Joining claims, and splitting one into several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from claims.access import Actor
from claims.bell import Bell, ring_after_commit
from claims.errors import FieldProblem, InvalidInputError, NotFoundError, RuleBrokenError
from claims.models import Appearance, Claim, ClaimLink, User
from claims.text.normalise import Normalised
from claims.vocab import Act, ClaimKind, EventType, LinkKind
from claims.workflow.acts import finish
from claims.workflow.claimants import Roster
from claims.workflow.events import changed
from claims.workflow.inputs import AppearanceInput, ClaimantInput, ClaimInput, LinkInput, SegmentInput
from claims.workflow.recording import Batch, find_spans, people_named, topics_named
from claims.workflow.repeats import flag_repeats, is_linked
from claims.workflow.rules import require
from claims.workflow.situation import Situation, lock, lock_in_order


def join(*, claim: Claim, other: Claim, kind: LinkKind, made_by: User | None) -> ClaimLink:
    return ClaimLink.objects.create(newsroom_id=claim.newsroom_id, claim=claim, other=other, kind=kind, made_by=made_by)


def topics_of(claim: Claim) -> tuple[str, ...]:
    return tuple(claim.claim_topics.order_by("topic__slug").values_list("topic__slug", flat=True))


@transaction.atomic
def link(*, actor: Actor, claim_id: UUID, other_id: UUID, kind: LinkKind) -> ClaimLink:
    """Says how a claim stands to another one; both histories tell it.

    Raises RuleBrokenError where they are linked like that already, either way round: nothing repeats its own repeat.
    """
    if claim_id == other_id:
        raise InvalidInputError.at("/other", "A claim cannot be linked to itself.")
    lock_in_order(actor.newsroom_id, [claim_id, other_id])
    situation = lock(actor=actor, claim_id=claim_id)
    require(situation, Act.LINK)
    claim, other = situation.claim, Claim.objects.filter(newsroom_id=actor.newsroom_id, pk=other_id).first()
    if other is None:
        raise InvalidInputError.at("/other", "There is no such claim in this newsroom.", code="not_found")
    _refuse_unfit(claim, other, kind)
    made = join(claim=claim, other=other, kind=kind, made_by=actor.user)
    if kind == LinkKind.REPEATS:
        flag_repeats(claim)
    _tell(situation, other, kind, is_made=True)
    return made


def _refuse_unfit(claim: Claim, other: Claim, kind: LinkKind) -> None:
    if kind == LinkKind.REPORTS and claim.kind != ClaimKind.QUOTATION:
        detail = "Only a quotation reports that another claim was made: say first that this claim is one."
        raise RuleBrokenError(detail, code="not_a_quotation")
    if is_linked(claim, other, kind):
        raise RuleBrokenError("These claims are linked like that already.", code="already_linked")
    if is_linked(other, claim, kind):
        raise RuleBrokenError("These claims are linked the other way round: take that back first.", code="linked_back")


@transaction.atomic
def unlink(*, actor: Actor, link_id: UUID) -> Claim:
    """Takes a link back; that it was there stays in both histories."""
    found = ClaimLink.objects.filter(newsroom_id=actor.newsroom_id, pk=link_id).first()
    if found is None:
        raise NotFoundError("There is no such link in this newsroom.")
    lock_in_order(actor.newsroom_id, [found.claim_id, found.other_id])
    situation = lock(actor=actor, claim_id=found.claim_id)
    require(situation, Act.LINK)
    # Somebody may have taken it back while we waited for the lock.
    is_gone, _ = ClaimLink.objects.filter(pk=link_id).delete()
    if not is_gone:
        raise NotFoundError("This link has just been taken back.")
    if found.kind == LinkKind.REPEATS:
        flag_repeats(situation.claim)
    _tell(situation, Claim.objects.get(pk=found.other_id), LinkKind(found.kind), is_made=False)
    return situation.claim


def _tell(situation: Situation, other: Claim, kind: LinkKind, *, is_made: bool) -> None:
    event = EventType.CLAIM_LINKED if is_made else EventType.CLAIM_UNLINKED
    far = Situation(claim=other, actor=situation.actor)
    for near, name, end in ((situation, "link", other), (far, "linked_from", situation.claim)):
        told = {"kind": str(kind), "claim": str(end.pk)}
        finish(near, Act.LINK, changes={name: changed(None, told) if is_made else changed(told, None)}, event=event)


@dataclass(frozen=True, slots=True)
class PartInput:
    """One of the claims that a claim falls into; what is left out is as in the whole."""

    statement: str
    kind: str | None = None
    context: str | None = None
    claimants: tuple[ClaimantInput, ...] = ()
    segments: tuple[SegmentInput, ...] = ()


@transaction.atomic
def split(*, actor: Actor, claim_id: UUID, parts: Sequence[PartInput], revision: int | None = None) -> Claim:
    """Makes claims of their own out of parts of one, each linked to it. The whole stays: decline it or check it.

    Raises InvalidInputError for a part that is there already in the same words.
    """
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.SPLIT)
    whole = situation.claim
    _refuse_twins(whole, parts)
    places = list(
        whole.appearances.select_related("version__article")
        .prefetch_related("segments", "attributions__claimant")
        .order_by("is_suggested", "id")
    )
    made = [_part(situation, places, part, pointer=f"/parts/{index}") for index, part in enumerate(parts)]
    finish(situation, Act.SPLIT, changes={"parts": changed(None, [str(claim.pk) for claim in made])})
    return whole


def _refuse_twins(whole: Claim, parts: Sequence[PartInput]) -> None:
    known = set(
        Claim.objects.filter(links__other=whole, links__kind=LinkKind.PART_OF).values_list("statement", flat=True)
    )
    problems = []
    for index, part in enumerate(parts):
        if part.statement in known:
            detail = "There is a part of this claim in these words already."
            problems.append(FieldProblem(f"/parts/{index}/statement", "already_split", detail))
        known.add(part.statement)
    if problems:
        raise InvalidInputError(problems)


def _part(situation: Situation, places: Sequence[Appearance], part: PartInput, *, pointer: str) -> Claim:
    whole = situation.claim
    place = next((found for found in places if found.version), None) if part.segments else next(iter(places), None)
    version = place.version if place else None
    if part.segments and version is None:
        raise InvalidInputError.at(f"{pointer}/exact", "This claim stands in no text of ours: leave the span out.")
    given = ClaimInput(
        statement=part.statement,
        kind=part.kind or whole.kind,
        context=whole.context if part.context is None else part.context,
        claimants=part.claimants or tuple(ClaimantInput(id=link.claimant_id) for link in situation.claimants),
        date=whole.date_said,
        in_language=whole.in_language,
        topics=topics_of(whole),
        appearance=_appearance(place, part) if place else None,
    )
    spans = find_spans(Normalised.of(version.text), [given], pointers=[pointer])[0] if version else ()
    roster = Roster(whole.newsroom_id, people_named(given, pointer))
    topics = topics_named(whole.newsroom_id, [given], pointers=[pointer])
    batch = Batch(actor=situation.actor, version=version, roster=roster, topics=topics)
    claim = batch.add(given, spans, batch.makers(given, own_voice=None)).claim
    batch.save()
    join(claim=claim, other=whole, kind=LinkKind.PART_OF, made_by=situation.actor.user)
    ring_after_commit(Bell.ENQUEUE_CLAIM, claim.pk)
    return claim


def _appearance(place: Appearance, part: PartInput) -> AppearanceInput:
    """Where a part stands: at its own span or that of the whole, said by the same people unless it names others."""
    segments = part.segments or tuple(SegmentInput(start=found.start, end=found.end) for found in place.segments.all())
    chain = tuple(
        LinkInput(
            claimant=ClaimantInput(id=found.claimant_id) if found.position and found.claimant_id else None,
            relation=found.relation,
            basis=found.basis,
            as_named=found.as_named,
        )
        for found in place.attributions.all()
    )
    if part.claimants and chain:
        chain = (replace(chain[0], as_named=""), *chain[1:])
    return AppearanceInput(
        segments=segments,
        speech=place.speech,
        cue=place.cue,
        chain=chain,
        url=place.url,
        date_published=place.date_published,
    )
