"""Where a claim was met again: by the same people it is another appearance, by others a claim of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from claims.access import Actor
from claims.bell import Bell, ring_after_commit
from claims.errors import InvalidInputError, NotFoundError, RuleBrokenError
from claims.models import Appearance, Article, ArticleVersion, Attribution, Claim, Segment
from claims.text.anchors import Span
from claims.text.dates import starts_at
from claims.text.normalise import Normalised
from claims.text.uuid7 import uuid7
from claims.vocab import WAITING, Act, EventType, LinkKind, ReviewState
from claims.workflow.acts import finish
from claims.workflow.claimants import Roster
from claims.workflow.enqueueing import prioritise_anew
from claims.workflow.events import Change, changed
from claims.workflow.inputs import AppearanceInput, ClaimantInput, ClaimInput, SegmentInput
from claims.workflow.links import join
from claims.workflow.recording import Batch, find_spans, people_named
from claims.workflow.rules import require
from claims.workflow.situation import Situation, lock


@dataclass(frozen=True, slots=True)
class SightingInput:
    """A place in an article of ours or behind a link, and who says it there; left out: the claim's own claimants."""

    appearance: AppearanceInput
    article_id: UUID | None = None
    claimants: tuple[ClaimantInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What became of it: an appearance of `claim`, which `is_repeat` where it is another claimant's own."""

    claim: Claim
    appearance: Appearance
    is_repeat: bool
    is_existing: bool = False


@transaction.atomic
def add(*, actor: Actor, claim_id: UUID, given: SightingInput, revision: int | None = None) -> Sighting:
    """Adds a sighting of a claim.

    Somebody else's saying the same is a claim of theirs, linked as a repeat: what was found may be adopted for it, and
    a second person looks all the same.
    """
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.ADD_APPEARANCE)
    version = _version(actor, given.article_id)
    template = _as_given(situation.claim, given)
    spans = find_spans(Normalised.of(version.text), [template], pointers=[""])[0] if version else ()
    batch = Batch(actor=actor, version=version, roster=Roster(actor.newsroom_id, people_named(template, "")), topics={})
    makers = [batch.roster.match(claimant) for claimant in given.claimants]
    if any(match.claimant is None for match in makers):
        detail = "Several claimants have that name: give the id of the one who is meant."
        raise InvalidInputError.at("/claimant", detail, code="claimant_ambiguous")
    chosen = {match.claimant.pk for match in makers if match.claimant}
    if chosen and chosen != {link.claimant_id for link in situation.claimants}:
        return _repeat(situation, batch, template, spans)
    return _another(situation, batch, given.appearance, spans)


def _version(actor: Actor, article_id: UUID | None) -> ArticleVersion | None:
    if article_id is None:
        return None
    version = (
        ArticleVersion.objects.select_related("article__publisher")
        .filter(newsroom_id=actor.newsroom_id, article_id=article_id)
        .order_by("-number")
        .first()
    )
    if version is None:
        raise InvalidInputError.at("/article", "There is no such article in this newsroom.", code="not_found")
    Article.objects.select_for_update(no_key=True).get(pk=version.article_id)
    return version


def _as_given(claim: Claim, given: SightingInput) -> ClaimInput:
    return ClaimInput(
        statement=claim.statement,
        kind=claim.kind,
        context=claim.context,
        claimants=given.claimants,
        in_language=claim.in_language,
        appearance=given.appearance,
    )


def _another(situation: Situation, batch: Batch, given: AppearanceInput, spans: tuple[Span, ...]) -> Sighting:
    claim = situation.claim
    known = _known(claim, batch.version, spans, given.url)
    if known is not None:
        return Sighting(claim, known, is_repeat=False, is_existing=True)
    maker = situation.claimants[0].claimant if situation.claimants else None
    appearance = batch.add_appearance(claim, given, spans, maker=maker)
    appearance.is_after_publication = _is_after_publication(situation, appearance)
    batch.save()
    if claim.status in WAITING:
        prioritise_anew(claim)
    event = EventType.CLAIM_REPEATED if appearance.is_after_publication else EventType.CLAIM_APPEARANCE_ADDED
    changes = {"appearance": changed(None, _told(appearance, spans))}
    finish(situation, Act.ADD_APPEARANCE, changes=changes, event=event)
    return Sighting(claim, appearance, is_repeat=False)


