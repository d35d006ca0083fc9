"""Published texts in which claims appear, as they stood when they were read."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import PROTECT, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.append_only import append_only
from claims.models.subjects import Subject
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.vocab import ArticleKind, ExtractionMethod


class Publisher(Tenant):
    """Who published an article."""

    name = models.CharField(_("name"), max_length=300)
    name_key = models.CharField(max_length=300, editable=False)
    site = models.CharField(_("site"), max_length=500, blank=True)
    own_voice = TenantForeignKey(
        "claims.Claimant",
        null=True,
        blank=True,
        verbose_name=_("claimant for its own voice"),
        help_text=_("Who makes the claims that the outlet makes in its own words."),
    )

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        constraints = [models.UniqueConstraint(fields=["newsroom", "name_key"], name="publisher_name_once")]

    def __str__(self) -> str:
        return self.name


class Article(Tenant, Subject):
    """A text in which claims appear, under one address or under none."""

    kind = models.CharField(_("kind"), max_length=20, choices=ArticleKind, default=ArticleKind.ARTICLE)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    canonical_url = models.CharField(max_length=2000, blank=True, editable=False)
    publisher = TenantForeignKey(Publisher, null=True, blank=True, related_name="articles", verbose_name=_("publisher"))
    headline = models.CharField(_("headline"), max_length=500, blank=True)
    author = models.CharField(_("author"), max_length=300, blank=True)
    date_published = models.CharField(
        _("published on"), max_length=40, blank=True, help_text=_("An ISO 8601 date; a year or a month alone is fine.")
    )
    in_language = models.CharField(_("language"), max_length=35, blank=True)
    copy_of = TenantForeignKey("self", null=True, blank=True, related_name="copies", verbose_name=_("copy of"))
    recorded_by = models.ForeignKey(User, null=True, on_delete=PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.UniqueConstraint(
                fields=["newsroom", "canonical_url"], condition=~Q(canonical_url=""), name="article_url_once"
            )
        ]
        indexes = [models.Index(fields=["newsroom", "-created_at", "-id"], name="article_newest")]

    def __str__(self) -> str:
        return self.headline or self.url or str(_("Article without a headline"))


class ArticleVersion(Tenant):
    """The text as it stood when it was read: NFC, line ends as `\\n`. Never changed."""

    article = TenantForeignKey(Article, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    extraction = models.CharField(max_length=20, choices=ExtractionMethod)
    captured_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("article version")
        verbose_name_plural = _("article versions")
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="version_number_once")]
        indexes = [models.Index(fields=["newsroom", "text_sha256"], name="version_text")]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.article_id} v{self.number}"
