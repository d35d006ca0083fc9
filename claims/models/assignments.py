"""Who has a claim in hand, and who must keep away from one."""

from __future__ import annotations

from django.db import models
from django.db.models import PROTECT, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.articles import Publisher
from claims.models.claimants import Claimant
from claims.models.claims import Claim
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.vocab import AssignmentState, Stage, WaitingOn


class Assignment(Tenant):
    """One person's hold on a claim. At most one is live per claim and stage."""

    claim = TenantForeignKey(Claim, related_name="assignments", db_index=False)
    stage = models.CharField(_("stage"), max_length=20, choices=Stage)
    reviewer = models.ForeignKey(User, on_delete=PROTECT, related_name="assignments", db_index=False)
    state = models.CharField(_("state"), max_length=20, choices=AssignmentState, default=AssignmentState.LIVE)
    has_work = models.BooleanField(_("has work in it"), default=False)
    held_until = models.DateTimeField(
        _("held until"), null=True, blank=True, help_text=_("Empty: it does not lapse by itself.")
    )
    on_hold_until = models.DateTimeField(_("on hold until"), null=True, blank=True)
    waiting_for = models.CharField(_("waiting for"), max_length=20, choices=WaitingOn, blank=True)
    note = models.TextField(_("note"), blank=True)
    taken_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "stage"], condition=Q(state=AssignmentState.LIVE), name="assignment_one_live"
            )
        ]
        indexes = [
            models.Index(fields=["held_until"], condition=Q(state=AssignmentState.LIVE), name="assignment_lapses"),
            models.Index(
                fields=["on_hold_until"],
                condition=Q(state=AssignmentState.LIVE, on_hold_until__isnull=False),
                name="assignment_returns",
            ),
            # What somebody skipped or let lapse is not offered to them again for a day.
            models.Index(
                fields=["reviewer", "claim", "ended_at"],
                condition=Q(state__in=[AssignmentState.SKIPPED, AssignmentState.LAPSED]),
                name="assignment_put_aside",
            ),
            models.Index(fields=["claim"], name="assignment_claim"),
            models.Index(
                fields=["newsroom", "reviewer"], condition=Q(state=AssignmentState.LIVE), name="assignment_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer.get_username()}: {self.get_stage_display()}"


class Recusal(Tenant):
    """Somebody who must keep away from a claim, from everything by a claimant, or from a publisher."""

    user = models.ForeignKey(User, on_delete=PROTECT, related_name="recusals")
    claim = TenantForeignKey(Claim, null=True, blank=True, related_name="recusals")
    claimant = TenantForeignKey(Claimant, null=True, blank=True, related_name="recusals")
    publisher = TenantForeignKey(Publisher, null=True, blank=True, related_name="recusals")
    reason = models.TextField(_("reason"), help_text=_("Seen by administrators only."))
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=False, claimant__isnull=True, publisher__isnull=True)
                | Q(claim__isnull=True, claimant__isnull=False, publisher__isnull=True)
                | Q(claim__isnull=True, claimant__isnull=True, publisher__isnull=False),
                name="recusal_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["user", "claim", "claimant", "publisher"], nulls_distinct=False, name="recusal_once"
            ),
        ]

    def __str__(self) -> str:
        return self.user.get_username()
