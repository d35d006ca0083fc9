"""Who makes claims."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.tenancy import Tenant, TenantForeignKey
from claims.vocab import ClaimantKind


class Claimant(Tenant):
    """A person, a body or a group that makes claims, or one of the three kinds that stand for nobody in particular."""

    kind = models.CharField(_("kind"), max_length=20, choices=ClaimantKind)
    name = models.CharField(_("name"), max_length=300)
    name_key = models.CharField(max_length=300, editable=False)
    wikidata_id = models.CharField(
        _("Wikidata id"), max_length=20, blank=True, help_text=_("Such as Q58217: it tells namesakes apart.")
    )
    same_as = models.URLField(
        _("page about them"), blank=True, help_text=_("A page that says who this is, exported as sameAs.")
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("claimant")
        verbose_name_plural = _("claimants")
        constraints = [
            models.CheckConstraint(
                condition=Q(wikidata_id="") | Q(wikidata_id__regex=r"^Q[1-9][0-9]*$"), name="claimant_wikidata_id"
            )
        ]
        indexes = [models.Index(fields=["newsroom", "name_key", "id"], name="claimant_name")]

    def __str__(self) -> str:
        return self.name


class ClaimantAlias(Tenant):
    """Another spelling or name under which a claimant is found."""

    claimant = TenantForeignKey(Claimant, related_name="aliases")
    name = models.CharField(_("name"), max_length=300)
    name_key = models.CharField(max_length=300, editable=False)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        constraints = [models.UniqueConstraint(fields=["claimant", "name_key"], name="alias_once")]
        indexes = [models.Index(fields=["newsroom", "name_key"], name="alias_name")]

    def __str__(self) -> str:
        return self.name


class ClaimantRole(Tenant):
    """What a claimant was when: an office, a party, a job."""

    claimant = TenantForeignKey(Claimant, related_name="roles")
    title = models.CharField(_("role"), max_length=300)
    since = models.CharField(_("since"), max_length=10, blank=True)
    until = models.CharField(_("until"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [models.UniqueConstraint(fields=["claimant", "title", "since"], name="claimant_role_once")]

    def __str__(self) -> str:
        return self.title
