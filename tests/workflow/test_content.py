"""What two people stand behind is exact content: any change of it is noticed, and no change of anything else is."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from claims.errors import InvalidInputError, RuleBrokenError
from claims.models import Claim, Claimant, ClaimClaimant, ClaimReview, ClaimReviewRevision, Evidence, Source
from claims.vocab import Act, CorrectionKind, Status
from claims.workflow import claimants, evidence, newsrooms, queue, reviews, verdicts
from claims.workflow import claims as acts
from claims.workflow.inputs import ClaimantInput, EvidenceInput, SourceInput, VerdictInput
from claims.workflow.situation import Situation
from tests.build import Desk, claim_in, evidence_input, make_published, person, verdict_input
from tests.record import all_rows, events_of
from tests.workflow.doing import DO

Change = Callable[[Desk, UUID], object]
OFFLINE = EvidenceInput(SourceInput(kind="interview", title="Talk with the office"), "context", excerpt="“No.”")


def _edit(**fields: object) -> Change:
    return lambda desk, claim_id: acts.edit(
        actor=desk.author,
        claim_id=claim_id,
        fields=acts.ClaimFields(**fields),  # type: ignore[arg-type]  # the tests below name fields of ClaimFields
    )


def _edit_source(**fields: str) -> Change:
    return lambda desk, claim_id: evidence.edit_source(
        actor=desk.author,
        source_id=Source.objects.get(evidence__claim=claim_id).pk,
        fields=evidence.SourceFields(**fields),
    )


def _withdraw(desk: Desk, claim_id: UUID) -> object:
    found = Evidence.objects.get(claim=claim_id, withdrawn_at=None)
    return evidence.withdraw(actor=desk.author, evidence_id=found.pk, reason="A forgery.")


def _add_evidence(desk: Desk, claim_id: UUID) -> object:
    return evidence.add(actor=desk.author, claim_id=claim_id, given=OFFLINE)


#: Each change of content by an act, and the field that its event names.
CHANGES: dict[str, tuple[Change, set[str]]] = {
    "statement": (_edit(statement="Unemployment fell to 4 per cent in May."), {"statement"}),
    "context": (_edit(context="In a speech to parliament."), {"context"}),
    "kind": (_edit(kind="prediction"), {"kind"}),
    "claimants": (_edit(claimants=(ClaimantInput(name="A union", kind="group"),)), {"claimants"}),
    "a further claimant": (
        _edit(claimants=(ClaimantInput(name="The minister"), ClaimantInput(name="A union"))),
        {"claimants"},
    ),
    "on behalf of": (_edit(on_behalf_of="The government"), {"on_behalf_of"}),
    "date": (_edit(date="2024-05"), {"date"}),
    "several fields": (_edit(context="In May.", date="2024-05"), {"context", "date"}),
    "content beside what is none": (_edit(context="In May.", in_language="de"), {"context", "in_language"}),
    "evidence added": (_add_evidence, {"evidence"}),
    "evidence withdrawn": (_withdraw, {"evidence", "reason"}),
    "source's title": (_edit_source(title="Labour market in May"), {"source.title"}),
    "source's kind": (_edit_source(kind="dataset"), {"source.kind"}),
    "source's publisher": (_edit_source(publisher="The office"), {"source.publisher"}),
}


def _sha256(claim: Claim, desk: Desk) -> str:
    return Situation(claim=Claim.objects.get(pk=claim.pk), actor=desk.author).content_sha256


@pytest.mark.parametrize("name", CHANGES)
def test_changing_content_voids_its_approval_and_says_which_field(desk: Desk, name: str) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    approved = _sha256(claim, desk)
    change, fields = CHANGES[name]
    change(desk, claim.pk)
    claim.refresh_from_db()
    assert claim.status == Status.IN_APPROVAL
    assert _sha256(claim, desk) != approved
    told, voided = events_of(claim)[-2:]
    assert set(told.changes) == fields
    assert voided.type == "claim.approval_voided"
    assert voided.changes["content"] == {"before": None, "after": sorted(fields)}
    assert voided.changes["status"] == {"before": "approved", "after": "in_approval"}
    with pytest.raises(RuleBrokenError) as refusal:
        reviews.publish(actor=desk.editor, claim_id=claim.pk)
    assert refusal.value.code == "approval_void"
    assert verdicts.approve(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED
    assert reviews.publish(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_public_does_not_change_without_a_correction(desk: Desk, name: str) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    before = all_rows()
    with pytest.raises(RuleBrokenError) as refusal:
        CHANGES[name][0](desk, claim.pk)
    assert refusal.value.code == "published"
    assert all_rows() == before


@pytest.mark.parametrize("name", CHANGES)
def test_under_a_correction_everything_may_change_and_the_public_copy_stays(desk: Desk, name: str) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    frozen = ClaimReviewRevision.objects.get()
    DO[Act.CORRECT](desk.editor, claim)
    CHANGES[name][0](desk, claim.pk)
    now = ClaimReviewRevision.objects.get()
    assert (now.content, now.content_sha256) == (frozen.content, frozen.content_sha256)
    assert claim.reviews.get().state == "published"


def _proposal(**parts: str) -> VerdictInput:
    return verdict_input(evidence=[], **parts)


PROPOSALS = {
    "rating": (_proposal(rating="half-true"), "rating"),
    "explanation": (_proposal(explanation="It was 6.1 per cent."), "explanation"),
    "headline": (_proposal(headline="It did not fall"), "review.headline"),
    "summary": (_proposal(summary="Six, not four."), "review.summary"),
    "body": (_proposal(body="More about it."), "review.body"),
    "looked_for": (_proposal(looked_for="The office was asked."), None),
}


@pytest.mark.parametrize("name", PROPOSALS)
def test_a_new_proposal_needs_a_new_approval(desk: Desk, name: str) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    approved = _sha256(claim, desk)
    verdicts.send_back(actor=desk.editor, claim_id=claim.pk, reason="Once more.")
    given, told = PROPOSALS[name]
    proposed = verdicts.propose(actor=desk.author, claim_id=claim.pk, given=given)
    assert proposed.status == Status.IN_APPROVAL
    assert _sha256(claim, desk) != approved
    assert Situation(claim=proposed, actor=desk.editor).standing_approvals == []
    event = events_of(claim)[-1]
    assert event.type == "claim.proposed"
    assert told is None or event.changes[told]["before"] != event.changes[told]["after"]


def test_the_same_verdict_proposed_anew_still_needs_a_new_approval(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    verdicts.send_back(actor=desk.editor, claim_id=claim.pk, reason="Once more.")
    proposed = verdicts.propose(actor=desk.author, claim_id=claim.pk, given=_proposal())
    assert proposed.status == Status.IN_APPROVAL
    assert Situation(claim=proposed, actor=desk.editor).standing_approvals == []


def _row(model: type[ClaimReview] | type[Evidence], **values: object) -> Callable[[Claim], object]:
    return lambda claim: model.objects.filter(claim=claim).update(**values)


#: Content changed past the workflow, as a slip in a console or a faulty migration would change it.
BEHIND_THE_BACK: dict[str, Callable[[Claim], object]] = {
    "statement": lambda claim: Claim.objects.filter(pk=claim.pk).update(statement="Another"),
    "context": lambda claim: Claim.objects.filter(pk=claim.pk).update(context="Another"),
    "kind": lambda claim: Claim.objects.filter(pk=claim.pk).update(kind="prediction"),
    "date": lambda claim: Claim.objects.filter(pk=claim.pk).update(date_said="1999"),
    "on behalf of": lambda claim: Claim.objects.filter(pk=claim.pk).update(on_behalf_of="Another"),
    "claimants": lambda claim: ClaimClaimant.objects.filter(claim=claim).delete(),
    "headline": _row(ClaimReview, headline="Another"),
    "summary": _row(ClaimReview, summary="Another"),
    "body": _row(ClaimReview, body="Another"),
    "stance": _row(Evidence, stance="supports"),
    "excerpt": _row(Evidence, excerpt="Another"),
    "note": _row(Evidence, note="Another"),
    "source's title": lambda claim: Source.objects.filter(evidence__claim=claim).update(title="Another"),
    "source's url": lambda claim: Source.objects.filter(evidence__claim=claim).update(url="https://other.example/"),
    "source's kind": lambda claim: Source.objects.filter(evidence__claim=claim).update(kind="secondary"),
}


@pytest.mark.parametrize("name", BEHIND_THE_BACK)
def test_nothing_is_published_that_is_not_exactly_what_was_approved(desk: Desk, name: str) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    BEHIND_THE_BACK[name](claim)
    before = all_rows()
    with pytest.raises(RuleBrokenError) as refusal:
        reviews.publish(actor=desk.editor, claim_id=claim.pk)
    assert refusal.value.code == "text_not_approved"
    assert all_rows() == before


def test_nothing_is_published_on_an_approval_by_somebody_who_changed_it_since(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    situation = Situation(claim=claim, actor=desk.editor)
    assert situation.verdict is not None
    situation.verdict.editors.create(newsroom=desk.newsroom, user=person(desk.editor))
    with pytest.raises(RuleBrokenError) as refusal:
        reviews.publish(actor=desk.editor, claim_id=claim.pk)
    assert refusal.value.code == "text_not_approved"


def test_sorting_a_claim_changes_nothing_that_was_approved(desk: Desk) -> None:
    newsrooms.add_topic(actor=desk.editor, slug="economy", name="Economy")
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    approved, revision = _sha256(claim, desk), claim.revision
    acts.edit(actor=desk.author, claim_id=claim.pk, fields=acts.ClaimFields(topics=("economy",), in_language="de"))
    claim.refresh_from_db()
    assert (claim.status, claim.revision, _sha256(claim, desk)) == (Status.APPROVED, revision, approved)
    assert events_of(claim)[-1].type == "claim.edited"
    assert reviews.publish(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED


def test_an_alias_and_a_role_of_the_claimant_change_nothing_that_was_approved(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    approved = _sha256(claim, desk)
    fields = claimants.ClaimantFields(aliases=("The Rt Hon Minister",), roles=(("Minister", "2021", ""),))
    claimants.edit(actor=desk.editor, claimant_id=Claimant.objects.get().pk, fields=fields)
    claim.refresh_from_db()
    assert (claim.status, _sha256(claim, desk)) == (Status.APPROVED, approved)
    assert reviews.publish(actor=desk.editor, claim_id=claim.pk).status == Status.APPROVED


def test_the_order_of_work_is_no_content(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    proposed = _sha256(claim, desk)
    acts.prioritise(actor=desk.editor, claim_id=claim.pk, delta=7, reason="An election.")
    acts.set_due(actor=desk.editor, claim_id=claim.pk, due=timezone.now() + timedelta(days=1))
    acts.mark_urgent(actor=desk.editor, claim_id=claim.pk, reason="It spreads.")
    queue.recuse(actor=desk.author, claim_id=claim.pk, reason="A cousin.")
    assert _sha256(claim, desk) == proposed


def test_the_same_edit_again_changes_and_records_nothing(desk: Desk) -> None:
    claim = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    before = all_rows()
    same = acts.ClaimFields(statement=claim.statement, claimants=(ClaimantInput(name="the  MINISTER"),))
    acts.edit(actor=desk.author, claim_id=claim.pk, fields=same)
    assert all_rows() == before


def test_evidence_in_another_order_is_the_same_content(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    given = [evidence_input(), evidence_input("https://archive.example.net/a")]
    for item in given:
        evidence.add(actor=desk.author, claim_id=claim.pk, given=item)
    forwards = _sha256(claim, desk)
    Evidence.objects.filter(claim=claim).update(withdrawn_at=timezone.now(), withdrawn_by=desk.author.user)
    for item in reversed(given):
        evidence.add(actor=desk.author, claim_id=claim.pk, given=item)
    assert _sha256(claim, desk) == forwards


def test_a_source_that_two_claims_rest_on_is_edited_under_the_rules_of_both(desk: Desk) -> None:
    approved = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    published = make_published(author=desk.author, editor=desk.editor)
    source = Source.objects.get()
    before = all_rows()
    with pytest.raises(RuleBrokenError) as refusal:
        evidence.edit_source(actor=desk.author, source_id=source.pk, fields=evidence.SourceFields(title="Labour"))
    assert refusal.value.code == "published"
    assert all_rows() == before
    DO[Act.CORRECT](desk.editor, published)
    evidence.edit_source(actor=desk.author, source_id=source.pk, fields=evidence.SourceFields(title="Labour"))
    for claim in (approved, published):
        assert "source.edited" in {event.type for event in events_of(claim)}
    approved.refresh_from_db()
    assert approved.status == Status.IN_APPROVAL


def test_two_sources_of_one_address_do_not_become_the_same(desk: Desk) -> None:
    claim = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    for title in ("", "Labour"):
        evidence.add(actor=desk.author, claim_id=claim.pk, given=evidence_input(title=title))
    untitled = Source.objects.get(title="")
    before = all_rows()
    with pytest.raises(InvalidInputError) as refusal:
        evidence.edit_source(actor=desk.author, source_id=untitled.pk, fields=evidence.SourceFields(title="Labour"))
    assert [(found.pointer, found.code) for found in refusal.value.problems] == [("/title", "source_exists")]
    assert all_rows() == before


def test_what_is_frozen_is_what_was_approved(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    revision = ClaimReviewRevision.objects.get()
    assert revision.content_sha256 == _sha256(claim, desk)
    assert revision.verdict_id == claim.verdict_id
    content = revision.content
    assert (content["statement"], content["headline"]) == (claim.statement, "Unemployment has not fallen")
    assert content["rating"]["code"] == "false"
    assert [found["name"] for found in content["claimants"]] == ["The minister"]
    assert [found["url"] for found in content["evidence"]] == ["https://statistics.example.org/labour"]
    # Nothing of the desk is told.
    assert "The statistics office counted 6 per cent." not in str(content)
    assert "author" not in str(content["claimants"])


def test_what_is_published_may_still_be_sorted(desk: Desk) -> None:
    claim = make_published(author=desk.author, editor=desk.editor)
    revision = claim.revision
    acts.edit(actor=desk.editor, claim_id=claim.pk, fields=acts.ClaimFields(in_language="pt"))
    claim.refresh_from_db()
    assert (claim.in_language, claim.status, claim.revision) == ("pt", Status.APPROVED, revision)


def test_the_public_address_tells_nothing_of_an_earlier_draft(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    draft = claim.reviews.get()
    assert draft.slug == str(draft.pk)
    verdicts.send_back(actor=desk.editor, claim_id=claim.pk, reason="Say it in another way.")
    final = verdict_input(evidence=[], headline="Unemployment rose in May")
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=final)
    verdicts.approve(actor=desk.editor, claim_id=claim.pk)
    reviews.publish(actor=desk.editor, claim_id=claim.pk)
    published = claim.reviews.get().slug
    assert published.startswith("unemployment-rose-in-may-")
    reviews.correct(actor=desk.editor, claim_id=claim.pk, reason="New figures.")
    other = verdict_input(evidence=[], headline="Unemployment fell in May")
    verdicts.propose(actor=desk.author, claim_id=claim.pk, given=other)
    verdicts.approve(actor=desk.editor, claim_id=claim.pk)
    reviews.publish(actor=desk.editor, claim_id=claim.pk, kind=CorrectionKind.CORRECTION, public_note="We misread it.")
    assert claim.reviews.get().slug == published
