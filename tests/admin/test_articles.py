"""Articles come in, and claims are recorded in them, through the forms."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.access import Actor
from claims.models import Article, Claim
from claims.vocab import Role
from claims.workflow import newsrooms, queue
from tests.admin.conftest import LogIn
from tests.admin.page import Page, claim_url
from tests.build import Desk, make_article, make_member
from tests.record import all_rows

ADD = "/admin/claims/article/add/"
TEXT = "Lavrov said on Saturday that Borrell had told him to keep out of Africa. He said it twice. He said it twice."


def add(client: Client, **typed: str) -> Page:
    fields = Page(client.get(ADD)).form("")
    return Page(client.post(ADD, {**fields, **typed}, follow=True))


def article_url(article: Article) -> str:
    return reverse("admin:claims_article_change", args=[article.pk])


def record(client: Client, article: Article, **typed: Any) -> Page:
    fields = Page(client.get(article_url(article))).form("/record/")
    address = reverse("admin:claims_article_record", args=[article.pk])
    return Page(client.post(address, {**fields, **typed}, follow=True))


def test_a_pasted_text_becomes_an_article(desk: Desk, log_in: LogIn) -> None:
    page = add(
        log_in(desk.author),
        text=f"First line\r\n\r\n{TEXT}",
        headline="Keep out, says Lavrov",
        publisher="Iran Press",
        url="https://example.org/a?utm_source=x",
        date_published="2021-09",
        in_language="en",
    )
    assert "The article is recorded." in page.text
    article = Article.objects.get()
    assert article.versions.get().text == f"First line\n\n{TEXT}"
    assert (article.headline, article.canonical_url) == ("Keep out, says Lavrov", "https://example.org/a")
    assert article.publisher is not None
    for words in ("Keep out, says Lavrov", "Iran Press", "2021-09", "No claim is recorded in this text yet."):
        assert words in page.text


def test_a_page_of_html_is_read(desk: Desk, log_in: LogIn) -> None:
    html = (
        f"<html><head><title>Keep out</title></head><body><nav>Home</nav><article><p>{TEXT}</p></article></body></html>"
    )
    page = add(log_in(desk.author), html=html)
    assert page.status == 200
    assert "keep out of Africa" in Article.objects.get().versions.get().text


def test_the_same_again_the_same_elsewhere_and_another_text_are_told_apart(desk: Desk, log_in: LogIn) -> None:
    client = log_in(desk.author)
    add(client, text=TEXT, url="https://example.org/a", headline="First")
    assert "This text is here already" in add(client, text=TEXT, url="https://example.org/a").text
    copy = add(client, text=TEXT, url="https://example.net/b", headline="Copied")
    assert "recorded as a copy" in copy.text
    assert "The same text as First" in copy.text
    newer = add(client, text=f"{TEXT} And more.", url="https://example.org/a")
    assert "this is version 2" in newer.text
    assert "Versions: 2" in newer.text
    first = Article.objects.get(canonical_url="https://example.org/a")
    assert "And more." not in Page(client.get(article_url(first), {"version": 1})).text
    for number in ("3", "x", "99999999999999999999"):
        assert client.get(article_url(first), {"version": number}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Paste the text of the article"),
        ({"text": "  \n "}, "Paste the text of the article"),
        ({"text": TEXT, "html": "<p>x</p>"}, "Give the text or the HTML, not both."),
        ({"text": TEXT, "url": "ftp://example.org/"}, "must begin with http:// or https://"),
        ({"text": TEXT, "date_published": "2999"}, "lies in the future"),
        ({"text": TEXT, "date_published": "26.9.2021"}, "A date is written as a year"),
        ({"text": f"{TEXT}\x00"}, "NUL"),
        ({"text": TEXT, "in_language": "English please"}, "A language is a BCP 47 tag"),
        ({"text": TEXT, "kind": "poem"}, "Select a valid choice."),
        ({"html": "<html><body></body></html>"}, "text"),
        ({"text": "x" * (5 * 1024 * 1024 + 1)}, "at most 5242880 characters"),
    ],
)
def test_wrong_input_is_named_and_what_was_typed_is_kept(
    desk: Desk, log_in: LogIn, typed: dict[str, str], told: str
) -> None:
    client = log_in(desk.author)
    before = all_rows()
    page = add(client, **typed, headline="Kept as it is")
    assert page.status == 400
    assert told in page.text or told in page.html
    assert 'class="errorlist' in page.html
    assert page.form("")["headline"] == "Kept as it is"
    assert all_rows() == before


def test_a_claim_is_recorded_where_it_stands(desk: Desk, log_in: LogIn) -> None:
    newsrooms.add_topic(actor=desk.editor, slug="africa", name="Africa")
    article = make_article(desk.author, text=TEXT, headline="Keep out").article
    client = log_in(desk.author)
    page = record(
        client,
        article,
        exact="keep out of Africa",
        statement="The Union told Russia to keep out of Africa.",
        claimant="Josep Borrell",
        claimant_kind="person",
        claimant_role="High Representative",
        as_named="Borrell",
        speech="indirect",
        cue="told",
        reported_by="Sergey Lavrov",
        reported_by_kind="person",
        date="2021-09-25",
        topics=["africa"],
    )
    assert "Recorded: “The Union told Russia" in page.text
    assert "Josep Borrell (“Borrell”), as reported by Sergey Lavrov" in page.text
    claim = Claim.objects.get()
    segment = claim.appearances.get().segments.get()
    assert TEXT[segment.start : segment.end] == "keep out of Africa"
    assert claim.claim_topics.get().topic.name == "Africa"
    assert claim_url(claim) in page.html
    again = record(client, article, exact="keep out of Africa", statement="The same again.", claimant="Josep Borrell")
    assert "recorded already" in again.text
    assert Claim.objects.count() == 1


def test_a_quote_that_stands_twice_needs_the_words_around_it(desk: Desk, log_in: LogIn) -> None:
    article = make_article(desk.author, text=TEXT).article
    client = log_in(desk.author)
    page = record(client, article, exact="He said it twice.", statement="He said it twice.", context="Kept")
    assert page.status == 400
    assert "2 times" in page.text or "twice" in page.text
    assert page.form("/record/")["context"] == "Kept"
    assert not Claim.objects.exists()
    done = record(
        client, article, exact="He said it twice.", words_before="He said it twice. ", statement="He said it twice."
    )
    assert done.status == 200
    assert Claim.objects.get().appearances.get().segments.get().end == len(TEXT)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"exact": "never said", "statement": "It"}, "“never said” does not stand in the text."),
        ({"exact": "keep out", "words_before": "to not ", "statement": "It"}, "right after “to not”"),
        ({"exact": "  ", "statement": "It"}, "The quote is empty."),
        ({"exact": "keep out", "statement": ""}, "This field is required."),
        ({"exact": "keep out", "statement": "It", "claimant": "A", "claimant_kind": "robot"}, "Select a valid choice."),
        ({"exact": "keep out", "statement": "It", "date": "soon"}, "A date is written as a year"),
    ],
)
def test_a_claim_that_cannot_be_recorded_says_why(desk: Desk, log_in: LogIn, typed: dict[str, str], told: str) -> None:
    article = make_article(desk.author, text=TEXT).article
    client = log_in(desk.author)
    before = all_rows()
    page = record(client, article, **typed)
    assert page.status == 400
    assert told in page.text
    assert "The claim is not recorded yet" in page.text
    assert all_rows() == before


def test_who_reads_only_sees_no_form_and_is_refused(desk: Desk, auditor: Actor, admin: Actor, log_in: LogIn) -> None:
    article = make_article(desk.author, text=TEXT).article
    for actor in (auditor, admin):
        client = log_in(actor)
        page = Page(client.get(article_url(article)))
        assert page.status == 200
        assert not page.has_form("/record/")
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, {"text": TEXT}).status_code == 403
        answer = client.post(
            reverse("admin:claims_article_record", args=[article.pk]),
            {"exact": "keep out", "statement": "It", "kind": "fact"},
        )
        assert answer.status_code == 403
    assert not Claim.objects.exists()


def test_nothing_is_recorded_in_a_foreign_article(desk: Desk, stranger: Actor, log_in: LogIn) -> None:
    article = make_article(desk.author, text=TEXT).article
    client = log_in(stranger)
    address = reverse("admin:claims_article_record", args=[article.pk])
    assert client.get(article_url(article)).status_code == 404
    assert client.post(address, {"exact": "keep out", "statement": "It", "kind": "fact"}).status_code == 404
    assert log_in(desk.author).get(address).status_code == 405
    assert not Claim.objects.exists()


def test_a_trainee_records_too(desk: Desk, log_in: LogIn) -> None:
    article = make_article(desk.author, text=TEXT).article
    client = log_in(make_member(desk.newsroom, Role.TRAINEE))
    assert record(client, article, exact="keep out", statement="They were told to keep out.").status == 200
    assert Claim.objects.count() == 1


def test_all_free_claims_of_an_article_are_taken_with_one_button(desk: Desk, log_in: LogIn) -> None:
    client = log_in(desk.author)
    article = make_article(desk.editor).article
    empty = Page(client.get(article_url(article)))
    assert "Take all that are free" not in empty.text
    recorded = Claim.objects.filter(appearances__version__article=article)
    for exact in ("Unemployment has fallen to 4 per cent.", "The opposition said that it had risen."):
        record(client, article, exact=exact, statement=exact, claimant="The minister", claimant_kind="person")
    assert recorded.count() == 2
    held = recorded.order_by("id")[0]
    queue.take(actor=desk.editor, claim_id=held.pk)
    page = Page(client.get(article_url(article)))
    assert "Take all that are free" in page.text
    after = Page(client.post(reverse("admin:claims_article_take", args=[article.pk]), follow=True))
    assert "1 claim is in your hands now." in after.text
    assert f"Left: “{held.statement}”" in after.text
    assert "Take all that are free" not in after.text
    assert (
        "No claim of this article is free for you now."
        in Page(client.post(reverse("admin:claims_article_take", args=[article.pk]), follow=True)).text
    )
    assert client.get(reverse("admin:claims_article_take", args=[article.pk])).status_code == 405
