"""What callers send, over REST or in a file: strict serializers, each turned into the input that the workflow knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from claims.text.dates import PartialDateError, partial_date, starts_at
from claims.text.normalise import forbidden_character
from claims.text.urls import UrlError, canonical_url
from claims.vocab import (
    ArticleKind,
    Basis,
    ClaimantKind,
    ClaimKind,
    LinkKind,
    Relation,
    SourceKind,
    Speech,
    Stance,
)
from claims.workflow.claimants import ClaimantFields
from claims.workflow.claims import ClaimFields
from claims.workflow.evidence import SourceFields
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    EvidenceInput,
    LinkInput,
    PublisherInput,
    ReviewTextInput,
    SegmentInput,
    SourceInput,
    VerdictInput,
)
from claims.workflow.links import PartInput
from claims.workflow.sightings import AppearanceFields, LinkChange, SightingInput

MOST_CLAIMS = 500


class Strict(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know, instead of dropping what somebody meant to say."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError(
                    {
                        name: [serializers.ErrorDetail(f"There is no such field; known are: {known}.", "unknown_field")]
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)


class Nothing(Strict):
    """An empty body."""


class Text(serializers.CharField):
    """Words as they were sent: white space kept, NUL and lone surrogates refused with the reason."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("trim_whitespace", False)
        super().__init__(**options)

    def run_validators(self, value: Any) -> None:
        found = forbidden_character(value) if isinstance(value, str) else None
        if found:
            raise serializers.ValidationError(
                f"The text contains {found}, which no text may.", code="forbidden_character"
            )
        super().run_validators(value)


class Choice(serializers.ChoiceField):
    """One of several words; what is none of them is answered with all of them."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            detail = f"“{data}” is not a valid choice; these are: {', '.join(map(str, self.choices))}."
            raise serializers.ValidationError(detail, code="invalid_choice") from error


class Line(Text):
    """A short text of one line, trimmed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": True, **options})


