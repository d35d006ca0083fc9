"""What the public reads."""

from __future__ import annotations

import json

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from claims.admin.base import DeskAdmin, DeskInline
from claims.models import ClaimReview, ClaimReviewRevision, Correction
from claims.vocab import ReviewState


class RevisionInline(DeskInline):
    model = ClaimReviewRevision
    joins = ("published_by", "verdict__rating", "verdict__author")
    fields = ("number", "verdict", "published_by", "published_at")
    ordering = ("-number",)
    show_change_link = True


class CorrectionInline(DeskInline):
    model = Correction
    joins = ("made_by",)
    fields = ("kind", "public_note", "made_by", "created_at")


@admin.register(ClaimReview)
class ClaimReviewAdmin(DeskAdmin):
    joins = ("claim",)
    nothing_yet = "No review yet: its text is written together with a verdict."
    list_display = ("__str__", "state", "in_language", "date_published", "date_modified")
    list_filter = ("state",)
    search_fields = ("headline", "slug", "claim__statement")
    fields = (
        "claim",
        "state",
        "public_page",
        "in_language",
        "headline",
        "summary",
        "body",
        "date_published",
        "date_modified",
        "being_checked_again_since",
        "retraction_reason",
    )
    readonly_fields = ("public_page",)
    inlines = (RevisionInline, CorrectionInline)

    @admin.display(description="public page")
    def public_page(self, review: ClaimReview) -> str:
        if review.state == ReviewState.DRAFT:
            return "Not published yet"
        url = reverse("public:review", args=[review.slug])
        return format_html('<a href="{}">{}</a>', url, url)


@admin.register(ClaimReviewRevision)
class ClaimReviewRevisionAdmin(DeskAdmin):
    joins = ("review", "verdict__rating", "verdict__author", "published_by")
    nothing_yet = "Nothing has been published yet."
    list_display = ("review", "number", "published_by", "published_at")
    fields = ("review", "number", "verdict", "published_by", "published_at", "content_sha256", "as_published")
    readonly_fields = ("as_published",)

    @admin.display(description="what was published")
    def as_published(self, revision: ClaimReviewRevision) -> str:
        return format_html("<pre>{}</pre>", json.dumps(revision.content, ensure_ascii=False, indent=2))


@admin.register(Correction)
class CorrectionAdmin(DeskAdmin):
    joins = ("review", "before__review", "after__review", "made_by")
    nothing_yet = "Nothing that was published has been corrected."
    list_display = ("review", "kind", "public_note", "made_by", "created_at")
    list_filter = ("kind",)
    fields = ("review", "kind", "public_note", "before", "after", "made_by", "created_at")
