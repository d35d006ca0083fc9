"""Every model's list and page: for its own newsroom alone, read only, and without a query per row."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.admin.base import DeskAdmin
from claims.models import (
    ApiToken,
    Attribution,
    Claim,
    ClaimantAlias,
    ClaimantRole,
    ClaimClaimant,
    ClaimTopic,
    Heartbeat,
    LoginAttempt,
    Membership,
    Newsroom,
    Rating,
    RatingScale,
    Recusal,
    Segment,
    SubmissionAttempt,
    SubmissionClaim,
    SubmittedFile,
    User,
    VerdictEditor,
)
from claims.vocab import Channel, LinkKind, Role
from claims.workflow import articles, links, newsrooms, queue, submissions, tokens
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    PublisherInput,
    SegmentInput,
    SubmissionInput,
)
from tests.admin.conftest import LogIn
from tests.admin.page import Page
from tests.api.world import World, make_world
from tests.build import (
    TEXT,
    evidence_input,
    make_claim,
    make_corrected,
    make_desk,
    make_evidence,
    make_member,
    make_retracted,
    person,
)
from tests.record import all_rows

#: Shown with the row that they belong to.
WITH_THEIR_PARENT = {
    ClaimClaimant,
    ClaimTopic,
    Segment,
    Attribution,
    ClaimantAlias,
    ClaimantRole,
    SubmissionClaim,
    SubmittedFile,
    VerdictEditor,
}
#: Names that were typed, of whichever newsroom and by whomever, and uses of the public form: nobody's to read.
OF_NO_NEWSROOM = {LoginAttempt, SubmissionAttempt}

REGISTRY: dict[type[Model], "ModelAdmin[Any]"] = dict(admin.site._registry)
SCOPED = [model for model in REGISTRY if model is not Heartbeat]


def url(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def rows_of(world: World, model: type[Model]) -> list[Model]:
    """The newsroom's rows, found without the admin."""
    where = {"Newsroom": "pk", "User": "memberships__newsroom"}.get(model.__name__, "newsroom")
    return list(model._default_manager.filter(**{where: world.newsroom.pk}))


@pytest.fixture
def here(db: None) -> World:
    Heartbeat.objects.create(name="relay", beaten_at="2026-01-01T00:00:00Z")
    return make_world("here")


@pytest.fixture
def there(db: None) -> World:
    return make_world("xanadu")


def test_every_model_has_its_admin() -> None:
    models = set(apps.get_app_config("claims").get_models())
    assert models - set(REGISTRY) == WITH_THEIR_PARENT | OF_NO_NEWSROOM
    assert all(isinstance(found, DeskAdmin) for found in REGISTRY.values())


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN, Role.AUDITOR])
def test_a_member_reads_every_list_and_every_page_of_their_newsroom(here: World, log_in: LogIn, role: Role) -> None:
    client = log_in(make_member(here.newsroom, role, "reader"))
    for model in SCOPED:
        found = client.get(url(model, "changelist"))
        assert found.status_code == 200, model
        rows = rows_of(here, model)
        assert rows, f"the world has no {model.__name__}"
        if model is ApiToken and role is not Role.ADMIN:
            continue
        for row in rows[:2]:
            assert client.get(url(model, "change", row.pk)).status_code == 200, (model, row.pk)


def test_nothing_of_another_newsroom_is_found_or_named(here: World, there: World, log_in: LogIn) -> None:
    client = log_in(make_member(here.newsroom, [Role.EDITOR, Role.ADMIN], "looker"))
    own = ["/admin/", "/admin/queue/", "/admin/queue/?tab=open"]
    own += [url(model, "changelist") for model in REGISTRY]
    for address in own:
        assert "xanadu" not in Page(client.get(address)).html, address
    for model in SCOPED:
        for row in rows_of(there, model):
            answer = client.get(url(model, "change", row.pk))
            assert answer.status_code == 404, (model, row.pk)


def test_suggestions_while_typing_come_from_the_own_newsroom(here: World, there: World, log_in: LogIn) -> None:
    asked = {"app_label": "claims", "model_name": "appearance", "field_name": "claim"}
    client = log_in(here.editor)
    found = client.get(reverse("admin:autocomplete"), {**asked, "term": "prices"}).json()["results"]
    assert [item["text"] for item in found] == ["here prices have doubled"]
    assert not client.get(reverse("admin:autocomplete"), {**asked, "term": "xanadu"}).json()["results"]


