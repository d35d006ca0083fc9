"""The page of a claim: what it shows, which acts it offers, and what becomes of a refusal."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from claims.access import Actor
from claims.admin.forms import ACTS
from claims.models import Claim, Claimant, Evidence
from claims.vocab import Act, Role, Status
from claims.workflow import claimants, queue, recording, verdicts
from claims.workflow import claims as acts
from claims.workflow.claimants import ClaimantFields
from claims.workflow.inputs import (
    AppearanceInput,
    ClaimantInput,
    ClaimInput,
    EvidenceInput,
    LinkInput,
    SegmentInput,
    SourceInput,
)
from claims.workflow.rules import PARTS_OF_OTHERS, PERSONS_ACTS, allowed_acts, barriers
from claims.workflow.situation import Situation
from tests.admin.conftest import LogIn
from tests.admin.page import Page, act_url, claim_url, do, open_claim
from tests.build import (
    Desk,
    claim_in,
    make_article,
    make_claim,
    make_corrected,
    make_evidence,
    make_member,
    make_published,
    make_retracted,
    verdict_input,
)
from tests.record import all_rows

VERDICT = {
    "rating": "false",
    "explanation": "The office counted 6 per cent.",
    "looked_for": "",
    "headline": "Unemployment has not fallen",
    "summary": "The office counts 6 per cent.",
    "body": "It is **not** 4 per cent.",
}


#: Acts on something beside the claim, offered where there is such a thing.
OF_A_ROW = {
    "withdraw-evidence",
    "change-span",
    "who-said-it",
    "confirm-sighting",
    "remove-sighting",
    "unlink",
    "adopt",
}


def made(desk: Desk, status: Status, statement: str = "Unemployment has fallen to 4 per cent.") -> Claim:
    return claim_in(status, author=desk.author, editor=desk.editor, statement=statement)


def in_text(actor: Actor, text: str, *claims: ClaimInput) -> list[Claim]:
    return [found.claim for found in make_article(actor, text=text, claims=claims).claims]


def quoted(statement: str, *exact: str, who: str = "", chain: tuple[LinkInput, ...] = ()) -> ClaimInput:
    appearance = AppearanceInput(segments=tuple(SegmentInput(exact=piece) for piece in exact), chain=chain)
    named = (ClaimantInput(name=who, kind="person"),) if who else ()
    return ClaimInput(statement, claimants=named, appearance=appearance)


#: Done on the page of a tip.
OF_A_TIP = {Act.ADD_SUBMISSION, Act.REMOVE_SUBMISSION}


def test_it_offers_exactly_the_acts_that_the_rules_allow(desk: Desk, trainee: Actor, log_in: LogIn) -> None:
    assert {desk_act.act for desk_act in ACTS.values()} == {
        *PERSONS_ACTS,
        *PARTS_OF_OTHERS - OF_A_TIP - {Act.SORT},
    }
    people = (desk.author, desk.editor, trainee)
    clients = {actor.name: log_in(actor) for actor in people}
    for status in Status:
        claim = made(desk, status, statement=f"It is {status}.")
        for actor in people:
            situation = Situation(claim=claim, actor=actor)
            allowed = {str(act) for act in allowed_acts(situation)}
            wider = {name for name in ACTS if next(barriers(situation, ACTS[name].act), None) is None}
            assert allowed <= wider
            unused = OF_A_ROW - ({"withdraw-evidence"} if claim.evidence.exists() else set())
            assert open_claim(clients[actor.name], claim).acts() == wider - unused, (status, actor.name)


@pytest.mark.parametrize("make", [make_published, make_corrected, make_retracted])
def test_published_claims_show_what_the_public_was_told(desk: Desk, log_in: LogIn, make: object) -> None:
    claim = make(author=desk.author, editor=desk.editor)  # type: ignore[operator]  # one of three builders
    page = open_claim(log_in(desk.editor), claim)
    review = claim.reviews.get()
    assert f"/reviews/{review.slug}/" in page.html
    assert "Revision 1" in page.text
    assert review.get_state_display() in page.text
    for correction in review.corrections.all():
        assert correction.public_note in page.text


def test_the_claim_is_marked_in_its_text_beside_the_others(desk: Desk, log_in: LogIn) -> None:
    text = "He said <b>one & two</b> three four. عدد الجنود سبعمئة 🙂 end."
    outer, inner, arabic, pieces = in_text(
        desk.author,
        text,
        quoted("Outer", "one & two</b> three"),
        quoted("Inner", "two</b> three four"),
        quoted("Arabic", "عدد الجنود"),
        quoted("In pieces", "He said", "🙂 end"),
    )
    page = open_claim(log_in(desk.author), inner)
    body = page.html.partition('class="article-text"')[2].partition("</div>")[0]
    assert '<mark class="other">one &amp; </mark><span id="claim-' in body.replace("&lt;/b&gt;", "</b>")
    assert '<mark class="this">two&lt;/b&gt; three</mark>' in body
    assert '<mark class="this"> four</mark>' in body
    assert '<mark class="other">عدد الجنود</mark>' in body
    assert body.count('<mark class="other">') == 4
    assert "<b>" not in body
    for other in (outer, arabic, pieces):
        assert claim_url(other) in body
    assert body.count(f'href="#claim-{inner.pk}"') == 1
    without_marks = Page(log_in(desk.author).get(claim_url(pieces)))
    assert without_marks.status == 200


def test_a_long_text_is_shown_around_the_claim(desk: Desk, log_in: LogIn) -> None:
    text = "Before. " * 5000 + "The one claim stands here. " + "After. " * 5000
    [claim] = in_text(desk.author, text, quoted("The one claim", "The one claim stands here."))
    page = open_claim(log_in(desk.author), claim)
    assert "The one claim stands here." in page.text
    assert "the article's page has the whole" in page.text
    assert len(page.html) < 60_000


def test_the_chain_of_who_said_it_stands_in_words(desk: Desk, log_in: LogIn) -> None:
    chain = (
        LinkInput(as_named="Borrell"),
        LinkInput(claimant=ClaimantInput(name="Sergey Lavrov", kind="person")),
        LinkInput(claimant=ClaimantInput(name="Iran Press", kind="outlet")),
    )
    [claim] = in_text(desk.author, "Keep out.", quoted("Keep out", "Keep out", who="Josep Borrell", chain=chain))
    page = open_claim(log_in(desk.author), claim)
    assert "Josep Borrell (“Borrell”), as reported by Sergey Lavrov, in turn reported by Iran Press" in page.text


def test_hostile_words_are_shown_as_words(desk: Desk, log_in: LogIn) -> None:
    hostile = '<script>alert(1)</script>"onclick="x'
    claim = make_claim(desk.author, hostile, claimant=hostile)
    queue.take(actor=desk.author, claim_id=claim.pk)
    item = EvidenceInput(
        SourceInput(kind="primary", url="https://example.org/a", title=hostile), "refutes", hostile, hostile
    )
    given = verdict_input(explanation=hostile, headline=hostile, summary=hostile, body=hostile, evidence=[item])
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=given)
    page = open_claim(log_in(desk.editor), claim)
    assert "<script>alert" not in page.html
    assert not re.search(r"<[a-z][^>]*\sonclick", page.html)
    assert page.text.count(hostile) >= 6


def test_evidence_links_only_to_the_web(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_REVIEW)
    item = make_evidence(desk.author, claim)
    page = open_claim(log_in(desk.author), claim)
    assert f'href="{item.source.url}" rel="noopener noreferrer"' in page.html
    type(item.source).objects.filter(pk=item.source_id).update(url="javascript:alert(1)")
    assert 'href="javascript' not in open_claim(log_in(desk.author), claim).html


def test_the_main_job_runs_through_the_forms(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.QUEUED)
    second = make_member(desk.newsroom, Role.REVIEWER, "second")
    author, approver, editor = log_in(desk.author), log_in(second), log_in(desk.editor)
    do(author, claim, "take")
    waits = open_claim(author, claim)
    assert "2 origins are missing" in waits.text
    refused = do(author, claim, "propose", **VERDICT)
    assert refused.status == 409
    assert "2 origins are missing" in refused.text
    assert refused.form("/act/propose/")["body"] == VERDICT["body"]
    assert refused.form("/act/propose/")["rating"] == "false"
    source = {"kind": "primary", "url": "https://statistics.example.org/x", "title": "Table 4", "stance": "refutes"}
    assert "Table 4" in do(author, claim, "add-evidence", **source, excerpt="6 per cent").text
    done = do(author, claim, "propose", **VERDICT)
    assert "a second person must approve it" in done.text
    own = open_claim(author, claim)
    assert "approve" not in own.acts()
    assert "You wrote this verdict: somebody who did not write it must approve it." in own.text
    forced = Page(author.post(act_url(claim, "approve"), {"agrees": "yes", "revision": _revision(claim)}))
    assert forced.status == 409
    assert "You wrote this verdict" in forced.text
    sight = open_claim(approver, claim)
    assert "<strong>not</strong>" in sight.html
    assert "Your word is recorded." in do(approver, claim, "approve", agrees="yes", note="I counted, too.").text
    assert "second stands behind exactly what is here now: I counted, too." in open_claim(editor, claim).text
    assert "publish" not in open_claim(approver, claim).acts()
    published = do(editor, claim, "publish")
    assert "Published: readers see it now." in published.text
    claim.refresh_from_db()
    assert claim.status == Status.APPROVED
    assert claim.reviews.get().state == "published"
    _correct(claim, author, approver, editor)


def _correct(claim: Claim, author: Client, approver: Client, editor: Client) -> None:
    begun = do(editor, claim, "correct", reason="The office revised it.", show_notice="on")
    assert "Readers see that it is being checked again." in begun.text
    form = open_claim(author, claim).form("/act/propose/")
    assert form["headline"] == VERDICT["headline"]
    assert form["rating"] == "false"
    do(author, claim, "propose", rating="half-true")
    do(approver, claim, "approve", agrees="yes")
    silent = do(editor, claim, "publish")
    assert silent.status == 400
    assert "This field is required." in silent.text
    assert open_claim(editor, claim).has_form("/act/publish/")
    told = do(editor, claim, "publish", kind="verdict_change", public_note="The office revised its figures.")
    assert "Changed verdict: The office revised its figures." in told.text
    gone = do(editor, claim, "retract", reason="The speech was never given.")
    assert "Retracted" in gone.text
    assert claim.reviews.get().state == "retracted"


def _revision(claim: Claim) -> int:
    claim.refresh_from_db()
    return claim.revision


def test_an_approval_is_void_when_something_changes_after_it(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.APPROVED)
    client = log_in(desk.author)
    do(client, claim, "edit", context="In the last quarter.")
    page = open_claim(client, claim)
    assert "In approval" in page.text
    assert "editor void: something has changed since" in page.text
    assert "content: claim.context" in page.text or "content: context" in page.text


def test_who_does_not_agree_sends_back_with_a_reason(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_APPROVAL)
    client = log_in(desk.editor)
    silent = do(client, claim, "approve", agrees="no", rating="half-true")
    assert silent.status == 400
    assert "Say why you do not agree." in silent.text
    assert silent.form("/act/approve/")["agrees"] == "no"
    do(client, claim, "approve", agrees="no", rating="half-true", note="It is half of the truth.")
    page = open_claim(client, claim)
    assert "In review" in page.text
    assert "editor did not agree; own rating Half true: It is half of the truth." in page.text


def test_a_stale_form_is_refused_and_what_was_typed_is_kept(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_REVIEW)
    make_evidence(desk.author, claim)
    client = log_in(desk.author)
    fields = open_claim(client, claim).form("/act/propose/") | VERDICT
    acts.edit(actor=desk.editor, claim_id=claim.pk, fields=acts.ClaimFields(statement="It has fallen to 4.0 per cent."))
    before = all_rows()
    page = Page(client.post(act_url(claim, "propose"), fields))
    assert page.status == 409
    assert "Somebody changed this claim while you were writing" in page.text
    assert "What happened since you opened the page" in page.text
    assert "It has fallen to 4.0 per cent." in page.text
    kept = page.form("/act/propose/")
    assert {name: kept[name] for name in VERDICT} == VERDICT
    assert all_rows() == before
    assert kept["revision"] == str(_revision(claim))
    assert Page(client.post(act_url(claim, "propose"), kept, follow=True)).status == 200
    claim.refresh_from_db()
    assert claim.status == Status.IN_APPROVAL


def test_what_was_typed_stays_even_where_the_act_is_gone(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_REVIEW)
    client = log_in(desk.author)
    fields = open_claim(client, claim).form("/act/propose/") | VERDICT
    queue.release(actor=desk.editor, claim_id=claim.pk)
    page = Page(client.post(act_url(claim, "propose"), fields))
    assert page.status == 409
    assert VERDICT["explanation"] in page.html
    assert "What you typed stands here to be copied." in page.text


def test_a_look_at_an_act_does_nothing(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.QUEUED)
    client = log_in(desk.editor)
    before = all_rows()
    for name in ACTS:
        assert client.get(act_url(claim, name)).status_code == 405, name
    assert client.post(act_url(claim, "enqueue")).status_code == 404
    assert client.post(act_url(claim, "void")).status_code == 404
    assert all_rows() == before


def test_acts_on_a_foreign_claim_find_nothing(desk: Desk, stranger: Actor, log_in: LogIn) -> None:
    claim = made(desk, Status.QUEUED)
    client = log_in(stranger)
    before = all_rows()
    assert client.get(claim_url(claim)).status_code == 404
    for name in ACTS:
        assert client.post(act_url(claim, name), {"reason": "Mine now"}).status_code == 404, name
    assert all_rows() == before


def test_an_auditor_reads_and_does_nothing(desk: Desk, auditor: Actor, admin: Actor, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_APPROVAL)
    for actor in (auditor, admin):
        client = log_in(actor)
        assert open_claim(client, claim).acts() == set()
        refused = Page(client.post(act_url(claim, "send-back"), {"reason": "I want to."}))
        assert refused.status == 403
        assert "Only a reviewer may do this" in refused.text


def test_evidence_is_added_and_withdrawn(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_REVIEW)
    client = log_in(desk.author)
    empty = do(client, claim, "add-evidence", kind="primary", stance="refutes", note="Seen it")
    assert empty.status == 400
    assert "A source needs an address or, where it has none, a title." in empty.text
    assert empty.form("/act/add-evidence/")["note"] == "Seen it"
    bad = do(client, claim, "add-evidence", kind="primary", stance="refutes", url="javascript:alert(1)")
    assert "must begin with http:// or https://" in bad.text
    assert not Evidence.objects.exists()
    do(client, claim, "add-evidence", kind="interview", stance="context", title="A talk with the mayor")
    page = open_claim(client, claim)
    assert "A talk with the mayor" in page.text
    silent = do(client, claim, "withdraw-evidence")
    assert silent.status == 400
    gone = do(client, claim, "withdraw-evidence", reason="She took it back.")
    assert "Withdrawn by author: She took it back." in gone.text
    assert "withdraw-evidence" not in gone.acts()


def test_evidence_of_another_claim_is_not_withdrawn_from_here(desk: Desk, stranger: Actor, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_REVIEW)
    item = make_evidence(desk.author, claim)
    theirs = claim_in(Status.IN_REVIEW, author=stranger, editor=stranger, statement="Elsewhere")
    answer = log_in(stranger).post(
        act_url(theirs, "withdraw-evidence"), {"evidence": str(item.pk), "reason": "Mine", "revision": theirs.revision}
    )
    assert answer.status_code == 400
    item.refresh_from_db()
    assert item.withdrawn_at is None


def test_a_namesake_is_chosen(desk: Desk, log_in: LogIn) -> None:
    for wikidata_id in ("", "Q42"):
        fields = ClaimantFields(name="Jean Dupont", kind="person", wikidata_id=wikidata_id)
        claimants.create(actor=desk.editor, fields=fields)
    claim = make_claim(desk.author, claimant="Jean Dupont")
    client = log_in(desk.author)
    page = open_claim(client, claim)
    assert "Several claimants are called “ Jean Dupont ”" in page.text
    assert "Jean Dupont, Person, Q42" in page.text
    assert do(client, claim, "claimants").status == 400
    meant = Claimant.objects.get(wikidata_id="Q42")
    do(client, claim, "claimants", chosen=str(meant.pk))
    assert claim.claim_claimants.get().claimant == meant


def test_several_people_make_a_claim_together_in_order(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_REVIEW)
    client = log_in(desk.author)
    do(client, claim, "claimants", names="Ann Lee\r\nThe minister\r\n", kind="person")
    names = [link.claimant.name for link in claim.claim_claimants.order_by("position")]
    assert names == ["Ann Lee", "The minister"]
    assert open_claim(client, claim).form("/act/claimants/")["names"].strip() == "Ann Lee\nThe minister"


@pytest.mark.parametrize(
    ("status", "act", "typed", "arrives"),
    [
        (Status.SUGGESTED, "accept", {}, Status.RECORDED),
        (Status.SUGGESTED, "dismiss", {"reason": "Too vague"}, Status.DISMISSED),
        (Status.QUEUED, "assign", {"reviewer": "author", "note": "Please"}, Status.IN_REVIEW),
        (Status.IN_REVIEW, "release", {}, Status.QUEUED),
        (Status.QUEUED, "decline", {"reason_code": "opinion"}, Status.DECLINED),
        (Status.QUEUED, "prioritise", {"delta": "7", "reason": "Debate tonight"}, Status.QUEUED),
        (Status.QUEUED, "mark-urgent", {"reason": "Debate tonight"}, Status.QUEUED),
        (Status.QUEUED, "set-due", {"due": "2030-01-02T03:04"}, Status.QUEUED),
        (Status.IN_APPROVAL, "send-back", {"reason": "One more source"}, Status.IN_REVIEW),
        (Status.DECLINED, "reopen", {"reason": "New figures"}, Status.QUEUED),
        (Status.QUEUED, "recuse", {"reason": "A brother works there"}, Status.QUEUED),
    ],
)
def test_each_act_has_its_form(
    desk: Desk, log_in: LogIn, status: Status, act: str, typed: dict[str, str], arrives: Status
) -> None:
    claim = made(desk, status)
    page = do(log_in(desk.editor), claim, act, **typed)
    assert page.status == 200
    assert ACTS[act].done in page.text
    claim.refresh_from_db()
    assert claim.status == arrives


@pytest.mark.parametrize(
    ("status", "act", "typed", "arrives"),
    [
        (Status.IN_REVIEW, "skip", {}, Status.QUEUED),
        (Status.IN_REVIEW, "hold", {"waiting_for": "source", "note": "She calls back"}, Status.ON_HOLD),
        (Status.ON_HOLD, "resume", {}, Status.IN_REVIEW),
        (Status.IN_APPROVAL, "withdraw", {}, Status.IN_REVIEW),
    ],
)
def test_each_act_of_the_holder_has_its_form(
    desk: Desk, log_in: LogIn, status: Status, act: str, typed: dict[str, str], arrives: Status
) -> None:
    claim = made(desk, status)
    until = (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    page = do(log_in(desk.author), claim, act, **typed, **({"until": until} if act == "hold" else {}))
    assert ACTS[act].done in page.text
    claim.refresh_from_db()
    assert claim.status == arrives


@pytest.mark.parametrize(
    ("act", "typed", "told"),
    [
        ("hold", {"until": "2020-01-01T00:00"}, "must lie in the future"),
        ("hold", {"until": "soon"}, "Enter a valid date/time."),
        ("mark-duplicate", {"of": "nonsense"}, "This is neither an id nor the address of a page of ours."),
        ("mark-duplicate", {"of": "01990000-0000-7000-8000-000000000000"}, "There is no such claim in this newsroom."),
        ("prioritise", {"delta": "many", "reason": "So"}, "Enter a whole number."),
        ("decline", {}, "This field is required."),
        ("edit", {"statement": "It fell.", "date": "yesterday"}, "A date is written as a year"),
        ("edit", {"statement": "It \x00 fell."}, "NUL"),
        ("edit", {"statement": "It fell.", "in_language": "the Queen's"}, "A language is a BCP 47 tag"),
        ("propose", {**VERDICT, "rating": "invented"}, "Select a valid choice."),
    ],
)
def test_wrong_input_is_named_at_its_field_and_writes_nothing(
    desk: Desk, log_in: LogIn, act: str, typed: dict[str, str], told: str
) -> None:
    claim = made(desk, Status.IN_REVIEW)
    client = log_in(desk.author)
    before = all_rows()
    page = do(client, claim, act, **typed)
    assert page.status == 400
    assert told in page.text or told in page.html
    assert "Nothing was saved" in page.text
    assert 'class="errorlist' in page.html
    assert all_rows() == before


def test_a_duplicate_leads_to_the_claim_that_stays(desk: Desk, log_in: LogIn) -> None:
    stays = make_claim(desk.author, "It has fallen to 4 per cent.")
    claim = made(desk, Status.QUEUED)
    page = do(log_in(desk.author), claim, "mark-duplicate", of=str(stays.pk))
    assert claim_url(stays) in page.html
    assert "Duplicate" in page.text


def test_the_override_is_an_editors(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.IN_REVIEW)
    assert "override_reason" not in open_claim(log_in(desk.author), claim).form("/act/propose/")
    queue.release(actor=desk.author, claim_id=claim.pk)
    client = log_in(desk.editor)
    do(client, claim, "take")
    done = do(client, claim, "propose", **VERDICT, override_reason="The office is the only one that counts.")
    assert "a second person must approve it" in done.text


def test_an_opinion_is_not_rated(desk: Desk, log_in: LogIn) -> None:
    claim = recording.record_claim(actor=desk.author, given=ClaimInput("It is ugly.", kind="opinion")).claim
    queue.take(actor=desk.author, claim_id=claim.pk)
    page = open_claim(log_in(desk.author), claim)
    assert "propose" not in page.acts()
    assert "An opinion has no rating." in page.text


def test_the_reason_of_a_recusal_is_not_on_the_page(desk: Desk, log_in: LogIn) -> None:
    claim = made(desk, Status.QUEUED)
    page = do(log_in(desk.author), claim, "recuse", reason="My brother works there.")
    assert "You have recused yourself here" in page.text
    assert "My brother" not in page.html
    assert page.acts() <= {"recuse"}
    assert "My brother" not in open_claim(log_in(desk.editor), claim).html


def test_the_page_asks_no_more_for_a_longer_story(
    desk: Desk, log_in: LogIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    claims = in_text(desk.author, "One two three four.", *(quoted(word, word) for word in ("One", "two", "three")))
    claim = make_corrected(author=desk.author, editor=desk.editor, claim=_published(desk, claims[0]))
    client = log_in(desk.editor)
    open_claim(client, claim)
    with django_assert_max_num_queries(32):
        open_claim(client, claim)


def _published(desk: Desk, claim: Claim) -> Claim:
    fields = acts.ClaimFields(claimants=(ClaimantInput(name="The minister", kind="person"),))
    named = acts.edit(actor=desk.author, claim_id=claim.pk, fields=fields)
    return make_published(author=desk.author, editor=desk.editor, claim=named)
