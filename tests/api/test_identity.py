"""Tokens and sessions: who is let in, as whom, and with which rights."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from claims.access import Actor
from claims.models import ApiToken, Membership
from claims.vocab import Role, Scope, Status
from claims.workflow import newsrooms, tokens
from tests.api.calling import V1, Api, make_token
from tests.build import Desk, claim_in, make_claim, make_member, make_newsroom, person
from tests.record import all_rows


def _record(token: str) -> ApiToken:
    return ApiToken.objects.get(token_sha256=hashlib.sha256(token.encode()).digest())


def _is_closed(api: Api) -> None:
    answer = api.get("claims/")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_without_a_token_everything_is_closed() -> None:
    _is_closed(Api())
    assert Api().post("claims/", {"statement": "S"}).status == 401


@pytest.mark.parametrize("token", ["", "fct_", "fct_unknown", "a b", "ü", "x" * 5000])
def test_a_token_that_is_none_of_ours_is_refused(token: str, db: None) -> None:
    _is_closed(Api(token))


@pytest.mark.parametrize("value", ["Basic YTpi", "Token {token}", "{token}", "Bearer", "Bearer  "])
def test_another_scheme_is_no_token(value: str, author: Actor) -> None:
    answer = Api().get("claims/", Authorization=value.format(token=make_token(author)))
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_word_bearer_may_be_written_in_any_case(author: Actor) -> None:
    assert Api().get("claims/", Authorization=f"bearer {make_token(author)}").status == 200


def test_a_token_ends_with_its_time(author: Actor) -> None:
    token = make_token(author)
    assert Api(token).get("claims/").status == 200
    ApiToken.objects.update(expires_at=timezone.now())
    _is_closed(Api(token))


def test_a_token_is_made_for_90_days(author: Actor) -> None:
    left = _record(make_token(author)).expires_at - timezone.now()
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)


def test_a_revoked_token_is_closed_at_once(author: Actor) -> None:
    token, other = make_token(author), make_token(author)
    tokens.revoke(actor=author, token_id=_record(token).pk)
    _is_closed(Api(token))
    assert Api(other).get("claims/").status == 200


def test_a_user_who_was_disabled_has_no_token(author: Actor) -> None:
    token = make_token(author)
    user = person(author)
    user.is_active = False
    user.save()
    _is_closed(Api(token))


def test_a_member_who_was_removed_has_no_token(author: Actor) -> None:
    token = make_token(author)
    Membership.objects.filter(user=author.user).delete()
    _is_closed(Api(token))


def test_a_token_speaks_for_one_newsroom_of_its_user(desk: Desk, author: Actor) -> None:
    claim = make_claim(author)
    elsewhere = make_newsroom("second")
    newsrooms.add_roles(newsroom=elsewhere, user=person(author), roles=[Role.EDITOR])
    membership = Membership.objects.get(user=author.user, newsroom=elsewhere)
    there = Api(tokens.make(membership=membership))
    assert there.get("claims/").body["results"] == []
    assert there.get(f"claims/{claim.pk}/").status == 404
    assert Api(make_token(author)).get(f"claims/{claim.pk}/").status == 200
    Membership.objects.filter(user=author.user, newsroom=desk.newsroom).delete()
    assert there.get("claims/").status == 200


def test_rights_follow_the_roles_as_they_are_now(desk: Desk) -> None:
    token = make_token(desk.editor)
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    Membership.objects.filter(user=desk.editor.user).update(roles=[Role.TRAINEE])
    assert Api(token).act(claim.pk, "publish").code == "not_permitted"


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        # The scopes, then: reading, recording, taking, publishing.
        ((Scope.READ,), (200, 403, 403, 403)),
        ((Scope.SUBMIT,), (200, 201, 403, 403)),
        ((Scope.REVIEW,), (200, 403, 200, 403)),
        ((Scope.EDIT,), (200, 403, 200, 200)),
        ((Scope.ADMIN,), (200, 403, 403, 403)),
        ((Scope.READ, Scope.SUBMIT), (200, 201, 403, 403)),
        ((), (200, 201, 200, 200)),
    ],
)
def test_scopes_narrow_what_an_editor_may(scopes: tuple[Scope, ...], statuses: tuple[int, ...], desk: Desk) -> None:
    queued = claim_in(Status.QUEUED, author=desk.author, editor=desk.editor)
    approved = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor, statement="It snows.")
    tag = Api(make_token(desk.author)).etag(approved.pk)
    api = Api(make_token(desk.editor, *scopes))
    found = (
        api.get("claims/").status,
        api.post("claims/", {"statement": "S"}).status,
        api.post(f"claims/{queued.pk}/take/").status,
        api.post(f"claims/{approved.pk}/publish/", If_Match=tag).status,
    )
    # Without the right to read, what the desk works on is not there at all.
    is_partner = Scope.SUBMIT in scopes and len(scopes) == 1
    assert found == (tuple(404 if status == 403 else status for status in statuses) if is_partner else statuses)


def test_a_scope_gives_nothing_that_the_member_has_not(trainee: Actor) -> None:
    assert Api(make_token(trainee, Scope.EDIT, Scope.ADMIN)).post("topics/", {"slug": "t", "name": "T"}).status == 403


def test_only_the_hash_of_a_token_is_kept(author: Actor) -> None:
    token = make_token(author)
    rows = str(all_rows())
    assert token not in rows
    assert token[12:] not in rows
    record = _record(token)
    assert token.startswith(record.prefix)
    assert len(token) - len(record.prefix) >= 32


def test_use_is_noted_once_a_minute(author: Actor) -> None:
    token = make_token(author)
    api = Api(token)
    assert _record(token).last_used_at is None
    api.get("topics/")
    first = _record(token).last_used_at
    assert first is not None
    with connection.execute_wrapper(_refuse_updates):
        api.get("topics/")
    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    api.get("topics/")
    again = _record(token).last_used_at
    assert again is not None
    assert again >= first


def _refuse_updates(execute: object, sql: str, *rest: object) -> object:
    assert not sql.startswith("UPDATE"), sql
    return execute(sql, *rest)  # type: ignore[operator]


def test_a_session_reads_and_writes_only_with_the_csrf_token(author: Actor) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(person(author))
    api = Api(client=client)
    assert api.get("claims/").status == 200
    refused = api.post("claims/", {"statement": "S"})
    assert (refused.status, refused.code) == (403, "not_permitted")
    assert "CSRF" in refused.body["detail"]
    client.get("/admin/")
    csrf = client.get("/admin/password_change/").cookies["csrftoken"].value
    assert api.post("claims/", {"statement": "S"}, X_CSRFToken=csrf).status == 201
    assert api.post("claims/", {"statement": "S"}, X_CSRFToken="x" * 64).status == 403


def test_a_session_of_somebody_without_a_newsroom_is_closed(author: Actor) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(person(author))
    Membership.objects.filter(user=author.user).delete()
    assert client.get(f"{V1}claims/").status_code == 401


def test_a_token_needs_no_csrf_and_comes_before_the_session(desk: Desk) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(person(desk.author))
    made = Api(make_token(desk.editor), client).post("topics/", {"slug": "t", "name": "T"})
    assert made.status == 201


def test_an_auditor_reads_all_and_writes_nothing(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    api = Api(make_token(make_member(desk.newsroom, Role.AUDITOR)))
    assert api.get(f"claims/{claim.pk}/").body["verdict"]["rating"]["code"] == "false"
    assert api.get("queue/").status == 200
    for path, body in (
        ("claims/", {"statement": "S"}),
        ("queue/next/", {}),
        ("claimants/", {"name": "A", "kind": "person"}),
    ):
        assert api.post(path, body).code == "not_permitted", path
