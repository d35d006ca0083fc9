"""What every model's admin shares: one newsroom, read only, and nothing found that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import ShowFacets
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst

from claims.admin.desk import actor_of, desk_of
from claims.vocab import Right

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
    AnyInline = admin.TabularInline[Any, Any]
else:
    AnyAdmin = admin.ModelAdmin
    AnyInline = admin.TabularInline


class ReadOnly:
    """Rights come from memberships, and the rows change through the acts of `claims.workflow` alone."""

    needs: ClassVar[Right] = Right.READ

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return desk_of(request) is not None and actor_of(request).may(self.needs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class DeskInline(ReadOnly, AnyInline):
    """Rows that are shown with the row they belong to."""

    extra = 0
    can_delete = False
    joins: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super().get_queryset(request).select_related(*self.joins) if self.joins else super().get_queryset(request)
        )


class DeskAdmin(ReadOnly, AnyAdmin):
    """A list and a page per row of the current newsroom. `joins` are the rows that either shows of others."""

    newsroom_field: ClassVar[str] = "newsroom_id"
    joins: ClassVar[tuple[str, ...]] = ()
    #: Said when there is nothing to list, and what to do about it.
    nothing_yet: ClassVar[str] = "Nothing here yet."
    pages: ClassVar[tuple[str, ...]] = ("changelist", "change")
    #: Lookups that links between pages use, beside those of the filters.
    linked_lookups: ClassVar[frozenset[str]] = frozenset()

    actions = None
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    inlines: ClassVar[tuple[type[DeskInline], ...]] = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    change_list_template = "admin/claims/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).filter(**{self.newsroom_field: actor_of(request).newsroom_id})
        return rows.select_related(*self.joins) if self.joins else rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        kept = {f"{self.opts.app_label}_{self.opts.model_name}_{page}" for page in self.pages}
        return [pattern for pattern in super().get_urls() if pattern.name in kept]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a filter or a link of ours asks: any other lookup could read a hidden field letter by letter."""
        filters = (item[0] if isinstance(item, tuple) else item for item in self.get_list_filter(request))
        names = {name for name in filters if isinstance(name, str)} | self.linked_lookups
        return lookup in names or any(
            lookup == f"{name}__{end}" for name in names for end in ("exact", "id__exact", "isnull")
        )


class NewsroomRelatedFilter(admin.RelatedFieldListFilter):
    """Offers the rows of the current newsroom alone."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        mine = {"newsroom_id": actor_of(request).newsroom_id}
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=mine)
