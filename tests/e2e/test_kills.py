"""Processes die at any moment: what was acknowledged is there once, and whatever is left to do is done."""

import http.client
import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import connection

import run
from claims.access import Actor
from claims.models import Article, ArticleVersion, Claim, Event
from claims.vocab import EventType, Status
from claims.workflow import articles
from claims.workflow.inputs import AppearanceInput, ArticleInput, ClaimantInput, ClaimInput, SegmentInput
from factcheck.embedded import Valkey
from tests.api.calling import make_token
from tests.build import Desk
from tests.e2e.service import Service, kill_each
from tests.processes import wait_for

logger = logging.getLogger(__name__)
Sized = Callable[[int, int], int]
QUEUED_BY_RELAY = 22.0  # seconds: its patience of 15, two looks of 2, and room for a busy machine


def _record(actor: Actor, number: int, *, claims: int) -> None:
    words = [f"Sentence {number}.{index} was said." for index in range(claims)]
    given = tuple(
        ClaimInput(
            word,
            claimants=(ClaimantInput(name=f"Person {index % 7}", kind="person"),),
            appearance=AppearanceInput(segments=(SegmentInput(exact=word),), speech="indirect"),
        )
        for index, word in enumerate(words)
    )
    articles.record_article(actor=actor, given=ArticleInput(text=" ".join(words), claims=given))


def _is_all_queued() -> bool:
    return not Claim.objects.exclude(status=Status.QUEUED).exists()


def _assert_each_is_queued_once(count: int) -> None:
    assert Claim.objects.count() == count
    assert set(Claim.objects.values_list("status", "revision", "event_count")) == {(Status.QUEUED, 2, 2)}
    _assert_histories([EventType.CLAIM_RECORDED, EventType.CLAIM_QUEUED], count)


def _assert_histories(types: list[EventType], count: int) -> None:
    """Every claim has exactly these events, numbered without a gap."""
    found: dict[Any, list[tuple[int, str]]] = {}
    rows = Event.objects.exclude(claim=None).order_by("claim", "seq").values_list("claim", "seq", "type")
    for claim, seq, type_ in rows:
        found.setdefault(claim, []).append((seq, type_))
    assert len(found) == count
    wanted = list(enumerate(map(str, types), start=1))
    assert [events for events in found.values() if events != wanted] == []


