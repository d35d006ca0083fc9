"""The Celery application. It carries "look now"; everything that is to be done stands in PostgreSQL."""

from __future__ import annotations

import os
from urllib.parse import parse_qs, urlsplit

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

from django.conf import settings


def broker_url(redis_url: str) -> str:
    """The address as kombu writes it: `unix:///path?db=1` is `redis+socket:///path?virtual_host=1` there."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


app = Celery("factcheck")
app.conf.update(
    broker_url=broker_url(settings.REDIS_URL),
    broker_connection_retry_on_startup=True,
    # A ring that cannot be delivered within a second is dropped: the relay finds the row.
    broker_transport_options={
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "retry_on_timeout": False,
        "max_retries": 0,
        "visibility_timeout": 300,
    },
    task_publish_retry=False,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=120,
    task_soft_time_limit=100,
    task_default_queue="upkeep",
    task_create_missing_queues=True,
    task_routes={
        "workers.enrich.*": {"queue": "enrich"},
        "workers.upkeep.*": {"queue": "upkeep"},
    },
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    include=["workers.enrich", "workers.upkeep"],
    timezone="UTC",
)
