"""For load balancers and the people who keep the service running: does this process live, can it work?"""

from __future__ import annotations

from functools import cache
from typing import Literal, TypedDict

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from claims.models import Heartbeat
from claims.workflow.heartbeats import RELAY, WORKER

REDIS_TIMEOUT = 0.25  # seconds to connect, and again to answer


class PendingMigrationsError(Exception):
    """The database is of an older version than this code."""


class Readiness(TypedDict):
    """`relay` and `worker`: seconds since each showed that it is alive; None if it never did, or nobody can tell."""

    status: Literal["ok", "unavailable"]
    database: Literal["ok", "away"]
    migrations: Literal["ok", "pending", "unknown"]
    redis: Literal["ok", "away"]
    relay: float | None
    worker: float | None


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    answer = readiness()
    return JsonResponse(answer, status=200 if answer["status"] == "ok" else 503)


def readiness() -> Readiness:
    """Redis is not needed to answer anybody: without it the relay finds the work, a little later."""
    answer: Readiness = {
        "status": "unavailable",
        "database": "away",
        "migrations": "unknown",
        "redis": "ok" if _redis_answers() else "away",
        "relay": None,
        "worker": None,
    }
    try:
        _require_migrated()
        ages = _seconds_since_heartbeats()
    except PendingMigrationsError:
        return {**answer, "database": "ok", "migrations": "pending"}
    except DatabaseFault:
        return answer
    return {
        **answer,
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "relay": ages.get(RELAY),
        "worker": ages.get(WORKER),
    }


@cache
def _require_migrated() -> None:
    """Raises PendingMigrationsError. Only the good answer is kept: it is dear, and no process outlives its truth."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise PendingMigrationsError


def _seconds_since_heartbeats() -> dict[str, float]:
    age = ExpressionWrapper(Now() - F("beaten_at"), output_field=DurationField())
    return {name: round(since.total_seconds(), 1) for name, since in Heartbeat.objects.values_list("name", age)}


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=REDIS_TIMEOUT, socket_timeout=REDIS_TIMEOUT)


def _redis_answers() -> bool:
    try:
        return bool(_redis().ping())
    except RedisError:
        return False
