"""The front page, the index, and what every public page has in common."""

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from django.views import defaults
from pytest_django import DjangoAssertNumQueries

from claims.models import ClaimReview
from claims.public import views
from claims.vocab import Status
from claims.workflow import reviews
from tests.build import (
    Desk,
    claim_in,
    make_corrected,
    make_desk,
    make_published,
    make_retracted,
    verdict_input,
)
from tests.public.page import Page, breaches_of_policy

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
)


def publish(desk: Desk, headline: str) -> ClaimReview:
    claim = make_published(
        author=desk.author,
        editor=desk.editor,
        statement=f"Not so: {headline}",
        verdict=verdict_input(headline=headline),
    )
    return ClaimReview.objects.get(claim=claim)


def headlines(page: Page) -> list[str]:
    """The slugs of the reviews that a list links to, in its order."""
    return [link.split("/")[2] for link in page.links() if link.startswith("/reviews/") and link.count("/") == 3]


def walk(client: Client, path: str) -> list[list[str]]:
    """Follows "next" to the end; the slugs on each page."""
    pages = []
    for _ in range(50):
        page = Page.of(client.get(path))
        pages.append(headlines(page))
        following = [link["href"] for link in page.all("a") if link.get("rel") == "next"]
        if not following:
            return pages
        path = urljoin(path, following[0])
    raise AssertionError("the list never ends")


def test_an_empty_service_says_so_and_offers_the_desk(client: Client, db: None) -> None:
    page = Page.of(client.get("/"))
    assert "Nothing has been published yet." in page.text
    assert page.links().count("/admin/") == 2
    assert "Nothing has been published yet." in Page.of(client.get("/reviews/")).text


def test_the_front_page_shows_the_newest_first_and_the_way_to_the_rest(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "NEWEST", 2)
    slugs = [publish(desk, f"Number {number}").slug for number in range(3)]
    page = Page.of(client.get("/"))
    assert headlines(page) == [slugs[2], slugs[1]]
    assert page.links().count("/reviews/") == 2
    assert "/admin/" in page.links()


def test_a_list_tells_headline_claim_claimant_rating_and_newsroom(client: Client, desk: Desk) -> None:
    publish(desk, "Number one")
    text = Page.of(client.get("/reviews/")).text
    assert "False Number one Not so: Number one The minister The Desk" in text


def test_a_list_shows_what_was_published_last(client: Client, desk: Desk) -> None:
    make_corrected(author=desk.author, editor=desk.editor)
    text = Page.of(client.get("/reviews/")).text
    assert "Half true" in text
    assert "False" not in text


def test_drafts_and_retracted_reviews_are_in_no_list(client: Client, desk: Desk) -> None:
    claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    make_retracted(author=desk.author, editor=desk.editor)
    for path in ("/", "/reviews/"):
        assert headlines(Page.of(client.get(path))) == []


def test_a_list_is_narrowed_to_one_newsroom(client: Client, desk: Desk) -> None:
    ours, theirs = publish(desk, "Ours"), publish(make_desk("other"), "Theirs")
    assert headlines(Page.of(client.get("/reviews/"))) == [theirs.slug, ours.slug]
    page = Page.of(client.get("/reviews/?newsroom=desk"))
    assert headlines(page) == [ours.slug]
    assert "Reviews by The Desk" in page.text


@pytest.mark.parametrize("query", ["newsroom=nobody", "newsroom=%00", "after=nothing", "after=%00", "after=a/b"])
def test_a_list_that_does_not_exist_is_not_found(client: Client, desk: Desk, query: str) -> None:
    assert client.get(f"/reviews/?{query}").status_code == 404


