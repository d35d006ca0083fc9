from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.management.people import add_claim_arguments, claim_called, service_of
from claims.management.telling import chain_of, status_label
from claims.models import Claim
from claims.selectors.claims import live_evidence
from claims.workflow.waiting import waiting_for


class Command(BaseCommand):
    help = "Shows one claim: where it stands, who said it, what was found, and what it waits for."

    def add_arguments(self, parser: CommandParser) -> None:
        add_claim_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = service_of(options["newsroom"])
        claim = claim_called(options["id"], actor=actor)
        self.head(claim)
        for appearance in claim.appearances.all():
            self.stdout.write("Stands in:")
            version = appearance.version
            self.stdout.write(f"  article {version.article_id}" if version else f"  {appearance.url}")
            for segment in appearance.segments.all():
                self.stdout.write(f"  {segment.start}–{segment.end}: “{segment.exact}”")
        for item in live_evidence().filter(claim=claim):
            self.stdout.write(f"Evidence: {item.stance}, {item.source.kind}: {item.source}")
        self.verdict(claim)
        for step in waiting_for(claim=claim, actor=actor):
            blocked = "; ".join(refusal.detail for refusal in step.blocked_by) or "nothing stands in the way"
            self.stdout.write(f"Waits for: {step.act} ({blocked})")

    def head(self, claim: Claim) -> None:
        self.stdout.write(claim.statement)
        self.stdout.write(f"Said by: {chain_of(claim)}")
        self.stdout.write(f"Status: {status_label(claim)}, revision {claim.revision}, priority {claim.priority}")

    def verdict(self, claim: Claim) -> None:
        if claim.verdict is None:
            return
        verdict = claim.verdict
        self.stdout.write(f"Verdict: {verdict.rating.label('en')}, by {verdict.author.get_username()}")
        self.stdout.write(f"  {verdict.explanation}")
        for approval in verdict.approvals.all():
            agrees = "agrees" if approval.agrees else "does not agree"
            self.stdout.write(f"  {approval.approver.get_username()} {agrees}")
        for review in claim.reviews.all():
            self.stdout.write(f"Review: {review.state}, “{review.headline}”")