def _is_at_work() -> bool:
    """Whether some other connection is in a transaction that touches claims at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND xact_start IS NOT NULL AND query ~ 'claims_(claim|event)'"
        )
        return bool(cursor.fetchone()[0])


def test_a_worker_killed_in_the_middle_of_its_work_loses_and_doubles_nothing(
    make_service: Callable[..., Service], desk: Desk, sized: Sized
) -> None:
    service, chance = make_service(), random.Random(4)  # noqa: S311 - a repeatable scatter
    kills, per_kill, struck = sized(4, 30), 120, 0
    service.start("relay")
    for number in range(kills):
        service.start("worker")
        service.wait_until_working()
        for part in range(4):
            _record(desk.author, number * 4 + part, claims=per_kill // 4)
        deadline = time.monotonic() + 2
        while not _is_at_work() and time.monotonic() < deadline and not _is_all_queued():
            pass
        struck += _is_at_work()
        time.sleep(chance.random() * 0.05 * (number % 3))
        service.kill("worker")
    assert struck > 0, "no kill came while the worker was at work"
    service.start("worker")
    wait_for(_is_all_queued, seconds=60, what="some claims were lost")
    _assert_each_is_queued_once(kills * per_kill)


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with TemporaryDirectory(prefix="fc-") as name:
        server = Valkey(Path(name), packages=run.PACKAGES, environ={}, inherited=(), is_durable=True)
        server.start()
        yield server
        server.stop()


def test_with_the_broker_hung_or_gone_nothing_fails_and_the_relay_does_the_work(
    make_service: Callable[..., Service], desk: Desk, valkey: Valkey
) -> None:
    service, token = make_service(redis_url=valkey.url), make_token(desk.author)
    service.start("web", "relay")
    service.wait_until_ready()
    sent = 0

    def send(count: int) -> float:
        nonlocal sent
        slowest = 0.0
        for _ in range(count):
            sent += 1
            claims = [{"statement": f"S {sent}", "exact": f"Number {sent}"}]
            body = {"text": f"Number {sent} is the one.", "claims": claims}
            reply = service.ask("POST", "/api/v1/articles/", body, token=token)
            assert reply.status == 201, reply.body
            slowest = max(slowest, reply.seconds)
        return slowest

    usual = send(3)
    assert valkey.program.pid is not None
    os.kill(valkey.program.pid, signal.SIGSTOP)
    hung = send(6)
    began = time.monotonic()
    os.kill(valkey.program.pid, signal.SIGKILL)
    gone = send(6)
    _record(desk.author, 1, claims=300)
    assert service.ask("GET", "/readyz").body["redis"] == "away"
    wait_for(_is_all_queued, seconds=QUEUED_BY_RELAY, what="the relay did not do it")
    logger.info("slowest POST: %.2f s usually, %.2f s hung, %.2f s gone", usual, hung, gone)
    logger.info("queued %.1f s after the last of them", time.monotonic() - began)
    assert max(usual, hung, gone) < 3
    _assert_each_is_queued_once(sent + 300)


def test_the_relay_killed_again_and_again_still_brings_everything_in(
    make_service: Callable[..., Service], desk: Desk, sized: Sized
) -> None:
    service = make_service()
    service.start("worker")
    service.wait_until_working()
    for number in range(sized(2, 10)):
        service.start("relay")
        _record(desk.author, number, claims=10)
        time.sleep(1.5)
        service.kill("relay")
    wait_for(_is_all_queued, seconds=30, what="some claims were lost")
    _assert_each_is_queued_once(sized(2, 10) * 10)


class Ledger:
    """Clients that send articles until they are told to stop, and write down what was acknowledged."""

    def __init__(self, service: Service, token: str) -> None:
        self.service, self.token = service, token
        self.acknowledged: dict[int, str] = {}
        self.unknown: set[int] = set()
        self.wrong: list[Any] = []
        self._numbers = iter(range(1_000_000))
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._send_on) for _ in range(4)]

    def __enter__(self) -> "Ledger":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def further(self, count: int) -> Callable[[], bool]:
        """Whether so many more have been acknowledged since now."""
        wanted = len(self.acknowledged) + count
        return lambda: len(self.acknowledged) >= wanted

    def _send_on(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                number = next(self._numbers)
            self._send(number)

    def _send(self, number: int) -> None:
        claims = [{"statement": f"{number} a", "exact": "rains"}, {"statement": f"{number} b", "exact": "snows"}]
        body = {"text": f"Number {number}: it rains and it snows.", "claims": claims}
        try:
            reply = self.service.ask("POST", "/api/v1/articles/", body, token=self.token)
        except (OSError, http.client.HTTPException):
            self.unknown.add(number)
            time.sleep(0.02)
            return
        if reply.status == 201:
            self.acknowledged[number] = reply.body["id"]
        else:
            self.wrong.append((number, reply.status, reply.body))


def test_every_article_that_was_acknowledged_is_stored_once_however_often_the_web_is_killed(
    make_service: Callable[..., Service], desk: Desk, sized: Sized
) -> None:
    service, chance = make_service(), random.Random(11)  # noqa: S311 - a repeatable scatter
    service.start("web")
    service.wait_until_ready()
    with Ledger(service, make_token(desk.author)) as ledger:
        for number in range(sized(4, 30)):
            wait_for(ledger.further(8), seconds=30, what="nothing is acknowledged any more")
            time.sleep(chance.random() * 0.3)
            if number % 3 == 2:  # the whole server; else its workers, which it makes anew
                service.kill("web")
                service.start("web")
                service.wait_until_ready()
            else:
                kill_each(service.children("web"))
        wait_for(ledger.further(8), seconds=30, what="nothing is acknowledged any more")
    assert ledger.wrong == []
    assert len(ledger.unknown) > 0, "no kill cut a request off"
    _assert_stored(ledger)


def _assert_stored(ledger: Ledger) -> None:
    stored = {str(pk) for pk in Article.objects.values_list("pk", flat=True)}
    assert set(ledger.acknowledged.values()) <= stored
    assert len(stored) - len(ledger.acknowledged) <= len(ledger.unknown)
    texts = Counter(ArticleVersion.objects.values_list("text", flat=True))
    assert [text for text, times in texts.items() if times > 1] == []
    per_article = Counter(Claim.objects.values_list("appearances__version__article", flat=True))
    assert set(per_article.values()) == {2}
    assert {str(pk) for pk in per_article} == stored
    _assert_histories([EventType.CLAIM_RECORDED], 2 * len(stored))
    of_articles = Event.objects.exclude(article=None).values_list("article", "seq", "type")
    assert sorted(of_articles) == sorted(
        (pk, 1, EventType.ARTICLE_RECORDED) for pk in Article.objects.values_list("pk", flat=True)
    )
    logger.info("%d acknowledged, %d cut off, %d stored", len(ledger.acknowledged), len(ledger.unknown), len(stored))