def test_a_page_of_what_is_not_there_is_not_found(here: World, log_in: LogIn) -> None:
    client = log_in(here.editor)
    for model in SCOPED:
        assert client.get(url(model, "change", "01990000-0000-7000-8000-000000000000")).status_code == 404, model
        assert client.get(url(model, "change", "nothing")).status_code == 404, model


def test_rows_are_not_written_by_the_stock_forms(here: World, log_in: LogIn) -> None:
    client = log_in(make_member(here.newsroom, [Role.EDITOR, Role.ADMIN], "writer"))
    before = all_rows()
    for model in SCOPED:
        row = rows_of(here, model)[0]
        assert client.post(url(model, "change", row.pk), {"name": "Another"}).status_code in {403, 405}, model
        assert client.post(url(model, "changelist"), {"action": "delete_selected"}).status_code != 500
        for gone in ("history", "delete"):
            address = url(model, "change", row.pk).replace("/change/", f"/{gone}/")
            assert client.get(address).status_code == 404, address
            assert client.post(address, {"post": "yes"}).status_code == 404, address
    assert all_rows() == before
    assert not LogEntry.objects.exists()


def test_a_list_asks_no_more_for_more_rows(here: World, log_in: LogIn) -> None:
    client = log_in(make_member(here.newsroom, [Role.EDITOR, Role.ADMIN], "counter"))
    few = {model: _queries(client, url(model, "changelist")) for model in SCOPED}
    rows = {model: len(rows_of(here, model)) for model in SCOPED}
    for number in range(3):
        _more(here, number)
    for model in SCOPED:
        assert _queries(client, url(model, "changelist")) <= few[model], model
    assert max(few.values()) <= 8
    as_before = {model for model in SCOPED if len(rows_of(here, model)) < rows[model] + 3}
    assert as_before == {Newsroom, RatingScale, Rating}


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def _more(world: World, number: int) -> None:
    """Another of everything that the world has, hanging on other claims, articles and people."""
    author = make_member(world.newsroom, Role.REVIEWER, f"author-{number}")
    editor = make_member(world.newsroom, Role.EDITOR, f"editor-{number}")
    make_retracted(author=author, editor=editor, claim=make_corrected(author=author, editor=editor))
    appearance = AppearanceInput(segments=(SegmentInput(exact="Unemployment has fallen to 4 per cent."),))
    claimant = ClaimantInput(name=f"Minister {number}", kind="person", role="Minister")
    given = ClaimInput("It has fallen.", claimants=(claimant,), appearance=appearance)
    article = ArticleInput(text=f"{number}. {TEXT}", publisher=PublisherInput(f"Daily {number}"), claims=(given,))
    claim = articles.record_article(actor=author, given=article).claims[0].claim
    make_evidence(author, claim, evidence_input(f"https://{number}.example.org/"))
    other = make_claim(editor, f"It has not fallen, says {number}.")
    links.link(actor=editor, claim_id=other.pk, other_id=claim.pk, kind=LinkKind.CONTRADICTS)
    queue.recuse(actor=author, claim_id=claim.pk, reason="A brother works there.")
    tokens.make(membership=Membership.objects.get(newsroom=world.newsroom, user=person(author)))
    newsrooms.add_topic(actor=editor, slug=f"topic-{number}", name=f"Topic {number}")
    tip = SubmissionInput(text=f"{number}: prices have doubled, unemployment has fallen")
    submissions.submit(actor=author, given=tip, channel=Channel.ADMIN)


def test_lists_are_searched_and_say_when_nothing_fits(here: World, log_in: LogIn) -> None:
    client = log_in(here.editor)
    searched = [model for model in SCOPED if REGISTRY[model].search_fields]
    assert len(searched) > 10
    for model in searched:
        page = Page(client.get(url(model, "changelist"), {"q": "zzzz"}))
        assert page.status == 200, model
        assert "Nothing fits." in page.text, model


def test_an_empty_list_says_what_to_do(log_in: LogIn, db: None) -> None:
    client = log_in(make_desk("bare").editor)
    assert "No claim yet: record one" in Page(client.get(url(Claim, "changelist"))).text


