"""Articles: their texts with the claims in them, and the forms that bring both in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_POST, require_safe

from claims.access import Actor
from claims.admin.base import DeskAdmin
from claims.admin.claim_page import web_address
from claims.admin.desk import actor_of
from claims.admin.fields import add_problems
from claims.admin.marking import mark
from claims.admin.recording_forms import ArticleForm, ClaimForm
from claims.admin.wording import chain_in_words
from claims.errors import InvalidInputError, NotPermittedError
from claims.models import Article, ArticleVersion, Publisher
from claims.selectors.desk import appearances_in, version_of
from claims.vocab import WAITING, Right, Status
from claims.workflow import queue
from claims.workflow.articles import RecordedArticle, record_article
from claims.workflow.recording import record_claim


@admin.register(Publisher)
class PublisherAdmin(DeskAdmin):
    joins = ("own_voice",)
    nothing_yet = "No publisher yet: they are made when an article names one."
    ordering = ("name",)
    list_display = ("name", "site")
    search_fields = ("name", "site")
    fields = ("name", "site", "own_voice")


@admin.register(ArticleVersion)
class ArticleVersionAdmin(DeskAdmin):
    joins = ("article",)
    nothing_yet = "No article has been read yet."
    list_display = ("article", "number", "extraction", "captured_at")
    list_filter = ("extraction",)
    fields = ("article", "number", "extraction", "captured_at", "text_sha256", "text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleVersion]:
        versions: QuerySet[ArticleVersion] = super().get_queryset(request)
        return versions.defer("text")


@admin.register(Article)
class ArticleAdmin(DeskAdmin):
    """The list is the stock one; the page shows the text with its claims, and takes new ones."""

    pages = ("changelist", "change", "add")
    joins = ("publisher", "copy_of", "recorded_by")
    nothing_yet = "No article yet: add one, and record the claims in it."
    list_display = ("__str__", "publisher", "kind", "date_published", "created_at")
    list_filter = ("kind",)
    search_fields = ("headline", "url", "publisher__name")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request) and actor_of(request).may(Right.SUBMIT)

    def get_urls(self) -> list[Any]:
        guarded = self.admin_site.admin_view
        own = [
            path("<uuid:article_id>/record/", guarded(require_POST(_record)), name="claims_article_record"),
            path("<uuid:article_id>/take/", guarded(require_POST(_take)), name="claims_article_take"),
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ArticleForm(request.POST or None)
        if form.is_valid():
            try:
                found = record_article(actor=actor_of(request), given=form.given())
            except InvalidInputError as error:
                add_problems(form, error, form.pointers)
            else:
                messages.success(request, _became(found))
                return HttpResponseRedirect(reverse("admin:claims_article_change", args=[found.article.pk]))
        context = {**self.admin_site.each_context(request), "title": "Add an article", "form": form, "opts": self.opts}
        return TemplateResponse(request, "admin/claims/form_page.html", context, status=400 if form.errors else 200)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return _show_article(request, object_id)


def _became(found: RecordedArticle) -> str:
    if found.is_existing:
        return "This text is here already: this is its page."
    if found.version.number > 1:
        return f"The address was known with another text: this is version {found.version.number}."
    if found.article.copy_of_id:
        return "The same text is here from elsewhere: this is recorded as a copy of it, its claims suggested here too."
    return "The article is recorded. Now record the claims in it."


@require_safe
def _show_article(request: HttpRequest, object_id: str) -> HttpResponse:
    try:
        article_id = UUID(object_id)
    except ValueError as error:
        raise Http404 from error
    actor = actor_of(request)
    return _page(request, _article(actor, article_id), ClaimForm(actor=actor))


def _article(actor: Actor, article_id: UUID) -> Article:
    articles = Article.objects.select_related("publisher", "copy_of", "recorded_by")
    found = articles.filter(newsroom_id=actor.newsroom_id, pk=article_id).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, article: Article, form: ClaimForm, *, status: int = 200) -> HttpResponse:
    number = request.GET.get("version")
    if number is not None and not number.isdecimal():
        raise Http404
    version = version_of(article, number=int(number) if number else None)
    if version is None:
        raise Http404
    marked = mark(version.text, appearances_in(version).prefetch_related("attributions__claimant"), is_whole=True)
    versions = list(article.versions.defer("text").order_by("-number"))
    claims = [
        {
            "found": found,
            "status": Status(found.claim.status).label,
            "chain": chain_in_words(list(found.appearance.attributions.all())),
        }
        for found in marked.marked
    ]
    context = {
        **admin.site.each_context(request),
        "title": str(article),
        "article": article,
        "link": web_address(article.url),
        "version": version,
        "versions": versions,
        "is_newest": version.number == versions[0].number,
        "marked": marked,
        "claims": claims,
        "copies": list(article.copies.select_related("publisher").order_by("id")[:50]),
        "form": form,
        "may_record": actor_of(request).may(Right.SUBMIT),
        "may_take": actor_of(request).may(Right.REVIEW)
        and any(found.claim.status in WAITING for found in marked.marked),
        "opts": Article._meta,
    }
    return TemplateResponse(request, "admin/claims/article_page.html", context, status=status)


def _record(request: HttpRequest, article_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    article = _article(actor, article_id)
    form = ClaimForm(request.POST, actor=actor)
    if not form.is_valid():
        messages.error(request, "The claim is not recorded yet: see below what is to be put right.")
        return _page(request, article, form, status=400)
    try:
        recorded = record_claim(actor=actor, given=form.given(), article_id=article.pk)
    except InvalidInputError as error:
        add_problems(form, error, form.pointers)
        messages.error(request, "The claim is not recorded yet: see below what is to be put right.")
        return _page(request, article, form, status=400)
    except NotPermittedError as error:
        messages.error(request, error.detail)
        return _page(request, article, form, status=403)
    statement = Truncator(recorded.claim.statement).chars(80)
    if recorded.is_existing:
        messages.info(request, f"These words of this claimant are recorded already: “{statement}”.")
    else:
        messages.success(request, f"Recorded: “{statement}”. It enters the queue within moments.")
    for warning in recorded.warnings:
        messages.warning(request, warning)
    return HttpResponseRedirect(
        f"{reverse('admin:claims_article_change', args=[article.pk])}#claim-{recorded.claim.pk}"
    )


def _take(request: HttpRequest, article_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    article = _article(actor, article_id)
    try:
        taken, left = queue.take_article(actor=actor, article_id=article.pk)
    except NotPermittedError as error:
        raise PermissionDenied(error.detail) from error
    if taken:
        count = f"{len(taken)} claim is" if len(taken) == 1 else f"{len(taken)} claims are"
        messages.success(request, f"{count} in your hands now.")
    else:
        messages.info(request, "No claim of this article is free for you now.")
    for found in left:
        messages.warning(request, f"Left: “{Truncator(found.claim.statement).chars(80)}”. {found.refusal.detail}")
    return HttpResponseRedirect(reverse("admin:claims_article_change", args=[article.pk]))
