"""Articles: recorded with their claims, read, listed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.api import shapes, show
from claims.api.base import ContractView, ListParameters
from claims.api.claims import claim_shapes, recorded_shape
from claims.api.pagination import Key, order_of
from claims.api.parsing import MAX_ARTICLE
from claims.api.schema import page_of, shape
from claims.intake.bodies import ArticleBody, Nothing, Strict, article_input
from claims.models import Article, ArticleVersion, Claim
from claims.selectors.articles import article_in_sight, claims_in, newest_versions
from claims.selectors.claims import in_full, visible_articles
from claims.workflow import articles, queue
from claims.workflow.articles import RecordedArticle

NEWEST = order_of(Key("created_at", is_descending=True))
NEWEST_VERSION = order_of(Key("number", is_descending=True))


class ArticleParameters(ListParameters):
    url = serializers.CharField(required=False, max_length=2000)
    publisher = serializers.ListField(child=serializers.UUIDField(), required=False)


class OneArticleParameters(Strict):
    text = serializers.BooleanField(required=False, help_text="Whether the newest text is answered too.")


class ArticlesView(ContractView):
    max_body = MAX_ARTICLE

    @extend_schema(
        operation_id="articles_list", parameters=[ArticleParameters], responses={200: page_of(shapes.ArticleShape)}
    )
    def get(self, request: Request) -> HttpResponse:
        """Articles, the newest first."""
        asked, actor = self.asked(ArticleParameters), self.actor
        rows = visible_articles(actor).select_related("publisher")
        if asked.get("url"):
            rows = rows.filter(url=asked["url"])
        if asked.get("publisher"):
            rows = rows.filter(publisher__in=asked["publisher"])
        found = self.page(rows, order=NEWEST, asked=asked)
        versions = newest_versions(found.rows)

        def row(article: Article) -> shapes.ArticleShape:
            return show.article(article, versions[article.pk])

        return self.answer(found.shown(row))

    @extend_schema(
        operation_id="articles_record",
        request=ArticleBody,
        responses={201: shape(shapes.ArticleShape), 200: shape(shapes.ArticleShape)},
    )
    def post(self, request: Request) -> HttpResponse:
        """Records an article and the claims given with it, all or nothing; 200 where it stood there already."""
        self.asked()
        recorded = articles.record_article(actor=self.actor, given=article_input(self.body(ArticleBody)))
        return self.answer(self._shown(recorded), status=200 if recorded.is_existing else 201)

    def _shown(self, recorded: RecordedArticle) -> shapes.ArticleShape:
        body = show.article(recorded.article, recorded.version)
        body["existing"] = recorded.is_existing
        ids = [entry.claim.pk for entry in recorded.claims]
        shown = claim_shapes(in_full(Claim.objects.filter(pk__in=ids)), self.actor)
        body["claims"] = [recorded_shape(entry, shown[entry.claim.pk]) for entry in recorded.claims]
        return body


class ArticleView(ContractView):
    @extend_schema(
        operation_id="articles_read", parameters=[OneArticleParameters], responses={200: shape(shapes.ArticleShape)}
    )
    def get(self, request: Request, article_id: UUID) -> HttpResponse:
        """One article; with `?text=true` its newest text."""
        asked = self.asked(OneArticleParameters)
        article = article_in_sight(actor=self.actor, article_id=article_id)
        newest = article.versions.order_by("-number")[0]
        body = show.article(article, newest)
        if asked.get("text"):
            body["text"] = newest.text
        return self.answer(body)


class ArticleVersionsView(ContractView):
    @extend_schema(
        operation_id="articles_versions", parameters=[ListParameters], responses={200: page_of(shapes.VersionShape)}
    )
    def get(self, request: Request, article_id: UUID) -> HttpResponse:
        """Every text that was read of an article, the newest first."""
        asked = self.asked(ListParameters)
        article = article_in_sight(actor=self.actor, article_id=article_id)
        found = self.page(ArticleVersion.objects.filter(article=article), order=NEWEST_VERSION, asked=asked)
        return self.answer(found.shown(show.version))


class ArticleClaimsView(ContractView):
    @extend_schema(
        operation_id="articles_claims", parameters=[ListParameters], responses={200: page_of(shapes.ClaimShape)}
    )
    def get(self, request: Request, article_id: UUID) -> HttpResponse:
        """The claims in an article with their selectors and their chain of attribution, in the order of recording."""
        asked, actor = self.asked(ListParameters), self.actor
        article = article_in_sight(actor=actor, article_id=article_id)
        found = self.page(claims_in(actor=actor, article=article), order=order_of(Key("created_at")), asked=asked)

        shown = claim_shapes(found.rows, actor)
        return self.answer(found.shown(lambda claim: shown[claim.pk]))


class ArticleTakeView(ContractView):
    @extend_schema(
        operation_id="articles_take",
        summary="Take the free claims of an article",
        request=Nothing,
        responses={200: shape(shapes.ArticleTake)},
    )
    def post(self, request: Request, article_id: UUID) -> HttpResponse:
        """Takes every free claim of an article that you may have, and says which were left and why."""
        self.asked()
        article = article_in_sight(actor=self.actor, article_id=article_id)
        self.body(Nothing)
        taken, left = queue.take_article(actor=self.actor, article_id=article.pk)
        rows = in_full(Claim.objects.filter(pk__in=[claim.pk for claim in taken]))
        shown = claim_shapes(list(rows), self.actor)
        body: shapes.ArticleTake = {
            "taken": [shown[claim.pk] for claim in taken],
            "left": [
                {
                    "claim": str(found.claim.pk),
                    "statement": found.claim.statement,
                    "code": found.refusal.code,
                    "detail": found.refusal.detail,
                }
                for found in left
            ],
        }
        return self.answer(body)