def test_filters_answer_and_hidden_fields_cannot_be_asked(here: World, log_in: LogIn) -> None:
    client = log_in(here.editor)
    asked = 0
    for model in SCOPED:
        for link in _filter_links(Page(client.get(url(model, "changelist"))).html):
            asked += 1
            assert client.get(url(model, "changelist") + link).status_code == 200, (model, link)
    assert asked > 30
    for model, lookup in (
        (User, "password__startswith"),
        (User, "memberships__newsroom__name"),
        (ApiToken, "token_sha256__gt"),
        (Recusal, "reason__startswith"),
        (Claim, "recorded_by__password__startswith"),
    ):
        assert client.get(url(model, "changelist"), {lookup: "a"}).status_code == 400, lookup


def _filter_links(html: str) -> list[str]:
    nav = html.partition('id="changelist-filter"')[2].partition("</nav>")[0]
    return [part.partition('"')[0].replace("&amp;", "&") for part in nav.split('href="')[1:]]


def test_who_recused_themselves_is_seen_by_all_and_why_by_administrators_alone(here: World, log_in: LogIn) -> None:
    recusal = Recusal.objects.get(newsroom=here.newsroom)
    address = url(Recusal, "change", recusal.pk)
    for role, is_seen in ((Role.EDITOR, False), (Role.AUDITOR, False), (Role.ADMIN, True)):
        page = Page(log_in(make_member(here.newsroom, role)).get(address))
        assert page.status == 200
        assert (recusal.reason in page.text) is is_seen, role


def test_no_hash_is_shown(here: World, log_in: LogIn) -> None:
    client = log_in(make_member(here.newsroom, Role.ADMIN))
    token = ApiToken.objects.filter(newsroom=here.newsroom).first()
    assert token is not None
    assert bytes(token.token_sha256).hex() not in Page(client.get(url(ApiToken, "change", token.pk))).html
    user = token.user
    user.set_password("a-long-password-here")
    user.save()
    html = Page(client.get(url(User, "change", user.pk))).html
    assert user.username in html
    assert "argon2" not in html
    assert user.password not in html


def test_tokens_are_their_owners_and_the_administrators(here: World, log_in: LogIn) -> None:
    token = ApiToken.objects.get(newsroom=here.newsroom, user=here.author.user)
    own, administrator, other = log_in(here.author), log_in(make_member(here.newsroom, Role.ADMIN)), log_in(here.editor)
    for client in (own, administrator):
        assert token.prefix in Page(client.get(url(ApiToken, "changelist"))).text
    editor_alone = log_in(make_member(here.newsroom, Role.EDITOR))
    assert editor_alone.get(url(ApiToken, "change", token.pk)).status_code == 404
    revoke = reverse("admin:claims_apitoken_revoke", args=[token.pk])
    assert editor_alone.post(revoke).status_code == 404
    assert other.get(revoke).status_code == 405
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None
    page = Page(own.post(revoke, follow=True))
    assert "is revoked" in page.text
    assert not page.has_form("/revoke/")
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
    assert "revoked already" in Page(administrator.post(revoke, follow=True)).text


def test_topics_are_added_by_editors_and_administrators(here: World, log_in: LogIn) -> None:
    address = reverse("admin:claims_topic_add")
    for role in (Role.REVIEWER, Role.AUDITOR):
        assert log_in(make_member(here.newsroom, role)).post(address, {"name": "A", "slug": "a"}).status_code == 403
    client = log_in(make_member(here.newsroom, Role.ADMIN))
    assert "Energy" in Page(client.post(address, {"name": "Energy", "slug": "energy"}, follow=True)).text
    again = Page(client.post(address, {"name": "Energy again", "slug": "energy"}))
    assert again.status == 400
    assert "There is a topic of this short name already." in again.text
    assert again.form("")["name"] == "Energy again"


def test_the_front_page_tells_the_newest_events(here: World, log_in: LogIn) -> None:
    claim = make_claim(here.editor, "The newest claim of all.")
    page = Page(log_in(here.editor).get("/admin/"))
    assert "Claim recorded" in page.text
    assert claim.statement in page.text
