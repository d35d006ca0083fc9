"""Who is at the desk in this request, and in which newsroom."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from claims.access import Actor, rights_of
from claims.models import Membership, Newsroom, User
from claims.selectors.members import SESSION_KEY, memberships_of
from claims.vocab import Right


@dataclass(frozen=True, slots=True)
class Desk:
    """The newsroom that somebody works in now, beside the others that they could switch to."""

    membership: Membership
    others: list[Membership]

    @property
    def newsroom(self) -> Newsroom:
        return self.membership.newsroom

    @property
    def all_in_order(self) -> list[Membership]:
        return sorted([self.membership, *self.others], key=lambda found: found.newsroom.name.casefold())


def desk_memberships(user: User) -> list[Membership]:
    """The memberships that let somebody read what the desk reads; sending claims in alone does not."""
    return [found for found in memberships_of(user) if Right.READ in rights_of(found.roles)]


def desk_of(request: HttpRequest) -> Desk | None:
    """Read once per request; None for whoever has no place at a desk."""
    if not hasattr(request, "desk"):
        request.desk = _read_desk(request)  # type: ignore[attr-defined]  # kept for the rest of the request
    found: Desk | None = request.desk  # type: ignore[attr-defined]
    return found


def _read_desk(request: HttpRequest) -> Desk | None:
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    found = desk_memberships(user)
    if not found:
        return None
    chosen = request.session.get(SESSION_KEY)
    current = next((membership for membership in found if str(membership.newsroom_id) == chosen), found[0])
    return Desk(current, [membership for membership in found if membership is not current])


def actor_of(request: HttpRequest) -> Actor:
    desk = desk_of(request)
    if desk is None:
        raise PermissionDenied
    return Actor.member(desk.membership)


def may(request: HttpRequest, right: Right) -> bool:
    desk = desk_of(request)
    return desk is not None and Actor.member(desk.membership).may(right)
