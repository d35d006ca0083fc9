"""gunicorn's log of requests, without the secrets that stand in addresses."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from factcheck.logs import masked


class DiscreetLogger(Logger):
    def atoms(self, resp: Any, req: Any, environ: MutableMapping[str, Any], request_time: timedelta) -> Any:
        atoms = super().atoms(resp, req, environ, request_time)
        return {name: masked(value) if isinstance(value, str) else value for name, value in atoms.items()}
