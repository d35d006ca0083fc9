"""Every error as `application/problem+json` (RFC 9457): the one place that gives an error its HTTP status."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from claims.api.request_id import request_id_of
from claims.api.shapes import ProblemField
from claims.errors import (
    DomainError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    RuleBrokenError,
    StaleRevisionError,
)
from claims.intake.problems import problems_in

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
API_PREFIXES = ("/api/", "/v1alpha1/")

TITLES = {
    400: "The request is wrong",
    401: "Not logged in",
    403: "Not permitted",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible now",
    411: "Length required",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Media type not supported",
    428: "Precondition required",
    429: "Too many requests",
    500: "An error of ours",
}

STATUS_OF_ERROR: list[tuple[type[DomainError], int]] = [
    (InvalidInputError, 400),
    (NotFoundError, 404),
    (NotPermittedError, 403),
    (StaleRevisionError, 412),
    (RuleBrokenError, 409),
]


class PreconditionRequiredError(exceptions.APIException):
    status_code = 428
    default_code = "precondition_required"
    default_detail = (
        "Send If-Match with the ETag of the claim as you read it, so that you do not overwrite what you have not seen."
    )


def problem(
    request: HttpRequest,
    status: int,
    detail: str,
    *,
    code: str,
    errors: list[ProblemField] | None = None,
    **more: object,
) -> dict[str, Any]:
    return {
        "type": f"/api/docs/#problem-{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": _encodable(detail),
        "code": code,
        "request_id": request_id_of(request),
        "errors": [
            {**found, "pointer": _encodable(found["pointer"]), "detail": _encodable(found["detail"])}
            for found in errors or []
        ],
        **more,
    }


def _encodable(text: str) -> str:
    """Lone surrogates, which a refusal may repeat from the request, have no form in UTF-8: they are written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What is not known here goes on to `server_error`."""
    request: Request = context["request"]
    body = _body_of(error, request._request)
    if body is None:
        return None
    set_rollback()
    response = Response(body, status=body["status"], content_type=MEDIA_TYPE)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        response["WWW-Authenticate"] = "Bearer"
    return response


def _body_of(error: Exception, request: HttpRequest) -> dict[str, Any] | None:
    if isinstance(error, DomainError):
        return _domain_problem(error, request)
    if isinstance(error, Http404):
        return not_found_problem(request)
    if isinstance(error, PermissionDenied):
        return problem(request, 403, "You may not do this.", code="not_permitted")
    if isinstance(error, exceptions.PermissionDenied):
        return problem(request, 403, str(error.detail), code="not_permitted")
    if isinstance(error, exceptions.ValidationError):
        return _domain_problem(InvalidInputError(problems_in(error.detail)), request)
    if isinstance(error, exceptions.APIException):
        status = 401 if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed) else None
        codes = error.get_codes()
        return problem(
            request,
            status or error.status_code,
            str(error.detail),
            code=codes if isinstance(codes, str) else "error",
        )
    return None


def _domain_problem(error: DomainError, request: HttpRequest) -> dict[str, Any]:
    status = next(status for kind, status in STATUS_OF_ERROR if isinstance(error, kind))
    if isinstance(error, InvalidInputError):
        fields: list[ProblemField] = [
            {"pointer": found.pointer, "code": found.code, "detail": found.detail} for found in error.problems
        ]
        return problem(request, status, error.detail, code=error.code, errors=fields)
    if isinstance(error, StaleRevisionError):
        return problem(request, status, error.detail, code=error.code, current_revision=error.current_revision)
    return problem(request, status, error.detail, code=error.code)


def not_found_problem(request: HttpRequest) -> dict[str, Any]:
    return problem(request, 404, "There is nothing here, or nothing that you may see.", code="not_found")


def wants_problem(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIXES)


def _plain(body: dict[str, Any]) -> HttpResponse:
    return JsonResponse(body, status=body["status"], content_type=MEDIA_TYPE)


def not_found(request: HttpRequest) -> HttpResponse:
    return _plain(not_found_problem(request))


def bad_request(request: HttpRequest) -> HttpResponse:
    return _plain(problem(request, 400, "The request cannot be read.", code="bad_request"))


def forbidden(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _plain(problem(request, 403, reason or "You may not do this.", code="not_permitted"))


def server_error(request: HttpRequest) -> HttpResponse:
    detail = "Something went wrong on our side. Nothing was written; the request id helps us to find out why."
    return _plain(problem(request, 500, detail, code="server_error"))
