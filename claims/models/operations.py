"""What the service's own processes say of themselves."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a process last showed that it is alive, on the database's clock."""

    name = models.CharField(primary_key=True, max_length=40)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