def _repeat(situation: Situation, batch: Batch, given: ClaimInput, spans: tuple[Span, ...]) -> Sighting:
    makers = [batch.roster.match(claimant) for claimant in given.claimants]
    theirs = batch.add(given, spans, makers).claim
    [appearance] = batch.rows[Appearance]
    appearance.is_after_publication = _is_after_publication(situation, appearance)
    batch.save()
    join(claim=theirs, other=situation.claim, kind=LinkKind.REPEATS, made_by=situation.actor.user)
    ring_after_commit(Bell.ENQUEUE_CLAIM, theirs.pk)
    changes = {
        "repeated_in": changed(None, str(theirs.pk)),
        "claimants": changed(None, [str(match.claimant.pk) for match in makers if match.claimant]),
        "appearance": changed(None, _told(appearance, spans)),
    }
    finish(situation, Act.ADD_APPEARANCE, changes=changes, event=EventType.CLAIM_REPEATED)
    return Sighting(theirs, appearance, is_repeat=True)


def _known(claim: Claim, version: ArticleVersion | None, spans: tuple[Span, ...], url: str) -> Appearance | None:
    """An appearance in exactly this place; a suggested one is confirmed by being given."""
    places = [(span.start, span.end) for span in spans]
    for found in claim.appearances.filter(version=version, url=url).prefetch_related("segments"):
        if [(segment.start, segment.end) for segment in found.segments.all()] == places:
            if found.is_suggested:
                found.is_suggested = False
                found.save(update_fields=["is_suggested"])
            return found
    return None


def _is_after_publication(situation: Situation, appearance: Appearance) -> bool:
    """Whether it was said after readers had been told what is true of it; without a date, it was seen today."""
    review = situation.review
    if review is None or review.state != ReviewState.PUBLISHED or review.date_published is None:
        return False
    article = appearance.version.article if appearance.version else None
    said = (article.date_published if article else appearance.date_published)[:10]
    day = starts_at(said) if said else timezone.localdate()
    return day > timezone.localdate(review.date_published)


def _told(appearance: Appearance, spans: Iterable[Span]) -> dict[str, object]:
    return {
        "id": str(appearance.pk),
        "article": str(appearance.version.article_id) if appearance.version else None,
        "url": appearance.url,
        "exact": [span.exact for span in spans],
    }


@dataclass(frozen=True, slots=True)
class LinkChange:
    """What a person says of one link of the chain; None leaves it as it is."""

    position: int
    basis: str | None = None
    is_confirmed: bool | None = None


@dataclass(frozen=True, slots=True)
class AppearanceFields:
    """What of a sighting is changed; None leaves it as it is."""

    segments: tuple[SegmentInput, ...] | None = None
    speech: str | None = None
    cue: str | None = None
    is_first: bool | None = None
    is_suggested: bool | None = None
    links: tuple[LinkChange, ...] = ()


@transaction.atomic
def edit(*, actor: Actor, appearance_id: UUID, fields: AppearanceFields) -> Claim:
    """Changes where a claim stands or what is said of its chain: another span, a confirmed or disputed attribution."""
    situation, appearance = _locked(actor, appearance_id)
    require(situation, Act.EDIT_APPEARANCE)
    changes = _changes(appearance, fields)
    if fields.segments is not None:
        changes["segments"] = _set_segments(appearance, fields.segments)
    for link in fields.links:
        changes |= _set_link(appearance, link, actor)
    if fields.is_first:
        situation.claim.appearances.exclude(pk=appearance.pk).update(is_first=False)
    if changes:
        appearance.save()
        finish(
            situation,
            Act.EDIT_APPEARANCE,
            changes={"appearance": changed(str(appearance.pk), str(appearance.pk)), **changes},
        )
    return situation.claim


