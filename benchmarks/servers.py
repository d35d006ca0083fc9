"""The servers that are measured: a throw-away PostgreSQL and Valkey, and gunicorn in the shape that the service has."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

from factcheck.embedded import Postgres, Program, Valkey
from run import PACKAGES, PYTHON, QUEUES, ROOT, open_port, own_environment

FIRST_PORT = 8800
START_LIMIT = 60.0  # seconds
LIST_OF_ONE = "/api/v1/claims/?limit=1&status=queued&kind=fact"
SETTINGS = {"ours": "factcheck.settings", "floor": "benchmarks.floor.settings"}
WSGI = {"ours": "factcheck.wsgi", "floor": "benchmarks.floor.wsgi"}


class Servers:
    """PostgreSQL and Valkey as the service runs them, durable, in a temporary folder."""

    def __init__(self, stack: ExitStack) -> None:
        self.var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fc-bench-")))
        self.var.chmod(0o711)  # PostgreSQL runs as nobody where we are root
        given = own_environment()
        environ = {name: value for name, value in given.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        self._environ = environ
        self.postgres = Postgres(self.var, packages=PACKAGES, environ=environ, inherited=(), is_durable=True)
        self.valkey = Valkey(self.var, packages=PACKAGES, environ=environ, inherited=(), is_durable=True)
        for server in (self.postgres, self.valkey):
            stack.callback(server.stop)
            server.start()

    @property
    def postgres_pid(self) -> int:
        pid = self.postgres.program.pid
        assert pid is not None
        return pid

    def url(self, database: str) -> str:
        return self.postgres.url.replace("/factcheck?", f"/{database}?")

    def environ(self, database: str, side: str) -> dict[str, str]:
        return {
            **self._environ,
            "DATABASE_URL": self.url(database),
            "REDIS_URL": self.valkey.url,
            "DJANGO_SETTINGS_MODULE": SETTINGS[side],
            "SECRET_KEY": "a key for a database that is thrown away",
            "SEAL_KEYS": urlsafe_b64encode(b"for a database that is not kept.").decode(),
            "PYTHONUNBUFFERED": "1",
        }

    def python(self, environ: Mapping[str, str], *arguments: str | Path) -> str:
        """Runs a Python program of ours to its end and returns what it printed."""
        done = subprocess.run(
            [PYTHON, *arguments], env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    def create_database(self, name: str, *, template: str = "template1") -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")

    def checkpoint(self) -> None:
        """Writes out what was filled in, so that no request is charged for it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("CHECKPOINT")


@dataclass
class Web:
    """One gunicorn: two workers of four threads, the application loaded before they fork."""

    port: int
    program: Program

    @property
    def pid(self) -> int:
        assert self.program.pid is not None
        return self.program.pid


@contextlib.contextmanager
def web(servers: Servers, *, side: str, database: str) -> Iterator[Web]:
    with open_port(FIRST_PORT) as listener:
        port = listener.getsockname()[1]
        environ = {**servers.environ(database, side), "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        command: list[str | Path] = [PYTHON, "-m", "gunicorn", "-c", ROOT / "factcheck" / "gunicorn.py"]
        command += ["--bind", f"fd://{listener.fileno()}", "--access-logfile", servers.var / "log" / f"{database}.log"]
        program = Program(
            name=f"web of {database}",
            command=[*command, WSGI[side]],
            log=servers.var / "log" / f"{database}-web.log",
            environ=environ,
            folder=ROOT,
            inherited=(listener.fileno(),),
        )
        try:
            program.start()
            yield Web(port, program)
        finally:
            program.stop()


@contextlib.contextmanager
def worker(servers: Servers, *, database: str) -> Iterator[Program]:
    """The Celery worker as `run.py up` starts it, ready to work."""
    log = servers.var / "log" / f"{database}-worker-{time.monotonic_ns()}.log"
    program = Program(
        name="worker",
        command=[PYTHON, "-m", "celery", "-A", "factcheck", "worker", "-c", "2", "-l", "INFO", "-Q", QUEUES],
        log=log,
        environ=servers.environ(database, "ours"),
        folder=ROOT,
        patience=30.0,
    )
    try:
        program.start()
        wait_for(lambda: " ready." in log.read_text(errors="replace"), what="the worker is ready")
        yield program
    finally:
        program.stop()


def wait_for(is_so: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + START_LIMIT
    while not is_so():
        assert time.monotonic() < deadline, f"It did not happen in {START_LIMIT:.0f} s: {what}"
        time.sleep(0.01)


def answers(port: int, headers: Mapping[str, str]) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", LIST_OF_ONE, headers=dict(headers))
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
