"""Who makes claims."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from claims.admin.base import DeskAdmin, DeskInline
from claims.models import Claimant, ClaimantAlias, ClaimantRole


class AliasInline(DeskInline):
    model = ClaimantAlias
    fields = ("name",)


class RoleInline(DeskInline):
    model = ClaimantRole
    fields = ("title", "since", "until")


@admin.register(Claimant)
class ClaimantAdmin(DeskAdmin):
    nothing_yet = "No claimant yet: they are made when a claim names somebody new."
    ordering = ("name", "id")
    list_display = ("name", "kind", "wikidata_id")
    list_filter = ("kind",)
    search_fields = ("name", "aliases__name")
    fields = ("name", "kind", "wikidata_id", "same_as", "claims", "created_at")
    readonly_fields = ("claims",)
    inlines = (AliasInline, RoleInline)

    @admin.display(description="claims")
    def claims(self, claimant: Claimant) -> str:
        url = f"{reverse('admin:claims_claim_changelist')}?claim_claimants__claimant__id__exact={claimant.pk}"
        return format_html('<a href="{}">Claims by {}</a>', url, claimant.name)
