"""What every view shares: strict input, revisions and their tags, and answers rendered once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from claims.access import Actor
from claims.api.errors import PreconditionRequiredError
from claims.api.identity import actor_of
from claims.api.pagination import Order, Page, page
from claims.api.parsing import MAX_BODY
from claims.errors import FieldProblem, InvalidInputError, NotPermittedError
from claims.intake.bodies import Strict
from claims.intake.problems import problems_in
from claims.vocab import Right

_REVISION = re.compile(r'^"([0-9]+)\.[0-9a-f]{16}"$|^"([0-9]+)"$')


class LengthRequiredError(APIException):
    status_code = 411
    default_code = "length_required"
    default_detail = "Send the body with its Content-Length: one sent in chunks is not read."


class OnlyJson(DefaultContentNegotiation):
    """Every answer is JSON whatever `Accept` says: a 406 would hide what else is wrong, and a problem is JSON too."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ContractView(APIView):
    """A view of the contract. `max_body` is the largest body in bytes that it takes.

    `if_match` says, for the methods that compare that header, whether they need it.
    """

    max_body: ClassVar[int] = MAX_BODY
    if_match: ClassVar[Mapping[str, bool]] = {}
    content_negotiation_class = OnlyJson

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "HTTP_TRANSFER_ENCODING" in request.META:
            # WSGI knows the end of a body by its length alone: this one would be taken for an empty one.
            raise LengthRequiredError
        if "HTTP_IDEMPOTENCY_KEY" in request.META:
            raise ParseError(
                "Idempotency-Key is not supported here yet: send the request without it.",
                code="idempotency_unsupported",
            )

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def needs(self, right: Right) -> Actor:
        """Who is asking, if they may; reading what the desk reads is `Right.READ`."""
        if not self.actor.may(right):
            raise NotPermittedError(f"This account, or its token, may not do this: it lacks “{right}”.")
        return self.actor

    def body(self, serializer: type[Strict]) -> dict[str, Any]:
        """The body, validated. Raises a ValidationError that names each wrong field."""
        if not isinstance(self.request.data, dict):
            raise ParseError("The body must be a JSON object.")
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        found: dict[str, Any] = checked.validated_data
        return found

    def asked(self, serializer: type[Strict] | None = None) -> dict[str, Any]:
        """The query parameters, validated; without a serializer none may be given."""
        checked = (serializer or NoParameters)(data=self.request.query_params)
        try:
            checked.is_valid(raise_exception=True)
        except serializers.ValidationError as error:
            raise InvalidInputError([_of_parameter(found) for found in problems_in(error.detail)]) from error
        found: dict[str, Any] = checked.validated_data
        return found

    def page(self, rows: QuerySet[Any], *, order: Order, asked: dict[str, Any]) -> Page:
        """One page of the rows, as `ListParameters` asked for it."""
        return page(
            self.request._request,
            rows,
            order=order,
            limit=asked["limit"],
            newsroom_id=self.actor.newsroom_id,
            cursor=asked.get("cursor"),
        )

    def revision(self) -> int | None:
        """The revision of `If-Match`: 428 where it is required and missing, 400 where it is none of ours."""
        given = self.request.META.get("HTTP_IF_MATCH")
        if given is None:
            if self.if_match[self.request.method or ""]:
                raise PreconditionRequiredError
            return None
        found = _REVISION.match(given.strip())
        if found is None:
            raise ParseError(
                'If-Match takes the ETag of the claim as it was answered, such as "3.0f…".', code="bad_if_match"
            )
        return int(found.group(1) or found.group(2))

    def answer(self, body: Mapping[str, Any], *, status: int = 200, revision: int | None = None) -> HttpResponse:
        """The body as JSON, with its tag where it has a revision; 304 where the reader has exactly this."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        if revision is None:
            response = HttpResponse(content, status=status, content_type="application/json")
            response["Cache-Control"] = "private, no-store"
            return response
        tag = f'"{revision}.{hashlib.sha256(content).hexdigest()[:16]}"'
        known = parse_etags(self.request.META.get("HTTP_IF_NONE_MATCH", ""))
        is_known = self.request.method == "GET" and (tag in known or known == ["*"])
        response = HttpResponse(
            b"" if is_known else content, status=304 if is_known else status, content_type="application/json"
        )
        response["ETag"] = tag
        response["Cache-Control"] = "private, no-cache"
        return response


def _of_parameter(problem: FieldProblem) -> FieldProblem:
    code = "unknown_parameter" if problem.code == "unknown_field" else problem.code
    return FieldProblem(problem.pointer, code, f"{problem.pointer.removeprefix('/')}: {problem.detail}")


class NoParameters(Strict):
    """A view that takes no query parameters."""


class ListParameters(Strict):
    """What every list takes."""

    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    cursor = serializers.CharField(required=False)
