"""What has a history of its own: the counter and the head of the chain that its events hang on."""

from __future__ import annotations

from django.db import models


class Subject(models.Model):
    """A claim, an article or a newsroom: its events are numbered without a gap and chained under its row's lock."""

    event_count = models.PositiveIntegerField(default=0, editable=False)
    event_head = models.BinaryField(max_length=32, default=bytes, editable=False)

    class Meta:
        abstract = True
