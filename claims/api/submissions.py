"""Tips: sent in, read by the desk and coarsely by their senders, and what is done with them, one or many at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.access import Actor
from claims.api import shapes
from claims.api.base import ContractView, ListParameters
from claims.api.claims import several
from claims.api.pagination import Key, order_of, page
from claims.api.pagination import reverse as reverse_order
from claims.api.schema import page_of, shape
from claims.api.show import instant, maybe_instant
from claims.intake.bodies import Choice, Strict
from claims.intake.submissions import BODIES, BulkBody, SubmissionBody, submission_input, tip_claim_input
from claims.models import Claim, ClaimReview, Submission, SubmittedFile
from claims.selectors.public import address_of
from claims.selectors.similar import Suggestion, likely_checks
from claims.selectors.standing import standing_of
from claims.selectors.submissions import (
    contact_of,
    file_in_sight,
    matching,
    submission_in_sight,
    visible_submissions,
    with_parts,
)
from claims.vocab import Audience, Channel, DeclineReason, Right, SubmissionAct, SubmissionState
from claims.workflow import submissions
from claims.workflow.submissions import BulkReport

#: Five MiB in base64, with the words beside them.
MAX_SUBMISSION = 8 * 1024 * 1024

Given = dict[str, Any]


# How tips are shown.


def file_shape(file: SubmittedFile | None) -> shapes.FileShape | None:
    if file is None:
        return None
    return {
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": bytes(file.sha256).hex(),
    }


def claim_of_tip(claim: Claim) -> shapes.ClaimOfTip:
    return {"id": str(claim.pk), "statement": claim.statement, "status": claim.status}


def answer_shape(review: ClaimReview) -> shapes.AnswerShape:
    return {"review": str(review.pk), "url": address_of(review)}


def submission_shape(row: Submission, *, actor: Actor) -> shapes.SubmissionShape:
    """A tip that was read with its parts, as its reader may see it. The contact is never part of it."""
    is_desk = actor.audience == Audience.DESK
    standing = standing_of(row)
    reason: str | None = row.decline_reason if is_desk else standing.reason
    return {
        "id": str(row.pk),
        "state": row.state if is_desk else str(standing.coarse),
        "text": row.text,
        "url": row.url or None,
        "file": file_shape(row.file),
        "channel": cast(Channel, row.channel),
        "in_language": row.in_language,
        "has_contact": row.contact_sealed is not None,
        "erase_contact_at": maybe_instant(row.erase_contact_at),
        "claims": [claim_of_tip(link.claim) for link in row.submission_claims.all()] if is_desk else [],
        "answers": [answer_shape(review) for review in standing.reviews],
        "decline_reason": str(reason) if reason else None,
        "recorded_by": row.recorded_by.get_username() if row.recorded_by else None,
        "allowed_acts": [str(act) for act in submissions.allowed_acts(row, actor=actor)],
        "received_at": instant(row.received_at),
    }


def suggestion_shape(found: Suggestion) -> shapes.SuggestionShape:
    rating = found.claim.verdict.rating.code if found.review and found.claim.verdict else None
    return {
        "claim": claim_of_tip(found.claim),
        "review": answer_shape(found.review) if found.review else None,
        "rating": rating,
        "score": found.score,
        "why": found.why,
    }


# Reading and sending in.


class ExpandOneOrMore(serializers.CharField):
    """Names from an allow-list, separated by commas."""

    def __init__(self, *names: str) -> None:
        super().__init__(required=False)
        self.names = names

    def to_internal_value(self, data: Any) -> Any:
        given = [name for name in super().to_internal_value(data).split(",") if name]
        unknown = sorted(set(given) - set(self.names))
        if unknown:
            detail = f"“{unknown[0]}” cannot be expanded; these can: {', '.join(self.names)}."
            raise serializers.ValidationError(detail, code="unknown_expand")
        return frozenset(given)


class SenderParameters(ListParameters):
    order = Choice(["received", "-received"], default="-received")


class SubmissionParameters(SenderParameters):
    """What the desk's list takes: several values of one filter are alternatives."""

    state = several(Choice(SubmissionState.choices))
    channel = several(Choice(Channel.choices))
    language = several(serializers.CharField(max_length=35))
    claim = serializers.UUIDField(required=False)
    q = serializers.CharField(required=False, max_length=500)
    expand = ExpandOneOrMore("suggestions")


