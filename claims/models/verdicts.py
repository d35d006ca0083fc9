"""What was found, who says so, and who stands behind it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import PROTECT, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.append_only import append_only
from claims.models.claims import Claim
from claims.models.ratings import Rating
from claims.models.tenancy import Tenant, TenantForeignKey


class Verdict(Tenant):
    """A rating with its reasons. Append-only: a changed mind is a new verdict that supersedes this one."""

    claim = TenantForeignKey(Claim, related_name="verdicts")
    rating = TenantForeignKey(Rating)
    explanation = models.TextField(_("reasons"))
    looked_for = models.TextField(_("what we looked for and whom we asked"), blank=True)
    override_reason = models.TextField(_("why this evidence is enough"), blank=True)
    author = models.ForeignKey(User, on_delete=PROTECT, related_name="verdicts")
    supersedes = TenantForeignKey("self", null=True, blank=True, related_name="+")
    adopted_from = TenantForeignKey(
        "self", null=True, blank=True, related_name="adoptions", verbose_name=_("adopted from")
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [
            # What the composite key of an approval points at.
            models.UniqueConstraint(fields=["id", "author"], name="verdict_author")
        ]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.rating} ({self.author.get_username()})"


class VerdictEditor(Tenant):
    """Somebody who changed what a verdict rests on after it was proposed: they do not approve it as a second person."""

    verdict = TenantForeignKey(Verdict, related_name="editors")
    user = models.ForeignKey(User, on_delete=PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["verdict", "user"], name="verdict_editor_once")]
        triggers: list[pgtrigger.Trigger] = append_only()


class Approval(Tenant):
    """A second person's word on exact content. The database itself refuses the verdict's own author."""

    verdict = TenantForeignKey(Verdict, related_name="approvals")
    verdict_author = models.ForeignKey(User, on_delete=PROTECT, related_name="+", db_index=False)
    approver = models.ForeignKey(User, on_delete=PROTECT, related_name="approvals")
    agrees = models.BooleanField(_("agrees"))
    rating = TenantForeignKey(Rating, null=True, blank=True, related_name="+", verbose_name=_("own rating"))
    note = models.TextField(_("note"), blank=True)
    content_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.CheckConstraint(condition=~Q(approver=F("verdict_author")), name="approval_by_somebody_else"),
            models.UniqueConstraint(fields=["verdict", "approver", "content_sha256"], name="approval_once_per_content"),
        ]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.approver.get_username()}: {self.verdict_id}"
