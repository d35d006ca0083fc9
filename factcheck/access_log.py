"""gunicorn's log of requests, without the secrets that stand in addresses."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

_STATUS_LINK = re.compile(r"(/tips/status/)[^/\s?]+")


class DiscreetLogger(Logger):
    """Whoever has the link of a tip sees how it stands: the log names the page and leaves out whose it is."""

    def atoms(self, resp: Any, req: Any, environ: MutableMapping[str, Any], request_time: timedelta) -> Any:
        atoms = super().atoms(resp, req, environ, request_time)
        return {name: _masked(value) for name, value in atoms.items()}


def _masked(value: Any) -> Any:
    return _STATUS_LINK.sub(r"\1…", value) if isinstance(value, str) else value
