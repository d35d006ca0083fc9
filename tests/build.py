"""Valid objects, made as the newsroom makes them: through the acts of the workflow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import UUID

from django.utils import timezone

from claims.access import Actor
from claims.models import Claim, Evidence, Newsroom, User
from claims.selectors.members import actor_in
from claims.text.uuid7 import uuid7
from claims.vocab import CorrectionKind, DeclineReason, EventType, Role, Status
from claims.workflow import articles, enqueueing, newsrooms, queue, recording, reviews, verdicts
from claims.workflow import claims as acts
from claims.workflow import evidence as evidence_acts
from claims.workflow.articles import RecordedArticle
from claims.workflow.events import changed, event_on
from claims.workflow.inputs import (
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    EvidenceInput,
    ReviewTextInput,
    SourceInput,
    VerdictInput,
)

TEXT = (
    "The minister told parliament on Tuesday: “Unemployment has fallen to 4 per cent.” "
    "The opposition said that it had risen. A union wrote that nobody had counted."
)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Desk:
    """A newsroom with a reviewer, who writes the verdicts, and an editor, who approves and publishes them."""

    newsroom: Newsroom
    author: Actor
    editor: Actor


def make_newsroom(slug: str = "desk", *, name: str = "The Desk") -> Newsroom:
    return newsrooms.create(slug=slug, name=name)


def make_member(newsroom: Newsroom, role: Role | Sequence[Role], name: str = "", *, password: str = "") -> Actor:
    """Somebody with that role, or with several; making a password is slow, so only who logs in with one has one."""
    username = name or f"person-{next(_numbers)}"
    user = User.objects.create_user(username, password=password or None)
    newsrooms.add_roles(newsroom=newsroom, user=user, roles=[role] if isinstance(role, Role) else role)
    actor = actor_in(user=user, newsroom_id=newsroom.pk)
    assert actor is not None
    return actor


def make_desk(slug: str = "desk") -> Desk:
    newsroom = make_newsroom(slug)
    prefix = "" if slug == "desk" else f"{slug}-"
    return Desk(
        newsroom=newsroom,
        author=make_member(newsroom, Role.REVIEWER, f"{prefix}author"),
        editor=make_member(newsroom, Role.EDITOR, f"{prefix}editor"),
    )


def person(actor: Actor) -> User:
    """The person behind an actor that is not the service."""
    assert actor.user is not None
    return actor.user


def make_article(
    actor: Actor, *, text: str = TEXT, claims: Sequence[ClaimInput] = (), url: str = "", headline: str = ""
) -> RecordedArticle:
    given = ArticleInput(text=text, claims=tuple(claims), url=url, headline=headline)
    return articles.record_article(actor=actor, given=given)


def make_claim(
    actor: Actor,
    statement: str = "Unemployment has fallen to 4 per cent.",
    *,
    claimant: str | None = "The minister",
    kind: str = "fact",
    topics: Sequence[str] = (),
    in_language: str = "",
    article_id: UUID | None = None,
) -> Claim:
    """A recorded claim; `claimant=None`: nobody is named."""
    given = ClaimInput(
        statement,
        kind=kind,
        claimants=(ClaimantInput(name=claimant, kind="person"),) if claimant is not None else (),
        topics=tuple(topics),
        in_language=in_language,
    )
    return recording.record_claim(actor=actor, given=given, article_id=article_id).claim


def evidence_input(
    url: str = "https://statistics.example.org/labour",
    *,
    kind: str = "primary",
    title: str = "",
    stance: str = "refutes",
) -> EvidenceInput:
    return EvidenceInput(SourceInput(kind=kind, url=url, title=title), stance)


def make_evidence(actor: Actor, claim: Claim, given: EvidenceInput | None = None) -> Evidence:
    return evidence_acts.add(actor=actor, claim_id=claim.pk, given=given or evidence_input())


def verdict_input(
    rating: str = "false",
    *,
    explanation: str = "The statistics office counted 6 per cent.",
    evidence: Sequence[EvidenceInput] | None = None,
    headline: str = "Unemployment has not fallen",
    summary: str = "The office counts 6 per cent, not 4.",
    body: str = "The minister gave a number that the office never published.",
    looked_for: str = "",
    override_reason: str = "",
) -> VerdictInput:
    """A verdict with its public text and, unless told otherwise, one primary source."""
    return VerdictInput(
        rating=rating,
        explanation=explanation,
        looked_for=looked_for,
        override_reason=override_reason,
        evidence=tuple([evidence_input()] if evidence is None else evidence),
        review=ReviewTextInput(headline, summary, body),
    )


#: A rating for each kind of claim that has one.
RATING_FOR = {"fact": "false", "prediction": "false", "promise": "broken", "quotation": "altered"}


def suggest(actor: Actor, statement: str = "A machine believes that this is a claim.") -> Claim:
    """A claim as a machine suggests one. Nothing in the service suggests any yet, so the row is written as such."""
    claim = Claim(id=uuid7(), newsroom_id=actor.newsroom_id, statement=statement, status=Status.SUGGESTED)
    event = event_on(
        claim, type=EventType.CLAIM_RECORDED, actor=None, changes={"status": changed(None, str(Status.SUGGESTED))}
    )
    claim.save(force_insert=True)
    event.save(force_insert=True)
    return claim


def claim_in(
    status: Status,
    *,
    author: Actor,
    editor: Actor,
    claim: Claim | None = None,
    statement: str = "Unemployment has fallen to 4 per cent.",
    kind: str = "fact",
    claimant: str | None = "The minister",
    verdict: VerdictInput | None = None,
) -> Claim:
    """A claim in that status, brought there by acts; `claim`: a recorded one of the caller's is brought there.

    The author takes, holds and proposes; the editor approves, declines, joins and dismisses.
    """

    def recorded() -> Claim:
        return claim or make_claim(author, statement, kind=kind, claimant=claimant)

    def queued() -> Claim:
        found = recorded()
        enqueueing.enqueue_claim(claim_id=found.pk)
        return found

    def in_review() -> Claim:
        return queue.take(actor=author, claim_id=queued().pk)

    def on_hold() -> Claim:
        until = timezone.now() + timedelta(days=2)
        return queue.put_on_hold(actor=author, claim_id=in_review().pk, until=until)

    def in_approval() -> Claim:
        given = verdict or verdict_input(RATING_FOR[kind])
        return verdicts.propose(actor=author, claim_id=in_review().pk, given=given)

    def approved() -> Claim:
        return verdicts.approve(actor=editor, claim_id=in_approval().pk)

    def declined() -> Claim:
        return acts.decline(actor=editor, claim_id=queued().pk, reason_code=DeclineReason.NOT_CHECKABLE)

    def duplicate() -> Claim:
        stays = make_claim(author, f"{statement} (first)", kind=kind, claimant=claimant)
        return acts.mark_duplicate(actor=editor, claim_id=queued().pk, of=stays.pk)

    def dismissed() -> Claim:
        return acts.dismiss(actor=editor, claim_id=suggest(author, statement).pk)

    ways: dict[Status, Callable[[], Claim]] = {
        Status.SUGGESTED: lambda: suggest(author, statement),
        Status.RECORDED: recorded,
        Status.QUEUED: queued,
        Status.IN_REVIEW: in_review,
        Status.ON_HOLD: on_hold,
        Status.IN_APPROVAL: in_approval,
        Status.APPROVED: approved,
        Status.DECLINED: declined,
        Status.DUPLICATE: duplicate,
        Status.DISMISSED: dismissed,
    }
    made = ways[status]()
    made.refresh_from_db()
    assert made.status == status
    return made


def make_published(
    *,
    author: Actor,
    editor: Actor,
    claim: Claim | None = None,
    statement: str = "Unemployment has fallen to 4 per cent.",
    kind: str = "fact",
    verdict: VerdictInput | None = None,
) -> Claim:
    """A claim whose review the public can read."""
    approved = claim_in(
        Status.APPROVED, author=author, editor=editor, claim=claim, statement=statement, kind=kind, verdict=verdict
    )
    return reviews.publish(actor=editor, claim_id=approved.pk)


def make_corrected(*, author: Actor, editor: Actor, claim: Claim | None = None) -> Claim:
    """A published claim whose verdict was changed and published again."""
    published = claim or make_published(author=author, editor=editor)
    reviews.correct(actor=editor, claim_id=published.pk, reason="The office revised its figures.")
    verdicts.propose(actor=author, claim_id=published.pk, given=verdict_input("half-true", evidence=[]))
    verdicts.approve(actor=editor, claim_id=published.pk)
    return reviews.publish(
        actor=editor,
        claim_id=published.pk,
        kind=CorrectionKind.VERDICT_CHANGE,
        public_note="The office revised its figures.",
    )


def make_retracted(*, author: Actor, editor: Actor, claim: Claim | None = None) -> Claim:
    published = claim or make_published(author=author, editor=editor)
    return reviews.retract(actor=editor, claim_id=published.pk, reason="The speech was never given.")
