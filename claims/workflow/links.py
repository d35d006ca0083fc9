"""Joining claims, splitting one into several, and adopting for one what was found of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from claims.access import Actor
from claims.bell import Bell, ring_after_commit
from claims.errors import InvalidInputError, NotFoundError, RuleBrokenError
from claims.models import Appearance, Claim, ClaimLink, User
from claims.text.normalise import Normalised
from claims.vocab import Act, LinkKind
from claims.workflow.acts import finish
from claims.workflow.claimants import Roster
from claims.workflow.events import changed
from claims.workflow.inputs import AppearanceInput, ClaimantInput, ClaimInput, LinkInput, SegmentInput
from claims.workflow.recording import Batch, find_spans, people_named
from claims.workflow.rules import require
from claims.workflow.situation import Situation, lock


def join(*, claim: Claim, other: Claim, kind: LinkKind, made_by: User | None) -> ClaimLink:
    return ClaimLink.objects.create(newsroom_id=claim.newsroom_id, claim=claim, other=other, kind=kind, made_by=made_by)


@transaction.atomic
def link(*, actor: Actor, claim_id: UUID, other_id: UUID, kind: LinkKind) -> ClaimLink:
    """Says how a claim stands to another one."""
    if claim_id == other_id:
        raise InvalidInputError.at("/other", "A claim cannot be linked to itself.")
    situation = lock(actor=actor, claim_id=claim_id)
    require(situation, Act.LINK)
    other = Claim.objects.filter(newsroom_id=actor.newsroom_id, pk=other_id).first()
    if other is None:
        raise InvalidInputError.at("/other", "There is no such claim in this newsroom.", code="not_found")
    if ClaimLink.objects.filter(claim=situation.claim, other=other, kind=kind).exists():
        raise RuleBrokenError("These claims are linked like that already.", code="already_linked")
    made = join(claim=situation.claim, other=other, kind=kind, made_by=actor.user)
    finish(situation, Act.LINK, changes={"link": changed(None, {"kind": str(kind), "other": str(other_id)})})
    return made


@transaction.atomic
def unlink(*, actor: Actor, link_id: UUID) -> Claim:
    """Takes a link back; that it was there stays in the history."""
    found = ClaimLink.objects.filter(newsroom_id=actor.newsroom_id, pk=link_id).first()
    if found is None:
        raise NotFoundError("There is no such link in this newsroom.")
    situation = lock(actor=actor, claim_id=found.claim_id)
    require(situation, Act.LINK)
    finish(
        situation, Act.LINK, changes={"link": changed({"kind": str(found.kind), "other": str(found.other_id)}, None)}
    )
    found.delete()
    return situation.claim


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
    """Makes claims of their own out of parts of one, each linked to it. The whole stays: decline it or check it."""
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.SPLIT)
    whole = situation.claim
    appearance = (
        whole.appearances.select_related("version__article")
        .prefetch_related("segments", "attributions__claimant")
        .order_by("id")
        .first()
    )
    made = [_part(situation, appearance, part, pointer=f"/parts/{index}") for index, part in enumerate(parts)]
    finish(situation, Act.SPLIT, changes={"parts": changed(None, [str(claim.pk) for claim in made])})
    return whole


def _part(situation: Situation, appearance: Appearance | None, part: PartInput, *, pointer: str) -> Claim:
    whole = situation.claim
    version = appearance.version if appearance else None
    if part.segments and version is None:
        raise InvalidInputError.at(f"{pointer}/exact", "This claim stands in no text of ours: leave the span out.")
    given = ClaimInput(
        statement=part.statement,
        kind=part.kind or whole.kind,
        context=whole.context if part.context is None else part.context,
        claimants=part.claimants or tuple(ClaimantInput(id=link.claimant_id) for link in situation.claimants),
        date=whole.date_said,
        in_language=whole.in_language,
        appearance=_appearance(appearance, part) if appearance else None,
    )
    spans = find_spans(Normalised.of(version.text), [given], pointers=[pointer])[0] if version else ()
    roster = Roster(whole.newsroom_id, people_named(given, pointer))
    batch = Batch(actor=situation.actor, version=version, roster=roster, topics={})
    claim = batch.add(given, spans, [roster.match(claimant) for claimant in given.claimants]).claim
    batch.save()
    join(claim=claim, other=whole, kind=LinkKind.PART_OF, made_by=situation.actor.user)
    ring_after_commit(Bell.ENQUEUE_CLAIM, claim.pk)
    return claim


def _appearance(appearance: Appearance, part: PartInput) -> AppearanceInput:
    """Where a part stands: its own span, or that of the whole, said by whoever said the whole."""
    segments = part.segments or tuple(
        SegmentInput(start=found.start, end=found.end) for found in appearance.segments.all()
    )
    chain = tuple(
        LinkInput(
            claimant=ClaimantInput(id=found.claimant_id) if found.position and found.claimant_id else None,
            relation=found.relation,
            basis=found.basis,
            as_named=found.as_named,
        )
        for found in appearance.attributions.all()
    )
    return AppearanceInput(
        segments=segments,
        speech=appearance.speech,
        cue=appearance.cue,
        chain=chain,
        url=appearance.url,
        date_published=appearance.date_published,
    )