class Address(Line):
    """An http or https address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 2000, **options})

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if value:
            try:
                canonical_url(value)
            except UrlError as error:
                raise serializers.ValidationError(str(error), code="bad_url") from error
        return value


class PartialDate(Line):
    """A day, or a month or a year alone: 2021-09-26, 2021-09, 2021."""

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if value:
            try:
                partial_date(value)
            except PartialDateError as error:
                raise serializers.ValidationError(str(error), code="bad_date") from error
        return value


class PublicationDate(Line):
    """A partial date or a date-time with its zone, at most a day ahead: clocks and zones differ by no more."""

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if not value:
            return value
        tomorrow = timezone.now() + timedelta(days=1)
        if "T" in value or " " in value:
            return self._instant(value, tomorrow)
        try:
            is_ahead = starts_at(value) > tomorrow.date()
        except PartialDateError as error:
            raise serializers.ValidationError(str(error), code="bad_date") from error
        if is_ahead:
            raise self._ahead()
        return value

    def _instant(self, value: str, tomorrow: Any) -> str:
        try:
            found = parse_datetime(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            detail = "A time of publication is written as 2021-09-26T07:19:00Z, with its zone."
            raise serializers.ValidationError(detail, code="bad_date")
        if found > tomorrow:
            raise self._ahead()
        return value

    @staticmethod
    def _ahead() -> serializers.ValidationError:
        return serializers.ValidationError("The date of publication lies in the future.", code="in_the_future")


class Language(Line):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 35, "required": False, "allow_blank": True, **options})

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        parts = value.split("-")
        if value and not (parts[0].isalpha() and all(part.isalnum() and len(part) <= 8 for part in parts)):
            raise serializers.ValidationError("A language is a BCP 47 tag such as en or pt-BR.", code="bad_language")
        return value


def many(child: type[Strict], *, at_most: int) -> serializers.ListSerializer[Any]:
    return serializers.ListSerializer(child=child(), required=False, max_length=at_most)


def optional(**options: Any) -> dict[str, Any]:
    return {"required": False, "allow_blank": True, "allow_null": True, **options}


class ClaimantField(Strict):
    """A claimant by `id`, or by `name` with what to make of it where nobody has that name."""

    id = serializers.UUIDField(required=False)
    name = Line(max_length=300, required=False)
    kind = Choice(ClaimantKind.choices, required=False, allow_null=True)
    role = Line(max_length=300, **optional())

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "id" in attrs and "name" in attrs:
            raise serializers.ValidationError({"name": "Give the id or the name, not both."})
        if "id" not in attrs and not attrs.get("name"):
            raise serializers.ValidationError({"name": "Name the claimant, or give the id."})
        return attrs


def claimant_input(given: dict[str, Any], *, where: str) -> ClaimantInput:
    return ClaimantInput(
        id=given.get("id"),
        name=given.get("name") or "",
        kind=given.get("kind"),
        role=given.get("role") or "",
        where=where,
    )


def claimants_input(given: dict[str, Any]) -> tuple[ClaimantInput, ...]:
    """Those of `claimants`, or the one of `claimant`."""
    if given.get("claimant"):
        return (claimant_input(given["claimant"], where="/claimant"),)
    several = enumerate(given.get("claimants") or ())
    return tuple(claimant_input(found, where=f"/claimants/{index}") for index, found in several)


def refuse_two_ways_of_naming(given: Mapping[str, Any]) -> None:
    if given.get("claimant") and given.get("claimants"):
        raise serializers.ValidationError({"claimants": "Give `claimant` or `claimants`, not both."})


def refuse_two_ways_of_placing(given: Mapping[str, Any]) -> None:
    if given.get("segments") and _has_selector(given):
        raise serializers.ValidationError({"segments": "Give `segments`, or one span by itself, not both."})


def makers_input(given: dict[str, Any]) -> tuple[ClaimantInput, ...]:
    """Who makes a claim: as given beside it, or at the head of its chain."""
    links = given.get("attribution") or []
    claimants = claimants_input(given)
    if not claimants and links and links[0].get("claimant"):
        return (claimant_input(links[0]["claimant"], where="/attribution/0/claimant"),)
    return claimants


class SegmentField(Strict):
    start = serializers.IntegerField(required=False, allow_null=True)
    end = serializers.IntegerField(required=False, allow_null=True)
    exact = Text(required=False, allow_null=True, max_length=100_000)
    prefix = Text(**optional(max_length=1000))
    suffix = Text(**optional(max_length=1000))


def segment_input(given: dict[str, Any], *, where: str) -> SegmentInput:
    return SegmentInput(
        start=given.get("start"),
        end=given.get("end"),
        exact=given.get("exact"),
        prefix=given.get("prefix") or "",
        suffix=given.get("suffix") or "",
        where=where,
    )


class LinkField(Strict):
    """One link of the chain of who said it; the first is who made the claim."""

    claimant = ClaimantField(required=False, allow_null=True)
    relation = Choice(Relation.choices, required=False)
    basis = Choice(Basis.choices, required=False)
    as_named = Line(**optional(max_length=300))


class PlaceBody(SegmentField):
    """Where a claim stands, and who says it there."""

    segments = many(SegmentField, at_most=50)
    speech = Choice(Speech.choices, required=False, allow_null=True)
    cue = Line(**optional(max_length=100))
    claimant_as_named = Line(**optional(max_length=300))
    reported_by = many(ClaimantField, at_most=20)
    attribution = many(LinkField, at_most=20)
    is_first = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_two_ways_of_placing(attrs)
        if attrs.get("attribution") and (attrs.get("reported_by") or attrs.get("claimant_as_named")):
            detail = "Give the whole chain in `attribution`, or `claimant_as_named` and `reported_by`."
            raise serializers.ValidationError({"attribution": detail})
        for index, link in enumerate(attrs.get("attribution", [])):
            if index > 0 and not link.get("claimant"):
                detail = serializers.ErrorDetail("This link does not say who reported it.", "required")
                raise serializers.ValidationError({"attribution": {str(index): {"claimant": detail}}})
        return attrs


class PlacelessClaimBody(Strict):
    """A claim by itself, wherever it stands."""

    statement = Line(max_length=5000)
    context = Text(**optional(max_length=20_000))  # type: ignore[assignment]  # becomes a field, not an attribute
    kind = Choice(ClaimKind.choices, required=False)
    claimant = ClaimantField(required=False, allow_null=True)
    claimants = many(ClaimantField, at_most=20)
    on_behalf_of = Line(**optional(max_length=300))
    date = PartialDate(**optional())
    in_language = Language()
    topics = serializers.ListField(child=serializers.SlugField(), required=False, max_length=50)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_two_ways_of_naming(attrs)
        checked: dict[str, Any] = super().validate(attrs)
        return checked


class ClaimBody(PlacelessClaimBody, PlaceBody):
    """A claim, with the place where it stands when it comes with an article."""


def _has_selector(given: Mapping[str, Any]) -> bool:
    return any(given.get(name) is not None for name in ("start", "end", "exact"))


class ArticleClaimBody(ClaimBody):
    """A claim in an article: it says where it stands."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("segments") and not _has_selector(attrs):
            detail = "Say where the claim stands: `start` and `end`, `exact`, or `segments`."
            raise serializers.ValidationError({"exact": serializers.ErrorDetail(detail, "selector_missing")})
        return super().validate(attrs)


