"""Claims: a list to search, a page to work on, and their appearances and topics."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from claims.admin import claim_page
from claims.admin.base import DeskAdmin, DeskInline, NewsroomRelatedFilter
from claims.admin.desk import actor_of
from claims.admin.recording_forms import TopicForm
from claims.admin.wording import chain_in_words
from claims.errors import InvalidInputError
from claims.models import Appearance, Attribution, Claim, ClaimClaimant, Segment, Topic
from claims.vocab import Right
from claims.workflow import newsrooms


@admin.register(Claim)
class ClaimAdmin(DeskAdmin):
    """The list is the stock one; the page is our own, and its buttons are the acts of the workflow."""

    joins = ("verdict__rating",)
    nothing_yet = "No claim yet: record one on the page of an article."
    list_display = ("statement", "made_by", "status", "rating", "urgency", "due", "updated_at")
    list_filter = ("status", "kind", "is_urgent", ("claim_topics__topic", NewsroomRelatedFilter))
    linked_lookups = frozenset({"claim_claimants__claimant"})
    search_fields = ("statement", "claim_claimants__claimant__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        links = ClaimClaimant.objects.select_related("claimant").order_by("position")
        claims: QuerySet[Claim] = super().get_queryset(request)
        return claims.prefetch_related(Prefetch("claim_claimants", links))

    def get_urls(self) -> list[Any]:
        act = self.admin_site.admin_view(require_POST(claim_page.act))
        return [path("<uuid:claim_id>/act/<slug:name>/", act, name="claims_claim_act"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return _show_claim(request, object_id)

    @admin.display(description="claimants")
    def made_by(self, claim: Claim) -> str:
        return ", ".join(link.claimant.name for link in claim.claim_claimants.all()) or "nobody named yet"

    @admin.display(description="priority")
    def urgency(self, claim: Claim) -> str:
        return f"{claim.priority}, urgent" if claim.is_urgent else str(claim.priority)

    @admin.display(description="rating")
    def rating(self, claim: Claim) -> str:
        return claim.verdict.rating.label() if claim.verdict else "—"


@require_safe
def _show_claim(request: HttpRequest, object_id: str) -> HttpResponse:
    try:
        claim_id = UUID(object_id)
    except ValueError as error:
        raise Http404 from error
    return claim_page.show(request, claim_id)


class SegmentInline(DeskInline):
    model = Segment
    fields = ("position", "start", "end", "exact", "prefix", "suffix")


class AttributionInline(DeskInline):
    model = Attribution
    joins = ("claimant", "confirmed_by")
    fields = ("position", "claimant", "as_named", "relation", "basis", "confirmed_by")
    verbose_name = "link of the chain of who said it"
    verbose_name_plural = "chain of who said it"


@admin.register(Appearance)
class AppearanceAdmin(DeskAdmin):
    joins = ("claim", "version__article")
    nothing_yet = "No claim has been recorded in a text yet."
    list_display = ("claim", "place", "said_by", "speech", "is_first", "is_suggested", "is_after_publication")
    list_filter = ("speech", "is_first", "is_suggested", "is_after_publication")
    search_fields = ("claim__statement",)
    fields = (
        "claim",
        "version",
        "url",
        "date_published",
        "speech",
        "cue",
        "is_first",
        "is_suggested",
        "is_after_publication",
        "anchor",
        "created_at",
    )
    inlines = (SegmentInline, AttributionInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appearance]:
        appearances: QuerySet[Appearance] = super().get_queryset(request)
        return appearances.defer("version__text").prefetch_related("attributions__claimant")

    @admin.display(description="where")
    def place(self, appearance: Appearance) -> str:
        return str(appearance.version.article) if appearance.version else appearance.url

    @admin.display(description="who said it")
    def said_by(self, appearance: Appearance) -> str:
        return chain_in_words(list(appearance.attributions.all()))


@admin.register(Topic)
class TopicAdmin(DeskAdmin):
    pages = ("changelist", "change", "add")
    nothing_yet = "No topic yet: add one, and claims can be sorted by it."
    ordering = ("name",)
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    fields = ("name", "slug")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.has_view_permission(request):
            return False
        actor = actor_of(request)
        return actor.may(Right.EDIT) or actor.may(Right.ADMIN)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TopicForm(request.POST or None)
        if form.is_valid() and self._add(request, form):
            messages.success(request, f"The topic “{form.cleaned_data['name']}” is there now.")
            return HttpResponseRedirect(reverse("admin:claims_topic_changelist"))
        context = {**self.admin_site.each_context(request), "title": "Add a topic", "form": form, "opts": self.opts}
        return TemplateResponse(request, "admin/claims/form_page.html", context, status=400 if form.errors else 200)

    def _add(self, request: HttpRequest, form: TopicForm) -> bool:
        try:
            newsrooms.add_topic(actor=actor_of(request), **form.cleaned_data)
        except InvalidInputError as error:
            form.add_error("slug", error.detail)
            return False
        return True
