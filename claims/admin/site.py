"""The admin site of the desk: who may enter, what its menu shows, and the newsroom that is open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.views.decorators.http import require_POST

from claims.admin import queue_page
from claims.admin.desk import actor_of, desk_of
from claims.admin.login import DeskLoginForm
from claims.selectors.desk import newest_events
from claims.selectors.members import SESSION_KEY

#: The menu: what is worked on first, what it rests on next, the newsroom itself last.
SECTIONS = (
    ("Work", ("Submission", "Claim", "Article", "ClaimReview", "Claimant", "Source", "Topic")),
    (
        "Record",
        (
            "Publisher",
            "ArticleVersion",
            "Appearance",
            "Evidence",
            "Verdict",
            "Approval",
            "Assignment",
            "ClaimReviewRevision",
            "Correction",
            "Event",
        ),
    ),
    ("Newsroom", ("Newsroom", "Membership", "User", "ApiToken", "RatingScale", "Rating", "Recusal", "Heartbeat")),
)
#: Views of the stock site that ours has no use for: rows have no public page of their own to be shown.
LEFT_OUT = frozenset({"view_on_site"})


class DeskSite(AdminSite):
    site_header = "Factcheck"
    site_title = "Factcheck"
    index_title = "The desk"
    login_form = DeskLoginForm

    def has_permission(self, request: HttpRequest) -> bool:
        return desk_of(request) is not None

    def get_urls(self) -> list[Any]:
        stock: list[URLPattern | URLResolver] = super().get_urls()
        own = [
            path("queue/", self.admin_view(queue_page.queue), name="queue"),
            path("queue/take-next/", self.admin_view(require_POST(queue_page.take_next)), name="take_next"),
            path("newsroom/", self.admin_view(require_POST(switch_newsroom)), name="switch_newsroom"),
        ]
        return own + [pattern for pattern in stock if getattr(pattern, "name", None) not in LEFT_OUT]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "desk": desk_of(request)}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The registered models in sections of our own, whichever app they are in."""
        found: list[dict[str, Any]] = list(super().get_app_list(request, app_label))
        models = {model["object_name"]: model for app in found for model in app["models"]}
        sections = []
        for name, members in SECTIONS:
            listed = [models[member] for member in members if member in models]
            if name == "Work" and listed:
                listed.insert(0, {"object_name": "Queue", "name": "Queue", "admin_url": reverse("admin:queue")})
            if listed:
                url = reverse("admin:app_list", args=["claims"])
                sections.append({"name": name, "app_label": name.lower(), "app_url": url, "models": listed})
        return sections

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().login(request, extra_context)
        form = (response.context_data or {}).get("form") if isinstance(response, TemplateResponse) else None
        if isinstance(form, DeskLoginForm) and form.retry_after:
            response.status_code = 429
            response["Retry-After"] = str(form.retry_after)
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        events = newest_events(actor_of(request), limit=12)
        return super().index(request, {"newest_events": events, **(extra_context or {})})


def switch_newsroom(request: HttpRequest) -> HttpResponseBase:
    """Opens another newsroom of the person; pages of the one before are not found there, so it starts at the front."""
    desk = desk_of(request)
    chosen = str(request.POST.get("newsroom", ""))
    known = {str(found.newsroom_id) for found in desk.all_in_order} if desk else set()
    if chosen not in known:
        raise Http404
    request.session[SESSION_KEY] = str(UUID(chosen))
    return HttpResponseRedirect(reverse("admin:index"))
