"""Logging in at the desk, with a limit on guessing."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from claims.access import address_of
from claims.admin.desk import desk_memberships
from claims.models import User
from claims.workflow import logins


class DeskLoginForm(AuthenticationForm):
    """Asks for a place at a desk instead of a staff flag, and refuses to be tried too often."""

    retry_after = 0

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return super().clean()
        address = address_of(self.request) if self.request else ""
        free_at = logins.begin_attempt(username=username, address=address)
        if free_at is not None:
            raise self._too_often(free_at)
        cleaned = super().clean()
        logins.forget_attempts(username=username, address=address)
        return cleaned

    def _too_often(self, free_at: datetime) -> ValidationError:
        self.retry_after = max(1, ceil((free_at - timezone.now()).total_seconds()))
        minutes = ceil(self.retry_after / 60)
        return ValidationError(
            f"There were {logins.ATTEMPTS} attempts under this name that did not succeed. "
            f"Try again in {minutes} minute{'' if minutes == 1 else 's'}.",
            code="too_often",
        )

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if not isinstance(user, User) or not desk_memberships(user):
            raise ValidationError(
                "This account has no place at a desk: it may send claims in, but not read or check them here. "
                "An administrator of your newsroom can give it a role.",
                code="no_desk",
            )
