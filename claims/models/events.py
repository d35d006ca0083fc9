"""What happened, in order: the audit trail of every claim, article and newsroom."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import PROTECT, F, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.append_only import append_only
from claims.models.articles import Article
from claims.models.claims import Claim
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.vocab import Audience, EventType


class Event(Tenant):
    """One thing that happened to a claim, an article, or (with neither) the newsroom itself.

    `seq` has no gap within its subject; `hash` chains each event to the one before it (see `claims.workflow.events`).
    """

    claim = TenantForeignKey(Claim, null=True, related_name="events", db_index=False)
    article = TenantForeignKey(Article, null=True, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    type = models.CharField(_("what happened"), max_length=40, choices=EventType)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience)
    actor = models.ForeignKey(User, null=True, on_delete=PROTECT, related_name="+", db_index=False)
    occurred_at = models.DateTimeField(_("when"))
    changes = models.JSONField(_("changes"))
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(condition=Q(claim__isnull=True) | Q(article__isnull=True), name="event_one_subject"),
            models.UniqueConstraint(
                fields=["claim", "seq"], condition=Q(claim__isnull=False), name="event_seq_of_claim"
            ),
            models.UniqueConstraint(
                fields=["article", "seq"], condition=Q(article__isnull=False), name="event_seq_of_article"
            ),
            models.UniqueConstraint(
                fields=["newsroom", "seq"],
                condition=Q(claim__isnull=True, article__isnull=True),
                name="event_seq_of_newsroom",
            ),
        ]
        indexes = [
            # The history of one tip, which stands in the newsroom's: see `claims.workflow.submissions`.
            models.Index(
                F("newsroom"),
                KeyTextTransform("after", KeyTransform("submission", "changes")),
                condition=Q(claim__isnull=True, article__isnull=True, changes__has_key="submission"),
                name="event_of_submission",
            )
        ]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"
