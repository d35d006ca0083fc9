"""Tips at the desk: the list with its suggestions, the page of one, adding one, many at once, and the policy."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from claims.access import Actor
from claims.admin import tips
from claims.models import Claim, ClaimReview, Newsroom, Submission, SubmissionClaim
from claims.selectors.submissions import contact_of, submission_of_secret
from claims.vocab import Channel, DeclineReason, Role, Status, SubmissionAct
from claims.workflow import submissions
from claims.workflow.inputs import FileInput, SubmissionInput
from tests.build import Desk, claim_in, make_claim, make_member, make_published, person
from tests.record import all_rows

LIST = "/admin/claims/submission/"
ADD = f"{LIST}add/"
BULK = f"{LIST}bulk/"
CONTACT = "anna@reader.example"


@pytest.fixture(autouse=True)
def _style_sheets_by_their_plain_names(settings: Settings) -> None:
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}


def browser_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(person(actor))
    return client


@pytest.fixture
def browser(author: Actor) -> Client:
    """In which a reviewer is logged in."""
    return browser_of(author)


def tip(actor: Actor, text: str = "Unemployment has fallen to 4, they say.", **given: Any) -> Submission:
    given_in = SubmissionInput(text=text, **given)
    return submissions.submit(actor=actor, given=given_in, channel=Channel.PUBLIC_FORM).submission


def page_url(found: Submission) -> str:
    return f"{LIST}{found.pk}/change/"


def act_url(found: Submission, act: str) -> str:
    return f"{LIST}{found.pk}/act/{act}/"


def shown(client: Client, url: str = LIST, **asked: str) -> str:
    response = client.get(url, asked)
    assert response.status_code == 200
    return words_of(response)


def words_of(response: Any) -> str:
    """What a person reads, without the markup."""
    html = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def state_of(found: Submission) -> str:
    found.refresh_from_db()
    return found.state


# The list


def test_new_tips_stand_first_with_likely_earlier_checks_beside_them(desk: Desk, browser: Client) -> None:
    make_published(author=desk.author, editor=desk.editor)
    opened = make_claim(desk.author, "Unemployment has fallen twice.")
    tip(desk.author, contact=CONTACT)
    tip(desk.author, "The bridge is closed.")
    done = tip(desk.author, "Declined before.")
    submissions.decline(actor=desk.author, submission_id=done.pk, reason_code=DeclineReason.OPINION)
    words = shown(browser)
    assert words.index("The bridge is closed.") < words.index("Unemployment has fallen to 4, they say.")
    assert "Declined before." not in words
    assert "Published: False; shares 3 of its 4 words: unemployment, fallen, 4" in words
    assert "shares 2 of its 3 words: unemployment, fallen" in words
    assert words.count("Send this check") == 1
    assert words.count("Link to this claim") == 1
    assert "none found" in words
    assert "sender can be reached" in words
    assert CONTACT not in browser.get(LIST).content.decode()
    assert "Declined before." in shown(browser, tab="declined")
    assert "It is an opinion" in shown(browser, tab="all")
    assert browser.get(LIST, {"tab": "other"}).status_code == 404
    assert str(opened.pk) in browser.get(LIST).content.decode()


def test_the_menu_leads_to_the_tips(browser: Client) -> None:
    assert f'href="{LIST}"' in browser.get("/admin/").content.decode()


def test_an_empty_list_says_so(browser: Client) -> None:
    assert "No tip waits." in shown(browser)


def test_a_newsroom_sees_its_own_tips_alone(desk: Desk, stranger: Actor, browser: Client) -> None:
    theirs = tip(stranger, "zqtheirs")
    before = all_rows()
    for tab in tips.TABS:
        assert "zqtheirs" not in shown(browser, tab=tab)
    assert browser.get(page_url(theirs)).status_code == 404
    for act in SubmissionAct:
        assert browser.post(act_url(theirs, act), {"reason_code": "opinion"}).status_code == 404
    browser.post(BULK, {"act": "decline", "tip": [str(theirs.pk)], "reason_code": "opinion"})
    assert {table: rows for table, rows in all_rows().items() if "session" not in table} == before


def test_the_list_goes_on_page_by_page(desk: Desk, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tips, "PAGE", 2)
    for number in range(5):
        tip(desk.author, f"Number {number}.")
    found, address = [], LIST
    for _ in range(3):
        html = browser.get(address).content.decode()
        found += re.findall(r">Number (\d)\.<", html)
        after = re.search(r'href="(\?tab=new&amp;after=[^"]+)"', html)
        address = f"{LIST}{after[1].replace('&amp;', '&')}" if after else ""
    assert (found, address) == (["4", "3", "2", "1", "0"], "")
    for wrong in ("x", "2026-01-01T00:00:00_x", f"2026-01-01T00:00:00_{Submission.objects.first().pk}"):  # type: ignore[union-attr]
        assert browser.get(LIST, {"after": wrong}).status_code == 404


def test_more_tips_take_no_more_queries(
    desk: Desk, browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_published(author=desk.author, editor=desk.editor)
    for _ in range(20):
        tip(desk.author)
    with django_assert_max_num_queries(14):
        shown(browser)


# The page of one, and its acts


def test_the_page_shows_what_was_sent_and_what_happened(desk: Desk, browser: Client) -> None:
    found = tip(
        desk.author,
        "They <b>say</b> so.",
        url="https://radio.example/1",
        file=FileInput("voice.ogg", b"OggS\0\x02"),
    )
    html = browser.get(page_url(found)).content.decode()
    assert "They &lt;b&gt;say&lt;/b&gt; so." in html
    assert 'href="https://radio.example/1" rel="noreferrer nofollow"' in html
    assert f'href="/api/v1/submissions/{found.pk}/file/" download' in html
    assert "Submission received" in html


def test_a_link_that_no_form_checked_is_no_link(desk: Desk, browser: Client) -> None:
    found = tip(desk.author)
    Submission.objects.filter(pk=found.pk).update(url="javascript:alert(1)")
    assert 'href="javascript' not in browser.get(page_url(found)).content.decode()


def test_a_file_is_saved_from_the_page_and_never_shown(desk: Desk, browser: Client) -> None:
    found = tip(desk.author, file=FileInput("x.html", b"<script>alert(1)</script>"))
    response = browser.get(f"/api/v1/submissions/{found.pk}/file/")
    assert response["Content-Disposition"] == 'attachment; filename="x.txt"'
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_suggestion_is_linked_or_sent_with_one_button_and_the_list_comes_back(desk: Desk, browser: Client) -> None:
    published, opened = make_published(author=desk.author, editor=desk.editor), make_claim(desk.author, "Other.")
    review = ClaimReview.objects.get(claim=published)
    first, second = tip(desk.author), tip(desk.author)
    response = browser.post(act_url(first, "answer"), {"review": review.pk, "tab": "new"}, follow=True)
    assert response.redirect_chain[-1][0] == f"{LIST}?tab=new"
    assert "Answered: the sender" in words_of(response)
    browser.post(act_url(second, "link"), {"claim": f"http://desk.example/admin/claims/claim/{opened.pk}/change/"})
    assert (state_of(first), state_of(second)) == ("answered", "linked")
    assert "Answered" in shown(browser, tab="answered")


def test_a_claim_is_made_from_a_tip_and_shows_it_on_its_page(desk: Desk, browser: Client) -> None:
    found = tip(desk.author, "The bridge is closed.")
    assert ">The bridge is closed.</textarea>" in browser.get(page_url(found)).content.decode().replace("\n", "")
    typed = {"statement": "The bridge is closed today.", "kind": "fact", "claimant": "The mayor"}
    response = browser.post(act_url(found, "make-claim"), {**typed, "claimant_kind": "person"}, follow=True)
    assert "The claim is recorded" in words_of(response)
    claim = Claim.objects.get()
    assert (claim.statement, claim.claim_claimants.get().claimant.name) == ("The bridge is closed today.", "The mayor")
    page = shown(browser, f"/admin/claims/claim/{claim.pk}/change/")
    assert "Tips that ask about it (1)" in page
    assert "somebody sent it in" in page


def test_what_is_declined_can_be_put_back(desk: Desk, browser: Client) -> None:
    found = tip(desk.author)
    browser.post(act_url(found, "decline"), {"reason_code": "outside_our_field"})
    assert state_of(found) == "declined"
    assert "It is outside the field that we cover." in shown(browser, page_url(found))
    browser.post(act_url(found, "reopen"), {})
    assert state_of(found) == "new"


@pytest.mark.parametrize(
    ("act", "typed", "status", "told"),
    [
        ("link", {"claim": "not an id"}, 400, "This is not the id of a claim."),
        ("link", {"claim": "01a20000-0000-7000-8000-000000000000"}, 400, "There is no such claim in this newsroom."),
        ("answer", {"review": "01a20000-0000-7000-8000-000000000000"}, 400, "There is no such review"),
        ("decline", {}, 400, "This field is required."),
        ("decline", {"reason_code": "because"}, 400, "Select a valid choice."),
        ("make-claim", {"statement": "x" * 5001, "kind": "fact"}, 400, "at most 5000 characters"),
        ("reopen", {}, 409, "This is not possible while the tip is “New”."),
    ],
)
def test_what_is_refused_is_said_on_the_page_and_nothing_is_written(
    desk: Desk, browser: Client, act: str, typed: dict[str, str], status: int, told: str
) -> None:
    found = tip(desk.author)
    before = all_rows()
    response = browser.post(act_url(found, act), typed)
    assert response.status_code == status
    assert told in words_of(response)
    assert all_rows() == before


def test_acts_are_posted_and_known(desk: Desk, browser: Client) -> None:
    found = tip(desk.author)
    assert browser.get(act_url(found, "reopen")).status_code == 405
    assert browser.get(BULK).status_code == 405
    assert browser.post(act_url(found, "publish")).status_code == 404
    assert browser.post(BULK, {"act": "publish", "tip": [str(found.pk)]}).status_code == 404
    assert browser.post(BULK, {"act": "reopen", "tip": ["x"]}).status_code == 404


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.AUDITOR, Role.ADMIN])
def test_who_decides_nothing_sees_no_button_and_is_refused(desk: Desk, role: Role) -> None:
    found = tip(desk.author)
    client = browser_of(make_member(desk.newsroom, role))
    html = client.get(LIST).content.decode() + client.get(page_url(found)).content.decode()
    assert "/act/" not in html
    assert BULK not in html
    assert client.post(act_url(found, "decline"), {"reason_code": "opinion"}).status_code == 403
    assert client.post(BULK, {"act": "reopen", "tip": [str(found.pk)]}).status_code == 403
    assert state_of(found) == "new"


# Contacts


def test_a_contact_is_shown_to_editors_who_ask_for_it_and_to_nobody_else(desk: Desk, browser: Client) -> None:
    found = tip(desk.author, contact=CONTACT)
    editing = browser_of(desk.editor)
    assert CONTACT not in editing.get(page_url(found)).content.decode()
    assert CONTACT in shown(editing, page_url(found), contact="show")
    assert CONTACT not in browser.get(page_url(found), {"contact": "show"}).content.decode()
    assert "An editor or an administrator can read" in shown(browser, page_url(found))


def test_a_contact_under_a_lost_key_is_said_to_be_so(desk: Desk, settings: Settings) -> None:
    found = tip(desk.author, contact=CONTACT)
    settings.SEAL_KEYS = ["A" * 43 + "="]
    assert "None of the keys in SEAL_KEYS opens this" in shown(browser_of(desk.editor), page_url(found), contact="1")


# Adding one


def test_a_tip_is_typed_in_and_its_link_shown_once(desk: Desk, browser: Client) -> None:
    form = browser.get(ADD).content.decode()
    assert 'enctype="multipart/form-data"' in form
    typed = {
        "text": "By telephone: they say so.",
        "url": "https://radio.example/1",
        "contact": CONTACT,
        "in_language": "en",
        "file": SimpleUploadedFile("note.txt", b"A note."),
    }
    response = browser.post(ADD, typed, follow=True)
    found = Submission.objects.get()
    assert (found.channel, found.recorded_by, contact_of(found, actor=desk.editor)) == (
        "admin",
        person(desk.author),
        CONTACT,
    )
    assert found.file is not None
    [secret] = re.findall(r"/tips/status/([\w-]{43})/", response.content.decode())
    assert submission_of_secret(secret) == found
    assert secret not in browser.get(page_url(found)).content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Write what you saw or heard, give a link, or add a file."),
        ({"text": "t", "url": "ftp://x"}, "http"),
        ({"text": "t", "file": SimpleUploadedFile("x.zip", b"PK\x03\x04\x14\0")}, "Files of this type are not taken"),
    ],
)
def test_a_tip_that_is_not_taken_is_said_to_be_so(
    desk: Desk, browser: Client, typed: dict[str, Any], told: str
) -> None:
    response = browser.post(ADD, typed)
    assert response.status_code == 400
    assert told in words_of(response)
    assert not Submission.objects.exists()


def test_who_only_reads_adds_nothing(auditor: Actor) -> None:
    assert browser_of(auditor).get(ADD).status_code == 403


# Many at once


def test_what_was_done_to_many_and_what_was_left_out_is_told(desk: Desk, browser: Client) -> None:
    fresh = [tip(desk.author) for _ in range(3)]
    submissions.decline(actor=desk.author, submission_id=fresh[0].pk, reason_code=DeclineReason.OPINION)
    claim = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    ids = [str(found.pk) for found in fresh]
    response = browser.post(BULK, {"act": "link", "tip": ids, "claim": str(claim.pk), "tab": "new"}, follow=True)
    words = words_of(response)
    assert "Link to a claim: done for 2 tips." in words
    assert "1 left out: This is not possible while the tip is “Declined”." in words
    claim.refresh_from_db()
    assert SubmissionClaim.objects.filter(claim=claim).count() == 2
    assert {"name": "demand", "value": 6, "reason": "2 tips ask about it"} in claim.priority_parts


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ({"act": "make-claim", "statement": "One of them all.", "kind": "fact"}, "linked"),
        ({"act": "decline", "reason_code": "not_checkable"}, "declined"),
    ],
)
def test_many_become_one_claim_or_are_declined_and_put_back(
    desk: Desk, browser: Client, typed: dict[str, str], state: str
) -> None:
    fresh = [tip(desk.author) for _ in range(3)]
    ids = [str(found.pk) for found in fresh]
    browser.post(BULK, {**typed, "tip": ids})
    assert [state_of(found) for found in fresh] == [state] * 3
    assert Claim.objects.filter(statement="One of them all.").count() == (state == "linked")
    browser.post(BULK, {"act": "reopen", "tip": ids})
    assert [state_of(found) for found in fresh] == ["new"] * 3


def test_many_are_answered_with_one_check(desk: Desk, browser: Client) -> None:
    make_published(author=desk.author, editor=desk.editor)
    fresh = [tip(desk.author) for _ in range(2)]
    ids = [str(found.pk) for found in fresh]
    browser.post(BULK, {"act": "answer", "tip": ids, "review": str(ClaimReview.objects.get().pk)})
    assert [state_of(found) for found in fresh] == ["answered"] * 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"act": "decline", "reason_code": "opinion", "tip": []}, "No tip is ticked: nothing was done."),
        ({"act": "decline"}, "Nothing was done: This field is required."),
        ({"act": "link", "claim": "x"}, "Nothing was done: This is not the id of a claim."),
    ],
)
def test_what_is_missing_for_many_is_said(desk: Desk, browser: Client, typed: dict[str, Any], told: str) -> None:
    found = tip(desk.author)
    response = browser.post(BULK, {"tip": [str(found.pk)], **typed}, follow=True)
    assert told in words_of(response)
    assert state_of(found) == "new"


# The policy


def test_an_administrator_sets_how_long_contacts_are_kept(desk: Desk, admin: Actor) -> None:
    found = tip(desk.author, contact=CONTACT)
    client, address = browser_of(admin), f"/admin/claims/newsroom/{desk.newsroom.pk}/policy/"
    assert "Change the policy" in shown(client, f"/admin/claims/newsroom/{desk.newsroom.pk}/change/")
    assert 'value="90"' in client.get(address).content.decode()
    assert client.post(address, {"contact_days": "0"}).status_code == 400
    assert client.post(address, {"contact_days": "3651"}).status_code == 400
    assert client.post(address, {"contact_days": "14"}).status_code == 302
    assert Newsroom.objects.get(pk=desk.newsroom.pk).contact_days == 14
    found.refresh_from_db()
    assert found.erase_contact_at is not None
    assert found.erase_contact_at < timezone.now() + timedelta(days=15)


def test_nobody_else_sets_the_policy(desk: Desk, stranger: Actor) -> None:
    address = f"/admin/claims/newsroom/{desk.newsroom.pk}/policy/"
    editing = browser_of(desk.editor)
    assert "Change the policy" not in shown(editing, f"/admin/claims/newsroom/{desk.newsroom.pk}/change/")
    assert editing.post(address, {"contact_days": "14"}).status_code == 403
    outside = make_member(Newsroom.objects.get(pk=stranger.newsroom_id), Role.ADMIN)
    assert browser_of(outside).post(address, {"contact_days": "14"}).status_code == 404
    assert Newsroom.objects.get(pk=desk.newsroom.pk).contact_days == 90
