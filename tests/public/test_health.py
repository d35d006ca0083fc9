"""Does the process live, and can it work?"""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from claims.models import Heartbeat
from claims.public import health
from claims.workflow.heartbeats import RELAY, beat


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    health._require_migrated.cache_clear()
    health._redis.cache_clear()
    yield
    health._require_migrated.cache_clear()
    health._redis.cache_clear()


def test_a_living_process_says_so_without_asking_anybody(client: Client) -> None:
    response = client.get("/livez")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")


def test_a_service_with_everything_in_place_is_ready(client: Client, db: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "redis": "ok",
        "relay": None,
        "worker": None,
    }
    assert "no-store" in response["Cache-Control"]


def test_the_age_of_the_heartbeats_is_told(client: Client, db: None) -> None:
    beat(RELAY)
    Heartbeat.objects.update(beaten_at=Now() - timedelta(seconds=90))
    answer = client.get("/readyz").json()
    assert 90 <= answer["relay"] < 120
    assert answer["worker"] is None


def test_an_older_database_is_not_ready_until_it_is_migrated(client: Client, db: None) -> None:
    migrations = MigrationRecorder(connection).migration_qs
    last = migrations.filter(app="claims").order_by("-id")[0]
    migrations.filter(pk=last.pk).delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() | {"redis": "ok"} == {
        "status": "unavailable",
        "database": "ok",
        "migrations": "pending",
        "redis": "ok",
        "relay": None,
        "worker": None,
    }
    migrations.create(app=last.app, name=last.name)
    assert client.get("/readyz").status_code == 200


def test_a_database_that_is_away_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("connection refused: /secret/path")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "away"
    assert response.json()["migrations"] == "unknown"
    assert "secret" not in response.content.decode()


def test_once_migrated_it_costs_one_query(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


def test_redis_away_is_told_and_does_not_matter(client: Client, db: None, settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["redis"]) == (200, "away")


def test_redis_that_never_answers_is_not_waited_for(client: Client, db: None, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        health._require_migrated()
        started = time.monotonic()
        response = client.get("/readyz")
        assert time.monotonic() - started < 1
    assert (response.status_code, response.json()["redis"]) == (200, "away")