class ArticleReference(SegmentField):
    id = serializers.UUIDField()


class ArticleOrId(serializers.Field[Any, Any, Any, Any]):
    """The article's id, or an object with the id and the place."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, str):
            return {"id": serializers.UUIDField().run_validation(data)}
        reference = ArticleReference(data=data)
        reference.is_valid(raise_exception=True)
        found: dict[str, Any] = reference.validated_data
        return found


class RecordClaimBody(ClaimBody):
    article = ArticleOrId(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        article = attrs.get("article")
        if article and not attrs.get("segments") and not _has_selector(attrs) and not _has_selector(article):
            detail = "Say where the claim stands in the article: `start` and `end`, `exact`, or `segments`."
            raise serializers.ValidationError({"exact": serializers.ErrorDetail(detail, "selector_missing")})
        if not article and (attrs.get("segments") or _has_selector(attrs)):
            raise serializers.ValidationError({"article": "A span needs the article that it stands in."})
        return super().validate(attrs)


class SightingBody(PlaceBody):
    """A sighting of a claim: an article of ours and the span, or a link and the day; `claimant` where others say it."""

    article = ArticleOrId(required=False, allow_null=True)
    url = Address(**optional())
    date = PublicationDate(**optional())
    claimant = ClaimantField(required=False, allow_null=True)
    claimants = many(ClaimantField, at_most=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        article = attrs.get("article")
        if bool(article) == bool(attrs.get("url")):
            raise serializers.ValidationError({"article": "Give the article it stands in, or the url: one of the two."})
        has_place = attrs.get("segments") or _has_selector(attrs) or _has_selector(article or {})
        if article and not has_place:
            detail = "Say where the claim stands in the article: `start` and `end`, `exact`, or `segments`."
            raise serializers.ValidationError({"exact": serializers.ErrorDetail(detail, "selector_missing")})
        if not article and has_place:
            raise serializers.ValidationError({"article": "A span needs the article that it stands in."})
        if article and attrs.get("date"):
            raise serializers.ValidationError({"date": "The article has its own date: leave it out."})
        refuse_two_ways_of_naming(attrs)
        return super().validate(attrs)


def sighting_input(given: dict[str, Any]) -> SightingInput:
    article = given.get("article")
    return SightingInput(
        appearance=AppearanceInput(
            segments=_segments(given) if article else (),
            speech=given.get("speech"),
            cue=given.get("cue") or "",
            chain=_chain(given),
            is_first=given.get("is_first", False),
            url=given.get("url") or "",
            date_published=given.get("date") or "",
        ),
        article_id=article["id"] if article else None,
        claimants=makers_input(given),
    )


class LinkChangeField(Strict):
    """What is said of one link of the chain, by its position; `confirmed`: we made sure that it was said."""

    position = serializers.IntegerField(min_value=0)
    basis = Choice(Basis.choices, required=False)
    confirmed = serializers.BooleanField(required=False)


class AppearancePatch(SegmentField):
    segments = many(SegmentField, at_most=50)
    speech = Choice(Speech.choices, required=False)
    cue = Line(required=False, allow_blank=True, max_length=100)
    is_first = serializers.BooleanField(required=False)
    suggested = serializers.BooleanField(required=False)
    attribution = many(LinkChangeField, at_most=20)

    def validate_suggested(self, value: bool) -> bool:  # noqa: FBT001 - the framework's signature
        if value:
            raise serializers.ValidationError("A sighting is confirmed with false; nobody suggests one by hand.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_two_ways_of_placing(attrs)
        return attrs


def appearance_fields(given: dict[str, Any]) -> AppearanceFields:
    has_segments = given.get("segments") or _has_selector(given)
    return AppearanceFields(
        segments=_segments(given) if has_segments else None,
        speech=given.get("speech"),
        cue=given.get("cue"),
        is_first=given.get("is_first"),
        is_confirmed=given.get("suggested") is False,
        links=tuple(
            LinkChange(link["position"], basis=link.get("basis"), is_confirmed=link.get("confirmed"))
            for link in given.get("attribution", ())
        ),
    )


class PartField(SegmentField):
    """One part of a claim; what is left out is as in the whole."""

    statement = Line(max_length=5000)
    context = Text(**optional(max_length=20_000))  # type: ignore[assignment]  # becomes a field, not an attribute
    kind = Choice(ClaimKind.choices, required=False)
    claimant = ClaimantField(required=False, allow_null=True)
    claimants = many(ClaimantField, at_most=20)
    segments = many(SegmentField, at_most=50)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refuse_two_ways_of_naming(attrs)
        refuse_two_ways_of_placing(attrs)
        return attrs


class SplitBody(Strict):
    parts: serializers.ListSerializer[Any] = serializers.ListSerializer(child=PartField(), min_length=1, max_length=20)


def part_inputs(given: dict[str, Any]) -> list[PartInput]:
    return [
        PartInput(
            statement=part["statement"],
            kind=part.get("kind"),
            context=part.get("context"),
            claimants=claimants_input(part),
            segments=_segments(part) if part.get("segments") or _has_selector(part) else (),
        )
        for part in given["parts"]
    ]


class LinkBody(Strict):
    """`claim` repeats, is part of, contradicts or reports `other`."""

    claim = serializers.UUIDField()
    other = serializers.UUIDField()
    kind = Choice(LinkKind.choices)


class AdoptBody(Strict):
    """What the person who adopts a verdict has made sure of, each true; `of` is the claim that this one repeats."""

    of = serializers.UUIDField(required=False, allow_null=True)
    same_meaning = serializers.BooleanField()
    same_figures = serializers.BooleanField()
    still_true = serializers.BooleanField()


def claim_input(given: dict[str, Any], *, is_in_article: bool) -> ClaimInput:
    return ClaimInput(
        statement=given["statement"],
        kind=given.get("kind", ClaimKind.FACT),
        context=given.get("context") or "",
        claimants=makers_input(given),
        on_behalf_of=given.get("on_behalf_of") or "",
        date=given.get("date") or "",
        in_language=given.get("in_language") or "",
        topics=tuple(given.get("topics", ())),
        appearance=_appearance_input(given) if is_in_article else None,
    )


def _appearance_input(given: dict[str, Any]) -> AppearanceInput:
    return AppearanceInput(
        segments=_segments(given),
        speech=given.get("speech"),
        cue=given.get("cue") or "",
        chain=_chain(given),
        is_first=given.get("is_first", False),
    )


def _segments(given: dict[str, Any]) -> tuple[SegmentInput, ...]:
    if given.get("segments"):
        several = enumerate(given["segments"])
        return tuple(segment_input(segment, where=f"/segments/{index}") for index, segment in several)
    article = given.get("article") or {}
    return (segment_input(article, where="/article") if _has_selector(article) else segment_input(given, where=""),)


def _chain(given: dict[str, Any]) -> tuple[LinkInput, ...]:
    if given.get("attribution"):
        return tuple(_link_input(link, position=position) for position, link in enumerate(given["attribution"]))
    maker = LinkInput(as_named=given.get("claimant_as_named") or "")
    reporters = enumerate(given.get("reported_by", ()))
    return (maker, *(LinkInput(claimant_input(found, where=f"/reported_by/{index}")) for index, found in reporters))


def _link_input(given: dict[str, Any], *, position: int) -> LinkInput:
    where = f"/attribution/{position}/claimant"
    return LinkInput(
        claimant=claimant_input(given["claimant"], where=where) if position else None,
        relation=given.get("relation"),
        basis=given.get("basis"),
        as_named=given.get("as_named") or "",
    )


class PublisherField(Strict):
    name = Line(max_length=300)
    site = Line(**optional(max_length=500))


class PublisherOrName(serializers.Field[Any, Any, Any, Any]):
    """The publisher's name, or an object with the name and the site."""

    def to_internal_value(self, data: Any) -> PublisherInput:
        publisher = PublisherField(data={"name": data} if isinstance(data, str) else data)
        publisher.is_valid(raise_exception=True)
        return PublisherInput(publisher.validated_data["name"], publisher.validated_data.get("site") or "")


