"""Queue `enrich`: recorded claims get their priority and enter the queue."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from celery import shared_task

from claims.workflow import enqueueing


@shared_task
def enqueue_article(article_id: str) -> None:
    enqueueing.enqueue_article(article_id=UUID(article_id))


@shared_task
def enqueue_claim(claim_id: str) -> None:
    enqueueing.enqueue_claim(claim_id=UUID(claim_id))


@shared_task
def enqueue_waiting() -> None:
    enqueueing.enqueue_waiting(older_than=timedelta(0))
