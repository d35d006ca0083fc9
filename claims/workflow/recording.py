"""Articles and claims come in whole or not at all: spans found, claimants matched, what is known recognised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from claims.access import Actor
from claims.bell import Bell, ring_after_commit
from claims.errors import FieldProblem, InvalidInputError, NotPermittedError
from claims.models import (
    Appearance,
    Article,
    ArticleVersion,
    Attribution,
    Claim,
    Claimant,
    ClaimClaimant,
    ClaimTopic,
    Event,
    Publisher,
    Segment,
    Topic,
)
from claims.text.anchors import AnchorError, Span, locate
from claims.text.normalise import Normalised, name_key
from claims.text.uuid7 import uuid7
from claims.vocab import (
    RELATION_OF_SPEECH,
    Basis,
    ClaimantKind,
    ClaimantMatch,
    EventType,
    Relation,
    Right,
    Speech,
    Status,
)
from claims.workflow.claimants import Match, Roster
from claims.workflow.events import SUBJECT_FIELDS, changed, event_on
from claims.workflow.inputs import AppearanceInput, ClaimantInput, ClaimInput, LinkInput
from claims.workflow.priority import rank_of
from claims.workflow.repeats import was_said_after_publication


@dataclass
class Recorded:
    """What became of one given claim."""

    claim: Claim
    is_existing: bool = False
    warnings: list[str] = field(default_factory=list)


def may_record(actor: Actor) -> None:
    if not actor.may(Right.SUBMIT):
        raise NotPermittedError("This account may not record articles or claims.")


def find_spans(source: Normalised, given: Sequence[ClaimInput], *, pointers: Sequence[str]) -> list[tuple[Span, ...]]:
    """The spans of every claim in its text. Raises InvalidInputError naming each one that cannot be found."""
    problems: list[FieldProblem] = []
    found: list[tuple[Span, ...]] = []
    for pointer, claim in zip(pointers, given, strict=True):
        segments = claim.appearance.segments if claim.appearance else ()
        spans = []
        for segment in segments:
            try:
                spans.append(
                    locate(
                        source,
                        start=segment.start,
                        end=segment.end,
                        exact=segment.exact,
                        prefix=segment.prefix,
                        suffix=segment.suffix,
                    )
                )
            except AnchorError as error:
                problems.append(FieldProblem(f"{pointer}{segment.where}/{error.field}", error.code, str(error)))
        found.append(tuple(spans))
    if problems:
        raise InvalidInputError(problems)
    return found


def topics_named(newsroom_id: UUID, given: Sequence[ClaimInput], *, pointers: Sequence[str]) -> dict[str, Topic]:
    """The topics that the claims name by slug. Raises InvalidInputError naming each that the newsroom has not got."""
    slugs = {slug for claim in given for slug in claim.topics}
    if not slugs:
        return {}
    known = {topic.slug: topic for topic in Topic.objects.filter(newsroom_id=newsroom_id, slug__in=slugs)}
    problems = [
        FieldProblem(f"{pointer}/topics/{index}", "not_found", f"There is no topic “{slug}” in this newsroom.")
        for pointer, claim in zip(pointers, given, strict=True)
        for index, slug in enumerate(claim.topics)
        if slug not in known
    ]
    if problems:
        raise InvalidInputError(problems)
    return known


def people_named(claim: ClaimInput, pointer: str) -> Iterable[tuple[str, ClaimantInput]]:
    """Everybody that a claim names, each with the place where."""
    reporters = (link.claimant for link in (claim.appearance.chain if claim.appearance else ()))
    for claimant in (*claim.claimants, *reporters):
        if claimant is not None:
            yield f"{pointer}{claimant.where}", claimant


class Batch:
    """The rows of several claims, gathered and written in one statement per table."""

    def __init__(
        self, *, actor: Actor, version: ArticleVersion | None, roster: Roster, topics: dict[str, Topic]
    ) -> None:
        self.actor = actor
        self.version = version
        self.roster = roster
        self.topics = topics
        self.rows: dict[type[Any], list[Any]] = {
            kind: [] for kind in (Claim, ClaimClaimant, ClaimTopic, Appearance, Segment, Attribution, Event)
        }
        #: By what was given: the same thing twice in one request is one claim.
        self.recorded: dict[tuple[str, tuple[Span, ...], tuple[UUID, ...]], Claim] = {}

    def makers(self, given: ClaimInput, *, own_voice: Claimant | None) -> list[Match]:
        """Who makes a claim: whoever is named, else the publisher where it speaks in its own voice."""
        if given.claimants:
            return [self.roster.match(claimant) for claimant in given.claimants]
        if own_voice is not None and given.appearance and given.appearance.speech == Speech.OWN_VOICE:
            return [Match(ClaimantMatch.EXACT, own_voice)]
        return []

    def add(self, given: ClaimInput, spans: tuple[Span, ...], makers: list[Match]) -> Recorded:
        claim = self._claim(given, makers)
        self._claimants(claim, makers)
        self.rows[ClaimTopic] += [
            self._row(ClaimTopic, claim=claim, topic=self.topics[slug]) for slug in dict.fromkeys(given.topics)
        ]
        if given.appearance is not None:
            self.add_appearance(claim, given.appearance, spans, makers)
        self.rows[Event].append(
            event_on(
                claim,
                type=EventType.CLAIM_RECORDED,
                actor=self.actor.user,
                changes={"statement": changed(None, claim.statement), "status": changed(None, str(claim.status))},
            )
        )
        return Recorded(claim, warnings=[match.warning for match in makers if match.warning])

    def add_to_known(self, claim: Claim, given: AppearanceInput, spans: tuple[Span, ...], makers: list[Match]) -> None:
        """A further appearance of a claim that is locked."""
        self.tell_of(claim, self.add_appearance(claim, given, spans, makers), spans)

    def confirm(self, appearance: Appearance) -> None:
        """A suggested appearance of a claim that is locked was given by somebody: it stands there."""
        if appearance.is_suggested:
            appearance.is_suggested = False
            appearance.is_after_publication = was_said_after_publication(appearance)
            appearance.save(update_fields=["is_suggested", "is_after_publication"])
            self.tell_of(appearance.claim, appearance, appearance.segments.all())

    def tell_of(self, claim: Claim, appearance: Appearance, spans: Iterable[Span | Segment]) -> None:
        changes = {"appearance": changed(None, told_of(appearance, spans))}
        event = event_on(claim, type=event_of(appearance), actor=self.actor.user, changes=changes)
        self.rows[Event].append(event)
        claim.save(update_fields=SUBJECT_FIELDS)

    def add_appearance(
        self, claim: Claim, given: AppearanceInput, spans: tuple[Span, ...], makers: list[Match]
    ) -> Appearance:
        appearance: Appearance = self._row(
            Appearance,
            claim=claim,
            version=self.version,
            speech=given.speech,
            cue=given.cue,
            is_first=given.is_first,
            url=given.url,
            date_published=given.date_published,
            created_at=timezone.now(),
        )
        self.rows[Appearance].append(appearance)
        self.rows[Segment] += segments_of(appearance, spans)
        self._chain(appearance, given, makers)
        return appearance

    def _claim(self, given: ClaimInput, matches: list[Match]) -> Claim:
        now = timezone.now()
        ambiguous = next(
            (name.name for name, match in zip(given.claimants, matches, strict=False) if match.claimant is None), ""
        )
        how = ClaimantMatch.AMBIGUOUS if ambiguous else matches[0].how if matches else ClaimantMatch.NONE
        claim: Claim = self._row(
            Claim,
            statement=given.statement,
            context=given.context,
            kind=given.kind,
            on_behalf_of=given.on_behalf_of,
            date_said=given.date,
            in_language=given.in_language or (self.version.article.in_language if self.version else ""),
            claimant_match=how,
            claimant_named=ambiguous,
            status=Status.RECORDED,
            rank=rank_of(priority=0, created_at=now),
            recorded_by=self.actor.user,
            created_at=now,
            updated_at=now,
        )
        self.rows[Claim].append(claim)
        return claim

    def _claimants(self, claim: Claim, matches: list[Match]) -> None:
        if claim.claimant_match == ClaimantMatch.AMBIGUOUS:
            return  # a person chooses them all together
        unique = dict.fromkeys(match.claimant for match in matches)
        self.rows[ClaimClaimant] += [
            self._row(ClaimClaimant, claim=claim, claimant=claimant, position=position)
            for position, claimant in enumerate(unique)
        ]

    def _chain(self, appearance: Appearance, given: AppearanceInput, makers: list[Match]) -> None:
        """Nobody named makes no chain; where several have the name, its first link waits for the one who is chosen."""
        chain = given.chain or (LinkInput(),)
        if not makers and chain == (LinkInput(),):
            return
        maker = makers[0].claimant if makers else None
        for position, link in enumerate(chain):
            is_maker = position == 0
            self.rows[Attribution].append(
                self._row(
                    Attribution,
                    appearance=appearance,
                    position=position,
                    claimant=maker if is_maker or link.claimant is None else self.roster.match(link.claimant).claimant,
                    relation=link.relation or (RELATION_OF_SPEECH[given.speech] if is_maker else Relation.REPORTED),
                    basis=link.basis or (Basis.REPORTED if is_maker and len(chain) > 1 else Basis.PRIMARY),
                    as_named=link.as_named,
                )
            )

    def _row(self, model: type[Any], **values: Any) -> Any:
        return model(id=uuid7(), newsroom_id=self.actor.newsroom_id, **values)

    def save(self) -> None:
        for model, rows in self.rows.items():
            if rows:
                model._default_manager.bulk_create(rows)


def segments_of(appearance: Appearance, spans: Sequence[Span]) -> list[Segment]:
    """The pieces of an appearance, in order, not saved yet."""
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


def event_of(appearance: Appearance) -> EventType:
    return EventType.CLAIM_REPEATED if appearance.is_after_publication else EventType.CLAIM_APPEARANCE_ADDED


def told_of(appearance: Appearance, spans: Iterable[Span | Segment]) -> dict[str, object]:
    """An appearance as an event tells of it."""
    return {
        "id": str(appearance.pk),
        "article": str(appearance.version.article_id) if appearance.version else None,
        "url": appearance.url,
        "exact": [span.exact for span in spans],
    }


class Known:
    """The claims that an article has already: at the same place of the same version, or in the words of an older one.

    Two claims may stand in one place, so each known one answers one given claim, and first the one that says the same.
    A claim that was given without a place is known by what it says alone.
    """

    def __init__(self, version: ArticleVersion) -> None:
        self._at: dict[tuple[object, ...], dict[UUID, Appearance]] = defaultdict(dict)
        self._worded: dict[tuple[object, ...], dict[UUID, Appearance]] = defaultdict(dict)
        appearances = (
            Appearance.objects.filter(version__article_id=version.article_id)
            .select_related("claim")
            .prefetch_related("segments", "claim__claim_claimants")
            .order_by("id")
        )
        for appearance in appearances:
            claim, segments = appearance.claim, list(appearance.segments.all())
            claimants = tuple(link.claimant_id for link in claim.claim_claimants.all())
            if not segments:
                self._at[(claim.statement, *claimants)].setdefault(claim.pk, appearance)
            elif appearance.version_id == version.pk:
                places = ((found.start, found.end) for found in segments)
                self._at[(*places, *claimants)].setdefault(claim.pk, appearance)
            else:
                self._worded[(*(found.exact for found in segments), *claimants)].setdefault(claim.pk, appearance)
        self._lock_claims_that_may_be_told()

    def _lock_claims_that_may_be_told(self) -> None:
        """A further appearance and a confirmed one are events, which are numbered under the claim's lock."""
        here = [appearance for found in self._at.values() for appearance in found.values() if appearance.is_suggested]
        older = [appearance for found in self._worded.values() for appearance in found.values()]
        claims = Claim.objects.select_for_update(no_key=True).filter(
            pk__in={found.claim_id for found in (*here, *older)}
        )
        locked = {claim.pk: claim for claim in claims.order_by("id")}
        for appearance in (*here, *older):
            appearance.claim = locked[appearance.claim_id]

    def at(self, given: ClaimInput, spans: tuple[Span, ...], claimants: tuple[UUID, ...]) -> Appearance | None:
        places = ((span.start, span.end) for span in spans) if spans else (given.statement,)
        return _take_out(self._at[(*places, *claimants)], given)

    def worded(self, given: ClaimInput, spans: tuple[Span, ...], claimants: tuple[UUID, ...]) -> Appearance | None:
        return _take_out(self._worded[(*(span.exact for span in spans), *claimants)], given)


