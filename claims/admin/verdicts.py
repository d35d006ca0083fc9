"""What was found, and who stands behind it."""

from __future__ import annotations

from django.contrib import admin

from claims.admin.base import DeskAdmin, DeskInline
from claims.models import Approval, Verdict, VerdictEditor


class ApprovalInline(DeskInline):
    model = Approval
    fk_name = "verdict"
    joins = ("approver", "rating")
    fields = ("approver", "agrees", "rating", "note", "created_at")


class EditorInline(DeskInline):
    model = VerdictEditor
    joins = ("user",)
    fields = ("user",)
    verbose_name = "person who changed what it rests on"
    verbose_name_plural = "people who changed what it rests on"


@admin.register(Verdict)
class VerdictAdmin(DeskAdmin):
    joins = ("claim", "rating__scale", "author")
    nothing_yet = "No verdict yet: it is proposed on the page of a claim that you have in hand."
    list_display = ("claim", "rating", "author", "created_at")
    search_fields = ("claim__statement", "author__username")
    linked_lookups = frozenset({"claim"})
    fields = (
        "claim",
        "rating",
        "explanation",
        "looked_for",
        "override_reason",
        "author",
        "supersedes",
        "adopted_from",
        "created_at",
    )
    inlines = (ApprovalInline, EditorInline)


@admin.register(Approval)
class ApprovalAdmin(DeskAdmin):
    joins = ("verdict__claim", "verdict__rating", "verdict__author", "approver", "rating")
    nothing_yet = "No approval yet: a second person approves on the page of a claim."
    list_display = ("approver", "agrees", "verdict", "claim", "created_at")
    list_filter = ("agrees",)
    search_fields = ("approver__username",)
    fields = ("verdict", "claim", "approver", "agrees", "rating", "note", "content_sha256", "created_at")
    readonly_fields = ("claim",)

    @admin.display(description="claim")
    def claim(self, approval: Approval) -> str:
        return str(approval.verdict.claim)