class ArticleBody(Strict):
    """An article's `text` or `html`, what is known of it, and the claims found in it."""

    text = Text(required=False, allow_null=True)
    html = Text(required=False, allow_null=True)
    url = Address(**optional())
    kind = Choice(ArticleKind.choices, required=False)
    headline = Line(**optional(max_length=500))
    publisher = PublisherOrName(required=False, allow_null=True)
    author = Line(**optional(max_length=300))
    date_published = PublicationDate(**optional())
    in_language = Language(allow_null=True)
    claims = many(ArticleClaimBody, at_most=MOST_CLAIMS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("text", "html") if attrs.get(name) is not None]
        if len(given) == 2:
            raise serializers.ValidationError({"html": "Give the text or the HTML, not both."})
        if not given:
            detail = "Send the article's `text` or `html`; its address alone is not fetched."
            raise serializers.ValidationError({"text": serializers.ErrorDetail(detail, "required")})
        if not attrs[given[0]].strip():
            raise serializers.ValidationError({given[0]: serializers.ErrorDetail("The text is empty.", "blank")})
        return attrs


def article_input(given: dict[str, Any]) -> ArticleInput:
    return ArticleInput(
        text=given.get("text"),
        html=given.get("html"),
        kind=given.get("kind", ArticleKind.ARTICLE),
        url=given.get("url") or "",
        headline=given.get("headline") or "",
        publisher=given.get("publisher"),
        author=given.get("author") or "",
        date_published=given.get("date_published") or "",
        in_language=given.get("in_language") or "",
        claims=tuple(claim_input(claim, is_in_article=True) for claim in given.get("claims", ())),
    )


