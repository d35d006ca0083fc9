"""The record: one module per aggregate."""

from claims.models.accounts import ApiToken, Membership, Newsroom, User
from claims.models.articles import Article, ArticleVersion, Publisher
from claims.models.assignments import Assignment, Recusal
from claims.models.claimants import Claimant, ClaimantAlias, ClaimantRole
from claims.models.claims import (
    Appearance,
    Attribution,
    Claim,
    ClaimClaimant,
    ClaimTopic,
    Segment,
    Topic,
)
from claims.models.events import Event
from claims.models.links import ClaimLink
from claims.models.logins import LoginAttempt
from claims.models.operations import Heartbeat
from claims.models.ratings import Rating, RatingScale
from claims.models.reviews import ClaimReview, ClaimReviewRevision, Correction
from claims.models.sources import Evidence, Source
from claims.models.submissions import Submission, SubmissionAttempt, SubmissionClaim, SubmittedFile
from claims.models.tenancy import Tenant
from claims.models.verdicts import Approval, Verdict, VerdictEditor

__all__ = [
    "ApiToken",
    "Appearance",
    "Approval",
    "Article",
    "ArticleVersion",
    "Assignment",
    "Attribution",
    "Claim",
    "ClaimClaimant",
    "ClaimLink",
    "ClaimReview",
    "ClaimReviewRevision",
    "ClaimTopic",
    "Claimant",
    "ClaimantAlias",
    "ClaimantRole",
    "Correction",
    "Event",
    "Evidence",
    "Heartbeat",
    "LoginAttempt",
    "Membership",
    "Newsroom",
    "Publisher",
    "Rating",
    "RatingScale",
    "Recusal",
    "Segment",
    "Source",
    "Submission",
    "SubmissionAttempt",
    "SubmissionClaim",
    "SubmittedFile",
    "Tenant",
    "Topic",
    "User",
    "Verdict",
    "VerdictEditor",
]
