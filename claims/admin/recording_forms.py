"""The forms that bring something in: an article, a claim in it, a topic to sort it by."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from claims.access import Actor
from claims.admin.fields import Address, Language, Line, PartialDate, PublicationDate, Words
from claims.models import Topic
from claims.vocab import ArticleKind, ClaimantKind, ClaimKind, Speech
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    LinkInput,
    PublisherInput,
    SegmentInput,
)

MOST_CHARACTERS = 5 * 1024 * 1024
KINDS = [("", "Not said"), *ClaimantKind.choices]


class TopicForm(forms.Form):
    name = Line(label="Name", max_length=120)
    slug = forms.SlugField(label="Short name", max_length=60, help_text="Letters, digits and hyphens, such as energy.")


class ArticleForm(forms.Form):
    pointers: ClassVar[dict[str, str]] = {"/publisher": "publisher"}

    headline = Line(
        label="Headline", required=False, max_length=500, widget=forms.TextInput(attrs={"size": 60, "dir": "auto"})
    )
    text = Words(label="Text", rows=16, required=False, strip=False, max_length=MOST_CHARACTERS)
    html = Words(
        label="Or the page's HTML",
        rows=4,
        required=False,
        strip=False,
        max_length=MOST_CHARACTERS,
        help_text="The main text is taken out of it.",
    )
    kind = forms.ChoiceField(label="Kind", choices=ArticleKind.choices, initial=ArticleKind.ARTICLE)
    publisher = Line(label="Publisher", required=False, max_length=300)
    url = Address(label="Address", required=False, help_text="It is kept, and not fetched.")
    author = Line(label="Author", required=False, max_length=300)
    date_published = PublicationDate(label="Published on", required=False)
    in_language = Language()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        has_text, has_html = (bool(cleaned.get(name, "").strip()) for name in ("text", "html"))
        if has_text and has_html:
            self.add_error("html", "Give the text or the HTML, not both.")
        elif not has_text and not has_html and not {"text", "html"} & set(self.errors):
            self.add_error("text", "Paste the text of the article, or the HTML of its page.")
        return cleaned

    def given(self) -> ArticleInput:
        values = dict(self.cleaned_data)
        text, html, publisher = values.pop("text"), values.pop("html"), values.pop("publisher")
        return ArticleInput(
            text=text if text.strip() else None,
            html=html if html.strip() else None,
            publisher=PublisherInput(publisher) if publisher else None,
            **values,
        )


class ClaimForm(forms.Form):
    """A claim where it stands: the exact words, what they say, and the chain of who said it."""

    pointers: ClassVar[dict[str, str]] = {
        "/prefix": "words_before",
        "/suffix": "words_after",
        "/start": "exact",
        "/end": "exact",
        "/claimant": "claimant",
        "/reported_by": "reported_by",
        "/topics": "topics",
        "/article": "exact",
    }

    exact = Words(
        label="Exact words", strip=False, max_length=100_000, help_text="Copied from the text, letter for letter."
    )
    words_before = Line(label="Words right before", required=False, strip=False, max_length=1000)
    words_after = Line(
        label="Words right after",
        required=False,
        strip=False,
        max_length=1000,
        help_text="Needed where the exact words stand more than once.",
    )
    statement = Words(
        label="Claim", rows=2, max_length=5000, help_text="In our words; it must be understood on its own."
    )
    context = Words(label="Context", rows=2, required=False, max_length=20_000)
    kind = forms.ChoiceField(label="Kind", choices=ClaimKind.choices, initial=ClaimKind.FACT)
    claimant = Line(label="Who made it", required=False, max_length=300)
    claimant_kind = forms.ChoiceField(label="Kind, if new", required=False, choices=KINDS)
    claimant_role = Line(label="Role", required=False, max_length=300, help_text="Such as Foreign Minister of Russia.")
    as_named = Line(label="As named in the text", required=False, max_length=300)
    speech = forms.ChoiceField(label="Speech", required=False, choices=[("", "Not said"), *Speech.choices])
    cue = Line(label="Cue", required=False, max_length=100, help_text="The word that introduces it: said, claims.")
    reported_by = Line(
        label="Reported by", required=False, max_length=300, help_text="Where the text has it from somebody else."
    )
    reported_by_kind = forms.ChoiceField(label="Kind, if new", required=False, choices=KINDS)
    date = PartialDate(label="Said on", required=False)
    topics = forms.MultipleChoiceField(label="Topics", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        found = Topic.objects.filter(newsroom_id=actor.newsroom_id).order_by("name")
        choices = [(topic.slug, topic.name) for topic in found]
        self.fields["topics"] = forms.MultipleChoiceField(
            label="Topics", required=False, choices=choices, widget=forms.CheckboxSelectMultiple
        )
        if not choices:
            del self.fields["topics"]

    def clean_exact(self) -> str:
        exact: str = self.cleaned_data["exact"]
        if not exact.strip():
            raise forms.ValidationError("The quote is empty.", code="span_empty")
        return exact

    def given(self) -> ClaimInput:
        values = self.cleaned_data
        claimants = (_claimant(values, "claimant", role=values["claimant_role"]),) if values["claimant"] else ()
        return ClaimInput(
            statement=values["statement"],
            kind=values["kind"],
            context=values["context"],
            claimants=claimants,
            date=values["date"],
            topics=tuple(values.get("topics", ())),
            appearance=self._appearance(),
        )

    def _appearance(self) -> AppearanceInput:
        values = self.cleaned_data
        segment = SegmentInput(exact=values["exact"], prefix=values["words_before"], suffix=values["words_after"])
        chain = [LinkInput(as_named=values["as_named"])]
        if values["reported_by"]:
            chain.append(LinkInput(claimant=_claimant(values, "reported_by")))
        return AppearanceInput(
            segments=(segment,), speech=values["speech"] or None, cue=values["cue"], chain=tuple(chain)
        )


def _claimant(values: dict[str, Any], name: str, *, role: str = "") -> ClaimantInput:
    return ClaimantInput(name=values[name], kind=values[f"{name}_kind"] or None, role=role)
