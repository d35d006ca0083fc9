"""Claims, where they stand, and the chain of who said them."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import PROTECT, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.accounts import User
from claims.models.articles import ArticleVersion
from claims.models.claimants import Claimant
from claims.models.subjects import Subject
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.vocab import (
    FIRST_STATUSES,
    TRANSITIONS,
    WAITING,
    AnchorState,
    Basis,
    ClaimantMatch,
    ClaimKind,
    DeclineReason,
    Relation,
    Speech,
    Status,
)


class Topic(Tenant):
    """A subject that the desk sorts claims by."""

    slug = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [models.UniqueConstraint(fields=["newsroom", "slug"], name="topic_slug_once")]

    def __str__(self) -> str:
        return self.name


class Claim(Tenant, Subject):
    """One checkable proposition by one claimant, or by several together."""

    statement = models.TextField(_("claim"), help_text=_("In our words; it must be understood on its own."))
    context = models.TextField(_("context"), blank=True, help_text=_("What a reader must know to understand it."))
    kind = models.CharField(_("kind"), max_length=20, choices=ClaimKind, default=ClaimKind.FACT)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=300, blank=True)
    date_said = models.CharField(_("said on"), max_length=10, blank=True)
    in_language = models.CharField(_("language"), max_length=35, blank=True)
    claimant_match = models.CharField(max_length=10, choices=ClaimantMatch, default=ClaimantMatch.NONE)
    claimant_named = models.CharField(
        max_length=300, blank=True, help_text=_("The name that was given, kept while it fits several claimants.")
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.RECORDED)
    revision = models.PositiveIntegerField(default=1)
    verdict = TenantForeignKey(
        "claims.Verdict", null=True, blank=True, related_name="+", verbose_name=_("current verdict")
    )
    is_urgent = models.BooleanField(_("urgent"), default=False)
    priority = models.IntegerField(_("priority"), default=0)
    priority_parts = models.JSONField(default=list, help_text=_("The named parts that add up to the priority."))
    rank = models.FloatField(default=0, help_text=_("Priority less age weight: the order of the queue."))
    due = models.DateTimeField(_("due"), null=True, blank=True)
    decline_reason = models.CharField(max_length=30, choices=DeclineReason, blank=True)
    duplicate_of = TenantForeignKey("self", null=True, blank=True, related_name="duplicates")
    recorded_by = models.ForeignKey(User, null=True, on_delete=PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=[str(status) for status in Status]), name="claim_status"),
            models.CheckConstraint(
                condition=Q(status=Status.DUPLICATE, duplicate_of__isnull=False)
                | (~Q(status=Status.DUPLICATE) & Q(duplicate_of__isnull=True)),
                name="claim_duplicate_of",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")), name="claim_not_its_own_duplicate"
            ),
        ]
        indexes = [
            # The queue, in its order: `take next` reads the first row that nobody else has locked.
            models.Index(
                F("newsroom"),
                F("is_urgent").desc(),
                F("rank").desc(),
                F("id"),
                condition=Q(status__in=sorted(str(status) for status in WAITING)),
                name="claim_queue",
            ),
            models.Index(F("newsroom"), F("is_urgent").desc(), F("rank").desc(), F("id"), name="claim_priority_order"),
            models.Index(F("newsroom"), F("due").asc(nulls_last=True), F("id"), name="claim_due_order"),
            models.Index(fields=["newsroom", "created_at", "id"], name="claim_created_order"),
            # What the worker has yet to enqueue, the oldest first.
            models.Index(fields=["created_at", "id"], condition=Q(status=Status.RECORDED), name="claim_recorded"),
            GinIndex(SearchVector("statement", config="simple"), name="claim_search"),
            models.Index(fields=["newsroom", "updated_at", "id"], name="claim_updated_order"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="status_moves",
                field="status",
                transitions=sorted((str(source), str(arrival)) for source, arrival in TRANSITIONS),
            ),
            pgtrigger.Protect(
                name="status_first",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status__in=sorted(str(status) for status in FIRST_STATUSES)),
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class ClaimClaimant(Tenant):
    """Who makes a claim; the first position is the claimant, the others stand with them."""

    claim = TenantForeignKey(Claim, related_name="claim_claimants")
    claimant = TenantForeignKey(Claimant, related_name="claim_claimants")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["claim", "position"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "position"], name="claim_claimant_position"),
            models.UniqueConstraint(fields=["claim", "claimant"], name="claim_claimant_once"),
        ]


class ClaimTopic(Tenant):
    claim = TenantForeignKey(Claim, related_name="claim_topics")
    topic = TenantForeignKey(Topic, related_name="claim_topics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "topic"], name="claim_topic_once")]


class Appearance(Tenant):
    """Where a claim stands: a span of an article version, or an address and a date alone."""

    claim = TenantForeignKey(Claim, related_name="appearances")
    version = TenantForeignKey(ArticleVersion, null=True, blank=True, related_name="appearances")
    url = models.CharField(_("address"), max_length=2000, blank=True)
    date_published = models.CharField(_("seen on"), max_length=40, blank=True)
    speech = models.CharField(_("speech"), max_length=20, choices=Speech, null=True, blank=True)  # noqa: DJ001 - null: nobody said which
    cue = models.CharField(
        _("cue"), max_length=100, blank=True, help_text=_("The word that introduces it: said, claims …")
    )
    is_first = models.BooleanField(_("first appearance"), default=False)
    is_suggested = models.BooleanField(
        _("suggested"),
        default=False,
        help_text=_("The text is a copy of one in which the claim stands; nobody has confirmed it here."),
    )
    is_after_publication = models.BooleanField(
        _("after publication"),
        default=False,
        help_text=_("It was said again after our review of it had been published."),
    )
    anchor = models.CharField(max_length=20, choices=AnchorState, default=AnchorState.UNCHANGED)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        constraints = [
            models.CheckConstraint(condition=Q(version__isnull=False) | ~Q(url=""), name="appearance_has_a_place"),
            models.UniqueConstraint(fields=["claim"], condition=Q(is_first=True), name="appearance_one_first"),
        ]


class Segment(Tenant):
    """One piece of an appearance, in order: a quote selector and a position selector of the same text."""

    appearance = TenantForeignKey(Appearance, related_name="segments")
    position = models.PositiveSmallIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    exact = models.TextField()
    prefix = models.CharField(max_length=32, blank=True)
    suffix = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["appearance", "position"]
        constraints = [
            models.UniqueConstraint(fields=["appearance", "position"], name="segment_position"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="segment_not_empty"),
        ]


class Attribution(Tenant):
    """A link of the chain of who said it: position 0 made the claim, the next ones reported it, nearest first."""

    appearance = TenantForeignKey(Appearance, related_name="attributions")
    position = models.PositiveSmallIntegerField()
    claimant = TenantForeignKey(Claimant, null=True, blank=True, related_name="attributions")
    relation = models.CharField(max_length=20, choices=Relation)
    basis = models.CharField(max_length=20, choices=Basis)
    as_named = models.CharField(max_length=300, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["appearance", "position"]
        constraints = [models.UniqueConstraint(fields=["appearance", "position"], name="attribution_position")]
