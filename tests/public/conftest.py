from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _static_files_as_they_lie(settings: Settings, tmp_path: Path) -> None:
    """Pages name style sheets by their plain names: nothing has collected and fingerprinted them for the tests."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