def _take_out(found: dict[UUID, Appearance], given: ClaimInput) -> Appearance | None:
    if not found:
        return None
    same = (appearance for appearance in found.values() if appearance.claim.statement == given.statement)
    return found.pop(next(same, next(iter(found.values()))).claim_id)


def _as_stored(makers: list[Match]) -> tuple[UUID, ...]:
    """The claimants that a claim gets: none of them where a person has to choose one."""
    claimants = [match.claimant for match in makers]
    return tuple(dict.fromkeys(claimant.pk for claimant in claimants if claimant)) if all(claimants) else ()


def record_in_version(
    *,
    actor: Actor,
    version: ArticleVersion,
    given: Sequence[ClaimInput],
    spans: Sequence[tuple[Span, ...]],
    is_new: bool = False,
    pointers: Sequence[str] | None = None,
) -> list[Recorded]:
    """Records the claims found in one version of an article; the caller has locked the article, or just made it.

    A claim with the same segments and claimants as a recorded one answers that one.
    """
    pointers = pointers or [f"/claims/{index}" for index in range(len(given))]
    topics = topics_named(actor.newsroom_id, given, pointers=pointers)
    named = [person for pointer, claim in zip(pointers, given, strict=True) for person in people_named(claim, pointer)]
    # The publisher first, as `record_article` locks it; claims before claimants, as whoever edits a claim does.
    own_voice = own_voice_of(version.article) if _speaks_itself(given) else None
    known = None if is_new else Known(version)
    roster = Roster(actor.newsroom_id, named)
    batch = Batch(actor=actor, version=version, roster=roster, topics=topics)
    recorded = [_record_one(batch, known, claim, found, own_voice) for claim, found in zip(given, spans, strict=True)]
    batch.save()
    if batch.rows[Claim]:
        ring_after_commit(Bell.ENQUEUE_ARTICLE, version.article_id)
    return recorded


