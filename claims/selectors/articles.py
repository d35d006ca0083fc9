"""Articles with their newest text, and the claims that stand in them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from claims.access import Actor
from claims.errors import NotFoundError
from claims.models import Article, ArticleVersion, Claim
from claims.selectors.claims import in_full, visible_articles, visible_claims


def article_in_sight(*, actor: Actor, article_id: UUID) -> Article:
    article = visible_articles(actor).select_related("publisher").filter(pk=article_id).first()
    if article is None:
        raise NotFoundError("There is no such article, or none that you may see.")
    return article


def newest_versions(articles: Iterable[Article]) -> dict[UUID, ArticleVersion]:
    """The newest version of each article, without its text."""
    versions = (
        ArticleVersion.objects.filter(article__in=list(articles))
        .defer("text")
        .order_by("article_id", "-number")
        .distinct("article_id")
    )
    return {version.article_id: version for version in versions}


def claims_in(*, actor: Actor, article: Article) -> QuerySet[Claim]:
    """The visible claims that stand in any version of an article, each with everything it is shown with."""
    found = visible_claims(actor).filter(appearances__version__article=article)
    return in_full(Claim.objects.filter(pk__in=found.values("pk")))
