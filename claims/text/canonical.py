"""One sequence of bytes for equal values, so that a hash stands for the content.

RFC 8785 (JSON Canonicalization Scheme) without fractions: their spelling differs between languages, and nothing that
people approve needs them.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

_LARGEST_WHOLE = 2**53 - 1  # up to here a float means one whole number only


def canonical_json(value: object) -> bytes:
    """Raises TypeError for a fraction, a date-time without a zone, a key that is no string, and unknown types."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode()


def sha256_hex(value: object) -> str:
    return sha256(canonical_json(value)).hexdigest()


def _plain(value: object) -> object:
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            return _whole(value)
        case UUID():
            return str(value)
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {key: _plain(value[key]) for key in sorted(value, key=_code_units)}
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def _whole(value: float) -> int:
    if value.is_integer() and abs(value) <= _LARGEST_WHOLE:
        return int(value)
    raise TypeError(f"{value} has no canonical form: write it as a whole number or as text.")


def _instant(value: datetime) -> str:
    if value.utcoffset() is None:
        raise TypeError(f"{value} has no canonical form without a time zone.")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _code_units(key: object) -> bytes:
    """RFC 8785 sorts names by UTF-16 code units."""
    if not isinstance(key, str):
        raise TypeError(f"{key!r} is not a name: the names in an object are text.")
    return key.encode("utf-16-be")
