"""What every test stands on: people, a database that can be emptied, and a network that ends at this machine."""

import os
import re
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from pytest_django import Settings

from claims.access import Actor
from claims.models import Newsroom
from claims.vocab import Role
from factcheck.celery import app, broker_url
from tests.build import Desk, make_desk, make_member, make_newsroom

DATABASES_OF_VALKEY = 16


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="races, walks and loads at their full size (minutes instead of seconds)"
    )


def pytest_configure() -> None:
    """Gives each of pytest-xdist's workers a database of its own in Valkey, as pytest-django does in PostgreSQL."""
    worker = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    if worker is None:
        return
    number = int(worker[1]) % (DATABASES_OF_VALKEY - 1) + 1
    url = settings.REDIS_URL
    numbered = re.sub(r"(?<=[?&]db=)\d+|(?<=\d/)\d+$", str(number), url)
    if numbered == url:
        numbered = f"{url}?db={number}" if url.startswith("unix:") else f"{url.rstrip('/')}/{number}"
    os.environ["REDIS_URL"] = settings.REDIS_URL = numbered
    app.conf.update(broker_url=broker_url(numbered))


@pytest.fixture
def sized(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """One test body, two sizes: `sized(small, long)` is the first, and the second under `--long`."""
    is_long = request.config.getoption("--long")
    return lambda small, long: long if is_long else small


def _is_near(host: object) -> bool:
    if host in {None, "", b"", "localhost", socket.gethostname()}:
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _refuse_far(address: object) -> None:
    # An address of a unix socket is a path; of the network, a tuple that begins with the host.
    if isinstance(address, tuple) and not _is_near(address[0]):
        raise RuntimeError(f"A test tried to reach {address[0]}: only this machine may be reached.")


@pytest.fixture(autouse=True, scope="session")
def _network_ends_here() -> Iterator[None]:
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def near_connect(self: socket.socket, address: Any) -> None:
        _refuse_far(address)
        connect(self, address)

    def near_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_far(address)
        return connect_ex(self, address)

    def near_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        _refuse_far((host,))
        return getaddrinfo(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", near_connect)
        patch.setattr(socket.socket, "connect_ex", near_connect_ex)
        patch.setattr(socket, "getaddrinfo", near_getaddrinfo)
        yield


@pytest.fixture(autouse=True, scope="session")
def _transactional_tests_can_be_emptied() -> Iterator[None]:
    """Append-only tables refuse TRUNCATE, so the flush after a transactional test runs where triggers do not."""
    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown_without_triggers(self: TransactionTestCase) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            teardown(self)
        finally:
            with connections["default"].cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown_without_triggers)
        yield


@pytest.fixture(autouse=True)
def _static_files_as_they_lie(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Pages name style sheets by their plain names: nothing has collected and fingerprinted them for the tests."""
    settings.STATIC_ROOT = tmp_path_factory.getbasetemp()
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}


# The standing people. Each is an `Actor`: `author.user` is the person, `author.newsroom_id` their newsroom.


@pytest.fixture
def desk(db: None) -> Desk:
    """One newsroom and the people in it."""
    return make_desk()


@pytest.fixture
def newsroom(desk: Desk) -> Newsroom:
    return desk.newsroom


@pytest.fixture
def author(desk: Desk) -> Actor:
    """A reviewer, who writes the verdicts."""
    return desk.author


@pytest.fixture
def editor(desk: Desk) -> Actor:
    return desk.editor


@pytest.fixture
def trainee(desk: Desk) -> Actor:
    return make_member(desk.newsroom, Role.TRAINEE, "trainee")


@pytest.fixture
def submitter(desk: Desk) -> Actor:
    return make_member(desk.newsroom, Role.SUBMITTER, "submitter")


@pytest.fixture
def auditor(desk: Desk) -> Actor:
    return make_member(desk.newsroom, Role.AUDITOR, "auditor")


@pytest.fixture
def admin(desk: Desk) -> Actor:
    """An administrator, who has no editorial right."""
    return make_member(desk.newsroom, Role.ADMIN, "admin")


@pytest.fixture
def stranger(db: None) -> Actor:
    """An editor of another newsroom."""
    return make_member(make_newsroom("elsewhere", name="Elsewhere"), Role.EDITOR, "stranger")