def _record_one(
    batch: Batch, known: Known | None, given: ClaimInput, spans: tuple[Span, ...], own_voice: Claimant | None
) -> Recorded:
    makers = batch.makers(given, own_voice=own_voice)
    claimants = _as_stored(makers)
    twin = batch.recorded.get((given.statement, spans, claimants))
    if twin is not None:
        return Recorded(twin, is_existing=True)
    claim = _known_claim(batch, known, given, spans, makers) if known and given.appearance else None
    recorded = Recorded(claim, is_existing=True) if claim else batch.add(given, spans, makers)
    batch.recorded[(given.statement, spans, claimants)] = recorded.claim
    return recorded


def _known_claim(
    batch: Batch, known: Known, given: ClaimInput, spans: tuple[Span, ...], makers: list[Match]
) -> Claim | None:
    """The claim that stands at this place already, or in the same words of an older version, and is noted here too."""
    claimants = _as_stored(makers)
    appearance = known.at(given, spans, claimants)
    if appearance is not None:
        batch.confirm(appearance)
    else:
        appearance = known.worded(given, spans, claimants) if spans else None
        if appearance is None or given.appearance is None:
            return None
        batch.add_to_known(appearance.claim, given.appearance, spans, makers)
    claim: Claim = appearance.claim
    return claim


