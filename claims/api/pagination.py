"""Lists that can be walked to their end: keyset cursors over a full order that ends in the id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest

from claims.errors import InvalidInputError

SALT = "claims.api.cursor"


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order. `is_flag`: it has two values, so that past the last one nothing comes."""

    name: str
    is_descending: bool = False
    is_nullable: bool = False
    is_flag: bool = False

    def reversed(self) -> Key:
        return Key(self.name, not self.is_descending, self.is_nullable, self.is_flag)

    def ordering(self) -> Any:
        field = F(self.name)
        nulls_last = True if self.is_nullable else None
        return field.desc(nulls_last=nulls_last) if self.is_descending else field.asc(nulls_last=nulls_last)


Order = tuple[Key, ...]
ID = Key("id")


def order_of(*keys: Key) -> Order:
    return (*keys, ID)


def reverse(order: Order) -> Order:
    return tuple(key.reversed() for key in order)


def after(order: Sequence[Key], values: Sequence[Any]) -> Q:
    """The rows that come after these values in this order; nulls come last in either direction.

    Each column is bounded by itself as well, so that an index on the order is entered at the right place.
    """
    key, value, rest = order[0], values[0], order[1:]
    if value is None:
        return Q(**{f"{key.name}__isnull": True}) & after(rest, values[1:])
    beyond = Q(**{f"{key.name}__{'lt' if key.is_descending else 'gt'}": value})
    if not rest:
        return beyond
    further = after(rest, values[1:])
    if key.is_flag and value is (not key.is_descending):
        return Q(**{key.name: value}) & further
    within = Q(**{f"{key.name}__{'lte' if key.is_descending else 'gte'}": value}) & (beyond | further)
    return within | Q(**{f"{key.name}__isnull": True}) if key.is_nullable else within


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    next: str | None

    def shown(self, show: Callable[[Any], Any]) -> dict[str, Any]:
        return {"results": [show(row) for row in self.rows], "next": self.next}


def page(
    request: HttpRequest, rows: QuerySet[Any], *, order: Order, limit: int, newsroom_id: UUID, cursor: str | None
) -> Page:
    """One page of at most `limit` rows. The cursor belongs to one newsroom, order and set of filters."""
    fingerprint = _fingerprint(request, newsroom_id)
    if cursor:
        rows = rows.filter(after(order, _values(cursor, fingerprint, order)))
    found = list(rows.order_by(*(key.ordering() for key in order))[: limit + 1])
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], _next_address(request, _cursor(found[limit - 1], fingerprint, order)))


def _fingerprint(request: HttpRequest, newsroom_id: UUID) -> str:
    asked = sorted((name, sorted(values)) for name, values in request.GET.lists() if name not in {"cursor", "limit"})
    return hashlib.sha256(json.dumps([request.path, str(newsroom_id), asked]).encode()).hexdigest()[:16]


def _cursor(row: Model, fingerprint: str, order: Order) -> str:
    values = [_plain(getattr(row, key.name)) for key in order]
    return signing.dumps([fingerprint, values], salt=SALT, compress=True)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return str(value) if isinstance(value, UUID) else value


def _values(cursor: str, fingerprint: str, order: Order) -> list[Any]:
    try:
        made_for, values = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise InvalidInputError.at("/cursor", "This cursor was not given by us.", code="bad_cursor") from None
    if made_for != fingerprint or len(values) != len(order):
        detail = "This cursor belongs to another list: take `next` as it is, with the same filters and order."
        raise InvalidInputError.at("/cursor", detail, code="cursor_mismatch")
    return [datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for value in values]


def _next_address(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{settings.PUBLIC_URL}{request.path}?{query.urlencode()}"
