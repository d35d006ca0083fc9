"""Who has a claim in hand, and who keeps away from one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from claims.admin.base import DeskAdmin
from claims.admin.desk import may
from claims.models import Assignment, Recusal
from claims.vocab import Right


@admin.register(Assignment)
class AssignmentAdmin(DeskAdmin):
    joins = ("claim", "reviewer")
    nothing_yet = "Nobody has taken a claim yet: the queue has a button for it."
    list_display = ("claim", "reviewer", "stage", "state", "taken_at", "held_until", "on_hold_until")
    list_filter = ("state", "stage")
    search_fields = ("reviewer__username", "claim__statement")
    fields = (
        "claim",
        "reviewer",
        "stage",
        "state",
        "has_work",
        "taken_at",
        "held_until",
        "on_hold_until",
        "waiting_for",
        "note",
        "ended_at",
    )


@admin.register(Recusal)
class RecusalAdmin(DeskAdmin):
    """Everybody at the desk sees who keeps away from what; why, only an administrator."""

    joins = ("user", "claim", "claimant", "publisher")
    nothing_yet = "Nobody has recused themselves."
    list_display = ("user", "keeps_away_from", "created_at")
    search_fields = ("user__username",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("user", "claim", "claimant", "publisher", "created_at")
        return (*shown, "reason") if may(request, Right.ADMIN) else shown

    @admin.display(description="keeps away from")
    def keeps_away_from(self, recusal: Recusal) -> str:
        return str(recusal.claim or recusal.claimant or recusal.publisher)
