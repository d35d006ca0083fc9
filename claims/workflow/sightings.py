"""Where a claim was met again: by the same people it is another appearance, by others a claim of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from claims.access import Actor
from claims.bell import Bell, ring_after_commit
from claims.errors import FieldProblem, InvalidInputError, NotFoundError, RuleBrokenError
from claims.models import Appearance, Article, ArticleVersion, Attribution, Claim, Segment
from claims.text.anchors import Span
from claims.text.normalise import Normalised
from claims.vocab import MOVES, WAITING, Act, Basis, ClaimantMatch, EventType, LinkKind, Speech
from claims.workflow.acts import finish
from claims.workflow.claimants import Match, Roster
from claims.workflow.enqueueing import prioritise_anew
from claims.workflow.events import Change, changed
from claims.workflow.inputs import AppearanceInput, ClaimantInput, ClaimInput, SegmentInput
from claims.workflow.links import join, topics_of
from claims.workflow.recording import (
    Batch,
    event_of,
    find_spans,
    own_voice_of,
    people_named,
    segments_of,
    told_of,
    topics_named,
)
from claims.workflow.repeats import (
    family_of,
    is_after_publication,
    original_of,
    repeated_by,
    repeats_of,
    was_said_after_publication,
)
from claims.workflow.rules import require
from claims.workflow.situation import Situation, lock, lock_in_order

#: What somebody says of a chain that makes "we made sure that it was said" a contradiction.
_NOT_SAID = frozenset({Basis.DISPUTED, Basis.FALSE})


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
    a second person looks all the same. Who repeats it once more is met on the claim that they have already.
    """
    # Article, publisher, claims, claimants: in the order in which whoever records an article locks them.
    version = _newest_version(actor, given.article_id)
    own_voice = own_voice_of(version.article) if version and given.appearance.speech == Speech.OWN_VOICE else None
    lock_in_order(actor.newsroom_id, family_of(newsroom_id=actor.newsroom_id, claim_id=claim_id))
    situation = lock(actor=actor, claim_id=claim_id, revision=revision)
    require(situation, Act.ADD_APPEARANCE)
    if given.article_id is not None and version is None:
        raise InvalidInputError.at("/article", "There is no such article in this newsroom.", code="not_found")
    template = _as_given(situation.claim, given)
    spans = find_spans(Normalised.of(version.text), [template], pointers=[""])[0] if version else ()
    batch = Batch(
        actor=actor,
        version=version,
        roster=Roster(actor.newsroom_id, people_named(template, "")),
        topics=topics_named(actor.newsroom_id, [template], pointers=[""]),
    )
    makers = batch.makers(template, own_voice=own_voice)
    chosen = _chosen(makers, given.claimants)
    home = _home(situation, chosen)
    if home is None:
        return _repeat(situation, batch, template, spans, makers)
    return _another(home, batch, given.appearance, spans)


def _newest_version(actor: Actor, article_id: UUID | None) -> ArticleVersion | None:
    """The article's text as it stands now, its article being locked; None where there is no such article."""
    if article_id is None:
        return None
    articles = Article.objects.select_for_update(no_key=True).filter(newsroom_id=actor.newsroom_id, pk=article_id)
    article = articles.first()
    if article is None:
        return None
    version: ArticleVersion = article.versions.order_by("-number")[0]
    version.article = article
    return version


def _as_given(claim: Claim, given: SightingInput) -> ClaimInput:
    return ClaimInput(
        statement=claim.statement,
        kind=claim.kind,
        context=claim.context,
        claimants=given.claimants,
        in_language=claim.in_language,
        topics=topics_of(claim),
        appearance=given.appearance,
    )


def _chosen(makers: Sequence[Match], given: Sequence[ClaimantInput]) -> frozenset[UUID]:
    """Who says it there; nobody: the claim's own claimants."""
    problems = [
        FieldProblem(
            claimant.where,
            "claimant_ambiguous",
            f"Several claimants are called “{claimant.name}”: give the id of the one who is meant.",
        )
        for claimant, match in zip(given, makers, strict=False)
        if match.claimant is None
    ]
    if problems:
        raise InvalidInputError(problems)
    return frozenset(match.claimant.pk for match in makers if match.claimant)


def _home(situation: Situation, chosen: frozenset[UUID]) -> Situation | None:
    """The claim that these people have made already: this one, the one that it repeats, or another repeat of that."""
    if not chosen or chosen == _makers_of(situation.claim):
        return situation
    original = original_of(situation.claim)
    for claim in (original, *repeats_of(original)):
        if claim.status in MOVES[Act.ADD_APPEARANCE].sources and chosen == _makers_of(claim):
            home = lock(actor=situation.actor, claim_id=claim.pk)
            require(home, Act.ADD_APPEARANCE)
            return home
    return None


def _makers_of(claim: Claim) -> frozenset[UUID]:
    return frozenset(claim.claim_claimants.values_list("claimant", flat=True))


