"""Who makes claims: found by id or by name, made where nobody has that name, and never merged without a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from claims.access import Actor
from claims.errors import FieldProblem, InvalidInputError, NotFoundError, NotPermittedError
from claims.models import Claimant, ClaimantAlias, ClaimantRole
from claims.text.normalise import name_key
from claims.text.uuid7 import uuid7
from claims.vocab import FACELESS_KINDS, ClaimantKind, ClaimantMatch, EventType, Right
from claims.workflow.events import Change, changed, record_newsroom_event
from claims.workflow.inputs import ClaimantInput


@dataclass(frozen=True, slots=True)
class Match:
    """How a given claimant was found; no claimant where several fit."""

    how: ClaimantMatch
    claimant: Claimant | None
    warning: str = ""


class Roster:
    """The newsroom's claimants as far as one request names them: read in two queries, made in one more.

    Names that nobody has yet are made under an advisory lock per newsroom, so that two requests naming the same new
    person at once make one.
    """

    def __init__(self, newsroom_id: UUID, given: Iterable[tuple[str, ClaimantInput]]) -> None:
        """`given` are (JSON pointer, claimant); raises InvalidInputError for an id that is not in the newsroom."""
        self._newsroom_id = newsroom_id
        self._given = list(given)
        self._by_id: dict[UUID, Claimant] = {}
        self._by_key: dict[str, dict[UUID, Claimant]] = defaultdict(dict)
        self._made: set[UUID] = set()
        self._read_ids()
        self._read_names()
        self._make_missing()
        self._note_roles()

    def match(self, given: ClaimantInput) -> Match:
        if given.id is not None:
            return Match(ClaimantMatch.ID, self._by_id[given.id])
        found = list(self._by_key[name_key(given.name)].values())
        if len(found) > 1:
            return Match(ClaimantMatch.AMBIGUOUS, None)
        claimant = found[0]
        if claimant.pk in self._made:
            return Match(ClaimantMatch.MADE, claimant)
        return Match(ClaimantMatch.EXACT, claimant, self._kind_differs(given, claimant))

    @staticmethod
    def _kind_differs(given: ClaimantInput, claimant: Claimant) -> str:
        if given.kind is None or given.kind == claimant.kind:
            return ""
        return f"“{claimant.name}” is recorded as {claimant.kind}, not as {given.kind}; the recorded kind stands."

    def _read_ids(self) -> None:
        wanted = {given.id for _, given in self._given if given.id is not None}
        if wanted:
            self._by_id = {
                found.pk: found for found in Claimant.objects.filter(newsroom_id=self._newsroom_id, pk__in=wanted)
            }
        unknown = [
            FieldProblem(f"{pointer}/id", "not_found", "There is no claimant with this id in the newsroom.")
            for pointer, given in self._given
            if given.id is not None and given.id not in self._by_id
        ]
        if unknown:
            raise InvalidInputError(unknown)

    def _keys(self) -> set[str]:
        return {name_key(given.name) for _, given in self._given if given.id is None}

    def _read_names(self) -> None:
        keys = self._keys()
        if not keys:
            return
        for found in Claimant.objects.filter(newsroom_id=self._newsroom_id, name_key__in=keys):
            self._by_key[found.name_key][found.pk] = found
        aliases = ClaimantAlias.objects.filter(newsroom_id=self._newsroom_id, name_key__in=keys)
        for alias in aliases.select_related("claimant"):
            self._by_key[alias.name_key][alias.claimant_id] = alias.claimant

    def _make_missing(self) -> None:
        if all(self._by_key[key] for key in self._keys()):
            return
        _lock_roster(self._newsroom_id)
        self._read_names()  # somebody may have made them while we waited for the lock
        made: dict[str, Claimant] = {}
        for _, given in self._given:
            key = name_key(given.name)
            if given.id is None and key not in made and not self._by_key[key]:
                claimant = made[key] = self._new(given, key)
                self._by_key[key][claimant.pk] = claimant
        Claimant.objects.bulk_create(made.values())
        self._made = {claimant.pk for claimant in made.values()}

    def _note_roles(self) -> None:
        """A role that was given is kept beside those that are known; it replaces none of them."""
        roles = {}
        for _, given in self._given:
            claimant = self.match(given).claimant if given.role else None
            if claimant is not None and claimant.kind not in FACELESS_KINDS:
                roles[(claimant.pk, given.role)] = self._role(claimant, given.role)
        if roles:
            ClaimantRole.objects.bulk_create(roles.values(), ignore_conflicts=True)

    def _new(self, given: ClaimantInput, key: str) -> Claimant:
        return Claimant(
            id=uuid7(),
            newsroom_id=self._newsroom_id,
            kind=given.kind or ClaimantKind.UNKNOWN,
            name=" ".join(given.name.split()),
            name_key=key,
        )

    def _role(self, claimant: Claimant, title: str) -> ClaimantRole:
        return ClaimantRole(id=uuid7(), newsroom_id=self._newsroom_id, claimant=claimant, title=title)


def _lock_roster(newsroom_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('claimants:' || %s, 0))", [str(newsroom_id)])


@dataclass(frozen=True, slots=True)
class ClaimantFields:
    """A claimant as it is created or edited; None leaves a field as it is."""

    name: str | None = None
    kind: str | None = None
    wikidata_id: str | None = None
    same_as: str | None = None
    aliases: tuple[str, ...] | None = None
    roles: tuple[tuple[str, str, str], ...] | None = None


@transaction.atomic
def create(*, actor: Actor, fields: ClaimantFields) -> Claimant:
    """A claimant of its own, also beside a namesake: the person who creates it has looked."""
    _may_edit(actor)
    claimant = Claimant(id=uuid7(), newsroom_id=actor.newsroom_id, kind=ClaimantKind.UNKNOWN)
    _apply(actor, claimant, fields)
    return claimant


@transaction.atomic
def edit(*, actor: Actor, claimant_id: UUID, fields: ClaimantFields) -> Claimant:
    _may_edit(actor)
    claimant = Claimant.objects.select_for_update().filter(newsroom_id=actor.newsroom_id, pk=claimant_id).first()
    if claimant is None:
        raise NotFoundError("There is no such claimant in this newsroom.")
    _apply(actor, claimant, fields)
    return claimant


def _may_edit(actor: Actor) -> None:
    if not actor.may(Right.DRAFT):
        raise NotPermittedError("Only the desk edits claimants.")


def _apply(actor: Actor, claimant: Claimant, fields: ClaimantFields) -> None:
    changes: dict[str, Change] = {}
    for name in ("name", "kind", "wikidata_id", "same_as"):
        value = getattr(fields, name)
        if value is not None and value != getattr(claimant, name):
            changes[name] = changed(getattr(claimant, name) or None, value)
            setattr(claimant, name, value)
    claimant.name_key = name_key(claimant.name)
    claimant.save()
    if fields.aliases is not None:
        changes["aliases"] = _set_aliases(claimant, fields.aliases)
    if fields.roles is not None:
        changes["roles"] = _set_roles(claimant, fields.roles)
    if changes:
        changes["claimant"] = changed(str(claimant.pk), str(claimant.pk))
        record_newsroom_event(
            newsroom_id=actor.newsroom_id, type=EventType.CLAIMANT_EDITED, actor=actor.user, changes=changes
        )


def _set_aliases(claimant: Claimant, names: tuple[str, ...]) -> Change:
    before = sorted(claimant.aliases.values_list("name", flat=True))
    wanted = {name_key(name): " ".join(name.split()) for name in names if name_key(name) != claimant.name_key}
    claimant.aliases.all().delete()
    ClaimantAlias.objects.bulk_create(
        ClaimantAlias(id=uuid7(), newsroom_id=claimant.newsroom_id, claimant=claimant, name=name, name_key=key)
        for key, name in wanted.items()
    )
    return changed(before, sorted(wanted.values()))


def _set_roles(claimant: Claimant, roles: tuple[tuple[str, str, str], ...]) -> Change:
    before = [list(role) for role in claimant.roles.order_by("since", "id").values_list("title", "since", "until")]
    claimant.roles.all().delete()
    ClaimantRole.objects.bulk_create(
        ClaimantRole(
            id=uuid7(), newsroom_id=claimant.newsroom_id, claimant=claimant, title=title, since=since, until=until
        )
        for title, since, until in dict.fromkeys(roles)
    )
    return changed(before, [list(role) for role in dict.fromkeys(roles)])
