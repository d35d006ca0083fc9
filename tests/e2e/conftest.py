from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from django.conf import settings

from tests.build import Desk
from tests.e2e.service import Service


@pytest.fixture
def make_service(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Makes a service; its processes end before the database is emptied."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    with ExitStack() as stack:

        def make(*, redis_url: str = "") -> Service:
            folder = tmp_path / f"service-{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            return Service(folder, stack, redis_url)

        yield make


@pytest.fixture
def service(make_service: Callable[..., Service], desk: Desk) -> Service:
    """Web, worker and relay, ready."""
    made = make_service()
    made.start("web", "worker", "relay")
    made.wait_until_ready()
    made.wait_until_working()
    return made
