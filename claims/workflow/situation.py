"""A claim as one person finds it: everything that the rules ask about, read once and only when asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from claims.access import Actor
from claims.errors import NotFoundError, StaleRevisionError
from claims.models import (
    Approval,
    Assignment,
    Claim,
    ClaimClaimant,
    ClaimReview,
    ClaimReviewRevision,
    Event,
    Evidence,
    Rating,
    Verdict,
)
from claims.selectors.recusals import is_recused
from claims.vocab import AssignmentState, ReviewState, Stage
from claims.workflow.content import content_of, fingerprint


@dataclass(frozen=True, slots=True)
class Proposal:
    """The verdict that is about to be proposed, for the rules that it must satisfy."""

    rating: Rating
    looked_for: str
    override_reason: str
    evidence: list[Evidence]


_THE_SAME_FOR_ALL = frozenset(
    {
        "live_assignments",
        "claimants",
        "evidence",
        "verdict",
        "author_ids",
        "review",
        "latest_revision",
        "approvals",
    }
)


@dataclass
class Situation:
    claim: Claim
    actor: Actor
    proposal: Proposal | None = field(default=None)
    unsaved: list[Event] = field(default_factory=list)

    @cached_property
    def live_assignments(self) -> list[Assignment]:
        return list(Assignment.objects.filter(claim=self.claim, state=AssignmentState.LIVE).select_related("reviewer"))

    @property
    def hold(self) -> Assignment | None:
        """Who has the check of this claim in hand."""
        return next((found for found in self.live_assignments if found.stage == Stage.CHECK), None)

    @property
    def approval_hold(self) -> Assignment | None:
        return next((found for found in self.live_assignments if found.stage == Stage.APPROVE), None)

    @property
    def is_holder(self) -> bool:
        return self.hold is not None and self.actor.is_user(self.hold.reviewer_id)

    @cached_property
    def is_recused(self) -> bool:
        return self.actor.user is not None and is_recused(user=self.actor.user, claim=self.claim)

    @cached_property
    def claimants(self) -> list[ClaimClaimant]:
        return list(self.claim.claim_claimants.select_related("claimant").order_by("position"))

    @cached_property
    def evidence(self) -> list[Evidence]:
        """What stands as evidence now: withdrawn pieces left out."""
        return list(self.claim.evidence.filter(withdrawn_at=None).select_related("source").order_by("id"))

    @cached_property
    def verdict(self) -> Verdict | None:
        if self.claim.verdict_id is None:
            return None
        verdict = Verdict.objects.select_related("rating__scale", "author", "adopted_from").get(
            pk=self.claim.verdict_id
        )
        self.claim.verdict = verdict  # whoever shows the claim afterwards need not read it again
        return verdict

    @cached_property
    def author_ids(self) -> frozenset[UUID]:
        """Whoever wrote the verdict, or changed what it rests on since: none of them is a second person."""
        if self.verdict is None:
            return frozenset()
        return frozenset({self.verdict.author_id, *self.verdict.editors.values_list("user_id", flat=True)})

    @property
    def is_author(self) -> bool:
        return self.actor.user is not None and self.actor.user.pk in self.author_ids

    @cached_property
    def review(self) -> ClaimReview | None:
        return self.claim.reviews.order_by("id").first()

    @cached_property
    def latest_revision(self) -> ClaimReviewRevision | None:
        return self.review.revisions.order_by("-number").first() if self.review else None

    @property
    def was_published(self) -> bool:
        return self.review is not None and self.review.state != ReviewState.DRAFT

    @property
    def is_out(self) -> bool:
        """The current verdict is the one that the public was last told."""
        latest = self.latest_revision
        return latest is not None and latest.verdict_id == self.claim.verdict_id

    @property
    def content(self) -> dict[str, Any]:
        """Read anew each time: the acts change what it is made of."""
        return content_of(
            claim=self.claim,
            claimants=self.claimants,
            evidence=self.evidence,
            verdict=self.verdict,
            review=self.review,
        )

    @property
    def content_sha256(self) -> str:
        return fingerprint(self.content)

    @cached_property
    def approvals(self) -> list[Approval]:
        if self.verdict is None:
            return []
        return list(self.verdict.approvals.select_related("approver").order_by("created_at", "id"))

    @property
    def standing_approvals(self) -> list[Approval]:
        """Those that were given to exactly the content as it is now, by people who still count as second persons."""
        sha256 = self.content_sha256
        return [
            approval
            for approval in self.approvals
            if approval.agrees and approval.content_sha256 == sha256 and approval.approver_id not in self.author_ids
        ]

    def as_found_by(self, actor: Actor) -> Situation:
        """The same claim for somebody else; what does not depend on the person is not read again."""
        theirs = Situation(claim=self.claim, actor=actor)
        theirs.__dict__.update({name: value for name, value in self.__dict__.items() if name in _THE_SAME_FOR_ALL})
        return theirs

    def forget(self, *names: str) -> None:
        """Drops what was read, after an act changed it."""
        for name in names:
            self.__dict__.pop(name, None)


def lock_in_order(newsroom_id: UUID, claim_ids: Iterable[UUID]) -> None:
    """Locks several claims in the one order that everybody keeps, so that two people never wait for each other."""
    claims = Claim.objects.select_for_update(no_key=True).filter(newsroom_id=newsroom_id, pk__in=set(claim_ids))
    list(claims.order_by("id").values_list("pk"))


def lock(*, actor: Actor, claim_id: UUID, revision: int | None = None) -> Situation:
    """The claim under its row lock; every act begins here, and reads nothing about the claim before.

    Raises NotFoundError for a claim that the newsroom has not got, StaleRevisionError where the caller has read another
    revision than the one that is locked now.
    """
    try:
        claim = Claim.objects.select_for_update(no_key=True).get(newsroom_id=actor.newsroom_id, pk=claim_id)
    except Claim.DoesNotExist:
        raise NotFoundError("There is no such claim in this newsroom.") from None
    if revision is not None and revision != claim.revision:
        raise StaleRevisionError(current_revision=claim.revision)
    return Situation(claim=claim, actor=actor)
