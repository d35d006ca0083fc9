"""Sources, and what each says of a claim."""

from __future__ import annotations

from django.contrib import admin

from claims.admin.base import DeskAdmin, DeskInline
from claims.models import Evidence, Source


class EvidenceInline(DeskInline):
    model = Evidence
    joins = ("claim", "added_by")
    fields = ("claim", "stance", "excerpt", "added_by", "withdrawn_at")


@admin.register(Source)
class SourceAdmin(DeskAdmin):
    nothing_yet = "No source yet: evidence on a claim brings the first one."
    list_display = ("__str__", "kind", "publisher", "url")
    list_filter = ("kind",)
    search_fields = ("title", "url", "publisher")
    fields = ("kind", "title", "url", "publisher", "created_at")
    inlines = (EvidenceInline,)


@admin.register(Evidence)
class EvidenceAdmin(DeskAdmin):
    joins = ("claim", "source", "added_by", "withdrawn_by")
    nothing_yet = "No evidence yet: it is added on the page of a claim."
    list_display = ("source", "stance", "claim", "added_by", "withdrawn_at")
    list_filter = ("stance",)
    search_fields = ("source__title", "source__url", "claim__statement")
    fields = (
        "claim",
        "source",
        "stance",
        "excerpt",
        "note",
        "added_by",
        "created_at",
        "withdrawn_at",
        "withdrawn_by",
        "withdrawn_reason",
    )
