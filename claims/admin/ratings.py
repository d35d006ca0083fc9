"""What can be found of a claim."""

from __future__ import annotations

from django.contrib import admin

from claims.admin.base import DeskAdmin, DeskInline
from claims.models import Rating, RatingScale


class LabelsInWords:
    """The labels as people read them."""

    @admin.display(description="labels")
    def words(self, rating: Rating) -> str:
        return ", ".join(f"{label} ({language})" for language, label in rating.labels.items())


class RatingInline(LabelsInWords, DeskInline):
    model = Rating
    fields = ("position", "code", "value", "words", "colour")
    readonly_fields = ("words",)


@admin.register(RatingScale)
class RatingScaleAdmin(DeskAdmin):
    ordering = ("kind", "-version")
    list_display = ("__str__", "kind", "version", "best", "worst")
    list_filter = ("kind",)
    fields = ("kind", "version", "best", "worst")
    inlines = (RatingInline,)


@admin.register(Rating)
class RatingAdmin(LabelsInWords, DeskAdmin):
    joins = ("scale",)
    ordering = ("scale__kind", "scale__version", "position")
    list_display = ("code", "words", "value", "scale")
    list_filter = ("scale__kind",)
    fields = ("scale", "position", "code", "value", "words", "colour")
    readonly_fields = ("words",)
