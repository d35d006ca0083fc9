"""Who is asking, for which newsroom, with which rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from claims.models import Membership, User
from claims.vocab import RIGHTS_OF_ROLE, RIGHTS_OF_SCOPE, Audience, Right, Role, Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work in one newsroom, or the service itself (`user` is None)."""

    newsroom_id: UUID
    user: User | None
    rights: frozenset[Right]

    @classmethod
    def member(cls, membership: Membership, *, scopes: Iterable[str] = ()) -> Self:
        """The member with every right of the roles, narrowed to `scopes` where any are given."""
        rights = rights_of(membership.roles)
        narrowed = [RIGHTS_OF_SCOPE[Scope(scope)] for scope in scopes]
        if narrowed:
            rights &= frozenset().union(*narrowed)
        return cls(newsroom_id=membership.newsroom_id, user=membership.user, rights=rights)

    @classmethod
    def service(cls, newsroom_id: UUID) -> Self:
        return cls(newsroom_id=newsroom_id, user=None, rights=frozenset(Right))

    def may(self, right: Right) -> bool:
        return right in self.rights

    def is_user(self, user_id: UUID | None) -> bool:
        return self.user is not None and self.user.pk == user_id

    @property
    def audience(self) -> Audience:
        """What of the desk's work this person may read."""
        return Audience.DESK if self.may(Right.READ) else Audience.PARTNER

    @property
    def name(self) -> str:
        return self.user.get_username() if self.user else "system"


def rights_of(roles: Iterable[str]) -> frozenset[Right]:
    return frozenset().union(*(RIGHTS_OF_ROLE[Role(role)] for role in roles))


def address_of(request: HttpRequest) -> str:
    """The client's address; behind a trusted proxy, the last one that it added."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded[:45]
    return str(request.META.get("REMOTE_ADDR", ""))
