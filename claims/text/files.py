"""Files that strangers send: what they are by their bytes, and a name under which they may be handed on."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 100

#: Media types that are taken, each with the ending that a file of it is handed on with.
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "text/plain": "txt",
}

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
)
#: The form types of a RIFF container.
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
#: The major brands of ISO media files that hold sound alone.
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B "})
_TEXT_CONTROLS = frozenset("\t\n\r\f")


def media_type_of(content: bytes) -> str | None:
    """The type that the bytes themselves show, whatever the sender called it; None for one that is not taken."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12])
    if content[4:8] == b"ftyp":
        return "audio/mp4" if content[8:12] in _SOUND_BRANDS else None
    if _is_mpeg_frame(content):
        return "audio/mpeg"
    return "text/plain" if _is_text(content) else None


def _is_mpeg_frame(content: bytes) -> bool:
    """A frame header of MPEG audio (ISO/IEC 11172-3): eleven bits set, a layer, and no reserved bit rate."""
    return (
        len(content) > 3
        and content[0] == 0xFF
        and content[1] & 0xE0 == 0xE0
        and content[1] & 0x06 != 0
        and content[2] & 0xF0 != 0xF0
    )


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(character < " " and character not in _TEXT_CONTROLS for character in text)


def safe_name(given: str, media_type: str) -> str:
    """The last part of the name that was given, without what could mislead, and with the ending of what it is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode()))[-1]
    stem = last.rpartition(".")[0] or last
    # Control and format characters, among them those that turn the direction of writing round; and what names of files,
    # headers and shells give a meaning to.
    visible = "".join(" " if unicodedata.category(found) in {"Cc", "Zl", "Zp"} else found for found in stem)
    kept = "".join(found for found in visible if unicodedata.category(found) not in {"Cf", "Co", "Cn", "Cs"})
    plain = " ".join(re.sub(r'[<>:"|?*;%]', " ", kept).split()).strip(". ")
    return f"{plain[:LONGEST_NAME].rstrip('. ') or 'file'}.{ENDINGS[media_type]}"
