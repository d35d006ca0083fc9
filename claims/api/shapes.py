"""What the API answers with, as types: presenters are checked against them, the OpenAPI document is made of them."""

from __future__ import annotations

from typing import Literal, TypedDict

from claims.text.anchors import TextPositionSelector, TextQuoteSelector
from claims.vocab import (
    ArticleKind,
    Basis,
    Channel,
    ClaimantKind,
    ClaimantMatch,
    ClaimKind,
    CorrectionKind,
    LinkKind,
    Relation,
    ReviewState,
    SourceKind,
    Speech,
    Stage,
    Stance,
)


class ProblemField(TypedDict):
    pointer: str
    code: str
    detail: str


class _Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[ProblemField]


class Problem(_Problem, total=False):
    """Why a request was not done (RFC 9457). `current_revision` stands in an answer 412."""

    current_revision: int


class Named(TypedDict):
    id: str
    name: str


class ClaimantShort(TypedDict):
    id: str
    name: str
    kind: ClaimantKind


class RoleShape(TypedDict):
    title: str
    since: str | None
    until: str | None


class ClaimantShape(ClaimantShort):
    aliases: list[str]
    roles: list[RoleShape]
    wikidata_id: str | None
    same_as: str | None
    created_at: str


class RecordCount(TypedDict):
    rating: str
    label: str
    count: int


class ClaimantRecord(TypedDict):
    """Published verdicts on a claimant's own claims, counted per rating. Never a score.

    `sightings` are the places where those claims were met, `after_publication` those that came after a review was out.
    """

    claimant: ClaimantShort
    counts: list[RecordCount]
    total: int
    sightings: int
    after_publication: int
    since: str | None
    until: str | None


class PriorityPart(TypedDict):
    name: str
    value: int
    reason: str


class Priority(TypedDict):
    value: int
    parts: list[PriorityPart]


class PriorityValue(TypedDict):
    value: int


class RatingShape(TypedDict):
    code: str
    value: int | None
    best: int | None
    worst: int | None
    label: str


class ApprovalShape(TypedDict):
    approver: str
    agrees: bool
    current: bool
    note: str
    rating: str | None
    created_at: str


class VerdictShape(TypedDict):
    """`adopted_from` is the claim whose verdict was taken over."""

    id: str
    rating: RatingShape
    explanation: str
    looked_for: str
    author: str
    approvals: list[ApprovalShape]
    adopted_from: str | None
    created_at: str


class Publication(TypedDict):
    state: ReviewState
    url: str | None
    headline: str
    date_published: str | None
    date_modified: str | None


class PublicationState(TypedDict):
    state: ReviewState


class AssignmentShape(TypedDict):
    reviewer: str
    stage: Stage
    held_until: str | None


class SegmentShape(TypedDict):
    selectors: list[TextQuoteSelector | TextPositionSelector]


class AttributionShape(TypedDict):
    claimant: Named | None
    relation: Relation
    basis: Basis
    confirmed: bool
    as_named: str


class AppearanceShape(TypedDict):
    id: str
    article: str | None
    version: int | None
    url: str | None
    date_published: str | None
    speech: Speech | None
    cue: str
    anchor: str
    suggested: bool
    after_publication: bool
    is_first: bool
    segments: list[SegmentShape]
    attribution: list[AttributionShape]


class LinkShape(TypedDict):
    """`claim` repeats, is part of, contradicts or reports `other`."""

    id: str
    claim: str
    other: str
    kind: LinkKind
    made_by: str
    created_at: str


class SightingShape(TypedDict):
    """What became of a sighting: an appearance of `claim`; `repeat` where it is a claim of another claimant's own."""

    appearance: AppearanceShape
    claim: ClaimShape
    repeat: bool
    existing: bool


class TopicShape(TypedDict):
    slug: str
    name: str


class EvidenceShape(TypedDict):
    id: str
    claim: str
    source: SourceShape
    stance: Stance
    excerpt: str
    note: str
    added_by: str
    created_at: str
    withdrawn_at: str | None
    withdrawn_reason: str | None


class SourceShape(TypedDict):
    id: str
    kind: SourceKind
    url: str | None
    title: str
    publisher: str


class Similar(TypedDict):
    id: str
    score: float


class _ClaimShape(TypedDict):
    id: str
    statement: str
    context: str
    status: str
    kind: ClaimKind
    claimant: ClaimantShort | None
    claimants: list[ClaimantShort]
    claimant_match: ClaimantMatch
    claimant_named: str | None
    on_behalf_of: str
    date: str | None
    topics: list[str]
    in_language: str
    priority: Priority | None
    urgent: bool
    due: str | None
    verdict: VerdictShape | None
    publication: Publication | None
    assignment: AssignmentShape | None
    decline_reason: str | None
    duplicate_of: str | None
    appearances: list[AppearanceShape]
    allowed_acts: list[str]
    revision: int
    created_at: str
    updated_at: str


