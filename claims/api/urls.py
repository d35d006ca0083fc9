from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path

from claims.api import (
    appearances,
    articles,
    claimants,
    claims,
    docs,
    errors,
    links,
    queue,
    reviews,
    sources,
    submissions,
    topics,
)
from claims.api.acts import ACT_PATHS

v1: list[URLPattern | URLResolver] = [
    path("articles/", articles.ArticlesView.as_view(), name="articles"),
    path("articles/<uuid:article_id>/", articles.ArticleView.as_view(), name="article"),
    path("articles/<uuid:article_id>/versions/", articles.ArticleVersionsView.as_view(), name="article-versions"),
    path("articles/<uuid:article_id>/claims/", articles.ArticleClaimsView.as_view(), name="article-claims"),
    path("articles/<uuid:article_id>/take/", articles.ArticleTakeView.as_view(), name="article-take"),
    path("claims/", claims.ClaimsView.as_view(), name="claims"),
    path("claims/<uuid:claim_id>/", claims.ClaimView.as_view(), name="claim"),
    path("claims/<uuid:claim_id>/history/", claims.HistoryView.as_view(), name="claim-history"),
    path("claims/<uuid:claim_id>/waiting-for/", claims.WaitingForView.as_view(), name="claim-waiting-for"),
    *ACT_PATHS,
    path("queue/", queue.QueueView.as_view(), name="queue"),
    path("queue/next/", queue.QueueNextView.as_view(), name="queue-next"),
    path("claimants/", claimants.ClaimantsView.as_view(), name="claimants"),
    path("claimants/<uuid:claimant_id>/", claimants.ClaimantView.as_view(), name="claimant"),
    path("claimants/<uuid:claimant_id>/record/", claimants.ClaimantRecordView.as_view(), name="claimant-record"),
    path("sources/", sources.SourcesView.as_view(), name="sources"),
    path("sources/<uuid:source_id>/", sources.SourceView.as_view(), name="source"),
    path("evidence/", sources.EvidenceListView.as_view(), name="evidence-list"),
    path("evidence/<uuid:evidence_id>/", sources.EvidenceView.as_view(), name="evidence"),
    path("evidence/<uuid:evidence_id>/withdraw/", sources.EvidenceWithdrawView.as_view(), name="evidence-withdraw"),
    path("claim-reviews/", reviews.ReviewsView.as_view(), name="claim-reviews"),
    path("claim-reviews/<uuid:review_id>/", reviews.ReviewView.as_view(), name="claim-review"),
    path(
        "claim-reviews/<uuid:review_id>/claimreview.jsonld",
        reviews.ClaimReviewJsonLdView.as_view(),
        name="claim-review-jsonld",
    ),
    path("claims/<uuid:claim_id>/appearances/", appearances.SightingsView.as_view(), name="claim-appearances"),
    path("appearances/<uuid:appearance_id>/", appearances.AppearanceView.as_view(), name="appearance"),
    path("links/", links.LinksView.as_view(), name="links"),
    path("links/<uuid:link_id>/", links.LinkView.as_view(), name="link"),
    *submissions.PATHS,
    path("topics/", topics.TopicsView.as_view(), name="topics"),
]


def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    return errors.not_found(request)


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(v1)),
    path("api/schema/", docs.SchemaView.as_view(), name="api-schema"),
    path("api/docs/", docs.DocsView.as_view(), name="api-docs"),
    re_path(r"^(?:api|v1alpha1)/(?P<rest>.*)$", unknown),
]
