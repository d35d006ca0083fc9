"""What the floor takes and answers: plain DRF serializers, with the service's names and shapes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from benchmarks.floor import models


class ClaimantGiven(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=300)
    kind = serializers.CharField(max_length=20)
    role = serializers.CharField(max_length=300, required=False)


class ClaimGiven(serializers.Serializer[Any]):
    statement = serializers.CharField(max_length=5000)
    kind = serializers.CharField(max_length=20)
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    exact = serializers.CharField()
    speech = serializers.CharField(max_length=20)
    claimant = ClaimantGiven()
    claimant_as_named = serializers.CharField(max_length=300)
    cue = serializers.CharField(max_length=100)
    reported_by = ClaimantGiven(many=True, required=False)


class PublisherGiven(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=300)


class ArticleGiven(serializers.Serializer[Any]):
    text = serializers.CharField(trim_whitespace=False)
    headline = serializers.CharField(max_length=500)
    url = serializers.CharField(max_length=2000)
    publisher = PublisherGiven()
    date_published = serializers.CharField(max_length=40)
    in_language = serializers.CharField(max_length=35)
    claims = ClaimGiven(many=True)


class SourceGiven(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=2000)
    title = serializers.CharField(max_length=500)
    kind = serializers.CharField(max_length=20)
    publisher = serializers.CharField(max_length=300)


class EvidenceGiven(serializers.Serializer[Any]):
    source = SourceGiven()  # type: ignore[assignment]  # a field of the body, not the attribute of that name
    stance = serializers.CharField(max_length=20)
    excerpt = serializers.CharField()
    note = serializers.CharField()


class ReviewGiven(serializers.Serializer[Any]):
    headline = serializers.CharField(max_length=300)
    summary = serializers.CharField()
    body = serializers.CharField()


class VerdictGiven(serializers.Serializer[Any]):
    rating = serializers.SlugRelatedField(slug_field="code", queryset=models.Rating.objects)
    explanation = serializers.CharField()
    evidence = EvidenceGiven(many=True)
    review = ReviewGiven()


class ClaimantShort(serializers.ModelSerializer[models.Claimant]):
    class Meta:
        model = models.Claimant
        fields = ["id", "name", "kind"]


class ClaimantName(serializers.ModelSerializer[models.Claimant]):
    class Meta:
        model = models.Claimant
        fields = ["id", "name"]


class SegmentShown(serializers.ModelSerializer[models.Segment]):
    selectors = serializers.SerializerMethodField()

    class Meta:
        model = models.Segment
        fields = ["selectors"]

    def get_selectors(self, row: models.Segment) -> list[dict[str, Any]]:
        return [
            {"type": "TextQuoteSelector", "exact": row.exact, "prefix": row.prefix, "suffix": row.suffix},
            {"type": "TextPositionSelector", "start": row.start, "end": row.end},
        ]


class AttributionShown(serializers.ModelSerializer[models.Attribution]):
    claimant = ClaimantName()

    class Meta:
        model = models.Attribution
        fields = ["claimant", "relation", "basis", "as_named"]


class AppearanceShown(serializers.ModelSerializer[models.Appearance]):
    article = serializers.UUIDField(source="version.article_id")
    version = serializers.IntegerField(source="version.number")
    suggested = serializers.BooleanField(source="is_suggested")
    segments = SegmentShown(many=True)
    attribution = AttributionShown(source="attributions", many=True)

    class Meta:
        model = models.Appearance
        fields = ["id", "article", "version", "url", "date_published", "speech", "cue", "anchor", "suggested"]
        fields += ["is_first", "segments", "attribution"]


class RatingShown(serializers.ModelSerializer[models.Rating]):
    class Meta:
        model = models.Rating
        fields = ["code", "value", "best", "worst", "label"]


class ApprovalShown(serializers.ModelSerializer[models.Approval]):
    class Meta:
        model = models.Approval
        fields = ["approver", "agrees", "current", "note", "created_at"]


class VerdictShown(serializers.ModelSerializer[models.Verdict]):
    rating = RatingShown()
    approvals = ApprovalShown(many=True)

    class Meta:
        model = models.Verdict
        fields = ["id", "rating", "explanation", "looked_for", "author", "approvals", "created_at"]


class PublicationShown(serializers.ModelSerializer[models.Review]):
    class Meta:
        model = models.Review
        fields = ["state", "url", "headline", "date_published", "date_modified"]


class AssignmentShown(serializers.ModelSerializer[models.Assignment]):
    class Meta:
        model = models.Assignment
        fields = ["reviewer", "stage", "held_until"]


ACTS_OF_STATUS = {
    "recorded": ["take", "decline", "mark-duplicate", "prioritise", "set-due", "recuse"],
    "in_review": ["release", "skip", "hold", "propose", "decline", "mark-duplicate", "prioritise", "set-due", "recuse"],
    "in_approval": ["withdraw", "decline", "mark-duplicate", "prioritise", "set-due", "recuse"],
}


class ClaimShown(serializers.ModelSerializer[models.Claim]):
    claimant = serializers.SerializerMethodField()
    claimants = serializers.SerializerMethodField()
    date = serializers.CharField(source="date_said")
    topics = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)  # type: ignore[var-annotated]
    priority = serializers.SerializerMethodField()
    urgent = serializers.BooleanField(source="is_urgent")
    verdict = VerdictShown()
    publication = PublicationShown(source="review", default=None)
    assignment = serializers.SerializerMethodField()
    appearances = AppearanceShown(many=True)
    allowed_acts = serializers.SerializerMethodField()

    class Meta:
        model = models.Claim
        fields = ["id", "statement", "context", "status", "kind", "claimant", "claimants", "claimant_match"]
        fields += ["claimant_named", "on_behalf_of", "date", "topics", "in_language", "priority", "urgent", "due"]
        fields += ["verdict", "publication", "assignment", "decline_reason", "duplicate_of", "appearances"]
        fields += ["allowed_acts", "revision", "created_at", "updated_at"]

    def get_claimant(self, row: models.Claim) -> Any:
        first = next(iter(row.claim_claimants.all()), None)
        return ClaimantShort(first.claimant).data if first else None

    def get_claimants(self, row: models.Claim) -> Any:
        return ClaimantShort([link.claimant for link in row.claim_claimants.all()], many=True).data

    def get_priority(self, row: models.Claim) -> dict[str, Any]:
        return {"value": row.priority, "parts": row.priority_parts}

    def get_assignment(self, row: models.Claim) -> Any:
        live = next(iter(row.live), None)  # type: ignore[attr-defined]
        return AssignmentShown(live).data if live else None

    def get_allowed_acts(self, row: models.Claim) -> list[str]:
        return ACTS_OF_STATUS[row.status]


class ArticleName(serializers.ModelSerializer[models.Article]):
    class Meta:
        model = models.Article
        fields = ["id", "headline"]


class ClaimRow(serializers.ModelSerializer[models.Claim]):
    claimant = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField()
    urgent = serializers.BooleanField(source="is_urgent")
    rating = serializers.CharField(source="verdict.rating.code", default=None)
    publication = serializers.SerializerMethodField()
    assignment = serializers.SerializerMethodField()
    article = serializers.SerializerMethodField()

    class Meta:
        model = models.Claim
        fields = ["id", "statement", "status", "kind", "claimant", "priority", "urgent", "due", "rating"]
        fields += ["publication", "assignment", "article", "revision", "created_at", "updated_at"]

    def get_claimant(self, row: models.Claim) -> Any:
        first = next(iter(row.claim_claimants.all()), None)
        return ClaimantShort(first.claimant).data if first else None

    def get_priority(self, row: models.Claim) -> dict[str, Any]:
        return {"value": row.priority}

    def get_publication(self, row: models.Claim) -> Any:
        return {"state": row.review.state} if hasattr(row, "review") else None

    def get_assignment(self, row: models.Claim) -> Any:
        live = next(iter(row.live), None)  # type: ignore[attr-defined]
        return AssignmentShown(live).data if live else None

    def get_article(self, row: models.Claim) -> Any:
        place = next(iter(row.appearances.all()), None)
        return ArticleName(place.version.article).data if place else None


class ArticleShown(serializers.ModelSerializer[models.Article]):
    publisher = serializers.SerializerMethodField()
    intake = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()
    existing = serializers.SerializerMethodField()
    claims = serializers.SerializerMethodField()

    class Meta:
        model = models.Article
        fields = ["id", "kind", "headline", "url", "canonical_url", "publisher", "author", "date_published"]
        fields += ["in_language", "copy_of", "intake", "version", "created_at", "existing", "claims"]

    def get_publisher(self, row: models.Article) -> Any:
        return {"id": row.publisher.id, "name": row.publisher.name} if row.publisher else None

    def get_intake(self, row: models.Article) -> Any:
        return {"state": "ready", "detail": ""}

    def get_version(self, row: models.Article) -> Any:
        return {"number": self.context["version"].number, "text_sha256": self.context["version"].text_sha256}

    def get_existing(self, row: models.Article) -> bool:
        return False

    def get_claims(self, row: models.Article) -> Any:
        shown = ClaimShown(self.context["claims"], many=True).data
        return [{**claim, "existing": False, "warnings": []} for claim in shown]
