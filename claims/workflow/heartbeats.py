"""The service's processes say that they are alive, on the database's clock."""

from __future__ import annotations

from django.db.models.functions import Now

from claims.models import Heartbeat

RELAY = "relay"
WORKER = "worker"


def beat(name: str) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": Now()})
