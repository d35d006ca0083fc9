"""What callers hand to the acts, validated in shape; the acts decide whether it may be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ClaimantInput:
    """A claimant by id, or by name (with what to make of it where nobody has that name yet).

    `where` is the JSON pointer below the claim at which it was given, for what is wrong with it.
    """

    id: UUID | None = None
    name: str = ""
    kind: str | None = None
    role: str = ""
    where: str = field(default="/claimant", compare=False)


@dataclass(frozen=True, slots=True)
class SegmentInput:
    """One piece of an appearance: a quote, a position, or both, which must then agree. `where` as for a claimant."""

    start: int | None = None
    end: int | None = None
    exact: str | None = None
    prefix: str = ""
    suffix: str = ""
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class LinkInput:
    """One link of the chain of who said it. The first link is the claim's own claimant, so it names nobody here."""

    claimant: ClaimantInput | None = None
    relation: str | None = None
    basis: str | None = None
    as_named: str = ""


@dataclass(frozen=True, slots=True)
class AppearanceInput:
    """Where a claim stands and who is named there, without the text that it stands in; or the link where it stands.

    `speech` None: nobody said which. `chain` goes from who made the claim to who reported it in the article; what a
    link leaves out follows from the speech and from whether somebody reports it.
    """

    segments: tuple[SegmentInput, ...] = ()
    speech: str | None = None
    cue: str = ""
    chain: tuple[LinkInput, ...] = ()
    is_first: bool = False
    url: str = ""
    date_published: str = ""


@dataclass(frozen=True, slots=True)
class ClaimInput:
    """One claim as it was given; `claimants` in order, the first is the claimant."""

    statement: str
    kind: str = "fact"
    context: str = ""
    claimants: tuple[ClaimantInput, ...] = ()
    on_behalf_of: str = ""
    date: str = ""
    in_language: str = ""
    topics: tuple[str, ...] = ()
    appearance: AppearanceInput | None = None


@dataclass(frozen=True, slots=True)
class PublisherInput:
    name: str
    site: str = ""


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """An article with the claims found in it. Exactly one of `text` and `html` is given."""

    text: str | None = None
    html: str | None = None
    kind: str = "article"
    url: str = ""
    headline: str = ""
    publisher: PublisherInput | None = None
    author: str = ""
    date_published: str = ""
    in_language: str = ""
    claims: tuple[ClaimInput, ...] = ()


@dataclass(frozen=True, slots=True)
class FileInput:
    """A file as it was sent; neither its name nor its type is believed."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SubmissionInput:
    """A tip: words, a link or a file, at least one of them; `contact` is how the sender may be reached."""

    text: str = ""
    url: str = ""
    file: FileInput | None = None
    contact: str = ""
    in_language: str = ""


@dataclass(frozen=True, slots=True)
class SourceInput:
    """A source by its id, or as it is to be found or made."""

    id: UUID | None = None
    kind: str = ""
    url: str = ""
    title: str = ""
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    source: SourceInput
    stance: str
    excerpt: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewTextInput:
    """The public text; a part that is None stays as it is."""

    headline: str | None = None
    summary: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class VerdictInput:
    rating: str
    explanation: str
    looked_for: str = ""
    override_reason: str = ""
    evidence: tuple[EvidenceInput, ...] = ()
    review: ReviewTextInput = field(default_factory=ReviewTextInput)
