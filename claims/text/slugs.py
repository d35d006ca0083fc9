"""Names for public addresses."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

LONGEST = 80


def slug_for(title: str, row_id: UUID) -> str:
    """Readable, in ASCII, and unique: the words of the title and the end of the row's id, which is random there."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) > LONGEST:
        words = words[:LONGEST].rsplit("-", 1)[0]
    return "-".join(filter(None, [words, row_id.hex[-8:]]))
