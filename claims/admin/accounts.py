"""People, newsrooms, members, tokens and the service's own processes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from claims.admin.base import DeskAdmin
from claims.admin.desk import actor_of, may
from claims.errors import NotFoundError, RuleBrokenError
from claims.models import ApiToken, Heartbeat, Membership, Newsroom, User
from claims.models.accounts import MOST_CONTACT_DAYS
from claims.selectors.desk import visible_tokens
from claims.vocab import Right, Role, Scope
from claims.workflow import newsrooms, tokens


class PolicyForm(forms.Form):
    contact_days = forms.IntegerField(
        label="Days until contacts are erased",
        min_value=1,
        max_value=MOST_CONTACT_DAYS,
        help_text="What senders of tips leave to be reached by. A shorter time holds for the tips that are here too; "
        "a longer one does not, as their senders were told the shorter.",
    )


@admin.register(Newsroom)
class NewsroomAdmin(DeskAdmin):
    newsroom_field = "pk"
    list_display = ("name", "slug", "in_language", "site")
    fields = ("name", "slug", "in_language", "site", "publishing_principles", "corrections_policy", "contact_days")
    change_form_template = "admin/claims/newsroom/change_form.html"

    def get_urls(self) -> list[Any]:
        policy = self.admin_site.admin_view(self.policy)
        return [path("<uuid:newsroom_id>/policy/", policy, name="claims_newsroom_policy"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = {"may_set_policy": may(request, Right.ADMIN), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, shown)

    def policy(self, request: HttpRequest, newsroom_id: UUID) -> HttpResponse:
        """What the newsroom has decided for itself, changed by its administrators."""
        newsroom: Newsroom = self.get_object(request, str(newsroom_id))
        if not may(request, Right.ADMIN):
            raise PermissionDenied
        form = PolicyForm(request.POST or None, initial={"contact_days": newsroom.contact_days})
        if form.is_valid():
            newsrooms.set_policy(actor=actor_of(request), **form.cleaned_data)
            messages.success(request, "The policy is changed.")
            return HttpResponseRedirect(reverse("admin:claims_newsroom_change", args=[newsroom_id]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Change the policy",
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/claims/form_page.html", context, status=400 if form.errors else 200)


@admin.register(User)
class UserAdmin(DeskAdmin):
    """The people of the newsroom. Addresses are for administrators; a password's hash is for nobody."""

    newsroom_field = "memberships__newsroom_id"
    ordering = ("username",)
    list_display = ("username", "first_name", "last_name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("username", "first_name", "last_name")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("username", "first_name", "last_name", "is_active", "date_joined")
        return (*shown, "email", "last_login") if may(request, Right.ADMIN) else shown


@admin.register(Membership)
class MembershipAdmin(DeskAdmin):
    joins = ("user",)
    ordering = ("user__username",)
    list_display = ("user", "role_names", "is_active")
    search_fields = ("user__username",)
    fields = ("user", "role_names", "is_active")

    @admin.display(description="roles")
    def role_names(self, membership: Membership) -> str:
        return ", ".join(str(Role(role).label) for role in membership.roles)

    @admin.display(description="may log in", boolean=True)
    def is_active(self, membership: Membership) -> bool:
        return membership.user.is_active


@admin.register(ApiToken)
class ApiTokenAdmin(DeskAdmin):
    """An administrator sees every token of the newsroom, everybody else their own; what it hashes to is never shown."""

    nothing_yet = "No token yet: the command “token USER” makes one."
    list_display = ("__str__", "user", "scope_names", "state", "expires_at", "last_used_at")
    fields = ("prefix", "user", "scope_names", "state", "created_at", "expires_at", "last_used_at", "revoked_at")
    change_form_template = "admin/claims/apitoken/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return visible_tokens(actor_of(request)).order_by(*self.ordering)

    def get_urls(self) -> list[Any]:
        revoke = self.admin_site.admin_view(require_POST(self.revoke))
        return [path("<uuid:token_id>/revoke/", revoke, name="claims_apitoken_revoke"), *super().get_urls()]

    def revoke(self, request: HttpRequest, token_id: UUID) -> HttpResponseBase:
        token = self.get_object(request, str(token_id))
        try:
            tokens.revoke(actor=actor_of(request), token_id=token_id)
        except (NotFoundError, RuleBrokenError) as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"The token {token} is revoked: programs that use it are refused from now on.")
        return HttpResponseRedirect(reverse("admin:claims_apitoken_change", args=[token_id]))

    @admin.display(description="scopes")
    def scope_names(self, token: ApiToken) -> str:
        return ", ".join(str(Scope(scope).label) for scope in token.scopes) or "Every right of the member"

    @admin.display(description="state")
    def state(self, token: ApiToken) -> str:
        if token.revoked_at:
            return "Revoked"
        return "Expired" if token.expires_at <= timezone.now() else "Valid"


@admin.register(Heartbeat)
class HeartbeatAdmin(DeskAdmin):
    """The service's own processes, which no newsroom owns."""

    needs = Right.ADMIN
    nothing_yet = "No process of the service has reported yet."
    ordering = ("name",)
    list_display = ("name", "beaten_at")
    fields = ("name", "beaten_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Heartbeat]:
        return Heartbeat.objects.order_by("name")
