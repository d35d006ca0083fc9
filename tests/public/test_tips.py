"""The public form for tips, as strangers and programs use it, and the page by which a sender looks after a tip."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from claims.access import Actor
from claims.models import ClaimReview, Event, Submission, SubmissionAttempt
from claims.public import tips
from claims.selectors.submissions import contact_of
from claims.vocab import DeclineReason, Status
from claims.workflow import newsrooms, reviews, sending, submissions
from tests.build import Desk, claim_in, make_claim, make_corrected, make_published
from tests.public.page import Page, breaches_of_policy
from tests.record import all_rows

FORM = "/tips/desk/"
CONTACT = "anna@reader.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def browser() -> Client:
    """A stranger's, without a cookie; and strict about CSRF, as the real server is."""
    return Client(enforce_csrf_checks=True)


def token_in(response: Any) -> str:
    [field] = [field for field in Page.of(response).all("input") if field.get("name") == "token"]
    return field["value"]


def fill_in(browser: Client, **typed: Any) -> Any:
    """Opens the form, fills it in and sends it."""
    fields = {"text": "", "url": "", "contact": "", "website": "", "token": token_in(browser.get(FORM))}
    return browser.post(FORM, {**fields, **typed})


def typed_in(response: Any) -> dict[str, str]:
    """What stands in the fields of the form that came back."""
    html = response.content.decode()
    found = {field["name"]: field.get("value", "") for field in Page.of(response).all("input") if "name" in field}
    [text] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", html, re.DOTALL)
    return {**found, "text": text}


def status_link(response: Any) -> str:
    [link] = [link for link in Page.of(response).links() if "/tips/status/" in link]
    return "/" + link.split("/", 3)[3]


def told(browser: Client, link: str) -> str:
    response = browser.get(link)
    assert response.status_code == 200
    return Page.of(response).text


# The form


def test_a_stranger_sends_a_tip_and_is_shown_its_link_once(desk: Desk, browser: Client) -> None:
    response = fill_in(browser, text="They say\r\nso.", url="https://radio.example/1", contact=CONTACT)
    assert response.status_code == 200
    found = Submission.objects.get()
    assert (found.text, found.url, found.channel, found.recorded_by) == (
        "They say\nso.",
        "https://radio.example/1",
        "public_form",
        None,
    )
    assert contact_of(found, actor=desk.editor) == CONTACT
    assert "It is shown this once" in Page.of(response).text
    assert CONTACT not in response.content.decode()
    assert "Received" in told(browser, status_link(response))
    assert not browser.cookies
    assert CONTACT not in str(list(Event.objects.values_list("changes", flat=True)))


def test_the_form_needs_no_script_and_asks_for_nothing_that_is_not_shown(desk: Desk, browser: Client) -> None:
    response = browser.get(FORM)
    page = Page.of(response)
    assert breaches_of_policy(page) == []
    assert page.scripts == []
    assert page.all("script") == []
    [form] = page.all("form")
    assert (form["method"], form["enctype"]) == ("post", "multipart/form-data")
    labelled = {label["for"] for label in page.all("label")}
    assert labelled == {"text", "url", "file", "contact", "website"}
    assert "erased after 90 days" in page.text


@pytest.mark.parametrize("path", [FORM, "/tips/status/unknown/"])
def test_no_cache_no_index_and_no_other_site_learns_of_the_pages(desk: Desk, browser: Client, path: str) -> None:
    response = browser.get(path)
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert Page.of(response).meta("robots") == "noindex"


@pytest.mark.parametrize("path", ["/tips/elsewhere/", "/tips/x%00/", "/tips/", "/tips/desk/more/"])
def test_the_form_of_a_newsroom_that_is_not_there_is_not_there(desk: Desk, browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"text": "t"}).status_code == 404
    assert not Submission.objects.exists()


def test_each_newsroom_gets_its_own_tips(desk: Desk, stranger: Actor, browser: Client) -> None:
    fill_in(browser, text="For the desk.")
    assert Submission.objects.get().newsroom_id == desk.newsroom.pk
    # The form of one newsroom is no good for another one.
    other = browser.post("/tips/elsewhere/", {"text": "t", "token": token_in(browser.get(FORM))})
    assert other.status_code == 400
    assert Submission.objects.count() == 1


def test_whoever_is_logged_in_sends_as_anybody_does(desk: Desk, browser: Client) -> None:
    assert desk.editor.user is not None
    browser.force_login(desk.editor.user)
    assert fill_in(browser, text="t").status_code == 200
    assert Submission.objects.get().recorded_by is None


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_the_form_is_read_and_sent_and_nothing_else(desk: Desk, browser: Client, method: str) -> None:
    assert getattr(browser, method)(FORM).status_code == 405
    assert browser.head(FORM).status_code == 200
    assert getattr(browser, method)("/tips/status/abc/").status_code in {403, 405}