def suggest_appearances(*, version: ArticleVersion, original: ArticleVersion) -> None:
    """The claims known in a text, suggested in a copy of it: same spans, same chain, until a person confirms them."""
    appearances = Appearance.objects.filter(version=original).prefetch_related("segments", "attributions")
    copies: dict[type[Any], list[Any]] = {Appearance: [], Segment: [], Attribution: []}
    for appearance in appearances:
        parts: dict[type[Any], list[Any]] = {
            Segment: list(appearance.segments.all()),
            Attribution: list(appearance.attributions.all()),
        }
        copy = _copied(
            appearance,
            version=version,
            is_suggested=True,
            is_first=False,
            is_after_publication=False,
            created_at=timezone.now(),
        )
        copies[Appearance].append(copy)
        for model, rows in parts.items():
            copies[model] += [_copied(row, appearance=copy) for row in rows]
    for model, rows in copies.items():
        model._default_manager.bulk_create(rows)


def _copied(row: Any, **values: Any) -> Any:
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copy = type(row)(**{**fields, "id": uuid7()})
    for name, value in values.items():
        setattr(copy, name, value)
    return copy


def _speaks_itself(given: Sequence[ClaimInput]) -> bool:
    return any(
        claim.appearance and claim.appearance.speech == Speech.OWN_VOICE and not claim.claimants for claim in given
    )