class OneSubmissionParameters(Strict):
    expand = ExpandOneOrMore("suggestions", "contact")


class SubmissionsView(ContractView):
    max_body: ClassVar[int] = MAX_SUBMISSION

    @extend_schema(
        operation_id="submissions_list",
        parameters=[SubmissionParameters],
        responses={200: page_of(shapes.SubmissionShape)},
    )
    def get(self, request: Request) -> HttpResponse:
        """Tips, the newest first; with `expand=suggestions` likely earlier checks of each."""
        actor = self.actor
        is_desk = actor.audience == Audience.DESK
        asked = self.asked(SubmissionParameters if is_desk else SenderParameters)
        order = order_of(Key("received_at"))
        found = page(
            request._request,
            with_parts(matching(visible_submissions(actor), asked)),
            order=reverse_order(order) if asked["order"].startswith("-") else order,
            limit=asked["limit"],
            newsroom_id=actor.newsroom_id,
            cursor=asked.get("cursor"),
        )
        suggested = (
            likely_checks(actor=actor, texts={row.pk: row.text for row in found.rows})
            if "suggestions" in asked.get("expand", frozenset())
            else None
        )

        def show(row: Submission) -> shapes.SubmissionShape:
            shown = submission_shape(row, actor=actor)
            if suggested is not None:
                shown["suggestions"] = [suggestion_shape(each) for each in suggested[row.pk]]
            return shown

        return self.answer(found.shown(show))

    @extend_schema(
        operation_id="submissions_send",
        request=SubmissionBody,
        responses={201: shape(shapes.SubmissionShape)},
    )
    def post(self, request: Request) -> HttpResponse:
        """Sends a tip in: words, a link or one file. `status_url`, told this once, is the page of how it stands."""
        self.asked()
        given = submission_input(self.body(SubmissionBody))
        made = submissions.submit(actor=self.actor, given=given, channel=Channel.API)
        row = submission_in_sight(actor=self.actor, submission_id=made.submission.pk)
        shown = submission_shape(row, actor=self.actor)
        shown["status_url"] = settings.PUBLIC_URL + reverse("public:tip-status", args=[made.secret])
        return self.answer(shown, status=201)


class SubmissionView(ContractView):
    @extend_schema(
        operation_id="submissions_read",
        parameters=[OneSubmissionParameters],
        responses={200: shape(shapes.SubmissionShape)},
    )
    def get(self, request: Request, submission_id: UUID) -> HttpResponse:
        """One tip; with `expand=contact`, for editors and administrators alone, how its sender may be reached."""
        expand = self.asked(OneSubmissionParameters).get("expand", frozenset())
        row = submission_in_sight(actor=self.actor, submission_id=submission_id)
        shown = submission_shape(row, actor=self.actor)
        if "contact" in expand:
            shown["contact"] = contact_of(row, actor=self.actor)
        if "suggestions" in expand:
            self.needs(Right.READ)
            found = likely_checks(actor=self.actor, texts={row.pk: row.text})[row.pk]
            shown["suggestions"] = [suggestion_shape(each) for each in found]
        return self.answer(shown)