class ClaimPatch(Strict):
    statement = Line(max_length=5000, required=False)
    context = Text(required=False, allow_blank=True, max_length=20_000)  # type: ignore[assignment]  # becomes a field, not an attribute
    kind = Choice(ClaimKind.choices, required=False)
    claimant = ClaimantField(required=False, allow_null=True)
    claimants = many(ClaimantField, at_most=20)
    on_behalf_of = Line(required=False, allow_blank=True, max_length=300)
    date = PartialDate(**optional())
    in_language = Language()
    topics = serializers.ListField(child=serializers.SlugField(), required=False, max_length=50)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "claimant" in attrs and "claimants" in attrs:
            raise serializers.ValidationError({"claimants": "Give `claimant` or `claimants`, not both."})
        return attrs


def claim_fields(given: dict[str, Any]) -> ClaimFields:
    is_given = "claimant" in given or "claimants" in given
    return ClaimFields(
        statement=given.get("statement"),
        context=given.get("context"),
        kind=given.get("kind"),
        claimants=claimants_input(given) if is_given else None,
        on_behalf_of=given.get("on_behalf_of"),
        date=(given["date"] or "") if "date" in given else None,
        in_language=given.get("in_language"),
        topics=tuple(given["topics"]) if "topics" in given else None,
    )


