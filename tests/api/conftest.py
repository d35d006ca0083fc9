from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from claims.access import Actor
from tests.api.calling import Api, make_token
from tests.api.world import World, make_world


@pytest.fixture
def api(author: Actor) -> Api:
    """Asks as the reviewer who writes the verdicts."""
    return Api(make_token(author))


@pytest.fixture
def editing(editor: Actor) -> Api:
    """Asks as an editor."""
    return Api(make_token(editor))


@pytest.fixture(scope="module")
def two_worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, World]]:
    """Made once per module, as making them takes a second: they stand in a transaction around all of its tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world("ours"), make_world("zqtheirs")
        transaction.set_rollback(True)


@pytest.fixture
def worlds(two_worlds: tuple[World, World], db: None) -> tuple[World, World]:
    """Our newsroom and another one; what a test changes in them is gone after it."""
    return two_worlds


@pytest.fixture
def world(worlds: tuple[World, World]) -> World:
    return worlds[0]