class SubmissionFileView(ContractView):
    @extend_schema(
        operation_id="submissions_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, submission_id: UUID) -> HttpResponse:
        """The file of a tip, for the desk: to be saved, never to be shown or run by a browser."""
        self.asked()
        submission_in_sight(actor=self.actor, submission_id=submission_id)
        file = file_in_sight(actor=self.needs(Right.READ), submission_id=submission_id)
        response = HttpResponse(bytes(file.content), content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name) or ""
        response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-store"
        return response


# The acts: one path each, made from one table.


def _link(actor: Actor, submission_id: UUID, given: Given) -> object:
    return submissions.link(actor=actor, submission_id=submission_id, claim_id=given["claim"])


def _make_claim(actor: Actor, submission_id: UUID, given: Given) -> object:
    return submissions.make_claim(actor=actor, submission_id=submission_id, given=tip_claim_input(given))


def _answer(actor: Actor, submission_id: UUID, given: Given) -> object:
    return submissions.answer(actor=actor, submission_id=submission_id, review_id=given["review"])


def _decline(actor: Actor, submission_id: UUID, given: Given) -> object:
    reason = DeclineReason(given["reason_code"])
    return submissions.decline(actor=actor, submission_id=submission_id, reason_code=reason)


def _reopen(actor: Actor, submission_id: UUID, given: Given) -> object:
    return submissions.reopen(actor=actor, submission_id=submission_id)


DO: dict[SubmissionAct, Callable[[Actor, UUID, Given], object]] = {
    SubmissionAct.LINK: _link,
    SubmissionAct.MAKE_CLAIM: _make_claim,
    SubmissionAct.ANSWER: _answer,
    SubmissionAct.DECLINE: _decline,
    SubmissionAct.REOPEN: _reopen,
}


class SubmissionActView(ContractView):
    act: ClassVar[SubmissionAct]

    def do(self, submission_id: UUID) -> HttpResponse:
        self.asked()
        submission_in_sight(actor=self.actor, submission_id=submission_id)
        DO[self.act](self.actor, submission_id, self.body(BODIES[self.act]))
        row = submission_in_sight(actor=self.actor, submission_id=submission_id)
        return self.answer(submission_shape(row, actor=self.actor))


def _view(act: SubmissionAct) -> type[SubmissionActView]:
    name = act.value.replace("-", "_")

    @extend_schema(
        operation_id=f"submissions_{name}",
        summary=str(act.label),
        description="Answers with the tip.",
        request=BODIES[act],
        responses={200: shape(shapes.SubmissionShape)},
    )
    def post(self: SubmissionActView, request: Request, submission_id: UUID) -> HttpResponse:
        return self.do(submission_id)

    return type(f"Submission{name.title().replace('_', '')}View", (SubmissionActView,), {"act": act, "post": post})


class SubmissionsBulkView(ContractView):
    @extend_schema(operation_id="submissions_bulk", request=BulkBody, responses={200: shape(shapes.BulkReportShape)})
    def post(self, request: Request) -> HttpResponse:
        """One act on several tips, each by itself: what is refused is left out, with the reason, and the rest done.

        `make-claim` makes one claim of them all.
        """
        self.asked()
        actor = self.needs(Right.REVIEW)
        given = self.body(BulkBody)
        act, ids, body = SubmissionAct(given["act"]), given["submissions"], given["with"]
        report = (
            submissions.make_one_claim(actor=actor, submission_ids=ids, given=tip_claim_input(body))
            if act is SubmissionAct.MAKE_CLAIM
            else submissions.in_bulk(ids, lambda submission_id: DO[act](actor, submission_id, body))
        )
        return self.answer(_report_shape(report))


def _report_shape(report: BulkReport) -> shapes.BulkReportShape:
    return {
        "done": [str(pk) for pk in report.done],
        "left_out": [
            {"id": str(found.submission_id), "code": found.code, "detail": found.detail} for found in report.left_out
        ],
    }


PATHS: list[URLPattern] = [
    path("submissions/", SubmissionsView.as_view(), name="submissions"),
    path("submissions/bulk/", SubmissionsBulkView.as_view(), name="submissions-bulk"),
    path("submissions/<uuid:submission_id>/", SubmissionView.as_view(), name="submission"),
    path("submissions/<uuid:submission_id>/file/", SubmissionFileView.as_view(), name="submission-file"),
    *(
        path(f"submissions/<uuid:submission_id>/{act}/", _view(act).as_view(), name=f"submission-{act}")
        for act in SubmissionAct
    ),
]
