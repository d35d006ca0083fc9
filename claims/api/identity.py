"""Who is asking: a bearer token for programs, the session for the browser. Without either, the API is closed."""

from __future__ import annotations

import hashlib
from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from claims.access import Actor
from claims.models import User
from claims.selectors.members import actor_in_session, token_with_membership
from claims.workflow import tokens


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        found = token_with_membership(token_sha256=hashlib.sha256(token.strip().encode()).digest())
        if found is None:
            raise AuthenticationFailed("This token is not known, has expired or was revoked.", code="bad_token")
        record, membership = found
        tokens.note_use(token=record)
        return record.user, Actor.member(membership, scopes=record.scopes)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class DeskSession(SessionAuthentication):
    """The browser's session, in the newsroom that is current there; writes need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        actor = actor_in_session(request._request)
        return None if actor is None else (found[0], actor)


class IsMember(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Actor)


def actor_of(request: Request) -> Actor:
    """The one typed way to who is asking; only for views that `IsMember` guards."""
    actor = request.auth
    if not isinstance(actor, Actor):
        raise AuthenticationFailed
    return actor
