"""What the database keeps and must not tell: sealed with keys that are kept apart from it.

The newest key of `SEAL_KEYS` seals, each of them opens (Fernet: AES-128 in CBC mode, authenticated by HMAC-SHA256).
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from claims.errors import RuleBrokenError


class UnknownSealError(RuleBrokenError):
    """None of our keys opens it: it was sealed with another one, or changed since."""

    code = "unknown_seal"

    def __init__(self) -> None:
        super().__init__("None of the keys in SEAL_KEYS opens this: put back the key that it was sealed with.")


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SEAL_KEYS])


def seal(text: str) -> bytes:
    return _keys().encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    try:
        return _keys().decrypt(sealed).decode()
    except InvalidToken:
        raise UnknownSealError from None


def reseal(sealed: bytes) -> bytes:
    """The same under the newest key. The time of the first sealing, which the seal carries, stays."""
    try:
        return _keys().rotate(sealed)
    except InvalidToken:
        raise UnknownSealError from None
