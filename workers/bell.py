"""The bell of `claims.bell`, rung with Celery. A ring that fails is logged; the relay finds the row a little later."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError

from claims.bell import Bell

logger = logging.getLogger(__name__)

TASKS: dict[Bell, str] = {
    Bell.ENQUEUE_ARTICLE: "workers.enrich.enqueue_article",
    Bell.ENQUEUE_CLAIM: "workers.enrich.enqueue_claim",
    Bell.ENQUEUE_WAITING: "workers.enrich.enqueue_waiting",
    Bell.LAPSE_TAKES: "workers.upkeep.lapse_takes",
    Bell.RESUME_HOLDS: "workers.upkeep.resume_holds",
    Bell.ERASE_CONTACTS: "workers.upkeep.erase_contacts",
    Bell.WORKER_HEARTBEAT: "workers.upkeep.worker_heartbeat",
}


def ring(bell: Bell, row_id: str | None) -> None:
    try:
        current_app.send_task(TASKS[bell], args=[row_id] if row_id else [])
    except (OperationalError, OSError) as error:
        logger.warning("The bell %s could not be rung: %s", bell, error)
