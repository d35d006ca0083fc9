"""The pages that everybody can read. They show what was published, never what the desk is working on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.validators import slug_re
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from claims.interop.claimreview import claimreview_jsonld
from claims.interop.publication import FrozenReview
from claims.models import ClaimReview, Newsroom
from claims.public import presentation
from claims.public.presentation import ListedReview
from claims.selectors import public
from claims.vocab import ReviewState

NEWEST = 6
PAGE = 20

# A retraction must be seen at once: whoever keeps a copy asks whether it still stands.
revalidated = cache_control(no_cache=True)


@require_safe
@revalidated
@conditional_page
def front(request: HttpRequest) -> HttpResponse:
    newest = list(public.published_reviews()[: NEWEST + 1])
    return render(
        request,
        "public/front.html",
        {"listed": _listed(newest[:NEWEST]), "has_more": len(newest) > NEWEST, "canonical": _absolute("public:front")},
    )


@require_safe
@revalidated
@conditional_page
def reviews(request: HttpRequest) -> HttpResponse:
    """The index: `newsroom` narrows it, `after` is the slug of the last review on the page before."""
    slug, mark = _slug(request, "newsroom"), _slug(request, "after")
    newsroom = get_object_or_404(Newsroom, slug=slug) if slug else None
    found = public.published_reviews(newsroom)
    if mark:
        found = public.published_before(found, get_object_or_404(public.readable_reviews(), slug=mark))
    rows = list(found[: PAGE + 1])
    narrowing = {"newsroom": newsroom.slug} if newsroom else {}
    following = {**narrowing, "after": rows[PAGE - 1].slug} if len(rows) > PAGE else None
    return render(
        request,
        "public/reviews.html",
        {
            "listed": _listed(rows[:PAGE]),
            "newsroom": newsroom,
            "is_first_page": not mark,
            "first_query": _query(narrowing),
            "next_query": _query(following) if following else "",
            "canonical": _absolute("public:reviews") + _query({**narrowing, **({"after": mark} if mark else {})}),
        },
    )


@require_safe
@revalidated
@conditional_page
def review(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(public.readable_reviews(), slug=slug)
    if found.state == ReviewState.RETRACTED:
        return _retracted(request, found)
    return _published(request, found)


def _published(request: HttpRequest, review: ClaimReview) -> HttpResponse:
    revision = public.latest_revisions([review])[review.pk]
    content: FrozenReview = revision.content
    corrections = list(review.corrections.all())
    document = claimreview_jsonld(
        content,
        url=public.address_of(review),
        date_published=review.date_published or revision.published_at,
        date_modified=revision.published_at,
        newsroom=review.newsroom,
        corrections=corrections,
    )
    return render(
        request,
        "public/review.html",
        {
            "review": review,
            "content": content,
            "canonical": public.address_of(review),
            "doubt": presentation.doubt(content),
            "said_on": presentation.worded_date(content["date_said"]),
            "sightings": presentation.sightings(content),
            "sources": presentation.sources(content),
            "scale": presentation.drawn_scale(content["rating"]),
            "body": presentation.body_html(content),
            "people": public.people_behind(revision),
            "corrections": corrections,
            "revision": revision,
            "jsonld": presentation.script_json(document),
        },
    )


def _retracted(request: HttpRequest, review: ClaimReview) -> HttpResponse:
    """The address stays, with the reason; what was said is no longer said here."""
    context = {"review": review, "canonical": public.address_of(review)}
    return render(request, "public/retracted.html", context)


def _slug(request: HttpRequest, name: str) -> str:
    """Raises Http404 for what no slug looks like, which includes what PostgreSQL cannot store."""
    value = request.GET.get(name, "")
    if value and not slug_re.match(value):
        raise Http404
    return value


def _listed(reviews: list[ClaimReview]) -> list[ListedReview]:
    revisions = public.latest_revisions(reviews)
    return [ListedReview(review, revisions[review.pk].content) for review in reviews]


def _absolute(name: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name)}"


def _query(parameters: dict[str, Any]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""
