"""Bearer tokens: made, used, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from claims.access import Actor
from claims.errors import NotFoundError, RuleBrokenError
from claims.models import ApiToken, Membership
from claims.selectors.desk import visible_tokens
from claims.vocab import EventType, Scope
from claims.workflow.events import changed, record_newsroom_event

LIFETIME = timedelta(days=90)
#: A token's last use is kept to the minute, so that a busy client does not write a row per request.
USE_NOTED_EVERY = timedelta(minutes=1)
PREFIX = "fct_"


@transaction.atomic
def make(*, membership: Membership, scopes: Sequence[Scope] = (), lifetime: timedelta = LIFETIME) -> str:
    """A new token of 256 random bits, told this once; only its hash is kept."""
    token = PREFIX + secrets.token_urlsafe(32)
    record = ApiToken.objects.create(
        newsroom_id=membership.newsroom_id,
        user=membership.user,
        prefix=token[:12],
        token_sha256=hashlib.sha256(token.encode()).digest(),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + lifetime,
    )
    record_newsroom_event(
        newsroom_id=membership.newsroom_id,
        type=EventType.TOKEN_MADE,
        actor=membership.user,
        changes={"token": {"before": None, "after": record.prefix}, "scopes": {"before": None, "after": record.scopes}},
    )
    return token


@transaction.atomic
def revoke(*, actor: Actor, token_id: UUID) -> ApiToken:
    """Ends a token for good: one's own, or as an administrator anybody's in the newsroom."""
    token = visible_tokens(actor).select_for_update(of=("self",)).filter(pk=token_id).first()
    if token is None:
        raise NotFoundError("There is no such token in this newsroom.")
    if token.revoked_at is not None:
        raise RuleBrokenError("This token has been revoked already.", code="already_revoked")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record_newsroom_event(
        newsroom_id=actor.newsroom_id,
        type=EventType.TOKEN_REVOKED,
        actor=actor.user,
        changes={"token": changed(token.prefix, None), "member": changed(token.user.get_username(), None)},
    )
    return token


def note_use(*, token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).filter(
            Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        ).update(last_used_at=Now())