def _locked(actor: Actor, appearance_id: UUID) -> tuple[Situation, Appearance]:
    found = Appearance.objects.filter(newsroom_id=actor.newsroom_id, pk=appearance_id).first()
    if found is None:
        raise NotFoundError("There is no such sighting in this newsroom.")
    situation = lock(actor=actor, claim_id=found.claim_id)
    # It may have moved to another claim, or be gone, since it was looked up.
    appearance = situation.claim.appearances.select_related("version").filter(pk=appearance_id).first()
    if appearance is None:
        raise NotFoundError("This sighting has just been moved: look it up again.")
    return situation, appearance


def _changes(appearance: Appearance, fields: AppearanceFields) -> dict[str, Change]:
    changes: dict[str, Change] = {}
    for name in ("speech", "cue", "is_first", "is_suggested"):
        value = getattr(fields, name)
        if value is not None and value != getattr(appearance, name):
            changes[name] = changed(getattr(appearance, name), value)
            setattr(appearance, name, value)
    return changes


def _set_segments(appearance: Appearance, given: tuple[SegmentInput, ...]) -> Change:
    if appearance.version is None:
        raise InvalidInputError.at("/exact", "This sighting is a link: there is no text of ours to find a span in.")
    wanted = ClaimInput(statement="", appearance=AppearanceInput(segments=given))
    [spans] = find_spans(Normalised.of(appearance.version.text), [wanted], pointers=[""])
    before = [found.exact for found in appearance.segments.order_by("position")]
    appearance.segments.all().delete()
    Segment.objects.bulk_create(segments_of(appearance, spans))
    return changed(before, [span.exact for span in spans])


def segments_of(appearance: Appearance, spans: Sequence[Span]) -> list[Segment]:
    return [
        Segment(
            id=uuid7(),
            newsroom_id=appearance.newsroom_id,
            appearance=appearance,
            position=position,
            start=span.start,
            end=span.end,
            exact=span.exact,
            prefix=span.prefix,
            suffix=span.suffix,
        )
        for position, span in enumerate(spans)
    ]


def _set_link(appearance: Appearance, given: LinkChange, actor: Actor) -> dict[str, Change]:
    link = Attribution.objects.filter(appearance=appearance, position=given.position).first()
    if link is None:
        detail = f"The chain has no position {given.position}."
        raise InvalidInputError.at("/attribution", detail, code="not_found")
    changes: dict[str, Change] = {}
    if given.basis is not None and given.basis != link.basis:
        changes[f"attribution.{given.position}.basis"] = changed(str(link.basis), str(given.basis))
        link.basis, link.confirmed_by = given.basis, None
    if given.is_confirmed is not None and given.is_confirmed != (link.confirmed_by_id is not None):
        link.confirmed_by = actor.user if given.is_confirmed else None
        changes[f"attribution.{given.position}.confirmed"] = changed(not given.is_confirmed, given.is_confirmed)
    link.save(update_fields=["basis", "confirmed_by"])
    return changes


@transaction.atomic
def reject(*, actor: Actor, appearance_id: UUID) -> Claim:
    """The claim does not stand there after all: takes a suggested sighting away. What a person recorded stays."""
    situation, appearance = _locked(actor, appearance_id)
    require(situation, Act.EDIT_APPEARANCE)
    if not appearance.is_suggested:
        raise RuleBrokenError(
            "This sighting was recorded, not suggested: change its span instead.", code="not_suggested"
        )
    changes = {"appearance": changed(_told(appearance, ()), None)}
    appearance.attributions.all().delete()
    appearance.segments.all().delete()
    appearance.delete()
    finish(situation, Act.EDIT_APPEARANCE, changes=changes)
    return situation.claim
