"""Tips as they are sent in, over REST and by the public form, and what is done with them."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from rest_framework import serializers

from claims.intake.bodies import (
    Address,
    Choice,
    Language,
    Line,
    PlacelessClaimBody,
    Strict,
    Text,
    claimants_input,
    optional,
)
from claims.vocab import ClaimKind, DeclineReason, SubmissionAct
from claims.workflow.inputs import ClaimInput, FileInput, SubmissionInput

MOST_AT_ONCE = 200


class Base64(serializers.CharField):
    """Bytes in base64 (RFC 4648, section 4)."""

    def to_internal_value(self, data: Any) -> Any:
        value: str = super().to_internal_value(data)
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError("This is not base64.", code="bad_base64") from error


class FileField(Strict):
    """One file: a name, and its bytes in base64. What type it is, its bytes say."""

    name = Line(max_length=300)
    content = Base64(allow_blank=True)


class TipBody(Strict):
    """What the public form and REST have in common."""

    text = Text(**optional(max_length=20_000))
    url = Address(**optional())
    contact = Text(**optional(max_length=500))
    in_language = Language(allow_null=True)


class SubmissionBody(TipBody):
    file = FileField(required=False, allow_null=True)


def submission_input(given: dict[str, Any], *, file: FileInput | None = None) -> SubmissionInput:
    sent = given.get("file")
    return SubmissionInput(
        text=given.get("text") or "",
        url=given.get("url") or "",
        file=file or (FileInput(sent["name"], sent["content"]) if sent else None),
        contact=given.get("contact") or "",
        in_language=given.get("in_language") or "",
    )


class LinkTipBody(Strict):
    claim = serializers.UUIDField()


class MakeClaimBody(PlacelessClaimBody):
    """The claim that is in the tip; without a statement, the tip's own words are it."""

    statement = Line(**optional(max_length=5000))


def tip_claim_input(given: dict[str, Any]) -> ClaimInput:
    return ClaimInput(
        statement=given.get("statement") or "",
        kind=given.get("kind", ClaimKind.FACT),
        context=given.get("context") or "",
        claimants=claimants_input(given),
        on_behalf_of=given.get("on_behalf_of") or "",
        date=given.get("date") or "",
        in_language=given.get("in_language") or "",
        topics=tuple(given.get("topics", ())),
    )


class AnswerTipBody(Strict):
    review = serializers.UUIDField()


class DeclineTipBody(Strict):
    reason_code = Choice(DeclineReason.choices)


class ReopenTipBody(Strict):
    """An empty body."""


BODIES: dict[SubmissionAct, type[Strict]] = {
    SubmissionAct.LINK: LinkTipBody,
    SubmissionAct.MAKE_CLAIM: MakeClaimBody,
    SubmissionAct.ANSWER: AnswerTipBody,
    SubmissionAct.DECLINE: DeclineTipBody,
    SubmissionAct.REOPEN: ReopenTipBody,
}


class BulkBody(Strict):
    """One act on several tips; `with` is the body that the act takes for one."""

    act = Choice(SubmissionAct.choices)
    submissions = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE)

    def get_fields(self) -> Any:
        # `with` is a word of Python's own.
        return {**super().get_fields(), "with": serializers.DictField(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        body = BODIES[SubmissionAct(attrs["act"])](data=attrs.get("with", {}))
        if not body.is_valid():
            raise serializers.ValidationError({"with": body.errors})
        return {**attrs, "with": body.validated_data}
