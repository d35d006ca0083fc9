from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from claims.models import Heartbeat, Membership, Newsroom
from claims.schedule import DUTIES, PATIENCE, WORKER_BEATS_EVERY
from claims.workflow import heartbeats

OLDEST_POSTGRESQL = 160000
#: A process that was not heard of for so many of its beats is told as away.
MISSED_BEATS = 3


class Finding(NamedTuple):
    """`is_fatal`: the service cannot work so; otherwise it works, but somebody should look."""

    what: str
    is_well: bool
    is_fatal: bool = False


class Command(BaseCommand):
    help = "Tells what is configured, reachable, behind or missing. Exits non-zero where the service cannot work."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(look_around())
        for finding in findings:
            mark = "ok     " if finding.is_well else "FAILS  " if finding.is_fatal else "look   "
            self.stdout.write(mark + finding.what)
        if any(finding.is_fatal and not finding.is_well for finding in findings):
            raise CommandError("The service cannot work like this.")


def look_around() -> Iterator[Finding]:
    yield Finding(f"public address {settings.PUBLIC_URL}", is_well=True)
    try:
        yield from _database()
    except DatabaseError as error:
        yield Finding(f"the database does not answer: {str(error).splitlines()[0]}", is_well=False, is_fatal=True)
        return
    yield _redis()


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        [version] = cursor.fetchone()
    is_new_enough = connection.cursor().connection.info.server_version >= OLDEST_POSTGRESQL
    yield Finding(f"PostgreSQL {version} (16 or later is needed)", is_well=is_new_enough, is_fatal=True)
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    told = f"{len(pending)} migrations pending" if pending else "no migration pending"
    yield Finding(told, is_well=not pending, is_fatal=True)
    if pending:
        return
    newsrooms, members = Newsroom.objects.count(), Membership.objects.count()
    yield Finding(f"{newsrooms} newsrooms, {members} memberships", is_well=newsrooms > 0)
    for name in (heartbeats.RELAY, heartbeats.WORKER):
        yield _beating(name)
    for duty in DUTIES:
        since = duty.due_since()
        behind = timezone.now() - since if since else timedelta(0)
        told = f"{duty.bell}: {f'due for {behind}' if since else 'nothing due'}"
        yield Finding(told, is_well=behind < 2 * PATIENCE)


def _beating(name: str) -> Finding:
    beat = Heartbeat.objects.filter(name=name).first()
    if beat is None:
        return Finding(f"the {name} has never been heard of: is it running?", is_well=False)
    silent = timezone.now() - beat.beaten_at
    is_well = silent < MISSED_BEATS * WORKER_BEATS_EVERY
    return Finding(f"the {name} was heard of {silent.total_seconds():.0f} s ago", is_well=is_well)


def _redis() -> Finding:
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1).ping()
    except redis.RedisError as error:
        told = f"Redis does not answer ({error}): the relay does the work meanwhile, more slowly"
        return Finding(told, is_well=False)
    return Finding("Redis answers", is_well=True)