class ClaimShape(_ClaimShape, total=False):
    """A claim. `existing`, `warnings` and `similar` stand in answers to recording one."""

    existing: bool
    warnings: list[str]
    similar: list[Similar]
    evidence: list[EvidenceShape]


class ArticleShort(TypedDict):
    id: str
    headline: str


class _ClaimRow(TypedDict):
    id: str
    statement: str
    status: str
    kind: ClaimKind
    claimant: ClaimantShort | ClaimantShape | None
    priority: PriorityValue | None
    urgent: bool
    due: str | None
    rating: str | None
    publication: PublicationState | None
    assignment: AssignmentShape | None
    article: ArticleShort | None
    revision: int
    created_at: str
    updated_at: str


class ClaimRow(_ClaimRow, total=False):
    """A claim in a list; the last fields by `expand`, and with `expand=claimant` the claimant in full."""

    claimants: list[ClaimantShort]
    verdict: VerdictShape | None
    evidence: list[EvidenceShape]
    appearances: list[AppearanceShape]
    topics: list[str]


class Intake(TypedDict):
    state: Literal["ready"]
    detail: str


class VersionShort(TypedDict):
    number: int
    text_sha256: str


class VersionShape(VersionShort):
    text: str
    captured_at: str


class _ArticleShape(TypedDict):
    id: str
    kind: ArticleKind
    headline: str
    url: str | None
    canonical_url: str | None
    publisher: Named | None
    author: str
    date_published: str | None
    in_language: str
    copy_of: str | None
    intake: Intake
    version: VersionShort
    created_at: str


class ArticleShape(_ArticleShape, total=False):
    """An article. `existing` and `claims` stand in the answer to recording one, `text` where one is read."""

    existing: bool
    claims: list[ClaimShape]
    text: str


class FileShape(TypedDict):
    """The file of a tip; its bytes are at `submissions/{id}/file/`."""

    name: str
    media_type: str
    size: int
    sha256: str


class ClaimOfTip(TypedDict):
    id: str
    statement: str
    status: str


class AnswerShape(TypedDict):
    """A published check that the sender is shown."""

    review: str
    url: str


class SuggestionShape(TypedDict):
    """A claim that a tip may be about: a suggestion, made of shared words, that a person looks at."""

    claim: ClaimOfTip
    review: AnswerShape | None
    rating: str | None
    score: float
    why: str


class _SubmissionShape(TypedDict):
    id: str
    state: str
    text: str
    url: str | None
    file: FileShape | None
    channel: Channel
    in_language: str
    has_contact: bool
    erase_contact_at: str | None
    claims: list[ClaimOfTip]
    answers: list[AnswerShape]
    decline_reason: str | None
    recorded_by: str | None
    allowed_acts: list[str]
    received_at: str


class SubmissionShape(_SubmissionShape, total=False):
    """A tip. Outside the desk `state` is coarse, and of claims nothing is told but what is published.

    `status_url` stands in the answer to sending it in, once; `suggestions` and `contact` by `expand`.
    """

    status_url: str
    suggestions: list[SuggestionShape]
    contact: str | None


class LeftOutShape(TypedDict):
    id: str
    code: str
    detail: str


class BulkReportShape(TypedDict):
    """What was done to several tips, and which were left out and why."""

    done: list[str]
    left_out: list[LeftOutShape]


class QueueNext(TypedDict):
    claim: ClaimShape | None
    why: list[str]


class LeftClaim(TypedDict):
    """A claim that was not taken with the others of its article, and why."""

    claim: str
    statement: str
    code: str
    detail: str


class ArticleTake(TypedDict):
    """The claims of an article that are in your hands now, and those that were left."""

    taken: list[ClaimShape]
    left: list[LeftClaim]


class StageDepth(TypedDict):
    stage: Stage
    depth: int
    oldest: str | None
    overdue: int


class TopicDepth(TypedDict):
    topic: str
    name: str
    depth: int
    oldest: str | None
    overdue: int


class QueueDepth(TypedDict):
    depth: int
    oldest: str | None
    overdue: int
    stages: list[StageDepth]
    topics: list[TopicDepth]


class Blocker(TypedDict):
    code: str
    detail: str
    applies_to: Literal["you", "anybody"]


class WaitingAct(TypedDict):
    act: str
    blocked_by: list[Blocker]


class WaitingFor(TypedDict):
    acts: list[WaitingAct]


class ChangeShape(TypedDict):
    before: object
    after: object


class EventShape(TypedDict):
    seq: int
    type: str
    actor: str
    occurred_at: str
    changes: dict[str, ChangeShape]


class CorrectionShape(TypedDict):
    kind: CorrectionKind
    public_note: str
    created_at: str


class ReviewShape(TypedDict):
    id: str
    claim: str
    state: ReviewState
    in_language: str
    url: str | None
    headline: str
    summary: str
    body: str
    revision: int | None
    date_published: str | None
    date_modified: str | None
    corrections: list[CorrectionShape]
