"""Attempts to log in that have not succeeded, so that a password cannot be guessed by trying."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from claims.text.uuid7 import uuid7


class LoginAttempt(models.Model):
    """One attempt under a name from an address. A success removes the ones before it; old ones go by themselves."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    attempted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["username", "address", "attempted_at"], name="login_attempt_key"),
            models.Index(fields=["attempted_at"], name="login_attempt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.username} from {self.address}"
