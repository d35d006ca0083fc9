"""What happened."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join

from claims.admin.base import DeskAdmin
from claims.admin.wording import lines_of, names_in
from claims.models import Event


@admin.register(Event)
class EventAdmin(DeskAdmin):
    joins = ("claim", "article", "actor")
    nothing_yet = "Nothing has happened yet."
    list_display = ("occurred_at", "type", "subject", "who", "seq", "audience")
    list_display_links = ("occurred_at", "type")
    list_filter = ("audience", "type")
    linked_lookups = frozenset({"claim", "article"})
    fields = ("occurred_at", "type", "who", "claim", "article", "seq", "audience", "told", "chained")
    readonly_fields = ("who", "told", "chained")

    @admin.display(description="who")
    def who(self, event: Event) -> str:
        return event.actor.get_username() if event.actor else "system"

    @admin.display(description="about")
    def subject(self, event: Event) -> str:
        return str(event.claim or event.article or "the newsroom")

    @admin.display(description="what changed")
    def told(self, event: Event) -> str:
        lines = lines_of(event, names_in([event]))
        return format_html_join("", "<p>{}: {} → {}</p>", ((line.name, line.before, line.after) for line in lines))

    @admin.display(description="hash")
    def chained(self, event: Event) -> str:
        return bytes(event.hash).hex()