class SourceField(Strict):
    """A source by `id`, or its kind with an address or a title."""

    id = serializers.UUIDField(required=False)
    kind = Choice(SourceKind.choices, required=False)
    url = Address(**optional())
    title = Line(**optional(max_length=500))
    publisher = Line(**optional(max_length=300))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "id" in attrs:
            if len(attrs) > 1:
                raise serializers.ValidationError({"id": "Give the id alone, or describe the source."})
            return attrs
        if not attrs.get("kind"):
            kinds = ", ".join(SourceKind)
            raise serializers.ValidationError({"kind": serializers.ErrorDetail(f"Say what kind: {kinds}.", "required")})
        if not attrs.get("url") and not attrs.get("title"):
            raise serializers.ValidationError({"url": "A source needs an address or, where it has none, a title."})
        return attrs


def source_input(given: dict[str, Any]) -> SourceInput:
    return SourceInput(
        id=given.get("id"),
        kind=given.get("kind", ""),
        url=given.get("url") or "",
        title=given.get("title") or "",
        publisher=given.get("publisher") or "",
    )


class SourcePatch(Strict):
    kind = Choice(SourceKind.choices, required=False)
    title = Line(required=False, allow_blank=True, max_length=500)
    publisher = Line(required=False, allow_blank=True, max_length=300)


def source_fields(given: dict[str, Any]) -> SourceFields:
    return SourceFields(**given)


class ClaimEvidence(Strict):
    source = SourceField()  # type: ignore[assignment]  # becomes a field, not an attribute
    stance = Choice(Stance.choices)
    excerpt = Text(**optional(max_length=20_000))
    note = Text(**optional(max_length=20_000))


class EvidenceBody(ClaimEvidence):
    claim = serializers.UUIDField()


def evidence_input(given: dict[str, Any]) -> EvidenceInput:
    return EvidenceInput(
        source=source_input(given["source"]),
        stance=given["stance"],
        excerpt=given.get("excerpt") or "",
        note=given.get("note") or "",
    )


class ReviewTextField(Strict):
    headline = Line(max_length=300, required=False)
    summary = Text(max_length=5000, required=False)
    body = Text(max_length=200_000, required=False, allow_blank=True)


class ProposeBody(Strict):
    rating = serializers.SlugField()
    explanation = Text(max_length=100_000)
    looked_for = Text(**optional(max_length=20_000))
    override_reason = Text(**optional(max_length=5000))
    evidence = many(ClaimEvidence, at_most=100)
    review = ReviewTextField(required=False)


def verdict_input(given: dict[str, Any]) -> VerdictInput:
    return VerdictInput(
        rating=given["rating"],
        explanation=given["explanation"],
        looked_for=given.get("looked_for") or "",
        override_reason=given.get("override_reason") or "",
        evidence=tuple(evidence_input(item) for item in given.get("evidence", ())),
        review=ReviewTextInput(**given.get("review", {})),
    )


class RoleField(Strict):
    title = Line(max_length=300)
    since = PartialDate(**optional())
    until = PartialDate(**optional())


class ClaimantPatch(Strict):
    name = Line(max_length=300, required=False)
    kind = Choice(ClaimantKind.choices, required=False)
    aliases = serializers.ListField(child=Line(max_length=300), required=False, max_length=200)
    roles = many(RoleField, at_most=200)
    wikidata_id = serializers.RegexField(
        r"^Q[1-9][0-9]{0,18}$",
        required=False,
        allow_blank=True,
        error_messages={"invalid": "A Wikidata id is a Q and a number, such as Q58217."},
    )
    same_as = Address(required=False, allow_blank=True)


class ClaimantBody(ClaimantPatch):
    name = Line(max_length=300)
    kind = Choice(ClaimantKind.choices)


def claimant_fields(given: dict[str, Any]) -> ClaimantFields:
    roles = given.get("roles")
    return ClaimantFields(
        name=given.get("name"),
        kind=given.get("kind"),
        wikidata_id=given.get("wikidata_id"),
        same_as=given.get("same_as"),
        aliases=tuple(given["aliases"]) if "aliases" in given else None,
        roles=None
        if roles is None
        else tuple((role["title"], role.get("since") or "", role.get("until") or "") for role in roles),
    )


class TopicBody(Strict):
    slug = serializers.SlugField(max_length=60)
    name = Line(max_length=120)


class WithdrawEvidenceBody(Strict):
    reason = Text(max_length=2000)
