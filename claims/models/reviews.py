"""What the public reads, each form in which it was published, and what was changed afterwards."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import PROTECT, Q
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.append_only import append_only
from claims.models.claims import Claim
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.models.verdicts import Verdict
from claims.vocab import CorrectionKind, ReviewState


class ClaimReview(Tenant):
    """The public text on one claim: the draft that is being worked on, and the state of what is published."""

    claim = TenantForeignKey(Claim, related_name="reviews")
    in_language = models.CharField(_("language"), max_length=35)
    slug = models.SlugField(max_length=120, unique=True)
    headline = models.CharField(_("headline"), max_length=300, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    body = models.TextField(_("text"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=ReviewState, default=ReviewState.DRAFT)
    date_published = models.DateTimeField(_("published"), null=True)
    date_modified = models.DateTimeField(_("changed"), null=True)
    being_checked_again_since = models.DateTimeField(null=True)
    retraction_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("claim review")
        verbose_name_plural = _("claim reviews")
        constraints = [
            models.UniqueConstraint(fields=["claim", "in_language"], name="review_language_once"),
            models.CheckConstraint(
                condition=Q(state=ReviewState.DRAFT, date_published__isnull=True)
                | (~Q(state=ReviewState.DRAFT) & Q(date_published__isnull=False)),
                name="review_published_has_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["newsroom", "-date_published", "-id"],
                condition=Q(state=ReviewState.PUBLISHED),
                name="review_newest",
            )
        ]

    def __str__(self) -> str:
        return self.headline or self.slug


class ClaimReviewRevision(Tenant):
    """A frozen copy of everything that the public was told, under one number. Never changed."""

    review = TenantForeignKey(ClaimReview, related_name="revisions")
    number = models.PositiveIntegerField()
    verdict = TenantForeignKey(Verdict, related_name="+")
    content_sha256 = models.CharField(max_length=64)
    content = models.JSONField(
        help_text=_("What was published: texts, claim, claimants, rating, evidence, appearances.")
    )
    published_by = models.ForeignKey(User, on_delete=PROTECT, related_name="+", db_index=False)
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("published revision")
        verbose_name_plural = _("published revisions")
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="revision_number_once")]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.review_id} r{self.number}"


class Correction(Tenant):
    """One line of the ledger of changes after publication. Append-only."""

    review = TenantForeignKey(ClaimReview, related_name="corrections")
    kind = models.CharField(_("kind"), max_length=20, choices=CorrectionKind)
    public_note = models.TextField(_("public note"))
    before = TenantForeignKey(ClaimReviewRevision, related_name="+")
    after = TenantForeignKey(ClaimReviewRevision, null=True, related_name="+")
    made_by = models.ForeignKey(User, on_delete=PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CorrectionKind.RETRACTION, after__isnull=True)
                | (~Q(kind=CorrectionKind.RETRACTION) & Q(after__isnull=False)),
                name="correction_after",
            )
        ]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.public_note}"
