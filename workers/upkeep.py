"""Queue `upkeep`: what time alone brings about, rung by the relay."""

from __future__ import annotations

from celery import shared_task

from claims.workflow import contacts, heartbeats, queue


@shared_task
def lapse_takes() -> None:
    queue.lapse_takes()


@shared_task
def resume_holds() -> None:
    queue.resume_holds()


@shared_task
def erase_contacts() -> None:
    contacts.erase_contacts()


@shared_task
def worker_heartbeat() -> None:
    heartbeats.beat(heartbeats.WORKER)