# What is wrong is said, and what was typed stays


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Write what you saw or heard"),
        ({"text": "x" * 20_001}, "no more than 20000 characters"),
        ({"text": "a\0b"}, "NUL"),
        ({"text": "t", "url": "javascript:alert(1)"}, "http"),
        ({"text": "t", "contact": "x" * 501}, "no more than 500 characters"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    desk: Desk, browser: Client, typed: dict[str, str], told: str
) -> None:
    response = fill_in(browser, **typed)
    assert response.status_code == 400
    page = Page.of(response)
    assert told in page.text
    assert "Nothing was sent yet." in page.text
    kept = typed_in(response)
    assert all(kept[name] == value for name, value in typed.items() if "\0" not in value)
    assert not Submission.objects.exists()


def test_what_was_typed_cannot_become_markup(desk: Desk, browser: Client) -> None:
    response = fill_in(browser, text="</textarea><script>x()</script>", url='"><img src=x onerror=y()>')
    html = response.content.decode()
    assert response.status_code == 400
    assert "<script>x()" not in html
    assert "<img" not in html
    assert "&lt;/textarea&gt;" in html


def test_a_program_that_fills_in_everything_is_told_and_nothing_is_kept(desk: Desk, browser: Client) -> None:
    response = fill_in(browser, text="Buy pills", website="https://pills.example")
    assert response.status_code == 400
    assert "Leave the field “Website” empty" in Page.of(response).text
    assert typed_in(response)["text"] == "Buy pills"
    assert not Submission.objects.exists()


@pytest.mark.parametrize("token", ["", "made-up", "WyJhIiwiYiJd:1abc:sig"])
def test_a_form_that_was_not_fetched_here_is_refused_and_kept(desk: Desk, browser: Client, token: str) -> None:
    response = fill_in(browser, text="My words", token=token)
    assert response.status_code == 400
    assert typed_in(response)["text"] == "My words"
    assert not Submission.objects.exists()
    again = browser.post(FORM, {**typed_in(response), "website": ""})
    assert again.status_code == 200
    assert Submission.objects.get().text == "My words"


def test_a_form_is_good_for_some_hours(desk: Desk, browser: Client) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        token = token_in(browser.get(FORM))
    with time_machine.travel(start + tips.FORM_IS_GOOD_FOR + timedelta(seconds=1), tick=False):
        response = browser.post(FORM, {"text": "Late", "token": token})
        assert response.status_code == 400
        assert "open for too long" in Page.of(response).text
    with time_machine.travel(start + tips.FORM_IS_GOOD_FOR - timedelta(minutes=1), tick=False):
        assert browser.post(FORM, {"text": "In time", "token": token}).status_code == 200


def test_a_form_sent_twice_is_one_tip_under_one_link(desk: Desk, browser: Client) -> None:
    token = token_in(browser.get(FORM))
    first, again = (browser.post(FORM, {"text": "Once", "token": token}) for _ in range(2))
    assert status_link(first) == status_link(again)
    other = browser.post(FORM, {"text": "Something else", "token": token})
    assert status_link(other) != status_link(first)
    assert sorted(Submission.objects.values_list("text", flat=True)) == ["Once", "Something else"]


# Files


def test_one_file_is_taken(desk: Desk, browser: Client) -> None:
    sent = SimpleUploadedFile("../../photo.html", PNG, content_type="text/html")
    assert fill_in(browser, file=sent).status_code == 200
    file = Submission.objects.get().file
    assert file is not None
    assert (file.name, file.media_type, bytes(file.content)) == ("photo.png", "image/png", PNG)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.png", b"MZ\x90\0", "Files of this type are not taken"),
        ("x.zip", b"PK\x03\x04\x14\0", "Files of this type are not taken"),
        ("empty.txt", b"", "The file is empty"),
        ("large.txt", b"a" * (5 * 1024 * 1024 + 1), "The file is too large"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_and_the_words_stay(
    desk: Desk, browser: Client, name: str, content: bytes, told: str
) -> None:
    response = fill_in(browser, text="My words", file=SimpleUploadedFile(name, content))
    assert response.status_code == 400
    assert told in Page.of(response).text
    assert typed_in(response)["text"] == "My words"
    assert not Submission.objects.exists()


def test_two_files_are_one_too_many(desk: Desk, browser: Client) -> None:
    files = [SimpleUploadedFile(f"{number}.png", PNG) for number in range(2)]
    assert "One file can be sent" in Page.of(fill_in(browser, file=files)).text
    assert not Submission.objects.exists()


def test_a_body_that_is_far_too_large_is_not_read(desk: Desk, browser: Client) -> None:
    response = fill_in(browser, file=SimpleUploadedFile("x.txt", b"a" * (6 * 1024 * 1024)))
    assert response.status_code == 413
    assert "at most 5 MiB" in Page.of(response).text
    assert not SubmissionAttempt.objects.exists()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("application/json", b'{"text": "t"}'),
        ("text/plain", b"text=t"),
    ],
)
def test_what_no_form_sends_writes_nothing(desk: Desk, browser: Client, content_type: str, body: bytes) -> None:
    response = browser.generic("POST", FORM, body, content_type=content_type)
    assert response.status_code == 400
    assert not Submission.objects.exists()


