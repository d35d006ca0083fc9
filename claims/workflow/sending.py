"""How often the public form may be used from one place. Kept in PostgreSQL: the limit holds whatever else is away."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from claims.models import SubmissionAttempt

ATTEMPTS = 20
WINDOW = timedelta(hours=1)
#: A household or a server has at least so much of IPv6 to itself, and could use another address of it each time.
_SHARED_BITS = 64


@transaction.atomic
def begin_attempt(*, address: str) -> datetime | None:
    """Counts one use of the form before what was sent is looked at; after too many, says when it is free again.

    Attempts from one place wait for each other, so that none of many at once goes uncounted.
    """
    key = _sender_key(address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"tip:{key.hex()}"])
    now = timezone.now()
    SubmissionAttempt.objects.filter(attempted_at__lte=now - WINDOW).delete()
    earlier = SubmissionAttempt.objects.filter(sender_key=key).order_by("-attempted_at")
    limiting = earlier[ATTEMPTS - 1 : ATTEMPTS].first()
    if limiting is not None:
        return limiting.attempted_at + WINDOW
    SubmissionAttempt.objects.create(sender_key=key, attempted_at=now)
    return None


def _sender_key(address: str) -> bytes:
    """Tells senders apart without saying who they are to whoever reads the table."""
    return salted_hmac("claims.tips.sender", _place(address), algorithm="sha256").digest()


def _place(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped) if found.ipv4_mapped else str(int(found) >> _SHARED_BITS)
