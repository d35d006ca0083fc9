"""The forms of where a claim was met, who said it there, and how it stands to other claims."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import Truncator

from claims.admin.act_forms import ActForm, DeskAct, Order
from claims.admin.fields import Address, Line, PublicationDate, RowId, Words
from claims.models import ClaimLink
from claims.vocab import Act, Basis, ClaimantKind, ClaimKind, LinkKind, Speech
from claims.workflow import links, sightings, verdicts
from claims.workflow.inputs import AppearanceInput, ClaimantInput, LinkInput, SegmentInput
from claims.workflow.links import PartInput
from claims.workflow.repeats import repeated_by
from claims.workflow.sightings import AppearanceFields, LinkChange, SightingInput
from claims.workflow.situation import Situation
from claims.workflow.verdicts import SURE_OF, MadeSure, is_adoptable

#: Stands between the pieces of a quote, on a line of its own.
OMISSION = "[…]"
MOST_PARTS = 4
_KINDS = [("", "Not said"), *ClaimantKind.choices]


def pieces_of(quote: str, *, before: str = "", after: str = "") -> tuple[SegmentInput, ...]:
    """The pieces of a quote; the words around it tell which one is meant where the first stands more than once."""
    exact = [piece.strip("\n") for piece in quote.split(f"\n{OMISSION}\n")]
    return tuple(
        SegmentInput(exact=piece, prefix="" if index else before, suffix="" if index else after)
        for index, piece in enumerate(exact)
        if piece.strip()
    )


def quote_of(pieces: list[str]) -> str:
    return f"\n{OMISSION}\n".join(pieces)


class Quote(Words):
    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "Exact words")
        options.setdefault(
            "help_text", f"Copied from the text, letter for letter; between several pieces a line with {OMISSION}."
        )
        super().__init__(strip=False, max_length=100_000, **options)


class SightingForm(ActForm):
    """Behind a link, or in an article of ours; said by the claim's own claimants or by somebody else."""

    pointers: ClassVar[dict[str, str]] = {
        "/segments": "exact",
        "/exact": "exact",
        "/prefix": "words_before",
        "/suffix": "words_after",
        "/article": "article",
        "/claimant": "claimant",
        "/reported_by": "reported_by",
    }

    url = Address(label="Link", required=False, help_text="Where it was met; it is kept, and not fetched.")
    date = PublicationDate(label="Published there on", required=False)
    article = RowId(label="Or an article of ours", required=False)
    exact = Quote(required=False)
    words_before = Line(label="Words right before", required=False, strip=False, max_length=1000)
    words_after = Line(
        label="Words right after",
        required=False,
        strip=False,
        max_length=1000,
        help_text="Needed where the exact words stand more than once.",
    )
    claimant = Line(
        label="Who says it there",
        required=False,
        max_length=300,
        help_text="Empty: the same people. Somebody else's saying it is a claim of theirs, which repeats this one.",
    )
    claimant_kind = forms.ChoiceField(label="Kind, if new", required=False, choices=_KINDS)
    as_named = Line(label="As named in the text", required=False, max_length=300)
    speech = forms.ChoiceField(label="Speech", required=False, choices=[("", "Not said"), *Speech.choices])
    cue = Line(label="Cue", required=False, max_length=100, help_text="The word that introduces it: said, claims.")
    reported_by = Line(label="Reported by", required=False, max_length=300)
    is_first = forms.BooleanField(label="It was said here first", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if bool(cleaned["url"]) == bool(cleaned["article"]):
            self.add_error("url", "Give the link, or an article of ours: one of the two.")
        elif cleaned["article"] and not cleaned["exact"].strip():
            self.add_error("exact", "Say where in the article it stands.")
        elif cleaned["article"] and cleaned["date"]:
            self.add_error("date", "The article has its own date: leave it out.")
        elif not cleaned["article"] and cleaned["exact"].strip():
            self.add_error("article", "Exact words need the article that they stand in.")
        return cleaned

    def given(self) -> SightingInput:
        values = self.cleaned_data
        chain = [LinkInput(as_named=values["as_named"])]
        if values["reported_by"]:
            chain.append(LinkInput(ClaimantInput(name=values["reported_by"], where="/reported_by")))
        segments = pieces_of(values["exact"], before=values["words_before"], after=values["words_after"])
        place = AppearanceInput(
            segments=segments,
            speech=values["speech"] or None,
            cue=values["cue"],
            chain=tuple(chain),
            is_first=values["is_first"],
            url=values["url"],
            date_published=values["date"],
        )
        who = ClaimantInput(name=values["claimant"], kind=values["claimant_kind"] or None)
        return SightingInput(place, article_id=values["article"], claimants=(who,) if values["claimant"] else ())


class OneSightingForm(ActForm):
    """About one sighting of the claim whose page it is."""

    appearance = forms.UUIDField(widget=forms.HiddenInput)

    def clean_appearance(self) -> UUID:
        found: UUID = self.cleaned_data["appearance"]
        if not self.situation.claim.appearances.filter(pk=found).exists():
            raise ValidationError("This claim does not stand there any more.")
        return found


class SpanForm(OneSightingForm):
    pointers: ClassVar[dict[str, str]] = {
        "/segments": "exact",
        "/exact": "exact",
        "/prefix": "words_before",
        "/suffix": "words_after",
    }

    exact = Quote()
    words_before = Line(label="Words right before", required=False, strip=False, max_length=1000)
    words_after = Line(label="Words right after", required=False, strip=False, max_length=1000)

    def clean_exact(self) -> str:
        exact: str = self.cleaned_data["exact"]
        if not pieces_of(exact):
            raise ValidationError("The quote is empty.")
        return exact


class WhoSaidItForm(OneSightingForm):
    pointers: ClassVar[dict[str, str]] = {"/attribution/0/confirmed": "is_confirmed"}

    position = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    basis = forms.ChoiceField(label="How we know", choices=Basis.choices)
    is_confirmed = forms.BooleanField(
        label="We made sure that it was said",
        required=False,
        help_text="What only others report counts for nobody, and is published without its author, until then.",
    )


class LinkForm(ActForm):
    kind = forms.TypedChoiceField(
        label="This claim", choices=LinkKind.choices, coerce=LinkKind, widget=forms.RadioSelect
    )
    other = RowId(label="The other claim")


class UnlinkForm(ActForm):
    link = forms.UUIDField(widget=forms.HiddenInput)

    def clean_link(self) -> UUID:
        found: UUID = self.cleaned_data["link"]
        claim = self.situation.claim
        if not ClaimLink.objects.filter(Q(claim=claim) | Q(other=claim), pk=found).exists():
            raise ValidationError("This claim is not linked like that any more.")
        return found


class SplitForm(ActForm):
    """Up to four parts at a time, each in our words and where it stands."""

    pointers: ClassVar[dict[str, str]] = {
        f"/parts/{number - 1}/{name}": f"{field}_{number}"
        for number in range(1, MOST_PARTS + 1)
        for name, field in (("exact", "exact"), ("segments", "exact"), ("statement", "statement"))
    }

    def fit(self) -> None:
        kinds = [("", "As the whole"), *ClaimKind.choices]
        for number in range(1, MOST_PARTS + 1):
            self.fields[f"statement_{number}"] = Words(
                label=f"Part {number}", rows=2, max_length=5000, required=number == 1
            )
            self.fields[f"exact_{number}"] = Quote(
                label="Its exact words", rows=2, required=False, help_text="Empty: those of the whole."
            )
            self.fields[f"kind_{number}"] = forms.ChoiceField(label="Its kind", required=False, choices=kinds)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        filled = [number for number in range(1, MOST_PARTS + 1) if self._is_begun(cleaned, number)]
        for number in filled:
            if not cleaned.get(f"statement_{number}", "").strip() and f"statement_{number}" not in self.errors:
                self.add_error(f"statement_{number}", "Say in our words what this part claims.")
        if filled != list(range(1, len(filled) + 1)) and not self.errors:
            self.add_error(f"statement_{len(filled)}", "Leave no part out between two others.")
        return cleaned

    @staticmethod
    def _is_begun(cleaned: dict[str, Any], number: int) -> bool:
        return any(str(cleaned.get(f"{name}_{number}", "")).strip() for name in ("statement", "exact", "kind"))

    def parts(self) -> list[PartInput]:
        values = self.cleaned_data
        return [
            PartInput(
                statement=values[f"statement_{number}"],
                kind=values[f"kind_{number}"] or None,
                segments=pieces_of(values[f"exact_{number}"]),
            )
            for number in range(1, MOST_PARTS + 1)
            if values[f"statement_{number}"].strip()
        ]


class AdoptForm(ActForm):
    of = forms.ChoiceField(label="The verdict on", widget=forms.RadioSelect)
    same_meaning = forms.BooleanField(label=SURE_OF["same_meaning"])
    same_figures = forms.BooleanField(label=SURE_OF["same_figures"])
    still_true = forms.BooleanField(label=SURE_OF["still_true"])

    def fit(self) -> None:
        found = [claim for claim in repeated_by(self.situation.claim) if is_adoptable(claim)]
        labels = [
            (str(claim.pk), f"{Truncator(claim.statement).chars(120)}: {claim.verdict.rating}") for claim in found
        ]
        self.fields["of"] = forms.ChoiceField(label="The verdict on", choices=labels, widget=forms.RadioSelect)
        if labels:
            self.initial["of"] = labels[0][0]


def repeats_what_was_checked(situation: Situation) -> bool:
    return any(is_adoptable(claim) for claim in repeated_by(situation.claim))


def _add(order: Order) -> object:
    assert isinstance(order.form, SightingForm)  # noqa: S101 - the table pairs them
    return sightings.add(actor=order.actor, claim_id=order.claim_id, given=order.form.given(), revision=order.revision)


def _edit(order: Order, fields: AppearanceFields) -> object:
    return sightings.edit(actor=order.actor, appearance_id=order.given["appearance"], fields=fields)


def _set_span(order: Order) -> object:
    given = order.given
    segments = pieces_of(given["exact"], before=given["words_before"], after=given["words_after"])
    return _edit(order, AppearanceFields(segments=segments))


def _say_who(order: Order) -> object:
    given = order.given
    link = LinkChange(given["position"], basis=given["basis"], is_confirmed=given["is_confirmed"])
    return _edit(order, AppearanceFields(links=(link,)))


def _confirm(order: Order) -> object:
    return _edit(order, AppearanceFields(is_confirmed=True))


def _remove(order: Order) -> object:
    return sightings.remove(actor=order.actor, appearance_id=order.given["appearance"])


def _link(order: Order) -> object:
    given = order.given
    return links.link(actor=order.actor, claim_id=order.claim_id, other_id=given["other"], kind=given["kind"])


def _unlink(order: Order) -> object:
    return links.unlink(actor=order.actor, link_id=order.given["link"])


def _split(order: Order) -> object:
    assert isinstance(order.form, SplitForm)  # noqa: S101 - the table pairs them
    return links.split(actor=order.actor, claim_id=order.claim_id, parts=order.form.parts(), revision=order.revision)


def _adopt(order: Order) -> object:
    given = order.given
    sure = MadeSure(**{name: given[name] for name in SURE_OF})
    of = UUID(given["of"])
    return verdicts.adopt(actor=order.actor, claim_id=order.claim_id, made_sure=sure, of=of, revision=order.revision)


SIGHTING_ACTS: dict[str, DeskAct] = {
    "add-sighting": DeskAct(Act.ADD_APPEARANCE, SightingForm, _add, "The sighting is added."),
    "change-span": DeskAct(Act.EDIT_APPEARANCE, SpanForm, _set_span, "The span is changed.", "Change the span"),
    "who-said-it": DeskAct(Act.EDIT_APPEARANCE, WhoSaidItForm, _say_who, "It is noted.", "Confirm or dispute it"),
    "confirm-sighting": DeskAct(
        Act.EDIT_APPEARANCE, OneSightingForm, _confirm, "It stands there, as you say.", "It stands here"
    ),
    "remove-sighting": DeskAct(
        Act.EDIT_APPEARANCE, OneSightingForm, _remove, "The sighting is taken away.", "It does not stand here"
    ),
    "link": DeskAct(Act.LINK, LinkForm, _link, "The claims are linked."),
    "unlink": DeskAct(Act.LINK, UnlinkForm, _unlink, "The link is taken back.", "Take back"),
    "split": DeskAct(
        Act.SPLIT, SplitForm, _split, "The parts are claims of their own now; decline the whole, or check it too."
    ),
    "adopt": DeskAct(
        Act.ADOPT,
        AdoptForm,
        _adopt,
        "The verdict is proposed for this claim: a second person must approve it.",
        is_offered=repeats_what_was_checked,
    ),
}
