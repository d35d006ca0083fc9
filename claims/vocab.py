"""Every word the service uses for a state, a kind or a role, and every move between states. Imports nothing of ours."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    SUBMITTER = "submitter", _("Submitter")
    TRAINEE = "trainee", _("Trainee")
    REVIEWER = "reviewer", _("Reviewer")
    EDITOR = "editor", _("Editor")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")


class Right(TextChoices):
    """What a role allows. Token scopes carry the same names and narrow them."""

    READ = "read", _("Read what the desk reads")
    SUBMIT = "submit", _("Record articles and claims")
    DRAFT = "draft", _("Gather evidence and propose verdicts")
    REVIEW = "review", _("Take, decline and approve claims")
    EDIT = "edit", _("Assign, publish, correct and retract")
    ADMIN = "admin", _("Manage members, settings and tokens")


RIGHTS_OF_ROLE: dict[Role, frozenset[Right]] = {
    Role.SUBMITTER: frozenset({Right.SUBMIT}),
    Role.TRAINEE: frozenset({Right.READ, Right.SUBMIT, Right.DRAFT}),
    Role.REVIEWER: frozenset({Right.READ, Right.SUBMIT, Right.DRAFT, Right.REVIEW}),
    Role.EDITOR: frozenset({Right.READ, Right.SUBMIT, Right.DRAFT, Right.REVIEW, Right.EDIT}),
    Role.AUDITOR: frozenset({Right.READ}),
    Role.ADMIN: frozenset({Right.READ, Right.ADMIN}),
}


class Scope(TextChoices):
    READ = "read", _("Read")
    SUBMIT = "submit", _("Submit")
    REVIEW = "review", _("Review")
    EDIT = "edit", _("Edit")
    ADMIN = "admin", _("Administer")


RIGHTS_OF_SCOPE: dict[Scope, frozenset[Right]] = {
    Scope.READ: frozenset({Right.READ}),
    Scope.SUBMIT: frozenset({Right.SUBMIT}),
    Scope.REVIEW: frozenset({Right.READ, Right.DRAFT, Right.REVIEW}),
    Scope.EDIT: frozenset({Right.READ, Right.DRAFT, Right.REVIEW, Right.EDIT}),
    Scope.ADMIN: frozenset({Right.READ, Right.ADMIN}),
}


class Audience(TextChoices):
    """Who may learn of something: each includes the ones before it."""

    DESK = "desk", _("The desk")
    PARTNER = "partner", _("Partners and submitters")
    PUBLIC = "public", _("Everybody")


class ArticleKind(TextChoices):
    ARTICLE = "article", _("Article")
    TRANSCRIPT = "transcript", _("Transcript")
    SPEECH = "speech", _("Speech")
    SOCIAL_POST = "social_post", _("Social media post")
    BROADCAST = "broadcast", _("Broadcast")
    LEAFLET = "leaflet", _("Leaflet")
    CHAT_MESSAGE = "chat_message", _("Chat message")


class ExtractionMethod(TextChoices):
    AS_SENT = "as_sent", _("Text as it was sent")
    HTML = "html", _("Main text of the page that was sent")


class ClaimantKind(TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")
    GOVERNMENT = "government", _("Government")
    GROUP = "group", _("Group")
    OUTLET = "outlet", _("News outlet")
    SOCIAL_POSTS = "social_posts", _("Social media posts")
    UNNAMED = "unnamed", _("Unnamed")
    UNKNOWN = "unknown", _("Unknown")


#: Kinds that stand for nobody in particular: never merged, no record, no author in exports.
FACELESS_KINDS = frozenset({ClaimantKind.SOCIAL_POSTS, ClaimantKind.UNNAMED, ClaimantKind.UNKNOWN})


class ClaimantMatch(TextChoices):
    """How the claimant that was given with a claim was found."""

    ID = "id", _("Given by its id")
    EXACT = "exact", _("The one claimant of that name")
    MADE = "made", _("New")
    AMBIGUOUS = "ambiguous", _("Several have that name: a person chooses")
    NONE = "none", _("Not given")


class ClaimKind(TextChoices):
    FACT = "fact", _("Fact")
    PROMISE = "promise", _("Promise")
    PREDICTION = "prediction", _("Prediction")
    QUOTATION = "quotation", _("Quotation")
    OPINION = "opinion", _("Opinion")


class ScaleKind(TextChoices):
    FACT = "fact", _("Facts")
    PROMISE = "promise", _("Promises")
    QUOTATION = "quotation", _("Quotations")


#: Which scale rates which kind of claim; an opinion has none.
SCALE_OF_KIND: dict[ClaimKind, ScaleKind] = {
    ClaimKind.FACT: ScaleKind.FACT,
    ClaimKind.PREDICTION: ScaleKind.FACT,
    ClaimKind.PROMISE: ScaleKind.PROMISE,
    ClaimKind.QUOTATION: ScaleKind.QUOTATION,
}


class Speech(TextChoices):
    DIRECT = "direct", _("Direct speech")
    INDIRECT = "indirect", _("Indirect speech")
    MIXED = "mixed", _("Partly quoted")
    OWN_VOICE = "own_voice", _("The outlet's own words")


class Relation(TextChoices):
    SAID = "said", _("said")
    QUOTED = "quoted", _("quoted")
    PARAPHRASED = "paraphrased", _("paraphrased")
    REPORTED = "reported", _("reported")
    IMPLIED = "implied", _("implied")


#: The relation that a form of speech has when none is given.
RELATION_OF_SPEECH: dict[str | None, Relation] = {
    Speech.DIRECT: Relation.QUOTED,
    Speech.INDIRECT: Relation.PARAPHRASED,
    Speech.MIXED: Relation.SAID,
    Speech.OWN_VOICE: Relation.SAID,
    None: Relation.SAID,
}


class Basis(TextChoices):
    PRIMARY = "primary", _("First hand")
    REPORTED = "reported", _("Somebody else reports it")
    DISPUTED = "disputed", _("Disputed")
    FALSE = "false", _("Never said")


class LinkKind(TextChoices):
    """How one claim stands to another: the first one repeats, is part of, contradicts or reports the other."""

    REPEATS = "repeats", _("repeats")
    PART_OF = "part_of", _("is part of")
    CONTRADICTS = "contradicts", _("contradicts")
    REPORTS = "reports", _("reports that it was said")


class AnchorState(TextChoices):
    UNCHANGED = "unchanged", _("Unchanged")


class SourceKind(TextChoices):
    PRIMARY = "primary", _("Primary source")
    SECONDARY = "secondary", _("Secondary source")
    EXPERT = "expert", _("Expert")
    DATASET = "dataset", _("Dataset")
    DOCUMENT = "document", _("Document")
    INTERVIEW = "interview", _("Interview")
    OWN_OBSERVATION = "own_observation", _("Own observation")
    OWN_CALCULATION = "own_calculation", _("Own calculation")


class Stance(TextChoices):
    SUPPORTS = "supports", _("Supports")
    REFUTES = "refutes", _("Refutes")
    CONTEXT = "context", _("Context")


class Stage(TextChoices):
    CHECK = "check", _("Check")
    APPROVE = "approve", _("Approve")


class AssignmentState(TextChoices):
    LIVE = "live", _("Live")
    DONE = "done", _("Done")
    RELEASED = "released", _("Given back")
    SKIPPED = "skipped", _("Skipped")
    LAPSED = "lapsed", _("Lapsed")


class WaitingOn(TextChoices):
    CLAIMANT = "claimant", _("The claimant")
    SOURCE = "source", _("A source")
    DATASET = "data", _("Data")
    COLLEAGUE = "colleague", _("A colleague")


class DeclineReason(TextChoices):
    OPINION = "opinion", _("It is an opinion, which cannot be true or false.")
    NOT_CHECKABLE = "not_checkable", _("It cannot be checked with what is publicly known.")
    OUTSIDE_OUR_FIELD = "outside_our_field", _("It is outside the field that we cover.")
    TOO_LITTLE_CAPACITY = "too_little_capacity", _("We cannot check everything, and chose other claims first.")
    ALREADY_CHECKED = "already_checked", _("It has already been checked.")


class ReviewState(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETRACTED = "retracted", _("Retracted")


class CorrectionKind(TextChoices):
    TYPO = "typo", _("Typing error")
    CLARIFICATION = "clarification", _("Clarification")
    UPDATE = "update", _("Update: new facts")
    CORRECTION = "correction", _("Correction")
    VERDICT_CHANGE = "verdict_change", _("Changed verdict")
    RETRACTION = "retraction", _("Retraction")


#: Changes after publication that are not an error of ours.
NOT_OUR_ERROR = frozenset({CorrectionKind.TYPO, CorrectionKind.UPDATE})


class Status(TextChoices):
    """Where the work on a claim is. Never what was found."""

    SUGGESTED = "suggested", _("Suggested")
    RECORDED = "recorded", _("Recorded")
    QUEUED = "queued", _("Queued")
    IN_REVIEW = "in_review", _("In review")
    ON_HOLD = "on_hold", _("On hold")
    IN_APPROVAL = "in_approval", _("In approval")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    DUPLICATE = "duplicate", _("Duplicate")
    DISMISSED = "dismissed", _("Dismissed")


#: A claim may come into being in these, and in no other.
FIRST_STATUSES = frozenset({Status.SUGGESTED, Status.RECORDED})
OPEN = frozenset({Status.RECORDED, Status.QUEUED, Status.IN_REVIEW, Status.ON_HOLD, Status.IN_APPROVAL})
WAITING = frozenset({Status.RECORDED, Status.QUEUED})
#: Statuses in which exactly one live `check` assignment exists.
HELD = frozenset({Status.IN_REVIEW, Status.ON_HOLD})
CLOSED = frozenset({Status.DECLINED, Status.DUPLICATE, Status.DISMISSED})


class Coarse(TextChoices):
    """What somebody who sent a claim or a tip in is told of it."""

    RECEIVED = "received", _("Received")
    BEING_CHECKED = "being_checked", _("Being checked")
    PUBLISHED = "published", _("Published")
    DECLINED = "declined", _("Declined")


class Act(TextChoices):
    """What a person, the worker or the clock does to a claim. The value is the REST path."""

    ACCEPT = "accept", _("Accept")
    DISMISS = "dismiss", _("Dismiss")
    ENQUEUE = "enqueue", _("Enqueue")
    TAKE = "take", _("Take")
    TAKE_APPROVAL = "take-approval", _("Take for approval")
    ASSIGN = "assign", _("Assign")
    RELEASE = "release", _("Give back")
    SKIP = "skip", _("Skip")
    LAPSE = "lapse", _("Lapse")
    HOLD = "hold", _("Put on hold")
    RESUME = "resume", _("Resume")
    PROPOSE = "propose", _("Propose verdict")
    WITHDRAW = "withdraw", _("Withdraw")
    SEND_BACK = "send-back", _("Send back")
    APPROVE = "approve", _("Approve")
    VOID = "void", _("Approval voided")
    CORRECT = "correct", _("Correct")
    DECLINE = "decline", _("Decline")
    MARK_DUPLICATE = "mark-duplicate", _("Mark as duplicate")
    REOPEN = "reopen", _("Reopen")
    PUBLISH = "publish", _("Publish")
    RETRACT = "retract", _("Retract")
    EDIT = "edit", _("Edit")
    SORT = "sort", _("Sort")
    ADD_APPEARANCE = "add-appearance", _("Add a sighting")
    EDIT_APPEARANCE = "edit-appearance", _("Change a sighting")
    LINK = "link", _("Link to another claim")
    ADD_SUBMISSION = "add-submission", _("Link a tip")
    REMOVE_SUBMISSION = "remove-submission", _("Take a tip off")
    SPLIT = "split", _("Split")
    ADOPT = "adopt", _("Adopt a verdict")
    ADD_EVIDENCE = "add-evidence", _("Add evidence")
    PRIORITISE = "prioritise", _("Change priority")
    SET_DUE = "set-due", _("Set due date")
    MARK_URGENT = "mark-urgent", _("Mark as urgent")
    RECUSE = "recuse", _("Recuse myself")


class Move(NamedTuple):
    """From where an act leaves and where it arrives; no arrival: the status stays as it is."""

    sources: frozenset[Status]
    arrivals: tuple[Status, ...] = ()


EVERY = frozenset(Status)

MOVES: dict[Act, Move] = {
    Act.ACCEPT: Move(frozenset({Status.SUGGESTED}), (Status.RECORDED,)),
    Act.DISMISS: Move(frozenset({Status.SUGGESTED}), (Status.DISMISSED,)),
    Act.ENQUEUE: Move(frozenset({Status.RECORDED}), (Status.QUEUED,)),
    Act.TAKE: Move(WAITING, (Status.IN_REVIEW,)),
    Act.TAKE_APPROVAL: Move(frozenset({Status.IN_APPROVAL})),
    Act.ASSIGN: Move(WAITING, (Status.IN_REVIEW,)),
    Act.RELEASE: Move(frozenset({Status.IN_REVIEW}), (Status.QUEUED,)),
    Act.SKIP: Move(frozenset({Status.IN_REVIEW}), (Status.QUEUED,)),
    Act.LAPSE: Move(frozenset({Status.IN_REVIEW}), (Status.QUEUED,)),
    Act.HOLD: Move(frozenset({Status.IN_REVIEW}), (Status.ON_HOLD,)),
    Act.RESUME: Move(frozenset({Status.ON_HOLD}), (Status.IN_REVIEW,)),
    Act.PROPOSE: Move(frozenset({Status.IN_REVIEW}), (Status.IN_APPROVAL,)),
    # The work goes back to the verdict's author; where the author cannot have it, to the queue.
    Act.WITHDRAW: Move(frozenset({Status.IN_APPROVAL}), (Status.IN_REVIEW,)),
    Act.SEND_BACK: Move(frozenset({Status.IN_APPROVAL, Status.APPROVED}), (Status.IN_REVIEW, Status.QUEUED)),
    Act.APPROVE: Move(frozenset({Status.IN_APPROVAL}), (Status.APPROVED,)),
    Act.VOID: Move(frozenset({Status.APPROVED}), (Status.IN_APPROVAL,)),
    Act.CORRECT: Move(frozenset({Status.APPROVED}), (Status.IN_REVIEW, Status.QUEUED)),
    Act.DECLINE: Move(OPEN, (Status.DECLINED,)),
    Act.MARK_DUPLICATE: Move(OPEN, (Status.DUPLICATE,)),
    Act.REOPEN: Move(CLOSED | {Status.APPROVED}, (Status.QUEUED,)),
    Act.PUBLISH: Move(frozenset({Status.APPROVED})),
    Act.RETRACT: Move(frozenset({Status.APPROVED})),
    Act.EDIT: Move(OPEN | {Status.APPROVED}),
    # Language and topics say where a claim belongs, not what is said or found: they may change under what is published.
    Act.SORT: Move(OPEN | {Status.APPROVED}),
    Act.ADD_EVIDENCE: Move(OPEN | {Status.APPROVED}),
    # A sighting says where the claim was met again: that may be after it was published, and it changes no verdict.
    Act.ADD_APPEARANCE: Move(OPEN | {Status.APPROVED}),
    Act.EDIT_APPEARANCE: Move(OPEN | {Status.APPROVED}),
    Act.LINK: Move(OPEN | {Status.APPROVED}),
    Act.ADD_SUBMISSION: Move(OPEN | {Status.APPROVED}),
    # What was linked by mistake can be taken off wherever the claim has got to since.
    Act.REMOVE_SUBMISSION: Move(EVERY),
    Act.SPLIT: Move(OPEN),
    Act.ADOPT: Move(frozenset({Status.IN_REVIEW}), (Status.IN_APPROVAL,)),
    Act.PRIORITISE: Move(OPEN),
    Act.SET_DUE: Move(OPEN),
    Act.MARK_URGENT: Move(OPEN),
    # A recusal takes the claim out of the hands of whoever holds it.
    Act.RECUSE: Move(EVERY, (Status.QUEUED,)),
}

#: Which status may follow which, for the trigger that guards the table itself.
TRANSITIONS: frozenset[tuple[Status, Status]] = frozenset(
    (source, arrival)
    for act, move in MOVES.items()
    for source in (HELD if act is Act.RECUSE else move.sources)
    for arrival in move.arrivals
    if source is not arrival
)


class Channel(TextChoices):
    """How a tip came in."""

    PUBLIC_FORM = "public_form", _("Public form")
    ADMIN = "admin", _("Typed in at the desk")
    API = "api", _("Sent by a program")


class SubmissionState(TextChoices):
    """What became of a tip. Never what was found."""

    NEW = "new", _("New")
    LINKED = "linked", _("Linked to a claim")
    ANSWERED = "answered", _("Answered")
    DECLINED = "declined", _("Declined")


class SubmissionAct(TextChoices):
    """What a person does to a tip. The value is the REST path."""

    LINK = "link", _("Link to a claim")
    MAKE_CLAIM = "make-claim", _("Make a claim")
    ANSWER = "answer", _("Send the published check")
    DECLINE = "decline", _("Decline")
    REOPEN = "reopen", _("Back to the new ones")


class SubmissionMove(NamedTuple):
    sources: frozenset[SubmissionState]
    arrival: SubmissionState


_UNDECIDED = frozenset({SubmissionState.NEW, SubmissionState.LINKED})

SUBMISSION_MOVES: dict[SubmissionAct, SubmissionMove] = {
    # One tip may hold several claims.
    SubmissionAct.LINK: SubmissionMove(_UNDECIDED, SubmissionState.LINKED),
    SubmissionAct.MAKE_CLAIM: SubmissionMove(_UNDECIDED, SubmissionState.LINKED),
    SubmissionAct.ANSWER: SubmissionMove(_UNDECIDED, SubmissionState.ANSWERED),
    SubmissionAct.DECLINE: SubmissionMove(frozenset({SubmissionState.NEW}), SubmissionState.DECLINED),
    SubmissionAct.REOPEN: SubmissionMove(frozenset(SubmissionState) - {SubmissionState.NEW}, SubmissionState.NEW),
}

#: Which state of a tip may follow which, for the trigger that guards the table itself.
SUBMISSION_TRANSITIONS: frozenset[tuple[SubmissionState, SubmissionState]] = frozenset(
    (source, move.arrival) for move in SUBMISSION_MOVES.values() for source in move.sources if source != move.arrival
)


class EventType(TextChoices):
    """Stable names: receivers and the documentation rely on them."""

    ARTICLE_RECORDED = "article.recorded"
    ARTICLE_VERSION_ADDED = "article.version_added"
    CLAIM_RECORDED = "claim.recorded"
    CLAIM_ACCEPTED = "claim.accepted"
    CLAIM_DISMISSED = "claim.dismissed"
    CLAIM_QUEUED = "claim.queued"
    CLAIM_TAKEN = "claim.taken"
    CLAIM_ASSIGNED = "claim.assigned"
    CLAIM_RELEASED = "claim.released"
    CLAIM_SKIPPED = "claim.skipped"
    CLAIM_LAPSED = "claim.lapsed"
    CLAIM_HELD = "claim.held"
    CLAIM_RESUMED = "claim.resumed"
    CLAIM_PROPOSED = "claim.proposed"
    CLAIM_WITHDRAWN = "claim.withdrawn"
    CLAIM_SENT_BACK = "claim.sent_back"
    CLAIM_APPROVED = "claim.approved"
    CLAIM_APPROVAL_VOIDED = "claim.approval_voided"
    CLAIM_CORRECTION_STARTED = "claim.correction_started"
    CLAIM_DECLINED = "claim.declined"
    CLAIM_MARKED_DUPLICATE = "claim.marked_duplicate"
    CLAIM_DUPLICATE_RECEIVED = "claim.duplicate_received"
    CLAIM_DUPLICATE_LEFT = "claim.duplicate_left"
    CLAIM_REOPENED = "claim.reopened"
    CLAIM_EDITED = "claim.edited"
    CLAIM_APPEARANCE_ADDED = "claim.appearance_added"
    CLAIM_APPEARANCE_EDITED = "claim.appearance_edited"
    CLAIM_APPEARANCE_REMOVED = "claim.appearance_removed"
    CLAIM_LINKED = "claim.linked"
    CLAIM_UNLINKED = "claim.unlinked"
    CLAIM_REPEATED = "claim.repeated"
    CLAIM_SUBMISSION_LINKED = "claim.submission_linked"
    CLAIM_SUBMISSION_UNLINKED = "claim.submission_unlinked"
    CLAIM_SPLIT = "claim.split"
    CLAIM_ADOPTED = "claim.adopted"
    CLAIM_PRIORITISED = "claim.prioritised"
    CLAIM_DUE_SET = "claim.due_set"
    CLAIM_MARKED_URGENT = "claim.marked_urgent"
    CLAIM_RECUSED = "claim.recused"
    EVIDENCE_ADDED = "evidence.added"
    EVIDENCE_WITHDRAWN = "evidence.withdrawn"
    SOURCE_EDITED = "source.edited"
    REVIEW_PUBLISHED = "review.published"
    REVIEW_CORRECTED = "review.corrected"
    REVIEW_RETRACTED = "review.retracted"
    SUBMISSION_RECEIVED = "submission.received"
    SUBMISSION_LINKED = "submission.linked"
    SUBMISSION_ANSWERED = "submission.answered"
    SUBMISSION_DECLINED = "submission.declined"
    SUBMISSION_REOPENED = "submission.reopened"
    SUBMISSION_CONTACTS_ERASED = "submission.contacts_erased"
    NEWSROOM_CREATED = "newsroom.created"
    POLICY_CHANGED = "newsroom.policy_changed"
    MEMBER_CHANGED = "newsroom.member_changed"
    TOKEN_MADE = "newsroom.token_made"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "newsroom.token_revoked"  # noqa: S105 - the name of an event
    CLAIMANT_EDITED = "newsroom.claimant_edited"


#: Who may learn of an event; what is not named here stays at the desk.
AUDIENCE_OF_EVENT: dict[EventType, Audience] = {
    EventType.CLAIM_RECORDED: Audience.PARTNER,
    EventType.CLAIM_DECLINED: Audience.PARTNER,
    EventType.REVIEW_PUBLISHED: Audience.PUBLIC,
    EventType.REVIEW_CORRECTED: Audience.PUBLIC,
    EventType.REVIEW_RETRACTED: Audience.PUBLIC,
}
