"""The main job, from an article to a published verdict, each step with who does it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.access import Actor
from claims.errors import RuleBrokenError
from claims.intake.files import article_from, read_claims, read_text
from claims.interop.claimreview import claimreview_jsonld
from claims.management.telling import chain_of
from claims.models import Claim, Newsroom, User
from claims.selectors.claims import claim_in_full
from claims.selectors.members import actor_in
from claims.selectors.public import address_of
from claims.selectors.reviews import latest_revision
from claims.vocab import Role, Status
from claims.workflow import articles, evidence, newsrooms, queue, reviews, verdicts
from claims.workflow.inputs import EvidenceInput, ReviewTextInput, SourceInput, VerdictInput

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
#: How long the worker may take to queue a dozen claims before the demonstration gives up.
PATIENCE_SECONDS = 60


class Command(BaseCommand):
    help = "Walks the sample articles through the main job in a newsroom of its own, and prints each step."

    def handle(self, *args: Any, **options: Any) -> None:
        self.newsroom = newsrooms.create(slug=self.free_slug(), name="Demonstration newsroom")
        reviewer, editor = self.person("demo-reviewer", Role.REVIEWER), self.person("demo-editor", Role.EDITOR)
        self.step("the service", f"makes the newsroom “{self.newsroom.slug}” with a reviewer and an editor")
        claim_ids = [claim_id for path in sorted(SAMPLES.glob("*.txt")) for claim_id in self.ingest(editor, path)]
        self.wait_for_queue(claim_ids)
        claim = self.review(reviewer)
        self.try_to_approve_alone(reviewer, claim)
        self.publish(editor, claim)

    def step(self, who: str, what: str) -> None:
        self.stdout.write(f"{who:>13}  {what}")

    def free_slug(self) -> str:
        taken = set(Newsroom.objects.values_list("slug", flat=True))
        return next(slug for number in range(1, 10_000) if (slug := f"demo-{number}") not in taken)

    def person(self, name: str, role: Role) -> Actor:
        user, is_new = User.objects.get_or_create(username=name)
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        newsrooms.add_roles(newsroom=self.newsroom, user=user, roles=[role])
        actor = actor_in(user=user, newsroom_id=self.newsroom.pk)
        assert actor is not None  # noqa: S101 - just made a member
        return actor

    def ingest(self, editor: Actor, path: Path) -> list[Any]:
        body = {**read_claims(path.with_suffix(".json")), "text": read_text(path)}
        recorded = articles.record_article(actor=editor, given=article_from(body))
        self.step(editor.name, f"records “{recorded.article.headline}” with {len(recorded.claims)} claims")
        for entry in recorded.claims:
            claim = claim_in_full(actor=editor, claim_id=entry.claim.pk)
            self.step("", f"- {chain_of(claim)}: {claim.statement}")
        return [entry.claim.pk for entry in recorded.claims]

    def wait_for_queue(self, claim_ids: list[Any]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while Claim.objects.filter(pk__in=claim_ids, status=Status.RECORDED).exists():
            if time.monotonic() > deadline:
                raise CommandError("The claims were not queued: is a worker or the relay running? `doctor` tells.")
            time.sleep(0.1)
        self.step("the worker", f"computes the priority of {len(claim_ids)} claims and queues them")

    def review(self, reviewer: Actor) -> Claim:
        claim = queue.take_next(actor=reviewer)
        if claim is None:
            raise CommandError("There is nothing in the queue to take.")
        parts = ", ".join(f"{part['value']} {part['reason']}" for part in claim.priority_parts)
        self.step(reviewer.name, f"takes the first claim in the queue: {claim.statement}")
        self.step("", f"  priority {claim.priority}: {parts}")
        source = SourceInput(
            kind="primary", url="https://records.example/ledger/2026", title="The public ledger for 2026"
        )
        given = EvidenceInput(source, "refutes", excerpt="The figure stands in table 4.", note="Read today.")
        evidence.add(actor=reviewer, claim_id=claim.pk, given=given)
        self.step(reviewer.name, f"attaches evidence: {source.title} ({source.kind}, {given.stance})")
        text = ReviewTextInput(
            headline="The ledger shows another figure",
            summary="The public ledger for 2026 does not bear the figure out.",
            body="We compared the statement with **table 4** of the public ledger for 2026.",
        )
        verdict = VerdictInput(rating="mostly-false", explanation="Table 4 shows a different figure.", review=text)
        claim = verdicts.propose(actor=reviewer, claim_id=claim.pk, given=verdict)
        self.step(reviewer.name, "proposes the verdict “Mostly false” with its reasons and the text for the public")
        return claim

    def try_to_approve_alone(self, reviewer: Actor, claim: Claim) -> None:
        try:
            verdicts.approve(actor=reviewer, claim_id=claim.pk)
        except RuleBrokenError as refusal:
            self.step(reviewer.name, f"tries to approve it, and is refused ({refusal.code}): {refusal.detail}")
            return
        raise CommandError("The author could approve their own verdict: four eyes do not hold.")

    def publish(self, editor: Actor, claim: Claim) -> None:
        verdicts.approve(actor=editor, claim_id=claim.pk, note="Checked against the ledger.")
        self.step(editor.name, "approves exactly that content")
        reviews.publish(actor=editor, claim_id=claim.pk)
        review = claim.reviews.get()
        self.step(editor.name, f"publishes it: {address_of(review)}")
        revision = latest_revision(review)
        assert revision is not None and review.date_published is not None  # noqa: S101, PT018 - just published
        document = claimreview_jsonld(
            revision.content,
            url=address_of(review),
            date_published=review.date_published,
            date_modified=review.date_modified or review.date_published,
            newsroom=self.newsroom,
        )
        self.stdout.write("\nWhat the web reads (schema.org ClaimReview):")
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
