from collections.abc import Callable

import pytest
from django.test import Client

from claims.access import Actor
from tests.build import person

LogIn = Callable[[Actor], Client]


@pytest.fixture
def log_in(db: None) -> LogIn:
    """A browser in which somebody is logged in."""

    def logged_in(actor: Actor) -> Client:
        client = Client()
        client.force_login(person(actor))
        return client

    return logged_in
