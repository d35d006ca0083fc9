"""Documents and people used as evidence, and what each says of a claim."""

from __future__ import annotations

from django.db import models
from django.db.models import PROTECT, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.claims import Claim
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.vocab import SourceKind, Stance


class Source(Tenant):
    """Something that can be brought to bear on more than one claim. An interview or a calculation has no address."""

    kind = models.CharField(_("kind"), max_length=20, choices=SourceKind)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    canonical_url = models.CharField(max_length=2000, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=500, blank=True)
    publisher = models.CharField(_("publisher"), max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.CheckConstraint(condition=~Q(url="") | ~Q(title=""), name="source_has_address_or_title"),
            models.UniqueConstraint(
                fields=["newsroom", "canonical_url", "kind", "title"],
                condition=~Q(canonical_url=""),
                name="source_address_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url


class Evidence(Tenant):
    """A source brought to bear on a claim."""

    claim = TenantForeignKey(Claim, related_name="evidence")
    source = TenantForeignKey(Source, related_name="evidence")
    stance = models.CharField(_("stance"), max_length=20, choices=Stance)
    excerpt = models.TextField(_("excerpt"), blank=True)
    note = models.TextField(_("note"), blank=True)
    added_by = models.ForeignKey(User, on_delete=PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=PROTECT, related_name="+", db_index=False)
    withdrawn_reason = models.TextField(_("why it was withdrawn"), blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="evidence_withdrawn_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}: {self.source}"