def _another(situation: Situation, batch: Batch, given: AppearanceInput, spans: tuple[Span, ...]) -> Sighting:
    claim = situation.claim
    known = _standing_at(claim.appearances.all(), batch.version, spans, given.url)
    repeated = repeated_by(claim)
    if known is not None:
        if known.is_suggested:
            _confirm(situation, known)
        return Sighting(claim, known, is_repeat=bool(repeated), is_existing=True)
    appearance = batch.add_appearance(claim, given, spans, _as_matched(situation))
    appearance.is_after_publication = is_after_publication(appearance, claim, *repeated)
    if appearance.is_first:
        claim.appearances.update(is_first=False)
    batch.save()
    changes = {"appearance": changed(None, told_of(appearance, spans))}
    finish(situation, Act.ADD_APPEARANCE, changes=changes, event=event_of(appearance))
    _count_anew(claim)
    for original in repeated:
        _tell(situation.actor, original, claim, changes)
    return Sighting(claim, appearance, is_repeat=bool(repeated))


def _as_matched(situation: Situation) -> list[Match]:
    """The claim's own claimants; where several have the name, the chain waits for the one who is chosen."""
    if not situation.claimants and situation.claim.claimant_match == ClaimantMatch.AMBIGUOUS:
        return [Match(ClaimantMatch.AMBIGUOUS, None)]
    return [Match(ClaimantMatch.ID, link.claimant) for link in situation.claimants]


def _count_anew(claim: Claim) -> None:
    """The number of places counts for the order of the queue."""
    if claim.status in WAITING:
        prioritise_anew(claim)


def _tell(actor: Actor, original: Claim, claim: Claim, changes: dict[str, Change]) -> None:
    """Notes in the history of a claim that another one has repeated it."""
    told = {"repeated_in": changed(None, str(claim.pk)), **changes}
    finish(lock(actor=actor, claim_id=original.pk), Act.ADD_APPEARANCE, changes=told, event=EventType.CLAIM_REPEATED)


def _repeat(
    situation: Situation, batch: Batch, given: ClaimInput, spans: tuple[Span, ...], makers: list[Match]
) -> Sighting:
    original = original_of(situation.claim)
    theirs = batch.add(given, spans, makers).claim
    [appearance] = batch.rows[Appearance]
    appearance.is_after_publication = is_after_publication(appearance, original)
    batch.save()
    join(claim=theirs, other=original, kind=LinkKind.REPEATS, made_by=situation.actor.user)
    ring_after_commit(Bell.ENQUEUE_CLAIM, theirs.pk)
    changes = {
        "claimants": changed(None, [str(match.claimant.pk) for match in makers if match.claimant]),
        "appearance": changed(None, told_of(appearance, spans)),
    }
    _tell(situation.actor, original, theirs, changes)
    return Sighting(theirs, appearance, is_repeat=True)


def _standing_at(
    appearances: QuerySet[Appearance], version: ArticleVersion | None, spans: Iterable[Span], url: str
) -> Appearance | None:
    """The appearance in exactly this place."""
    places = [(span.start, span.end) for span in spans]
    for found in appearances.filter(version=version, url=url).prefetch_related("segments"):
        if [(segment.start, segment.end) for segment in found.segments.all()] == places:
            return found
    return None


@dataclass(frozen=True, slots=True)
class LinkChange:
    """What a person says of one link of the chain; None leaves it as it is."""

    position: int
    basis: str | None = None
    is_confirmed: bool | None = None


@dataclass(frozen=True, slots=True)
class AppearanceFields:
    """What of a sighting is changed; None leaves it as it is. A suggested one is confirmed, never suggested by hand."""

    segments: tuple[SegmentInput, ...] | None = None
    speech: str | None = None
    cue: str | None = None
    is_first: bool | None = None
    is_confirmed: bool = False
    links: tuple[LinkChange, ...] = ()


@transaction.atomic
def edit(*, actor: Actor, appearance_id: UUID, fields: AppearanceFields, revision: int | None = None) -> Claim:
    """Changes where a claim stands or what is said of its chain: another span, a confirmed or disputed attribution.

    Raises InvalidInputError for a span that is not in the text, or a position that the chain has not.
    """
    situation = lock(actor=actor, claim_id=_claim_of(actor, appearance_id), revision=revision)
    appearance = _place_of(situation, appearance_id)
    require(situation, Act.EDIT_APPEARANCE)
    changes = _changes(situation.claim, appearance, fields)
    if fields.segments is not None:
        changes |= _set_segments(situation.claim, appearance, fields.segments)
    for index, link in enumerate(fields.links):
        changes |= _set_link(appearance, link, actor, where=f"/attribution/{index}")
    if changes:
        appearance.save()
        told = {"appearance": changed(str(appearance.pk), str(appearance.pk)), **changes}
        finish(situation, Act.EDIT_APPEARANCE, changes=told)
    if fields.is_confirmed and appearance.is_suggested:
        _confirm(situation, appearance)
    return situation.claim


