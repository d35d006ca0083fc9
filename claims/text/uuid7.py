"""UUID version 7 as RFC 9562 section 5.7 lays it out: 48 bits of Unix milliseconds, then 74 that we fill."""

import os
import threading
import time
from uuid import UUID

_TAIL_BITS = 74
_RAND_B_BITS = 62
_VERSION = 7 << 76
_VARIANT = 0b10 << _RAND_B_BITS


def _random_bits(count: int) -> int:
    return int.from_bytes(os.urandom((count + 7) // 8), "big") & ((1 << count) - 1)


class _Sequence:
    """Milliseconds and tail as one number that only grows (RFC 9562 section 6.2, method 2)."""

    __slots__ = ("_last", "_lock")

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def advance(self) -> int:
        fresh = (time.time_ns() // 1_000_000) << _TAIL_BITS
        # The top bit of a new tail stays clear, so that a busy millisecond does not run into the next one.
        fresh |= _random_bits(_TAIL_BITS - 1)
        with self._lock:
            # Inside one millisecond, and when the clock was set back, the last value is raised by a random step.
            if fresh <= self._last:
                fresh = self._last + 1 + (fresh & 0xFFFF_FFFF)
            self._last = fresh
        return fresh


_sequence = _Sequence()
# A child process must neither repeat its parent's values nor inherit a lock that another thread held.
os.register_at_fork(after_in_child=_sequence.renew)


def uuid7() -> UUID:
    """A new identifier, greater than every one this process made before."""
    value = _sequence.advance()
    timestamp, tail = value >> _TAIL_BITS, value & ((1 << _TAIL_BITS) - 1)
    rand_a, rand_b = tail >> _RAND_B_BITS, tail & ((1 << _RAND_B_BITS) - 1)
    return UUID(int=timestamp << 80 | _VERSION | rand_a << 64 | _VARIANT | rand_b)
