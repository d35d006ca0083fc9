"""The forms of tips: one to add one, one per act, and the table that says which function of the workflow each calls."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from claims.access import Actor
from claims.admin.fields import Address, Language, Line, Words
from claims.vocab import ClaimantKind, ClaimKind, DeclineReason, SubmissionAct
from claims.workflow import submissions
from claims.workflow.inputs import ClaimantInput, ClaimInput, FileInput, SubmissionInput
from claims.workflow.submissions import BulkReport

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class TipForm(forms.Form):
    """A tip that came by telephone, by letter, in a chat."""

    text = Words(label="What was sent", rows=8, required=False, max_length=20_000)
    url = Address(label="Link", required=False, help_text="It is kept, and not fetched.")
    file = forms.FileField(
        label="File", required=False, help_text="One picture, PDF, text or sound of at most 5 MiB.", max_length=300
    )
    contact = Line(
        label="How the sender may be reached",
        required=False,
        max_length=500,
        help_text="Kept encrypted, read by editors and administrators alone, and erased by the newsroom's policy.",
    )
    in_language = Language()

    def given(self) -> SubmissionInput:
        values = dict(self.cleaned_data)
        file = values.pop("file")
        return SubmissionInput(**values, file=FileInput(file.name or "", file.read()) if file else None)


class TipActForm(forms.Form):
    pointers: ClassVar[dict[str, str]] = {}


class AddressOrId(forms.UUIDField):
    """An id, or the address of the desk's page in which it stands."""

    def __init__(self, *, label: str, invalid: str) -> None:
        widget = forms.TextInput(attrs={"size": 60})
        super().__init__(label=label, error_messages={"invalid": invalid}, widget=widget)

    def to_python(self, value: Any) -> Any:
        found = _ID.search(str(value))
        return super().to_python(found[0] if found else value)


class LinkTipForm(TipActForm):
    claim = AddressOrId(label="Address of the claim's page, or its id", invalid="This is not the id of a claim.")


class AnswerTipForm(TipActForm):
    review = AddressOrId(
        label="Address of the review's page at the desk, or its id", invalid="This is not the id of a review."
    )


class DeclineTipForm(TipActForm):
    reason_code = forms.TypedChoiceField(
        label="Reason, which the sender is told",
        choices=[("", "Choose a reason"), *DeclineReason.choices],
        coerce=DeclineReason,
    )


class MakeClaimForm(TipActForm):
    pointers: ClassVar[dict[str, str]] = {"/claimant": "claimant"}

    statement = Words(
        label="Claim",
        rows=2,
        required=False,
        max_length=5000,
        help_text="In our words; it must be understood on its own. Empty: the tip's own words.",
    )
    kind = forms.ChoiceField(label="Kind", choices=ClaimKind.choices, initial=ClaimKind.FACT)
    claimant = Line(label="Who made it", required=False, max_length=300)
    claimant_kind = forms.ChoiceField(
        label="Kind, if new", required=False, choices=[("", "Not said"), *ClaimantKind.choices]
    )

    def given(self) -> ClaimInput:
        values = self.cleaned_data
        name = values["claimant"]
        claimants = (ClaimantInput(name=name, kind=values["claimant_kind"] or None),) if name else ()
        return ClaimInput(statement=values["statement"], kind=values["kind"], claimants=claimants)


Run = Callable[[Actor, UUID, Any], object]
RunForAll = Callable[[Actor, list[UUID], Any], BulkReport]


@dataclass(frozen=True, slots=True)
class TipAct:
    """An act as the desk sees it: what it asks, what it calls for one tip and for several, what it says."""

    act: SubmissionAct
    form: type[TipActForm]
    run: Run
    done: str
    run_for_all: RunForAll | None = None

    @property
    def name(self) -> str:
        return str(self.act)

    @property
    def title(self) -> str:
        return str(self.act.label)

    def run_in_bulk(self, actor: Actor, ids: list[UUID], form: Any) -> BulkReport:
        if self.run_for_all is not None:
            return self.run_for_all(actor, ids, form)
        return submissions.in_bulk(ids, lambda submission_id: self.run(actor, submission_id, form))


def _with(function: Callable[..., object], **names: str) -> Run:
    """Calls an act whose words are the form's fields; `names` are those that it calls otherwise."""
    return lambda actor, submission_id, form: function(
        actor=actor,
        submission_id=submission_id,
        **{names.get(name, name): value for name, value in form.cleaned_data.items()},
    )


def _make_claim(actor: Actor, submission_id: UUID, form: MakeClaimForm) -> object:
    return submissions.make_claim(actor=actor, submission_id=submission_id, given=form.given())


def _make_one_claim(actor: Actor, ids: list[UUID], form: MakeClaimForm) -> BulkReport:
    return submissions.make_one_claim(actor=actor, submission_ids=ids, given=form.given())


ACTS: dict[str, TipAct] = {
    found.name: found
    for found in (
        TipAct(SubmissionAct.LINK, LinkTipForm, _with(submissions.link, claim="claim_id"), "Linked to the claim."),
        TipAct(
            SubmissionAct.MAKE_CLAIM,
            MakeClaimForm,
            _make_claim,
            "The claim is recorded and enters the queue within moments.",
            _make_one_claim,
        ),
        TipAct(
            SubmissionAct.ANSWER,
            AnswerTipForm,
            _with(submissions.answer, review="review_id"),
            "Answered: the sender's page shows the check now.",
        ),
        TipAct(
            SubmissionAct.DECLINE,
            DeclineTipForm,
            _with(submissions.decline),
            "Declined: the sender's page tells the reason.",
        ),
        TipAct(SubmissionAct.REOPEN, TipActForm, _with(submissions.reopen), "Back among the new tips."),
    )
}
