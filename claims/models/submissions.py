"""Tips: what readers and colleagues send in, and the claims that are in them."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import PROTECT, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.claims import Claim
from claims.models.reviews import ClaimReview
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.text.uuid7 import uuid7
from claims.vocab import SUBMISSION_TRANSITIONS, Channel, DeclineReason, SubmissionState

MOST_FILE_BYTES = 5 * 1024 * 1024


class SubmittedFile(Tenant):
    """The file that came with a tip. Lists of tips are read without its bytes."""

    name = models.CharField(_("name"), max_length=120)
    media_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.BinaryField(max_length=32)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file of a tip")
        verbose_name_plural = _("files of tips")
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0, size__lte=MOST_FILE_BYTES), name="submitted_file_size")
        ]

    def __str__(self) -> str:
        return self.name


class Submission(Tenant):
    """What somebody sent in. Of the link by which they look after it, only the SHA-256 of its secret is kept."""

    text = models.TextField(_("text"), blank=True)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    file = TenantForeignKey(SubmittedFile, null=True, blank=True, related_name="+", db_index=False)
    channel = models.CharField(_("came by"), max_length=20, choices=Channel)
    in_language = models.CharField(_("language"), max_length=35, blank=True)
    contact_sealed = models.BinaryField(null=True, editable=False)
    erase_contact_at = models.DateTimeField(_("contact erased on"), null=True)
    state = models.CharField(_("state"), max_length=20, choices=SubmissionState, default=SubmissionState.NEW)
    answer = TenantForeignKey(ClaimReview, null=True, blank=True, related_name="+")
    decline_reason = models.CharField(max_length=30, choices=DeclineReason, blank=True)
    status_token_sha256 = models.BinaryField(max_length=32, unique=True, editable=False)
    recorded_by = models.ForeignKey(User, null=True, on_delete=PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received"), db_default=Now())

    class Meta:
        verbose_name = _("tip")
        verbose_name_plural = _("tips")
        constraints = [
            models.UniqueConstraint(fields=["file"], name="submission_file_once"),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(url="") | Q(file__isnull=False), name="submission_is_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in SubmissionState]), name="submission_state"
            ),
            models.CheckConstraint(
                condition=Q(state=SubmissionState.ANSWERED, answer__isnull=False)
                | (~Q(state=SubmissionState.ANSWERED) & Q(answer__isnull=True)),
                name="submission_answer",
            ),
            models.CheckConstraint(
                condition=(Q(state=SubmissionState.DECLINED) & ~Q(decline_reason=""))
                | (~Q(state=SubmissionState.DECLINED) & Q(decline_reason="")),
                name="submission_decline_reason",
            ),
            # Whatever is kept to reach somebody by has a day on which it goes.
            models.CheckConstraint(
                condition=Q(contact_sealed__isnull=True, erase_contact_at__isnull=True)
                | Q(contact_sealed__isnull=False, erase_contact_at__isnull=False),
                name="submission_contact_is_erased",
            ),
        ]
        indexes = [
            models.Index(fields=["newsroom", "state", "-received_at", "-id"], name="submission_state_order"),
            models.Index(fields=["newsroom", "-received_at", "-id"], name="submission_order"),
            models.Index(
                fields=["erase_contact_at"], condition=Q(erase_contact_at__isnull=False), name="submission_to_erase"
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_moves",
                field="state",
                transitions=sorted((str(source), str(arrival)) for source, arrival in SUBMISSION_TRANSITIONS),
            ),
            pgtrigger.Protect(
                name="state_first",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state=str(SubmissionState.NEW)),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80] or self.url or "a file"


class SubmissionClaim(Tenant):
    """A claim that is in a tip; how many tips have one is its demand."""

    submission = TenantForeignKey(Submission, related_name="submission_claims")
    claim = TenantForeignKey(Claim, related_name="submission_claims")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "claim"], name="submission_claim_once")]


class SubmissionAttempt(models.Model):
    """One use of the public form. Whose it was cannot be read from it: the sender's address is hashed with a key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sender_key = models.BinaryField(max_length=32)
    attempted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["sender_key", "attempted_at"], name="submission_attempt_key"),
            models.Index(fields=["attempted_at"], name="submission_attempt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.attempted_at}"
