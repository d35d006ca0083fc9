import os
import signal
import threading
import time
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest

from claims.text import uuid7 as module
from claims.text.uuid7 import uuid7


@pytest.fixture(autouse=True)
def _begins_anew() -> None:
    """Tests that turned the clock ahead in this process have left identifiers of days to come behind them."""
    module._sequence.renew()


def milliseconds(identifier: UUID) -> int:
    return identifier.int >> 80


def test_it_carries_version_variant_and_the_time() -> None:
    before = time.time_ns() // 1_000_000
    identifier = uuid7()
    after = time.time_ns() // 1_000_000
    assert identifier.version == 7
    assert identifier.variant == RFC_4122
    assert before <= milliseconds(identifier) <= after


def test_each_is_greater_than_the_one_before_inside_one_millisecond_too() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert len({milliseconds(identifier) for identifier in made}) < len(made)
    assert all(earlier < later for earlier, later in pairwise(made))
    assert {(identifier.version, identifier.variant) for identifier in made} == {(7, RFC_4122)}


def test_it_keeps_growing_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = uuid7()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000_000_000_000)
    during = [uuid7() for _ in range(1_000)]
    assert before < during[0]
    assert during == sorted(set(during))


def test_a_tail_that_is_used_up_runs_into_the_next_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    sequence = module._Sequence()
    monkeypatch.setattr(module, "_sequence", sequence)
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
    sequence._last = (1 << 74) | ((1 << 74) - 1)
    identifier = uuid7()
    assert milliseconds(identifier) == 2
    assert (identifier.version, identifier.variant) == (7, RFC_4122)


def test_threads_never_get_the_same_and_each_sees_its_own_grow() -> None:
    made: dict[int, list[UUID]] = {number: [] for number in range(8)}

    def fill(number: int) -> None:
        made[number].extend(uuid7() for _ in range(2_000))

    threads = [threading.Thread(target=fill, args=(number,)) for number in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({identifier for own in made.values() for identifier in own}) == 16_000
    assert all(own == sorted(own) for own in made.values())


def test_a_child_process_makes_its_own_even_if_the_lock_was_held_at_the_fork() -> None:
    reading, writing = os.pipe()
    with module._sequence._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # a lock that stays held would otherwise wait for ever
            os.write(writing, b"".join(uuid7().bytes for _ in range(100)))
            os._exit(0)
    os.close(writing)
    parents = {uuid7() for _ in range(100)}
    with os.fdopen(reading, "rb") as pipe:
        sent = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    children = {UUID(bytes=sent[start : start + 16]) for start in range(0, len(sent), 16)}
    assert len(children) == 100
    assert not children & parents
