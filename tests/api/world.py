"""A newsroom in which something of everything has happened, and for each operation a request that it takes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from claims.access import Actor
from claims.models import Claim, Membership, Newsroom
from claims.vocab import Channel, CorrectionKind, Role, Status
from claims.workflow import (
    articles,
    claimants,
    evidence,
    newsrooms,
    queue,
    reviews,
    sightings,
    submissions,
    tokens,
    verdicts,
)
from claims.workflow import claims as acts
from claims.workflow.claimants import ClaimantFields
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    EvidenceInput,
    FileInput,
    LinkInput,
    PublisherInput,
    SegmentInput,
    SourceInput,
    SubmissionInput,
)
from claims.workflow.sightings import SightingInput
from tests.api.calling import Answer, Api, make_token
from tests.build import claim_in, evidence_input, make_claim, make_member, make_newsroom, person, suggest, verdict_input


@dataclass
class World:
    """`mark` stands in every text of this newsroom; `ids` are by the name of the path variable."""

    newsroom: Newsroom
    mark: str
    author: Actor
    editor: Actor
    submitter: Actor
    ids: dict[str, UUID] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)

    def api(self, who: str = "editor") -> Api:
        return Api(make_token(getattr(self, who)))


def make_world(slug: str) -> World:
    mark = slug
    newsroom = make_newsroom(slug, name=f"{mark} newsroom")
    Newsroom.objects.filter(pk=newsroom.pk).update(**_addresses(mark))
    world = World(
        newsroom=newsroom,
        mark=mark,
        author=make_member(newsroom, Role.REVIEWER, f"{mark}-author"),
        editor=make_member(newsroom, [Role.EDITOR, Role.ADMIN], f"{mark}-editor"),
        submitter=make_member(newsroom, Role.SUBMITTER, f"{mark}-submitter"),
    )
    newsrooms.add_topic(actor=world.editor, slug=f"{mark}-topic", name=f"{mark} topic")
    _record(world)
    _publish(world)
    _rest(world)
    return world


def _addresses(mark: str) -> dict[str, str]:
    return {
        "site": f"https://{mark}.example.org",
        "publishing_principles": f"https://{mark}.example.org/method",
        "corrections_policy": f"https://{mark}.example.org/corrections",
    }


def _record(world: World) -> None:
    mark = world.mark
    quote = f"{mark}: Prices have doubled since spring"
    link = LinkInput(as_named=f"the {mark} spokesman")
    claim = ClaimInput(
        f"{mark} prices have doubled",
        context=f"{mark} context",
        claimants=(ClaimantInput(name=f"{mark} claimant", kind="person", role=f"{mark} speaker"),),
        on_behalf_of=f"{mark} party",
        topics=(f"{mark}-topic",),
        appearance=AppearanceInput(
            segments=(SegmentInput(exact=quote),), speech="direct", cue=f"{mark} said", chain=(link,)
        ),
    )
    given = ArticleInput(
        text=f"The {mark} spokesman said: “{quote}.” Nobody at {mark} asked him.",
        url=f"https://{mark}.example.org/prices",
        publisher=PublisherInput(f"{mark} daily", f"https://{mark}.example.org"),
        headline=f"{mark} headline",
        author=f"{mark} writer",
        claims=(claim,),
    )
    recorded = articles.record_article(actor=world.submitter, given=given)
    world.ids["article_id"] = recorded.article.pk
    world.claims["published"] = recorded.claims[0].claim
    described = ClaimantFields(
        name=f"{mark} institute",
        kind="organisation",
        aliases=(f"{mark} alias",),
        roles=((f"{mark} office", "2020", "2021"),),
        same_as=f"https://{mark}.example.org/institute",
        wikidata_id="Q1",
    )
    world.ids["claimant_id"] = claimants.create(actor=world.editor, fields=described).pk


def _publish(world: World) -> None:
    """To the end and once more: a correction leaves a ledger, a second revision and a second verdict."""
    mark, claim = world.mark, world.claims["published"]
    people: dict[str, Any] = {"author": world.author, "editor": world.editor}
    given = EvidenceInput(
        SourceInput(
            kind="primary", url=f"https://{mark}.example.org/table", title=f"{mark} table", publisher=f"{mark} office"
        ),
        "refutes",
        excerpt=f"{mark} excerpt",
        note=f"{mark} note",
    )
    verdict = verdict_input(
        explanation=f"{mark} explanation",
        evidence=[given],
        headline=f"{mark} review",
        summary=f"{mark} summary",
        body=f"{mark} body",
        looked_for=f"{mark} looked for",
        override_reason=f"{mark} override",
    )
    claim_in(Status.IN_REVIEW, claim=claim, **people)
    editors = evidence.add(actor=world.author, claim_id=claim.pk, given=given)
    world.ids |= {"evidence_id": editors.pk, "source_id": editors.source_id}
    weak = evidence.add(actor=world.author, claim_id=claim.pk, given=evidence_input(f"https://{mark}.example.org/weak"))
    evidence.withdraw(actor=world.author, evidence_id=weak.pk, reason=f"{mark} withdrawn")
    queue.release(actor=world.author, claim_id=claim.pk)
    queue.take(actor=world.editor, claim_id=claim.pk)
    verdicts.propose(actor=world.editor, claim_id=claim.pk, given=verdict)
    verdicts.approve(actor=world.author, claim_id=claim.pk, note=f"{mark} approval")
    reviews.publish(actor=world.editor, claim_id=claim.pk)
    reviews.correct(actor=world.editor, claim_id=claim.pk, reason=f"{mark} reason", show_notice=True)
    again = verdict_input(
        "half-true",
        evidence=[],
        headline=f"{mark} second review",
        summary=f"{mark} second summary",
        body=f"{mark} more",
    )
    verdicts.propose(actor=world.editor, claim_id=claim.pk, given=again)
    verdicts.approve(actor=world.author, claim_id=claim.pk)
    reviews.publish(
        actor=world.editor, claim_id=claim.pk, kind=CorrectionKind.VERDICT_CHANGE, public_note=f"{mark} public note"
    )
    world.ids["review_id"] = claim.reviews.get().pk


def _rest(world: World) -> None:
    mark = world.mark
    queued = claim_in(Status.QUEUED, author=world.author, editor=world.editor, claim=_claim(world, "queued"))
    queue.assign(actor=world.editor, claim_id=queued.pk, reviewer=world.author.name, note=f"{mark} assignment")
    queue.skip(actor=world.author, claim_id=queued.pk, reason=f"{mark} skip")
    acts.prioritise(actor=world.editor, claim_id=queued.pk, delta=3, reason=f"{mark} priority")
    acts.mark_urgent(actor=world.editor, claim_id=queued.pk, reason=f"{mark} urgency")
    recused = _claim(world, "recused")
    queue.recuse(actor=world.author, claim_id=recused.pk, reason=f"{mark} recusal")
    claimants.create(actor=world.editor, fields=ClaimantFields(name=f"{mark} twin", kind="person"))
    claimants.create(actor=world.editor, fields=ClaimantFields(name=f"{mark} twin", kind="person"))
    world.claims |= {"queued": queued, "twin": make_claim(world.editor, f"{mark} ambiguous", claimant=f"{mark} twin")}
    sent = SubmissionInput(
        text=f"{mark} tip",
        url=f"https://{mark}.example.org/tip",
        file=FileInput(f"{mark} file.txt", mark.encode()),
        contact=f"{mark}@example.org",
        in_language="en",
    )
    submissions.submit(
        actor=world.author, given=replace(sent, text=f"{mark} prices have doubled"), channel=Channel.ADMIN
    )
    tip = submissions.submit(actor=world.submitter, given=sent, channel=Channel.API).submission
    world.ids["submission_id"] = submissions.link(actor=world.editor, submission_id=tip.pk, claim_id=queued.pk).pk
    retracted = claim_in(Status.APPROVED, author=world.author, editor=world.editor, claim=_claim(world, "retracted"))
    reviews.publish(actor=world.editor, claim_id=retracted.pk)
    world.claims["retracted"] = reviews.retract(actor=world.editor, claim_id=retracted.pk, reason=f"{mark} retraction")
    _meet_again(world, queued)
    world.ids["claim_id"] = queued.pk
    tokens.make(membership=Membership.objects.get(newsroom=world.newsroom, user=person(world.author)))


def _meet_again(world: World, claim: Claim) -> None:
    mark = world.mark
    given = SightingInput(AppearanceInput(url=f"https://{mark}.example.org/video", date_published="2021"))
    sighting = sightings.add(actor=world.author, claim_id=claim.pk, given=given)
    they = ClaimantInput(name=f"{mark} neighbour", kind="person")
    repeat = sightings.add(actor=world.author, claim_id=claim.pk, given=replace(given, claimants=(they,)))
    world.ids |= {"appearance_id": sighting.appearance.pk, "link_id": repeat.claim.links.get().pk}
    world.claims["repeat"] = repeat.claim


def _claim(world: World, statement: str, **options: Any) -> Claim:
    return make_claim(world.editor, f"{world.mark} {statement}", claimant=f"{world.mark} claimant", **options)


#: For every operation, a request that it takes, made in a world of its own: the answer is checked against the document.
Happy = Callable[[World, Api], Answer]


def _in(status: Status, act: str, body: Any = None, *, by: str = "editor") -> Happy:
    def ask(world: World, api: Api) -> Answer:
        claim = claim_in(status, author=world.author, editor=world.editor, statement="It has a status")
        return world.api(by).act(claim.pk, act, body)

    return ask


def _with(act: str, status: Status, change: Callable[[World, Claim], Any]) -> Happy:
    def ask(world: World, api: Api) -> Answer:
        claim = claim_in(status, author=world.author, editor=world.editor, statement="It has a status")
        return api.act(claim.pk, act, change(world, claim))

    return ask


def _get(path: str) -> Happy:
    return lambda world, api: api.get(path.format(**world.ids))


PROPOSAL: dict[str, Any] = {
    "rating": "false",
    "explanation": "The office counts 6 per cent.",
    "evidence": [
        {"source": {"kind": "primary", "url": "https://statistics.example.org/x"}, "stance": "refutes", "excerpt": "6"}
    ],
    "review": {"headline": "Not so", "summary": "The office counts 6.", "body": "It counts."},
}
ARTICLE: dict[str, Any] = {
    "text": "The mayor said on Monday that the bridge is safe.",
    "headline": "The bridge",
    "url": None,
    "publisher": {"name": "The Gazette", "site": "https://gazette.example.org"},
    "date_published": "2021-09-26",
    "in_language": "en",
    "claims": [
        {
            "statement": "The bridge is safe.",
            "start": 30,
            "end": 48,
            "exact": "the bridge is safe",
            "prefix": "that ",
            "suffix": ".",
            "speech": "indirect",
            "claimant": {"name": "The mayor", "kind": "person", "role": "Mayor of the town"},
            "claimant_as_named": "The mayor",
            "cue": "said",
            "reported_by": [{"name": "The Gazette", "kind": "outlet"}],
        }
    ],
}


def _tomorrow() -> str:
    return (timezone.now() + timedelta(days=1)).isoformat()


def _accept(world: World, api: Api) -> Answer:
    return api.act(suggest(world.author).pk, "accept", {"context": "In a speech."})


def _dismiss(world: World, api: Api) -> Answer:
    return api.act(suggest(world.author).pk, "dismiss", {"reason": "Too small."})


def _retract(world: World, api: Api) -> Answer:
    return api.act(world.claims["published"].pk, "retract", {"reason": "It was never said."})


def _correct(world: World, api: Api) -> Answer:
    return api.act(world.claims["published"].pk, "correct", {"reason": "New figures.", "show_notice": True})


def _edit(world: World, api: Api) -> Answer:
    pk = world.ids["claim_id"]
    return api.patch(f"claims/{pk}/", {"context": "In a speech.", "topics": []}, If_Match=api.etag(pk))


def _add_evidence(world: World, api: Api) -> Answer:
    source = {"url": "https://statistics.example.org/y", "title": "Table 7", "kind": "primary"}
    body = {"claim": str(world.ids["claim_id"]), "source": source, "stance": "refutes", "excerpt": "6", "note": "May"}
    return api.post("evidence/", body)


def _withdraw_evidence(world: World, api: Api) -> Answer:
    added = _add_evidence(world, api)
    return api.post(f"evidence/{added.body['id']}/withdraw/", {"reason": "It is another month."})


def _edit_source(world: World, api: Api) -> Answer:
    made = api.post("sources/", {"kind": "dataset", "title": "Table 8"})
    return api.patch(f"sources/{made.body['id']}/", {"title": "Table 9"})


SURE = {"same_meaning": True, "same_figures": True, "still_true": True}


def _see(world: World, api: Api) -> Answer:
    body = {"url": "https://video.example.org/1", "date": "2021-09-26", "speech": "direct", "cue": "said"}
    return api.post(f"claims/{world.ids['claim_id']}/appearances/", body)


def _edit_appearance(world: World, api: Api) -> Answer:
    body = {"cue": "claims", "attribution": [{"position": 0, "basis": "reported", "confirmed": True}]}
    return api.patch(f"appearances/{world.ids['appearance_id']}/", body)


def _remove_appearance(world: World, api: Api) -> Answer:
    seen = _see(world, api)
    return api.ask("DELETE", f"appearances/{seen.body['appearance']['id']}/")


def _link(world: World, api: Api) -> Answer:
    ends = {"claim": str(world.ids["claim_id"]), "other": str(world.claims["twin"].pk)}
    return api.post("links/", {**ends, "kind": "contradicts"})


def _split(world: World, api: Api) -> Answer:
    parts = [{"statement": "Half.", "kind": "fact"}, {"statement": "The other half.", "claimant": {"name": "He"}}]
    return api.act(world.ids["claim_id"], "split", {"parts": parts})


def _adopt(world: World, api: Api) -> Answer:
    checked = claim_in(Status.APPROVED, author=world.author, editor=world.editor)
    taken = claim_in(Status.IN_REVIEW, author=world.author, editor=world.editor)
    return world.api("author").act(taken.pk, "adopt", {"of": str(checked.pk), **SURE})


SUBMISSION = {
    "text": "They say so on the radio.",
    "url": "https://radio.example.org/1",
    "contact": "anna@reader.example.org",
    "in_language": "en",
    "file": {"name": "note.txt", "content": "QSBub3RlLg=="},
}


def _tip(world: World) -> UUID:
    """A new tip."""
    given = SubmissionInput(text="They say so on the radio.")
    return submissions.submit(actor=world.author, given=given, channel=Channel.API).submission.pk


HAPPY: dict[str, Happy] = {
    "articles_list": _get("articles/"),
    "articles_record": lambda world, api: api.post("articles/", ARTICLE),
    "articles_read": _get("articles/{article_id}/?text=true"),
    "articles_versions": _get("articles/{article_id}/versions/"),
    "articles_claims": _get("articles/{article_id}/claims/"),
    "articles_take": lambda world, api: api.post(f"articles/{world.ids['article_id']}/take/", {}),
    "claims_list": _get("claims/?expand=claimant,claimants,verdict,evidence,appearances,topics"),
    "claims_record": lambda world, api: api.post("claims/", {"statement": "Rain fell.", "claimant": {"name": "He"}}),
    "claims_read": _get("claims/{claim_id}/?expand=evidence"),
    "claims_edit": _edit,
    "claims_history": _get("claims/{claim_id}/history/"),
    "claims_waiting_for": _get("claims/{claim_id}/waiting-for/"),
    "claims_accept": _accept,
    "claims_dismiss": _dismiss,
    "claims_take": _in(Status.QUEUED, "take", {"stage": "check"}),
    "claims_assign": _with(
        "assign", Status.QUEUED, lambda world, _: {"reviewer": world.author.name, "note": "Please."}
    ),
    "claims_release": _in(Status.IN_REVIEW, "release", by="author"),
    "claims_skip": _in(Status.IN_REVIEW, "skip", {"reason": "Not my field."}, by="author"),
    "claims_hold": _with("release", Status.IN_REVIEW, lambda *_: {}),
    "claims_resume": _in(Status.ON_HOLD, "resume", by="author"),
    "claims_propose": _in(Status.IN_REVIEW, "propose", PROPOSAL, by="author"),
    "claims_withdraw": _in(Status.IN_APPROVAL, "withdraw", by="author"),
    "claims_send_back": _in(Status.IN_APPROVAL, "send-back", {"reason": "One figure is old."}),
    "claims_approve": _in(Status.IN_APPROVAL, "approve", {"note": "Checked."}),
    "claims_decline": _in(Status.QUEUED, "decline", {"reason_code": "not_checkable", "note": "No records."}),
    "claims_mark_duplicate": _with(
        "mark-duplicate", Status.QUEUED, lambda world, _: {"of": str(world.claims["twin"].pk)}
    ),
    "claims_reopen": _in(Status.DECLINED, "reopen", {"reason": "There is a source now."}),
    "claims_publish": _in(Status.APPROVED, "publish"),
    "claims_correct": _correct,
    "claims_retract": _retract,
    "claims_prioritise": _in(Status.QUEUED, "prioritise", {"delta": 5, "reason": "An election."}),
    "claims_set_due": _in(Status.QUEUED, "set-due", {"due": "2031-01-01T00:00:00Z"}),
    "claims_mark_urgent": _in(Status.QUEUED, "mark-urgent", {"reason": "It spreads.", "urgent": True}),
    "claims_recuse": _in(Status.QUEUED, "recuse", {"reason": "My sister works there."}),
    "claims_sight": _see,
    "claims_split": _split,
    "claims_adopt": _adopt,
    "appearances_edit": _edit_appearance,
    "appearances_remove": _remove_appearance,
    "links_list": _get("links/?claim={claim_id}"),
    "links_make": _link,
    "links_take_back": lambda world, api: api.ask("DELETE", f"links/{world.ids['link_id']}/"),
    "queue_depth": _get("queue/"),
    "queue_next": lambda world, api: api.post("queue/next/"),
    "claimants_list": _get("claimants/"),
    "claimants_create": lambda world, api: api.post("claimants/", {"name": "The council", "kind": "government"}),
    "claimants_read": _get("claimants/{claimant_id}/"),
    "claimants_edit": lambda world, api: api.patch(
        f"claimants/{world.ids['claimant_id']}/", {"aliases": ["The board"]}
    ),
    "claimants_record": _get("claimants/{claimant_id}/record/"),
    "sources_list": _get("sources/"),
    "sources_create": lambda world, api: api.post("sources/", {"kind": "dataset", "title": "Table 7"}),
    "sources_read": _get("sources/{source_id}/"),
    "sources_edit": _edit_source,
    "evidence_list": _get("evidence/"),
    "evidence_add": _add_evidence,
    "evidence_read": _get("evidence/{evidence_id}/"),
    "evidence_withdraw": _withdraw_evidence,
    "claim_reviews_list": _get("claim-reviews/"),
    "claim_reviews_read": _get("claim-reviews/{review_id}/"),
    "claim_reviews_jsonld": _get("claim-reviews/{review_id}/claimreview.jsonld"),
    "submissions_list": _get("submissions/?expand=suggestions"),
    "submissions_send": lambda world, api: api.post("submissions/", SUBMISSION),
    "submissions_read": _get("submissions/{submission_id}/?expand=contact,suggestions"),
    "submissions_file": _get("submissions/{submission_id}/file/"),
    "submissions_link": lambda world, api: api.post(
        f"submissions/{_tip(world)}/link/", {"claim": str(world.ids["claim_id"])}
    ),
    "submissions_make_claim": lambda world, api: api.post(
        f"submissions/{_tip(world)}/make-claim/", {"statement": "It is so.", "claimant": {"name": "The mayor"}}
    ),
    "submissions_answer": lambda world, api: api.post(
        f"submissions/{_tip(world)}/answer/", {"review": str(world.ids["review_id"])}
    ),
    "submissions_decline": lambda world, api: api.post(
        f"submissions/{_tip(world)}/decline/", {"reason_code": "opinion"}
    ),
    "submissions_reopen": lambda world, api: api.post(f"submissions/{world.ids['submission_id']}/reopen/"),
    "submissions_bulk": lambda world, api: api.post(
        "submissions/bulk/",
        {"act": "link", "submissions": [str(_tip(world))], "with": {"claim": str(world.ids["claim_id"])}},
    ),
    "topics_list": _get("topics/"),
    "topics_add": lambda world, api: api.post("topics/", {"slug": "water", "name": "Water"}),
}
HAPPY["claims_hold"] = lambda world, api: world.api("author").act(
    claim_in(Status.IN_REVIEW, author=world.author, editor=world.editor).pk,
    "hold",
    {"until": _tomorrow(), "waiting_for": "source", "note": "They call back."},
)

#: What each operation answers when it is done.
CREATES = frozenset(
    {
        "articles_record",
        "claims_record",
        "claims_sight",
        "claimants_create",
        "sources_create",
        "evidence_add",
        "links_make",
        "submissions_send",
        "topics_add",
    }
)