def _confirm(situation: Situation, appearance: Appearance) -> None:
    """A person says that the claim stands where it was suggested: from now on this is a sighting like any other."""
    appearance.is_suggested = False
    appearance.is_after_publication = was_said_after_publication(appearance)
    appearance.save(update_fields=["is_suggested", "is_after_publication"])
    changes = {"appearance": changed(None, told_of(appearance, appearance.segments.all()))}
    finish(situation, Act.ADD_APPEARANCE, changes=changes, event=event_of(appearance))
    _count_anew(situation.claim)


def _claim_of(actor: Actor, appearance_id: UUID) -> UUID:
    found = Appearance.objects.filter(newsroom_id=actor.newsroom_id, pk=appearance_id).first()
    if found is None:
        raise NotFoundError("There is no such sighting in this newsroom.")
    claim_id: UUID = found.claim_id
    return claim_id


def _place_of(situation: Situation, appearance_id: UUID) -> Appearance:
    found = situation.claim.appearances.select_related("version").filter(pk=appearance_id).first()
    if found is None:
        # It was moved to another claim, or taken away, between the look at it and the lock.
        raise NotFoundError("This sighting has just been moved or taken away: look the claim up again.")
    return found


def _changes(claim: Claim, appearance: Appearance, fields: AppearanceFields) -> dict[str, Change]:
    changes: dict[str, Change] = {}
    for name in ("speech", "cue", "is_first"):
        value = getattr(fields, name)
        if value is not None and value != getattr(appearance, name):
            changes[name] = changed(getattr(appearance, name), value)
            setattr(appearance, name, value)
    if "is_first" in changes and appearance.is_first:
        before = claim.appearances.filter(is_first=True).first()
        claim.appearances.update(is_first=False)
        changes["first_appearance"] = changed(before and str(before.pk), str(appearance.pk))
    return changes


def _set_segments(claim: Claim, appearance: Appearance, given: tuple[SegmentInput, ...]) -> dict[str, Change]:
    version = appearance.version
    if version is None:
        raise InvalidInputError.at("/exact", "This sighting is a link: there is no text of ours to find a span in.")
    wanted = ClaimInput(statement="", appearance=AppearanceInput(segments=given))
    [spans] = find_spans(Normalised.of(version.text), [wanted], pointers=[""])
    there = _standing_at(claim.appearances.all(), version, spans, appearance.url)
    if there is not None and there.pk == appearance.pk:
        return {}
    if there is not None:
        raise RuleBrokenError("The claim stands at exactly this place already.", code="already_there")
    before = [found.exact for found in appearance.segments.order_by("position")]
    appearance.segments.all().delete()
    Segment.objects.bulk_create(segments_of(appearance, spans))
    return {"segments": changed(before, [span.exact for span in spans])}


def _set_link(appearance: Appearance, given: LinkChange, actor: Actor, *, where: str) -> dict[str, Change]:
    link = Attribution.objects.filter(appearance=appearance, position=given.position).first()
    if link is None:
        detail = f"The chain has no position {given.position}."
        raise InvalidInputError.at(f"{where}/position", detail, code="not_found")
    changes: dict[str, Change] = {}
    was_confirmed = link.confirmed_by_id is not None
    if given.basis is not None and given.basis != link.basis:
        changes[f"attribution.{given.position}.basis"] = changed(str(link.basis), str(given.basis))
        # Whoever made sure of it, made sure of something else.
        link.basis, link.confirmed_by = given.basis, None
    if given.is_confirmed and link.basis in _NOT_SAID:
        detail = f"It cannot be confirmed that it was said while its basis is “{Basis(link.basis).label}”."
        raise InvalidInputError.at(f"{where}/confirmed", detail, code="not_said")
    if given.is_confirmed is not None and given.is_confirmed != (link.confirmed_by_id is not None):
        link.confirmed_by = actor.user if given.is_confirmed else None
    if was_confirmed != (link.confirmed_by_id is not None):
        changes[f"attribution.{given.position}.confirmed"] = changed(was_confirmed, not was_confirmed)
    link.save(update_fields=["basis", "confirmed_by"])
    return changes


@transaction.atomic
def remove(*, actor: Actor, appearance_id: UUID, revision: int | None = None) -> Claim:
    """The claim does not stand there after all: takes a sighting away, which the history keeps.

    The only place of a claim stays: what it says was recorded from there.
    """
    situation = lock(actor=actor, claim_id=_claim_of(actor, appearance_id), revision=revision)
    appearance = _place_of(situation, appearance_id)
    require(situation, Act.EDIT_APPEARANCE)
    others = situation.claim.appearances.filter(is_suggested=False).exclude(pk=appearance.pk)
    if not appearance.is_suggested and not others.exists():
        detail = "The claim stands nowhere else: change its span, or decline the claim."
        raise RuleBrokenError(detail, code="only_place")
    changes = {"appearance": changed(told_of(appearance, appearance.segments.all()), None)}
    appearance.attributions.all().delete()
    appearance.segments.all().delete()
    appearance.delete()
    finish(situation, Act.EDIT_APPEARANCE, changes=changes, event=EventType.CLAIM_APPEARANCE_REMOVED)
    _count_anew(situation.claim)
    return situation.claim