# The limit


def test_too_many_tips_from_one_address_wait_with_what_was_typed(
    desk: Desk, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ATTEMPTS", 2)
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        for number in range(2):
            assert fill_in(browser, text=f"Tip {number}").status_code == 200
        response = fill_in(browser, text="My third", url="https://radio.example/3", contact=CONTACT)
        assert (response.status_code, response["Retry-After"]) == (429, "3600")
        kept = typed_in(response)
        assert (kept["text"], kept["url"], kept["contact"]) == ("My third", "https://radio.example/3", CONTACT)
        assert "send it again in 60 minutes" in Page.of(response).text
        elsewhere = browser.post(FORM, {"text": "t", "token": kept["token"]}, REMOTE_ADDR="192.0.2.9")
        assert elsewhere.status_code == 200
    with time_machine.travel(start + timedelta(hours=1), tick=False):
        assert browser.post(FORM, {**kept, "website": ""}).status_code == 200
    assert Submission.objects.count() == 4
    assert "127.0.0.1" not in str(all_rows())


def test_behind_a_proxy_the_sender_is_whom_the_proxy_names(
    desk: Desk, browser: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(sending, "ATTEMPTS", 1)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    token = token_in(browser.get(FORM))

    def sent(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return browser.post(FORM, {"text": forwarded, "token": token}, headers=headers).status_code

    assert [sent("192.0.2.1"), sent("192.0.2.2"), sent("203.0.113.5, 192.0.2.2")] == [200, 200, 429]


# How it stands


def sent_by_form(browser: Client, text: str = "They say so.") -> tuple[Submission, str]:
    link = status_link(fill_in(browser, text=text))
    return Submission.objects.latest("received_at"), link


def test_the_link_tells_in_coarse_words_how_the_tip_stands(desk: Desk, browser: Client) -> None:
    found, link = sent_by_form(browser)
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    assert "Received" in told(browser, link)
    submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)
    words = told(browser, link)
    assert "Being checked" in words
    assert claim.statement not in words
    assert "author" not in words


def test_when_it_is_checked_the_link_leads_to_what_was_published(desk: Desk, browser: Client) -> None:
    found, link = sent_by_form(browser)
    claim = make_published(author=desk.author, editor=desk.editor)
    submissions.answer(actor=desk.author, submission_id=found.pk, review_id=ClaimReview.objects.get().pk)
    response = browser.get(link)
    assert f"/reviews/{ClaimReview.objects.get().slug}/" in Page.of(response).links()
    assert "Checked" in Page.of(response).text
    # The headline of the page, not of a draft that the desk is at.
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="New figures.")
    ClaimReview.objects.update(headline="A draft that nobody approved")
    assert "Unemployment has not fallen" in told(browser, link)
    assert "A draft" not in told(browser, link)


def test_a_linked_tip_is_checked_as_soon_as_its_claim_is_published(desk: Desk, browser: Client) -> None:
    found, link = sent_by_form(browser)
    claim = make_claim(desk.author)
    submissions.link(actor=desk.author, submission_id=found.pk, claim_id=claim.pk)
    make_published(author=desk.author, editor=desk.editor, claim=claim)
    assert "Checked" in told(browser, link)
    make_corrected(author=desk.author, editor=desk.editor, claim=claim)
    assert "Unemployment has not fallen" in told(browser, link)


def test_a_declined_tip_tells_its_reason(desk: Desk, browser: Client) -> None:
    found, link = sent_by_form(browser)
    submissions.decline(actor=desk.author, submission_id=found.pk, reason_code=DeclineReason.OPINION)
    words = told(browser, link)
    assert "Not followed up" in words
    assert "It is an opinion, which cannot be true or false." in words


def test_the_page_shows_nothing_of_what_was_sent_or_by_whom(desk: Desk, browser: Client) -> None:
    link = status_link(fill_in(browser, text="zqwords", url="https://zqlink.example", contact=CONTACT))
    html = browser.get(link).content.decode()
    assert not any(found in html for found in ("zqwords", "zqlink", CONTACT))


@pytest.mark.parametrize("secret", ["x", "A" * 43, "A" * 5000, "%00", "a b", "é"])
def test_a_link_that_is_nobodys_is_not_found(desk: Desk, browser: Client, secret: str) -> None:
    sent_by_form(browser)
    assert browser.get(f"/tips/status/{secret}/").status_code == 404


def test_the_form_tells_the_days_of_the_policy(desk: Desk, admin: Actor, browser: Client) -> None:
    newsrooms.set_policy(actor=admin, contact_days=1)
    assert "erased after 1 day." in Page.of(browser.get(FORM)).text


def test_the_pages_of_a_newsroom_lead_to_its_form(desk: Desk, browser: Client) -> None:
    make_published(author=desk.author, editor=desk.editor)
    assert FORM in Page.of(browser.get(f"/reviews/{ClaimReview.objects.get().slug}/")).links()