def own_voice_of(article: Article) -> Claimant | None:
    """The claimant for what the publisher says in its own words, made when it is first needed."""
    if article.publisher_id is None:
        return None
    # Articles that refer to this row may be on their way in two transactions: each would wait for the other if this
    # lock were against that too.
    publisher = Publisher.objects.select_for_update(no_key=True).get(pk=article.publisher_id)
    voice: Claimant | None = publisher.own_voice
    if voice is None:
        voice = publisher.own_voice = Claimant.objects.create(
            newsroom_id=article.newsroom_id,
            kind=ClaimantKind.OUTLET,
            name=publisher.name,
            name_key=name_key(publisher.name),
        )
        publisher.save(update_fields=["own_voice"])
    return voice


@transaction.atomic
def record_claim(*, actor: Actor, given: ClaimInput, article_id: UUID | None = None) -> Recorded:
    """One claim, in an article of the newsroom or without one.

    Raises InvalidInputError for a span that is not in the article's newest text, an unknown topic or claimant id.
    """
    may_record(actor)
    if article_id is None:
        return _record_alone(actor, given)
    article = (
        Article.objects.select_for_update(no_key=True).filter(newsroom_id=actor.newsroom_id, pk=article_id).first()
    )
    if article is None:
        raise InvalidInputError.at("/article", "There is no such article in this newsroom.", code="not_found")
    version = article.versions.order_by("-number")[0]
    version.article = article
    spans = find_spans(Normalised.of(version.text), [given], pointers=[""])
    return record_in_version(actor=actor, version=version, given=[given], spans=spans, pointers=[""])[0]


def _record_alone(actor: Actor, given: ClaimInput) -> Recorded:
    topics = topics_named(actor.newsroom_id, [given], pointers=[""])
    batch = Batch(actor=actor, version=None, roster=Roster(actor.newsroom_id, people_named(given, "")), topics=topics)
    recorded = batch.add(given, (), batch.makers(given, own_voice=None))
    batch.save()
    ring_after_commit(Bell.ENQUEUE_CLAIM, recorded.claim.pk)
    return recorded


def lock_texts(newsroom_id: UUID, *keys: str) -> None:
    """Waits for whoever records the same text or address at this moment, in one order for everybody."""
    with connection.cursor() as cursor:
        for key in sorted(filter(None, keys)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"text:{newsroom_id}:{key}"])
