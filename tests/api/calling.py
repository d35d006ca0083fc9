"""A client of the API that checks every answer against the OpenAPI document."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from claims.access import Actor
from claims.models import Membership
from claims.vocab import Scope
from claims.workflow import tokens
from tests.api.contract import PROBLEM, check, check_problem, operation_of
from tests.build import person

V1 = "/api/v1/"


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]
    raw: bytes

    @property
    def etag(self) -> str:
        return self.headers["ETag"]

    @property
    def code(self) -> str:
        assert self.status >= 400, (self.status, self.body)
        return str(self.body["code"])

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.body["errors"]]


def make_token(actor: Actor, *scopes: Scope) -> str:
    membership = Membership.objects.get(newsroom_id=actor.newsroom_id, user=person(actor))
    return tokens.make(membership=membership, scopes=scopes)


@dataclass
class Api:
    """Asks as the bearer of one token; without one, as nobody."""

    token: str | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """`path` below /api/v1/, or whole; `headers` with underscores for dashes; `raw` is sent as it is."""
        where = path if path.startswith("/") else f"{V1}{path}"
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        response = self.client.generic(
            method, where, content, content_type=sent.pop("Content-Type", "application/json"), headers=sent
        )
        return _checked(method, where.partition("?")[0], response)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, {} if body is None else body, headers=headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.ask("PATCH", path, body, headers=headers)

    def etag(self, claim_id: object) -> str:
        return self.get(f"claims/{claim_id}/").etag

    def act(self, claim_id: object, act: str, body: Any = None) -> Answer:
        """Does an act on the claim as it is now."""
        return self.post(f"claims/{claim_id}/{act}/", body, If_Match=self.etag(claim_id))

    def walk(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list, page after page."""
        rows: list[dict[str, Any]] = []
        while path:
            answer = self.get(path)
            assert answer.status == 200, answer.body
            rows += answer.body["results"]
            path = relative(answer.body["next"])
        return rows


def relative(url: str | None) -> str:
    """An absolute address of ours as the test client takes it."""
    return "" if url is None else "/" + url.split("/", 3)[3]


def _checked(method: str, path: str, response: Any) -> Answer:
    status, raw = response.status_code, response.content
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    assert response.headers["X-Request-Id"]
    assert not response.headers.get("ETag", "").startswith("W/")
    is_file = media_type == "application/octet-stream"  # bytes, which the document calls a string
    body = json.loads(raw) if raw and media_type.endswith("json") else raw.decode("latin-1") if is_file else None
    if status >= 400:
        assert media_type == PROBLEM, (status, media_type, raw[:300])
        assert body is not None
        assert body["status"] == status
        assert body["request_id"] == response.headers["X-Request-Id"]
        check_problem(body)
        assert not any(word in raw for word in (b"Traceback", b"SELECT ", b'.py"', b"/claims/api", b"psycopg")), raw
    operation = operation_of(method, path)
    if operation is not None and status != 304 and method != "HEAD":
        check(operation, status=status, media_type=media_type, body=body)
    return Answer(status, body, dict(response.headers.items()), raw)
