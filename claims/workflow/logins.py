"""How often a password may be tried. Kept in PostgreSQL, so that the limit holds whatever else is away."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from claims.models import LoginAttempt

ATTEMPTS = 10
WINDOW = timedelta(minutes=15)


@transaction.atomic
def begin_attempt(*, username: str, address: str) -> datetime | None:
    """Counts one attempt before the password is looked at; where there were too many, says when the next may be made.

    Attempts for one name from one address wait for each other, so that none of many at once goes uncounted.
    """
    key = _key(username)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"login:{address}:{key}"])
    now = timezone.now()
    LoginAttempt.objects.filter(attempted_at__lte=now - WINDOW).delete()
    earlier = LoginAttempt.objects.filter(username=key, address=address).order_by("-attempted_at")
    limiting = earlier[ATTEMPTS - 1 : ATTEMPTS].first()
    if limiting is not None:
        return limiting.attempted_at + WINDOW
    LoginAttempt.objects.create(username=key, address=address, attempted_at=now)
    return None


def forget_attempts(*, username: str, address: str) -> None:
    """After a success the count begins anew."""
    LoginAttempt.objects.filter(username=_key(username), address=address).delete()


def _key(username: str) -> str:
    return username.casefold()[:150]
