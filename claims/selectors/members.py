"""Who belongs to which newsroom, and with which token or session they ask."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from claims.access import Actor
from claims.models import ApiToken, Membership, User
from claims.vocab import Right

SESSION_KEY = "newsroom"


def memberships_of(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user).select_related("newsroom", "user").order_by("newsroom__name", "id")


def actor_in(*, user: User, newsroom_id: UUID) -> Actor | None:
    membership = memberships_of(user).filter(newsroom_id=newsroom_id).first()
    return Actor.member(membership) if membership else None


def membership_in_session(request: HttpRequest) -> Membership | None:
    """The membership in the newsroom that the session names, else the first one; None for a stranger."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    found = list(memberships_of(user))
    chosen = request.session.get(SESSION_KEY)
    return next(
        (membership for membership in found if str(membership.newsroom_id) == chosen), found[0] if found else None
    )


def actor_in_session(request: HttpRequest) -> Actor | None:
    membership = membership_in_session(request)
    return Actor.member(membership) if membership else None


def token_with_membership(*, token_sha256: bytes) -> tuple[ApiToken, Membership] | None:
    """A live token and the membership that it speaks for, in two joined rows of one query."""
    membership = (
        Membership.objects.filter(
            user__api_tokens__token_sha256=token_sha256,
            user__api_tokens__newsroom_id=F("newsroom_id"),
            user__api_tokens__revoked_at=None,
            user__api_tokens__expires_at__gt=Now(),
            user__is_active=True,
        )
        .select_related("user")
        .annotate(
            token_id=F("user__api_tokens__id"),
            token_scopes=F("user__api_tokens__scopes"),
            token_last_used_at=F("user__api_tokens__last_used_at"),
        )
        .first()
    )
    if membership is None:
        return None
    token = ApiToken(
        id=membership.token_id,
        newsroom_id=membership.newsroom_id,
        user=membership.user,
        scopes=membership.token_scopes,
        last_used_at=membership.token_last_used_at,
    )
    return token, membership


def members_with(right: Right, *, newsroom_id: UUID) -> list[Membership]:
    """The active members of a newsroom whose roles give them a right, by name."""
    members = Membership.objects.filter(newsroom_id=newsroom_id, user__is_active=True).select_related("user")
    return [found for found in members.order_by("user__username") if Actor.member(found).may(right)]
