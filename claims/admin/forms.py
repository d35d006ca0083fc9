"""One form per act, and the one table that says which function of the workflow it calls."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from claims.admin.act_forms import ActForm, DeskAct, Order, on_any_revision, on_revision
from claims.admin.fields import Address, Language, Line, Moment, PartialDate, RowId, Words
from claims.admin.sighting_forms import SIGHTING_ACTS
from claims.models import ClaimClaimant, Topic
from claims.selectors.desk import members_who_check, namesakes, ratings_for
from claims.vocab import (
    Act,
    ClaimantKind,
    ClaimantMatch,
    ClaimKind,
    CorrectionKind,
    DeclineReason,
    Right,
    SourceKind,
    Stage,
    Stance,
    WaitingOn,
)
from claims.workflow import claims, evidence, queue, reviews, verdicts
from claims.workflow.claims import ClaimFields
from claims.workflow.inputs import ClaimantInput, EvidenceInput, ReviewTextInput, SourceInput, VerdictInput
from claims.workflow.reviews import KINDS_OF_CHANGE


class ReasonForm(ActForm):
    reason = Words(label="Reason", max_length=2000)


class OptionalReasonForm(ActForm):
    reason = Line(label="Reason", required=False, max_length=2000)


class AssignForm(ActForm):
    reviewer = forms.ChoiceField(label="To whom")
    note = Line(label="Note for them", required=False, max_length=2000)

    def fit(self) -> None:
        names = [found.user.get_username() for found in members_who_check(self.situation.actor)]
        choices = [("", "Choose somebody"), *((name, name) for name in names)]
        self.fields["reviewer"] = forms.ChoiceField(label="To whom", choices=choices)


class HoldForm(ActForm):
    until = Moment(label="Until")
    waiting_for = forms.TypedChoiceField(
        label="Waiting for",
        required=False,
        choices=[("", "Not said"), *WaitingOn.choices],
        coerce=WaitingOn,
        empty_value=None,
    )
    note = Line(label="Note", required=False, max_length=2000)


class DeclineForm(ActForm):
    reason_code = forms.TypedChoiceField(
        label="Reason, which a reader may be told",
        choices=DeclineReason.choices,
        coerce=DeclineReason,
        widget=forms.RadioSelect,
    )
    note = Words(label="Note, for the desk alone", required=False, max_length=2000)


class DuplicateForm(ActForm):
    of = RowId(label="The claim that stays")


class PublishForm(ActForm):
    """The first time nothing is to be said; after a correction readers are told what changed."""

    kind = forms.TypedChoiceField(
        label="What kind of change this is",
        choices=[("", "Choose one"), *((kind, kind.label) for kind in KINDS_OF_CHANGE)],
        coerce=CorrectionKind,
        empty_value=None,
    )
    public_note = Words(label="What was changed and why, for readers", max_length=5000)

    def fit(self) -> None:
        if self.situation.latest_revision is None:
            del self.fields["kind"], self.fields["public_note"]


class CorrectForm(ActForm):
    reason = Words(label="Reason", max_length=2000)
    show_notice = forms.BooleanField(label="Tell readers that this is being checked again", required=False)


class PriorityForm(ActForm):
    delta = forms.IntegerField(label="Points to add (or take away)", min_value=-1000, max_value=1000)
    reason = Line(label="Reason", max_length=2000)


class DueForm(ActForm):
    due = Moment(label="Due", required=False)

    def fit(self) -> None:
        self.initial.setdefault("due", self.situation.claim.due)


class UrgentForm(ActForm):
    is_urgent = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda word: word == "yes", widget=forms.HiddenInput
    )
    reason = Line(label="Reason", max_length=2000)

    def fit(self) -> None:
        self.initial["is_urgent"] = "no" if self.situation.claim.is_urgent else "yes"


class VerdictForm(ActForm):
    rating = forms.ChoiceField(label="Rating", widget=forms.RadioSelect)
    explanation = Words(label="Reasons, for the desk", rows=5, max_length=100_000)
    looked_for = Words(
        label="What you looked for and whom you asked",
        required=False,
        max_length=20_000,
        help_text="Needed for “Unverifiable”.",
    )
    override_reason = Words(
        label="Why this evidence is enough",
        required=False,
        rows=2,
        max_length=5000,
        help_text="Only where there is neither a primary source nor two independent origins.",
    )
    headline = Line(
        label="Headline, for readers",
        max_length=300,
        widget=forms.TextInput(attrs={"size": 60, "dir": "auto"}),
        help_text="Search results show about 75 characters.",
    )
    summary = Words(
        label="Summary, for readers",
        max_length=5000,
        help_text="What was found, in a sentence or two; search results show about 160 characters.",
    )
    body = Words(
        label="Text, for readers",
        rows=8,
        required=False,
        max_length=200_000,
        help_text="Markdown without HTML or images.",
    )

    def fit(self) -> None:
        labels = [(rating.code, rating.label("en")) for rating in ratings_for(self.situation.claim)]
        self.fields["rating"] = forms.ChoiceField(label="Rating", choices=labels, widget=forms.RadioSelect)
        if not self.situation.actor.may(Right.EDIT):
            del self.fields["override_reason"]
        self._begin_with_what_stands()

    def _begin_with_what_stands(self) -> None:
        verdict, review = self.situation.verdict, self.situation.review
        if verdict is not None:
            self.initial.update(
                {name: getattr(verdict, name) for name in ("explanation", "looked_for", "override_reason")}
            )
            self.initial["rating"] = verdict.rating.code
        if review is not None:
            self.initial.update({name: getattr(review, name) for name in ("headline", "summary", "body")})


class ApproveForm(ActForm):
    agrees = forms.TypedChoiceField(
        label="Your word",
        choices=[("yes", "I stand behind exactly this"), ("no", "I do not agree: send it back")],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    rating = forms.ChoiceField(label="Your own rating", required=False)
    note = Words(label="Note", required=False, max_length=5000, help_text="Needed where you do not agree.")

    def fit(self) -> None:
        labels = [
            ("", "The same"),
            *((rating.code, rating.label("en")) for rating in ratings_for(self.situation.claim)),
        ]
        self.fields["rating"] = forms.ChoiceField(label="Your own rating", required=False, choices=labels)


class EditForm(ActForm):
    statement = Words(label="Claim", rows=2, max_length=5000, help_text="In our words; understood on its own.")
    context = Words(label="Context", required=False, max_length=20_000)
    kind = forms.ChoiceField(label="Kind", choices=ClaimKind.choices)
    date = PartialDate(label="Said on", required=False)
    on_behalf_of = Line(label="On behalf of", required=False, max_length=300)
    in_language = Language()
    topics = forms.MultipleChoiceField(label="Topics", required=False, widget=forms.CheckboxSelectMultiple)

    def fit(self) -> None:
        claim = self.situation.claim
        topics = list(Topic.objects.filter(newsroom_id=claim.newsroom_id).order_by("name"))
        if topics:
            self.fields["topics"] = forms.MultipleChoiceField(
                label="Topics",
                required=False,
                choices=[(topic.slug, topic.name) for topic in topics],
                widget=forms.CheckboxSelectMultiple,
            )
        else:
            del self.fields["topics"]
        self.initial.update(
            {
                "statement": claim.statement,
                "context": claim.context,
                "kind": claim.kind,
                "date": claim.date_said,
                "on_behalf_of": claim.on_behalf_of,
                "in_language": claim.in_language,
                "topics": [link.topic.slug for link in claim.claim_topics.select_related("topic")] if topics else [],
            }
        )


class ClaimantsForm(ActForm):
    """Who makes the claim: chosen among namesakes, or named. A name that stands there already keeps its row."""

    pointers: ClassVar[dict[str, str]] = {"/claimant": "names"}

    chosen = forms.ChoiceField(label="Which of them", required=False, widget=forms.RadioSelect)
    names = Words(
        label="Who makes this claim",
        required=False,
        rows=2,
        max_length=6000,
        help_text="One name a line; the first is the claimant, the others make the claim together with them.",
    )
    kind = forms.TypedChoiceField(
        label="Kind of whoever is new",
        required=False,
        choices=[("", "Not said"), *ClaimantKind.choices],
        empty_value=None,
    )

    def fit(self) -> None:
        claim = self.situation.claim
        self.initial["names"] = "\n".join(link.claimant.name for link in self.situation.claimants)
        if claim.claimant_match != ClaimantMatch.AMBIGUOUS or self.situation.claimants:
            del self.fields["chosen"]
            return
        found = namesakes(self.situation.actor, claim.claimant_named)
        labels = [(str(claimant.pk), _told_apart(claimant)) for claimant in found]
        self.fields["chosen"] = forms.ChoiceField(
            label=f"Which “{claim.claimant_named}” is meant", required=False, choices=labels, widget=forms.RadioSelect
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("chosen") and not cleaned.get("names", "").strip():
            raise ValidationError("Name who makes this claim.")
        return cleaned

    def claimants(self) -> tuple[ClaimantInput, ...]:
        if self.cleaned_data.get("chosen"):
            return (ClaimantInput(id=UUID(self.cleaned_data["chosen"])),)
        standing = {link.claimant.name: link for link in self.situation.claimants}
        names = [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]
        return tuple(self._one(name, standing.get(name)) for name in names)

    def _one(self, name: str, standing: ClaimClaimant | None) -> ClaimantInput:
        if standing is not None:
            return ClaimantInput(id=standing.claimant_id)
        return ClaimantInput(name=name, kind=self.cleaned_data["kind"])


def _told_apart(claimant: Any) -> str:
    roles = ", ".join(role.title for role in claimant.roles.all())
    return ", ".join(filter(None, [claimant.name, str(claimant.get_kind_display()), claimant.wikidata_id, roles]))


class EvidenceForm(ActForm):
    pointers: ClassVar[dict[str, str]] = {"/source/url": "url", "/source/title": "title", "/source": "url"}

    kind = forms.ChoiceField(label="Kind of source", choices=SourceKind.choices)
    url = Address(label="Address", required=False, help_text="Empty for an interview or a calculation.")
    title = Line(label="Title", required=False, max_length=500, widget=forms.TextInput(attrs={"size": 60}))
    publisher = Line(label="Publisher", required=False, max_length=300)
    stance = forms.ChoiceField(label="How it bears on the claim", choices=Stance.choices, widget=forms.RadioSelect)
    excerpt = Words(label="Excerpt, word for word", required=False, max_length=20_000)
    note = Words(label="Note", required=False, rows=2, max_length=20_000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("url") and not cleaned.get("title"):
            self.add_error("url", "A source needs an address or, where it has none, a title.")
        return cleaned


class WithdrawEvidenceForm(ActForm):
    evidence = forms.UUIDField(widget=forms.HiddenInput)
    reason = Line(label="Why it is withdrawn", max_length=2000)

    def clean_evidence(self) -> UUID:
        found: UUID = self.cleaned_data["evidence"]
        if not self.situation.claim.evidence.filter(pk=found).exists():
            raise ValidationError("This evidence is not of this claim.")
        return found


def _propose(order: Order) -> object:
    given = order.given
    verdict = VerdictInput(
        rating=given["rating"],
        explanation=given["explanation"],
        looked_for=given["looked_for"],
        override_reason=given.get("override_reason", ""),
        review=ReviewTextInput(given["headline"], given["summary"], given["body"]),
    )
    return verdicts.propose(actor=order.actor, claim_id=order.claim_id, given=verdict, revision=order.revision)


def _approve(order: Order) -> object:
    given = {**order.given, "rating": order.given["rating"] or None}
    return verdicts.approve(actor=order.actor, claim_id=order.claim_id, revision=order.revision, **given)


def _edit(order: Order) -> object:
    given = dict(order.given)
    topics = given.pop("topics", None)
    fields = ClaimFields(**given, topics=None if topics is None else tuple(topics))
    return claims.edit(actor=order.actor, claim_id=order.claim_id, fields=fields, revision=order.revision)


def _set_claimants(order: Order) -> object:
    assert isinstance(order.form, ClaimantsForm)  # noqa: S101 - the table pairs them
    fields = ClaimFields(claimants=order.form.claimants())
    return claims.edit(actor=order.actor, claim_id=order.claim_id, fields=fields, revision=order.revision)


def _add_evidence(order: Order) -> object:
    given = order.given
    source = SourceInput(**{name: given[name] for name in ("kind", "url", "title", "publisher")})
    item = EvidenceInput(source, given["stance"], given["excerpt"], given["note"])
    return evidence.add(actor=order.actor, claim_id=order.claim_id, given=item, revision=order.revision)


def _withdraw_evidence(order: Order) -> object:
    given = order.given
    return evidence.withdraw(actor=order.actor, evidence_id=given["evidence"], reason=given["reason"])


#: Every act of the claim's page, by the last part of its address.
ACTS: dict[str, DeskAct] = {
    "accept": DeskAct(Act.ACCEPT, ActForm, on_revision(claims.accept), "Accepted: the claim is recorded now."),
    "take": DeskAct(Act.TAKE, ActForm, on_revision(queue.take), "You have this claim in hand now."),
    "take-approval": DeskAct(
        Act.TAKE_APPROVAL,
        ActForm,
        on_revision(partial(queue.take, stage=Stage.APPROVE)),
        "You have taken this claim for approval.",
    ),
    "resume": DeskAct(Act.RESUME, ActForm, on_revision(queue.resume), "The claim is in review again."),
    "propose": DeskAct(Act.PROPOSE, VerdictForm, _propose, "The verdict is proposed: a second person must approve it."),
    "approve": DeskAct(Act.APPROVE, ApproveForm, _approve, "Your word is recorded."),
    "publish": DeskAct(Act.PUBLISH, PublishForm, on_revision(reviews.publish), "Published: readers see it now."),
    "add-evidence": DeskAct(Act.ADD_EVIDENCE, EvidenceForm, _add_evidence, "The evidence is added."),
    "withdraw-evidence": DeskAct(
        Act.ADD_EVIDENCE, WithdrawEvidenceForm, _withdraw_evidence, "The evidence is withdrawn.", "Withdraw evidence"
    ),
    "edit": DeskAct(Act.EDIT, EditForm, _edit, "The claim is changed.", "Edit the claim"),
    "claimants": DeskAct(
        Act.EDIT, ClaimantsForm, _set_claimants, "It is noted who makes the claim.", "Say who makes this claim"
    ),
    "withdraw": DeskAct(
        Act.WITHDRAW,
        ActForm,
        on_revision(verdicts.withdraw),
        "The verdict is withdrawn: you have the claim in hand again.",
    ),
    "send-back": DeskAct(Act.SEND_BACK, ReasonForm, on_revision(verdicts.send_back), "Sent back with your reason."),
    "correct": DeskAct(
        Act.CORRECT,
        CorrectForm,
        on_revision(reviews.correct),
        "The correction has begun; what is published stays until you publish again.",
    ),
    "retract": DeskAct(
        Act.RETRACT,
        ReasonForm,
        on_revision(reviews.retract),
        "Retracted: a notice with the reason stands in its place.",
    ),
    "release": DeskAct(Act.RELEASE, ActForm, on_revision(queue.release), "Given back to the queue."),
    "skip": DeskAct(
        Act.SKIP, OptionalReasonForm, on_revision(queue.skip), "Skipped: you are not offered it again for a day."
    ),
    "hold": DeskAct(Act.HOLD, HoldForm, on_revision(queue.put_on_hold), "On hold until then; it stays yours."),
    "assign": DeskAct(Act.ASSIGN, AssignForm, on_revision(queue.assign), "Assigned."),
    "prioritise": DeskAct(Act.PRIORITISE, PriorityForm, on_any_revision(claims.prioritise), "The priority is changed."),
    "set-due": DeskAct(Act.SET_DUE, DueForm, on_any_revision(claims.set_due), "The due date is set."),
    "mark-urgent": DeskAct(Act.MARK_URGENT, UrgentForm, on_any_revision(claims.mark_urgent), "The urgency is changed."),
    "decline": DeskAct(Act.DECLINE, DeclineForm, on_revision(claims.decline), "Declined."),
    "mark-duplicate": DeskAct(
        Act.MARK_DUPLICATE, DuplicateForm, on_revision(claims.mark_duplicate), "Joined to the claim that stays."
    ),
    "dismiss": DeskAct(Act.DISMISS, OptionalReasonForm, on_revision(claims.dismiss), "Dismissed."),
    "reopen": DeskAct(Act.REOPEN, ReasonForm, on_revision(claims.reopen), "Back in the queue."),
    **SIGHTING_ACTS,
    "recuse": DeskAct(
        Act.RECUSE,
        ReasonForm,
        on_any_revision(queue.recuse),
        "You keep away from this claim from now on; only administrators see why.",
    ),
}
