"""Looking at real processes, for tests that start and kill them."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PROC = Path("/proc")

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")


def is_alive(pid: int) -> bool:
    """A zombie that nobody has collected yet does nothing any more."""
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def descendants(pid: int) -> set[int]:
    parents = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return found


def wait_for(is_so: Callable[[], bool], *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"after {seconds:.0f} s: {what}"
        time.sleep(0.05)


def wait_until_gone(pids: set[int], *, seconds: float) -> None:
    wait_for(lambda: not any(map(is_alive, pids)), seconds=seconds, what="some of the processes are still alive")
