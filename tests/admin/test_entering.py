"""Who may enter the desk, how often a password may be tried, and which newsroom is open."""

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from claims.access import Actor
from claims.models import LoginAttempt, Newsroom
from claims.vocab import Role
from claims.workflow import newsrooms
from claims.workflow.logins import ATTEMPTS, WINDOW
from tests.admin.conftest import LogIn
from tests.admin.page import Page, claim_url
from tests.build import make_claim, make_member, make_newsroom, person

PASSWORD = "a-long-password-here"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def reader(newsroom: Newsroom) -> Actor:
    return make_member(newsroom, Role.REVIEWER, "reader", password=PASSWORD)


def try_to_log_in(username: str = "reader", password: str = PASSWORD, *, address: str = "192.0.2.1") -> Page:
    client = Client(REMOTE_ADDR=address)
    return Page(client.post(LOGIN, {"username": username, "password": password}))


def is_in(page: Page) -> bool:
    return page.status == 302


def test_nobody_reads_without_logging_in(db: None) -> None:
    for address in ("/admin/", "/admin/queue/", reverse("admin:claims_claim_changelist"), "/admin/nowhere/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(LOGIN)


def test_a_member_of_the_desk_logs_in_and_out(reader: Actor) -> None:
    client = Client()
    page = Page(client.post(LOGIN, {"username": "reader", "password": PASSWORD, "next": "/admin/queue/"}, follow=True))
    assert page.status == 200
    assert "Queue" in page.text
    client.post(reverse("admin:logout"))
    assert client.get("/admin/").status_code == 302


def test_a_staff_flag_gives_no_right_and_its_lack_takes_none(reader: Actor, newsroom: Newsroom) -> None:
    outsider = person(make_member(make_newsroom("gone"), Role.SUBMITTER, "outsider", password=PASSWORD))
    outsider.is_staff = outsider.is_superuser = True
    outsider.save()
    assert not is_in(try_to_log_in("outsider"))
    assert not person(reader).is_staff
    assert is_in(try_to_log_in())


def test_who_only_sends_claims_in_is_told_so_and_stays_outside(submitter: Actor, log_in: LogIn) -> None:
    user = person(submitter)
    user.set_password(PASSWORD)
    user.save()
    page = try_to_log_in(user.username)
    assert page.status == 200
    assert "no place at a desk" in page.text
    client = log_in(submitter)
    assert client.get("/admin/", follow=True).redirect_chain[0][0].startswith(LOGIN)
    assert client.get("/admin/queue/").status_code == 302


def test_somebody_who_left_stays_outside(reader: Actor, log_in: LogIn) -> None:
    client = log_in(reader)
    assert client.get("/admin/").status_code == 200
    user = person(reader)
    user.is_active = False
    user.save()
    assert client.get("/admin/").status_code == 302
    assert not is_in(try_to_log_in())


def let_the_window_pass() -> None:
    LoginAttempt.objects.update(attempted_at=F("attempted_at") - WINDOW)


def test_a_password_is_tried_ten_times_and_not_once_more(reader: Actor) -> None:
    for _ in range(ATTEMPTS):
        assert try_to_log_in(password="wrong").status == 200
    page = try_to_log_in()
    assert page.status == 429
    assert 0 < WINDOW.total_seconds() - int(page.response["Retry-After"]) + 1 < 60
    assert "Try again in 15 minutes." in page.text
    assert page.form(LOGIN)["username"] == "reader"
    assert not page.form(LOGIN)["password"]
    assert is_in(try_to_log_in(address="192.0.2.2")), "somebody else's address"
    assert try_to_log_in("other", "wrong").status == 200, "another name"
    assert try_to_log_in("READER").status == 429, "the same name in other letters"
    let_the_window_pass()
    assert is_in(try_to_log_in())


def test_a_success_begins_the_count_anew_and_old_attempts_go(reader: Actor) -> None:
    for _ in range(ATTEMPTS - 1):
        try_to_log_in(password="wrong")
    assert is_in(try_to_log_in())
    assert not LoginAttempt.objects.exists()
    for _ in range(ATTEMPTS):
        assert try_to_log_in(password="wrong").status == 200
    let_the_window_pass()
    try_to_log_in("other", "wrong")
    assert [found.username for found in LoginAttempt.objects.all()] == ["other"]


def test_behind_a_proxy_the_address_that_it_added_counts(reader: Actor, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client = Client(headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    client.post(LOGIN, {"username": "reader", "password": "wrong"})
    assert LoginAttempt.objects.get().address == "198.51.100.7"


def test_somebody_in_two_newsrooms_opens_one_at_a_time(reader: Actor, log_in: LogIn) -> None:
    other = make_newsroom("another", name="Another Desk")
    newsrooms.add_roles(newsroom=other, user=person(reader), roles=[Role.REVIEWER])
    third = make_newsroom("third", name="A Third Desk")
    claim = make_claim(reader)
    client = log_in(reader)
    switch = reverse("admin:switch_newsroom")
    page = Page(client.post(switch, {"newsroom": str(reader.newsroom_id)}, follow=True))
    assert page.form(switch)["newsroom"] == str(reader.newsroom_id)
    assert client.get(claim_url(claim)).status_code == 200
    client.post(switch, {"newsroom": str(other.pk)})
    assert client.get(claim_url(claim)).status_code == 404
    assert claim.statement not in Page(client.get("/admin/queue/?tab=open")).text
    for foreign in (str(third.pk), "nonsense", ""):
        assert client.post(switch, {"newsroom": foreign}).status_code == 404
    assert client.get(switch).status_code == 405


def test_a_newsroom_to_which_somebody_only_sends_claims_is_not_opened(reader: Actor, log_in: LogIn) -> None:
    first = make_newsroom("aaa", name="AAA, the first of the alphabet")
    newsrooms.add_roles(newsroom=first, user=person(reader), roles=[Role.SUBMITTER])
    client = log_in(reader)
    assert client.get("/admin/queue/").status_code == 200
    assert client.post(reverse("admin:switch_newsroom"), {"newsroom": str(first.pk)}).status_code == 404


def test_forms_need_their_token(reader: Actor) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(reader))
    claim = make_claim(reader)
    for address in (
        reverse("admin:take_next"),
        reverse("admin:switch_newsroom"),
        reverse("admin:claims_claim_act", args=[claim.pk, "take"]),
        reverse("admin:claims_article_add"),
    ):
        assert client.post(address, {}).status_code == 403
    claim.refresh_from_db()
    assert claim.status == "recorded"


def test_pages_carry_the_strict_policy(reader: Actor, log_in: LogIn) -> None:
    answer = log_in(reader).get("/admin/")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
