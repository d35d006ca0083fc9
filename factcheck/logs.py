"""What stands in addresses and must not stand in logs."""

from __future__ import annotations

import logging
import re

_STATUS_LINK = re.compile(r"(/tips/status/)[^/\s?]+")


def masked(text: str) -> str:
    """Whoever has the link of a tip sees how it stands: a log names the page and leaves out whose it is."""
    return _STATUS_LINK.sub(r"\1…", text)


class Discreet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(record.getMessage()), None
        return True
