"""The queue: its lists, its two buttons, and why there is nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from claims.access import Actor
from claims.admin import queue_page
from claims.models import Assignment, Claim
from claims.vocab import Role, Stage, Status
from claims.workflow import claims as acts
from claims.workflow import queue
from tests.admin.conftest import LogIn
from tests.admin.page import Page, claim_url
from tests.build import Desk, claim_in, make_article, make_claim, make_member

QUEUE = "/admin/queue/"
TAKE_NEXT = "/admin/queue/take-next/"


def shown(client: Client, tab: str = "take") -> Page:
    page = Page(client.get(QUEUE, {"tab": tab}))
    assert page.status == 200
    return page


def statements(page: Page) -> list[str]:
    rows = page.html.partition("<tbody>")[2].split('<th scope="row">')[1:]
    return [row.partition('dir="auto">')[2].partition("</a>")[0] for row in rows]


def queued(desk: Desk, statement: str) -> Claim:
    return claim_in(Status.QUEUED, author=desk.author, editor=desk.editor, statement=statement)


def test_it_shows_what_waits_in_its_order_with_the_reasons(desk: Desk, log_in: LogIn) -> None:
    queued(desk, "Bread is dear.")
    urgent = queued(desk, "Water is dear.")
    acts.mark_urgent(actor=desk.editor, claim_id=urgent.pk, reason="Debate tonight")
    queued(desk, "Bread costs 3 euros.")
    acts.set_due(actor=desk.editor, claim_id=urgent.pk, due=timezone.now() + timedelta(hours=5, minutes=1))
    page = shown(log_in(desk.author))
    assert statements(page) == ["Water is dear.", "Bread costs 3 euros.", "Bread is dear."]
    for words in ("Urgent", "names a number (+12)", "Due in 5 h", "The minister", "Queued", "nobody"):
        assert words in page.text


def test_each_list_has_its_own_claims(desk: Desk, log_in: LogIn) -> None:
    for status, statement in (
        (Status.QUEUED, "Free"),
        (Status.IN_REVIEW, "Held"),
        (Status.IN_APPROVAL, "Judged"),
        (Status.DECLINED, "Closed"),
    ):
        claim_in(status, author=desk.author, editor=desk.editor, statement=statement)
    author, editor = log_in(desk.author), log_in(desk.editor)
    assert statements(shown(author)) == ["Free"]
    assert statements(shown(author, "mine")) == ["Held"]
    assert statements(shown(author, "approve")) == []
    assert statements(shown(editor, "approve")) == ["Judged"]
    assert set(statements(shown(editor, "open"))) == {"Free", "Held", "Judged"}
    assert "author (Check)" in shown(editor, "open").text
    assert author.get(QUEUE, {"tab": "another"}).status_code == 404


def test_it_goes_on_page_by_page_without_a_gap_or_a_repeat(
    desk: Desk, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_page, "PAGE", 3)
    claims = [queued(desk, f"Claim {number}") for number in range(8)]
    for claim in claims[2:4]:
        acts.mark_urgent(actor=desk.editor, claim_id=claim.pk, reason="Debate tonight")
    # Twins in rank, so that the id alone tells them apart.
    Claim.objects.filter(pk__in=[claim.pk for claim in claims[4:]]).update(rank=-1.5)
    client, address, found = log_in(desk.author), f"{QUEUE}?tab=take", []
    for _ in range(3):
        page = Page(client.get(address))
        found += statements(page)
        address = page.html.partition('href="/admin/queue/?tab=take&amp;after=')[2].partition('"')[0]
        address = f"{QUEUE}?tab=take&after={address}"
    assert sorted(found) == sorted(claim.statement for claim in claims)
    assert set(found[:2]) == {"Claim 2", "Claim 3"}
    for place in ("nonsense", "1_2", "x_1.0_1", "1_1.0_no-id"):
        assert client.get(QUEUE, {"after": place}).status_code == 404


def test_a_list_asks_as_much_for_many_as_for_few(
    desk: Desk, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in(desk.author)
    for number in range(5):
        article = make_article(desk.author, text=f"{number} is a number.").article
        make_claim(desk.author, f"{number} is odd.", claimant=f"Minister {number}", article_id=article.pk)
    with django_assert_max_num_queries(11):
        assert len(statements(shown(client))) == 5


def test_take_next_takes_the_best_and_opens_it(desk: Desk, log_in: LogIn) -> None:
    claim = queued(desk, "Bread costs 3 euros.")
    queued(desk, "Bread is dear.")
    client = log_in(desk.author)
    form = shown(client).form(TAKE_NEXT)
    answer = client.post(TAKE_NEXT, form)
    assert answer["Location"] == claim_url(claim)
    claim.refresh_from_db()
    assert claim.status == Status.IN_REVIEW
    assert Assignment.objects.get(claim=claim).reviewer == desk.author.user
    assert "You have this claim in hand now." in Page(client.get(answer["Location"])).text


def test_take_next_for_approval_takes_a_verdict_of_somebody_else(desk: Desk, log_in: LogIn) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    mine = Page(log_in(desk.author).post(TAKE_NEXT, {"stage": "approve"}, follow=True))
    assert "1 waits for approval, which you wrote or changed yourself" in mine.text
    answer = log_in(desk.editor).post(TAKE_NEXT, {"stage": "approve"})
    assert answer["Location"] == claim_url(claim)
    assert Assignment.objects.get(claim=claim, stage=Stage.APPROVE).reviewer == desk.editor.user
    third = make_member(desk.newsroom, Role.REVIEWER, "third")
    assert "somebody has taken for approval" in shown(log_in(third), "approve").text


def test_an_empty_queue_says_why(desk: Desk, log_in: LogIn) -> None:
    client = log_in(desk.author)
    assert "No claim waits to be checked" in shown(client).text
    assert "You have no claim in hand" in shown(client, "mine").text
    assert "No verdict waits for approval now." in shown(client, "approve").text
    assert "No claim is open" in shown(client, "open").text
    claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    assert "1 is held by others" in shown(log_in(desk.editor)).text
    page = Page(client.post(TAKE_NEXT, {"stage": "check"}, follow=True))
    assert "There is nothing for you to take now: 1 is in your own hands." in page.text


def test_who_may_not_take_sees_no_button_and_is_refused_in_words(
    desk: Desk, auditor: Actor, trainee: Actor, log_in: LogIn
) -> None:
    claim = queued(desk, "Bread is dear.")
    for actor in (auditor, trainee):
        client = log_in(actor)
        page = shown(client)
        assert "Bread is dear." in page.text
        assert not page.has_form(TAKE_NEXT)
        refused = Page(client.post(TAKE_NEXT, {"stage": "check"}, follow=True))
        assert "Only a reviewer takes claims from the queue." in refused.text
    claim.refresh_from_db()
    assert claim.status == Status.QUEUED


def test_a_look_takes_nothing(desk: Desk, log_in: LogIn) -> None:
    queued(desk, "Bread is dear.")
    client = log_in(desk.author)
    assert client.get(reverse("admin:take_next")).status_code == 405
    assert client.post(TAKE_NEXT, {"stage": "another"}).status_code == 404
    assert not Assignment.objects.exists()


def test_what_was_recused_is_not_offered(desk: Desk, log_in: LogIn) -> None:
    claim = queued(desk, "Bread is dear.")
    queue.recuse(actor=desk.author, claim_id=claim.pk, reason="A brother bakes it.")
    client = log_in(desk.author)
    assert statements(shown(client)) == []
    assert "recused yourself from" in shown(client).text
