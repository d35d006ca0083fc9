"""How claims stand to each other."""

from __future__ import annotations

from django.db import models
from django.db.models import PROTECT, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.claims import Claim
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.vocab import LinkKind


class ClaimLink(Tenant):
    """`claim` repeats, is part of, contradicts or reports `other`."""

    claim = TenantForeignKey(Claim, related_name="links")
    other = TenantForeignKey(Claim, related_name="linked_from")
    kind = models.CharField(_("kind"), max_length=20, choices=LinkKind)
    made_by = models.ForeignKey(User, null=True, on_delete=PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("link between claims")
        verbose_name_plural = _("links between claims")
        constraints = [
            models.UniqueConstraint(fields=["claim", "other", "kind"], name="claim_link_once"),
            models.CheckConstraint(condition=~Q(claim=F("other")), name="claim_link_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind} {self.other_id}"
