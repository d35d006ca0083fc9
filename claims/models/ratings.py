"""What can be found of a claim: versioned scales, one per kind of claim."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from claims.models.tenancy import Tenant, TenantForeignKey
from claims.vocab import ScaleKind


class RatingScale(Tenant):
    """One version of the ratings for one kind of claim. A new version never re-labels an old verdict."""

    kind = models.CharField(_("for"), max_length=20, choices=ScaleKind)
    version = models.PositiveIntegerField(_("version"), default=1)
    best = models.SmallIntegerField(_("best"), null=True, blank=True)
    worst = models.SmallIntegerField(_("worst"), null=True, blank=True)

    class Meta:
        verbose_name = _("rating scale")
        verbose_name_plural = _("rating scales")
        constraints = [
            models.UniqueConstraint(fields=["newsroom", "kind", "version"], name="scale_version_once"),
            models.CheckConstraint(
                condition=Q(best__isnull=True, worst__isnull=True) | Q(best__gt=models.F("worst")), name="scale_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"


class Rating(Tenant):
    """One step of a scale, or a word beside it that has no number."""

    scale = TenantForeignKey(RatingScale, related_name="ratings")
    position = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=40)
    value = models.SmallIntegerField(null=True, blank=True)
    labels = models.JSONField(help_text=_("The word that is shown, per language."))
    colour = models.CharField(max_length=7, help_text=_("Such as #1a7f37; the word always stands beside it."))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["scale", "position"]
        constraints = [models.UniqueConstraint(fields=["scale", "code"], name="rating_code_once")]

    def __str__(self) -> str:
        return self.label()

    def label(self, language: str | None = None) -> str:
        """The word in the language asked for (or the reader's), else in English."""
        asked = (language or get_language() or "en").split("-")[0]
        return str(self.labels.get(asked) or self.labels["en"])
