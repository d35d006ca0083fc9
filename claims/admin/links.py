"""How claims stand to each other; made and taken back on the page of a claim."""

from __future__ import annotations

from django.contrib import admin

from claims.admin.base import DeskAdmin
from claims.models import ClaimLink


@admin.register(ClaimLink)
class ClaimLinkAdmin(DeskAdmin):
    joins = ("claim", "other", "made_by")
    nothing_yet = "No claim is linked to another yet: link two on the page of one of them."
    list_display = ("claim", "kind", "other", "made_by", "created_at")
    list_filter = ("kind",)
    search_fields = ("claim__statement", "other__statement")
    fields = ("claim", "kind", "other", "made_by", "created_at")
