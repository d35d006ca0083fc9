"""The nouns of the service as plain Django models: no newsroom, no events, no triggers, no guards."""

# ruff: noqa: DJ008 - no person ever reads these rows

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import CASCADE, PROTECT
from django.utils import timezone


class Record(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class Publisher(Record):
    name = models.CharField(max_length=300, unique=True)
    site = models.CharField(max_length=500, blank=True)


class Article(Record):
    kind = models.CharField(max_length=20, default="article")
    url = models.CharField(max_length=2000, blank=True, db_index=True)
    canonical_url = models.CharField(max_length=2000, blank=True)
    publisher = models.ForeignKey(Publisher, null=True, on_delete=PROTECT, related_name="articles")
    headline = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=300, blank=True)
    date_published = models.CharField(max_length=40, blank=True)
    in_language = models.CharField(max_length=35, blank=True)
    copy_of = models.ForeignKey("self", null=True, on_delete=PROTECT)
    created_at = models.DateTimeField(default=timezone.now)


class ArticleVersion(Record):
    article = models.ForeignKey(Article, on_delete=CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    captured_at = models.DateTimeField(default=timezone.now)

    class Meta:
        unique_together = [("article", "number")]


class Claimant(Record):
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=300, unique=True)
    role = models.CharField(max_length=300, blank=True)


class Topic(Record):
    slug = models.SlugField(max_length=60, unique=True)


class Rating(Record):
    code = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=100)
    value = models.IntegerField(null=True)
    best = models.IntegerField(null=True)
    worst = models.IntegerField(null=True)


class Claim(Record):
    statement = models.TextField()
    context = models.TextField(blank=True)
    kind = models.CharField(max_length=20, default="fact")
    on_behalf_of = models.CharField(max_length=300, blank=True)
    date_said = models.CharField(max_length=10, blank=True)
    in_language = models.CharField(max_length=35, blank=True)
    claimant_match = models.CharField(max_length=10, default="none")
    claimant_named = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=20, default="recorded")
    revision = models.PositiveIntegerField(default=1)
    verdict = models.ForeignKey("Verdict", null=True, on_delete=PROTECT, related_name="+")
    is_urgent = models.BooleanField(default=False)
    priority = models.IntegerField(default=0)
    priority_parts = models.JSONField(default=list)
    rank = models.FloatField(default=0)
    due = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=30, blank=True)
    duplicate_of = models.ForeignKey("self", null=True, on_delete=PROTECT)
    topics = models.ManyToManyField(Topic)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["status", "-rank", "id"], name="floor_queue")]


class ClaimClaimant(Record):
    claim = models.ForeignKey(Claim, on_delete=CASCADE, related_name="claim_claimants")
    claimant = models.ForeignKey(Claimant, on_delete=PROTECT)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]


class Appearance(Record):
    claim = models.ForeignKey(Claim, on_delete=CASCADE, related_name="appearances")
    version = models.ForeignKey(ArticleVersion, on_delete=CASCADE)
    url = models.CharField(max_length=2000, blank=True)
    date_published = models.CharField(max_length=40, blank=True)
    speech = models.CharField(max_length=20)
    cue = models.CharField(max_length=100, blank=True)
    is_first = models.BooleanField(default=False)
    is_suggested = models.BooleanField(default=False)
    anchor = models.CharField(max_length=20, default="unchanged")


class Segment(Record):
    appearance = models.ForeignKey(Appearance, on_delete=CASCADE, related_name="segments")
    position = models.PositiveSmallIntegerField(default=0)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    exact = models.TextField()
    prefix = models.CharField(max_length=32, blank=True)
    suffix = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["position"]


class Attribution(Record):
    appearance = models.ForeignKey(Appearance, on_delete=CASCADE, related_name="attributions")
    position = models.PositiveSmallIntegerField(default=0)
    claimant = models.ForeignKey(Claimant, on_delete=PROTECT)
    relation = models.CharField(max_length=20)
    basis = models.CharField(max_length=20)
    as_named = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position"]


class Assignment(Record):
    claim = models.ForeignKey(Claim, on_delete=CASCADE, related_name="assignments")
    stage = models.CharField(max_length=20, default="check")
    reviewer = models.CharField(max_length=150)
    state = models.CharField(max_length=20, default="live")
    held_until = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)


class Source(Record):
    kind = models.CharField(max_length=20)
    url = models.CharField(max_length=2000, blank=True, unique=True)
    title = models.CharField(max_length=500, blank=True)
    publisher = models.CharField(max_length=300, blank=True)


class Evidence(Record):
    claim = models.ForeignKey(Claim, on_delete=CASCADE, related_name="evidence")
    source = models.ForeignKey(Source, on_delete=PROTECT)
    stance = models.CharField(max_length=20)
    excerpt = models.TextField(blank=True)
    note = models.TextField(blank=True)
    added_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)


class Verdict(Record):
    claim = models.ForeignKey(Claim, on_delete=CASCADE, related_name="verdicts")
    rating = models.ForeignKey(Rating, on_delete=PROTECT)
    explanation = models.TextField()
    looked_for = models.TextField(blank=True)
    author = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)


class Approval(Record):
    verdict = models.ForeignKey(Verdict, on_delete=CASCADE, related_name="approvals")
    approver = models.CharField(max_length=150)
    agrees = models.BooleanField()
    current = models.BooleanField(default=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)


class Review(Record):
    """The public text on a claim, beside its verdict."""

    claim = models.OneToOneField(Claim, on_delete=CASCADE, related_name="review")
    state = models.CharField(max_length=20, default="draft")
    url = models.CharField(max_length=2000, null=True)  # noqa: DJ001 - shown as null before publication
    headline = models.CharField(max_length=300)
    summary = models.TextField()
    body = models.TextField(blank=True)
    date_published = models.DateTimeField(null=True)
    date_modified = models.DateTimeField(null=True)
