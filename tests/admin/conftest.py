from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from claims.access import Actor
from tests.build import person

LogIn = Callable[[Actor], Client]


@pytest.fixture(autouse=True)
def _static_files_as_they_lie(settings: Settings) -> None:
    """Nothing has collected and fingerprinted the style sheets for the tests."""
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}


@pytest.fixture
def log_in(db: None) -> LogIn:
    """A browser in which somebody is logged in."""

    def logged_in(actor: Actor) -> Client:
        client = Client()
        client.force_login(person(actor))
        return client

    return logged_in
