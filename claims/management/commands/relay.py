"""The schedule process: rings for what is due, and does itself what has been due for too long."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from claims.bell import Bell, ring
from claims.schedule import DUTIES, PATIENCE, PERIOD, WORKER_BEATS_EVERY, Duty
from claims.workflow import heartbeats

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Runs the schedule until it is told to stop. It needs PostgreSQL alone: with Redis away it works itself."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("relay: started")
        last_ring = timezone.now() - WORKER_BEATS_EVERY
        while not stop.is_set():
            close_old_connections()
            try:
                last_ring = self.look(last_ring)
            except DatabaseError as error:
                # The database may be restarting: nothing is lost, the rows are there when it is back.
                logger.warning("The relay cannot read the database now: %s", error)
                connection.close()
            stop.wait(PERIOD.total_seconds())
        self.stdout.write("relay: stopped")

    def look(self, last_ring: datetime) -> datetime:
        heartbeats.beat(heartbeats.RELAY)
        for duty in DUTIES:
            look_at(duty)
        now = timezone.now()
        if now - last_ring < WORKER_BEATS_EVERY:
            return last_ring
        ring(Bell.WORKER_HEARTBEAT)
        return now


def look_at(duty: Duty) -> None:
    """Rings for a duty that is due; does it here where nobody has answered the ring for `PATIENCE`."""
    since = duty.due_since()
    if since is None:
        return
    if timezone.now() - since < PATIENCE:
        ring(duty.bell)
        return
    done = duty.do()
    logger.info(
        "The relay did %s itself (%s): the worker was not heard of for %s.",
        duty.bell,
        done,
        PATIENCE,
    )