def test_a_draft_marks_no_place_in_a_list(client: Client, desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    slug = ClaimReview.objects.get(claim=claim).slug
    assert client.get(f"/reviews/?after={slug}").status_code == 404


def test_unknown_parameters_are_ignored(client: Client, desk: Desk) -> None:
    found = publish(desk, "Number one")
    for path in ("/", "/reviews/", f"/reviews/{found.slug}/"):
        assert client.get(path, {"utm_source": "a"}).content == client.get(path).content


@pytest.mark.parametrize("is_one_instant", [False, True])
def test_walking_the_list_shows_each_review_once(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch, *, is_one_instant: bool
) -> None:
    monkeypatch.setattr(views, "PAGE", 3)
    slugs = [publish(desk, f"Number {number}").slug for number in range(7)]
    publish(make_desk("other"), "Elsewhere")
    if is_one_instant:
        ClaimReview.objects.update(date_published=timezone.now())
    pages = walk(client, "/reviews/?newsroom=desk")
    assert pages == [slugs[:3:-1], slugs[3:0:-1], slugs[:1]]


def test_a_full_last_page_has_no_next(client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    for number in range(2):
        publish(desk, f"Number {number}")
    assert [len(page) for page in walk(client, "/reviews/")] == [2]


def test_a_place_in_the_list_survives_the_retraction_of_its_mark(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 1)
    first, second = publish(desk, "First"), publish(desk, "Second")
    reviews.retract(actor=desk.editor, claim_id=second.claim_id, reason="It was never said.")
    page = Page.of(client.get(f"/reviews/?after={second.slug}"))
    assert headlines(page) == [first.slug]


def test_a_place_after_the_last_says_so(client: Client, desk: Desk) -> None:
    only = publish(desk, "Only")
    page = Page.of(client.get(f"/reviews/?after={only.slug}"))
    assert "There is nothing earlier than this." in page.text
    assert "/reviews/" in page.links()


def test_a_list_costs_the_same_for_one_review_and_for_many(
    client: Client, desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish(desk, "Number 0")
    with django_assert_num_queries(2):
        client.get("/reviews/")
    for number in range(1, 6):
        publish(desk, f"Number {number}")
    with django_assert_num_queries(2):
        client.get("/reviews/")


@pytest.fixture
def paths(desk: Desk) -> list[str]:
    """One of every kind of page."""
    published = ClaimReview.objects.get(claim=make_corrected(author=desk.author, editor=desk.editor))
    retracted = ClaimReview.objects.get(claim=make_retracted(author=desk.author, editor=desk.editor))
    slugs = [published.slug, retracted.slug, "nothing-of-that-name"]
    return ["/", "/reviews/", "/reviews/?newsroom=desk", *(f"/reviews/{slug}/" for slug in slugs)]


def test_every_page_is_under_the_strict_policy_and_keeps_to_it(client: Client, paths: list[str]) -> None:
    for path in paths:
        response = client.get(path)
        directives = [part.strip() for part in response["Content-Security-Policy"].split(";")]
        assert set(POLICY) <= set(directives)
        assert breaches_of_policy(Page.of(response)) == [], path


def test_every_page_has_one_main_one_heading_and_a_way_past_the_menu(client: Client, paths: list[str]) -> None:
    for path in paths:
        page = Page.of(client.get(path))
        assert [len(page.all(tag)) for tag in ("main", "h1", "title")] == [1, 1, 1], path
        assert page.links()[0] == "#main"
        assert page.all("main")[0]["id"] == "main"


def test_ids_are_unique_and_names_refer_to_them(client: Client, paths: list[str]) -> None:
    for path in paths:
        page = Page.of(client.get(path))
        ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
        named = {found["aria-labelledby"] for found in page.all("section") if "aria-labelledby" in found}
        assert len(ids) == len(set(ids)), path
        assert named <= set(ids), path


def test_nothing_is_loaded_from_elsewhere(client: Client, paths: list[str]) -> None:
    for path in paths:
        page = Page.of(client.get(path))
        loaded = [found["href"] for found in page.all("link") if found["rel"] != "canonical"]
        loaded += [element.attributes["src"] for element in page.elements if "src" in element.attributes]
        assert loaded
        assert all(address.startswith(settings.STATIC_URL) for address in loaded), path


def test_pages_set_no_cookie_and_do_not_differ_by_one(client: Client, paths: list[str]) -> None:
    for path in paths:
        response = client.get(path)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


def test_pages_are_read_and_nothing_else(client: Client, paths: list[str]) -> None:
    for path in paths[:-1]:
        assert client.head(path).status_code == 200
        assert client.post(path).status_code == 405


@pytest.mark.parametrize("status", [400, 403, 500])
def test_an_error_has_a_page_of_the_same_make(rf: RequestFactory, status: int) -> None:
    request = rf.get("/anywhere/")
    answers: dict[int, Callable[[], HttpResponse]] = {
        400: lambda: defaults.bad_request(request, SuspiciousOperation("secret")),
        403: lambda: defaults.permission_denied(request, PermissionDenied("secret")),
        500: lambda: defaults.server_error(request),
    }
    response = answers[status]()
    page = Page.of(response)
    assert response.status_code == status
    assert [len(page.all(tag)) for tag in ("main", "h1")] == [1, 1]
    assert breaches_of_policy(page) == []
    assert "secret" not in page.text
