"""CPU time and memory of a process and everything below it, from /proc (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> set[int]:
    """The process and its descendants."""
    parents = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none for a process that has ended meanwhile."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu_seconds(*roots: int) -> float:
    """User and system time of these trees so far, that of ended and collected children included."""
    pids = set().union(*(tree(pid) for pid in roots))
    return sum(int(ticks) for pid in pids for ticks in _stat(pid)[11:15]) / TICKS


def pss_megabytes(root: int) -> float:
    """Proportional set size: memory that processes share counts once in all."""
    kilobytes = 0
    for pid in tree(root):
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024
