"""The service as it runs for people: its own processes on the test's database, asked over HTTP."""

import http.client
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from factcheck.embedded import Program
from tests.processes import descendants, wait_for

ROOT = Path(settings.BASE_DIR)
QUEUES = "intake,enrich,evidence,notify,upkeep"


@dataclass
class Reply:
    status: int
    body: Any
    headers: dict[str, str]
    seconds: float

    @property
    def etag(self) -> str:
        return self.headers["ETag"]


@dataclass
class Service:
    """Web, worker and relay; each is started when a test says so, and ended with it."""

    folder: Path
    stack: ExitStack
    redis_url: str = ""
    programs: dict[str, Program] = field(default_factory=dict)
    listener: socket.socket = field(default_factory=socket.socket)

    def __post_init__(self) -> None:
        self.redis_url = self.redis_url or settings.REDIS_URL
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(128)
        self.stack.callback(self.listener.close)

    @property
    def port(self) -> int:
        found: int = self.listener.getsockname()[1]
        return found

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *names: str) -> None:
        for name in names:
            program = self.programs.get(name) or self._program(name)
            self.programs[name] = program
            program.start()

    def _program(self, name: str) -> Program:
        python = Path(sys.executable)
        words: dict[str, list[str | Path]] = {
            "web": [
                *("-m", "gunicorn", "-c", ROOT / "factcheck" / "gunicorn.py"),
                *("--bind", f"fd://{self.listener.fileno()}", "factcheck.wsgi"),
            ],
            "worker": ["-m", "celery", "-A", "factcheck", "worker", "-c", "1", "-l", "INFO", "-Q", QUEUES],
            "relay": [ROOT / "manage.py", "relay"],
        }
        program = Program(
            name,
            [python, *words[name]],
            self.folder / f"{name}.log",
            self._environ(),
            folder=ROOT,
            orphan_signal=signal.SIGKILL,
            patience=20.0,
            inherited=(self.listener.fileno(),) if name == "web" else (),
        )
        self.stack.callback(program.stop)
        return program

    def _environ(self) -> dict[str, str]:
        name = connection.settings_dict["NAME"]
        database = re.sub(r"/[^/?]+(?=\?|$)", f"/{name}", os.environ["DATABASE_URL"], count=1)
        return {
            **os.environ,
            "DATABASE_URL": database,
            "REDIS_URL": self.redis_url,
            "PORT": str(self.port),
            "PUBLIC_URL": self.address,
            "PYTHONUNBUFFERED": "1",
        }

    def kill(self, name: str) -> None:
        """SIGKILL for the program and all of its children at once."""
        program = self.programs[name]
        assert program.pid is not None
        program.sweep()
        wait_for(lambda: program.exit_code is not None, seconds=10, what=f"{name} is still alive")

    def children(self, name: str) -> set[int]:
        pid = self.programs[name].pid
        return descendants(pid) if pid is not None else set()

    def wait_until_ready(self) -> None:
        def answers() -> bool:
            try:
                return self.ask("GET", "/readyz").status == 200
            except (OSError, http.client.HTTPException):
                return False

        wait_for(answers, seconds=60, what=f"web does not answer; see {self.folder / 'web.log'}")

    def wait_until_working(self) -> None:
        log = self.folder / "worker.log"
        seen = log.read_text().count(" ready.") if log.exists() else 0
        wait_for(
            lambda: log.exists() and log.read_text().count(" ready.") > seen, seconds=60, what="no worker is ready"
        )

    def ask(self, method: str, path: str, body: Any = None, *, token: str = "", etag: str = "") -> Reply:
        """Raises OSError or HTTPException where no whole answer comes."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if etag:
            headers["If-Match"] = etag
        began = time.monotonic()
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            asking.request(method, path, None if body is None else json.dumps(body), headers)
            response = asking.getresponse()
            content = response.read()
        finally:
            asking.close()
        is_json = "json" in response.headers.get("Content-Type", "")
        return Reply(
            response.status,
            json.loads(content) if is_json else content.decode(),
            dict(response.headers),
            time.monotonic() - began,
        )


def kill_each(pids: Iterable[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
