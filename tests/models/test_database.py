"""The database keeps the rules by itself: what raw SQL may not do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, models, transaction

from claims.models import Approval, Assignment, Claim, Event, Recusal, Verdict
from claims.models.tenancy import Tenant, TenantForeignKey
from claims.text.uuid7 import uuid7
from claims.vocab import FIRST_STATUSES, TRANSITIONS, Channel, LinkKind, Role, Stage, Status
from claims.workflow import articles, claimants, links, queue, submissions, verdicts
from claims.workflow import claims as acts
from claims.workflow.inputs import (
    AppearanceInput,
    ArticleInput,
    ClaimantInput,
    ClaimInput,
    FileInput,
    LinkInput,
    PublisherInput,
    SegmentInput,
    SubmissionInput,
)
from claims.workflow.newsrooms import add_topic
from tests.build import (
    TEXT,
    Desk,
    claim_in,
    make_claim,
    make_corrected,
    make_desk,
    make_member,
    make_published,
    make_retracted,
    person,
)
from tests.record import foreign_keys, tenant_models

APPEND_ONLY = [
    "claims_approval",
    "claims_articleversion",
    "claims_claimreviewrevision",
    "claims_correction",
    "claims_event",
    "claims_verdict",
    "claims_verdicteditor",
]


@contextmanager
def refused_by_the_database(words: str | None = None) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        yield


def run_sql(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


# Status


@pytest.mark.parametrize("before", Status)
def test_a_status_follows_another_only_as_the_table_says(desk: Desk, before: Status) -> None:
    claim = claim_in(before, author=desk.author, editor=desk.editor)
    other = make_claim(desk.author, "Another")
    for after in Status:
        if after is before:
            continue
        of = other.pk if after is Status.DUPLICATE else None
        statement = "UPDATE claims_claim SET status = %s, duplicate_of_id = %s WHERE id = %s"
        if (before, after) not in TRANSITIONS:
            with refused_by_the_database("Invalid transition"):
                run_sql(statement, after, of, claim.pk)
            continue
        savepoint = transaction.savepoint()
        assert run_sql(statement, after, of, claim.pk) == 1
        transaction.savepoint_rollback(savepoint)


def test_no_status_but_a_known_one_is_stored(desk: Desk) -> None:
    claim = make_claim(desk.author)
    with refused_by_the_database():
        run_sql("UPDATE claims_claim SET status = 'true' WHERE id = %s", claim.pk)


@pytest.mark.parametrize("status", Status)
def test_a_claim_comes_into_being_suggested_or_recorded(desk: Desk, status: Status) -> None:
    other = make_claim(desk.author) if status is Status.DUPLICATE else None
    claim = Claim(newsroom=desk.newsroom, statement="A claim", status=status, duplicate_of=other)
    if status in FIRST_STATUSES:
        claim.save(force_insert=True)
        assert Claim.objects.get(pk=claim.pk).status == status
    else:
        with refused_by_the_database("Cannot insert"):
            claim.save(force_insert=True)


def test_a_duplicate_names_the_claim_that_stays_and_nothing_else_does(desk: Desk) -> None:
    claim, other = make_claim(desk.author), make_claim(desk.author)
    with refused_by_the_database("claim_duplicate_of"):
        run_sql("UPDATE claims_claim SET status = 'duplicate' WHERE id = %s", claim.pk)
    with refused_by_the_database("claim_duplicate_of"):
        run_sql("UPDATE claims_claim SET duplicate_of_id = %s WHERE id = %s", other.pk, claim.pk)
    with refused_by_the_database("claim_not_its_own_duplicate"):
        run_sql("UPDATE claims_claim SET status = 'duplicate', duplicate_of_id = id WHERE id = %s", claim.pk)


# Tables that are only added to


def full_record(desk: Desk) -> Claim:
    """At least one row in every table of a newsroom, and one value in every relation."""
    by_minister = ClaimInput(
        "Unemployment has fallen to 4 per cent.",
        claimants=(ClaimantInput(name="The minister", kind="person", role="Minister"),),
        topics=("economy",),
        appearance=AppearanceInput(
            segments=(SegmentInput(exact="Unemployment has fallen to 4 per cent."),),
            speech="direct",
            chain=(LinkInput(), LinkInput(claimant=ClaimantInput(name="A union", kind="group"))),
        ),
    )
    by_the_paper = ClaimInput("Nobody counted.", appearance=AppearanceInput(speech="own_voice"))
    add_topic(actor=desk.editor, slug="economy", name="Economy")
    paper = PublisherInput("The Paper")
    given = ArticleInput(text=TEXT, publisher=paper, url="https://paper.example/1", claims=(by_minister, by_the_paper))
    recorded = articles.record_article(actor=desk.author, given=given)
    articles.record_article(actor=desk.author, given=ArticleInput(text=TEXT, url="https://copy.example/1"))
    claim = recorded.claims[0].claim
    claim_in(Status.APPROVED, author=desk.author, editor=desk.editor, claim=claim)
    acts.edit(actor=desk.editor, claim_id=claim.pk, fields=acts.ClaimFields(context="In a speech."))
    second = make_member(desk.newsroom, Role.REVIEWER)
    verdicts.approve(actor=second, claim_id=claim.pk, agrees=False, rating="true", note="It fell.")
    fields = claimants.ClaimantFields(aliases=("The Rt Hon Minister",))
    claimants.edit(actor=desk.editor, claimant_id=claim.claim_claimants.get().claimant_id, fields=fields)
    queue.recuse(actor=desk.editor, claim_id=claim.pk, reason="A cousin.")
    for far in ({"claimant": claim.claim_claimants.get().claimant}, {"publisher": recorded.article.publisher}):
        Recusal.objects.create(newsroom=desk.newsroom, user=person(second), reason="A friend.", **far)
    make_corrected(author=desk.author, editor=desk.editor)
    make_retracted(author=desk.author, editor=desk.editor)
    claim_in(Status.DUPLICATE, author=desk.author, editor=desk.editor)
    answered_tip(desk)
    checked = claim_in(Status.APPROVED, author=desk.author, editor=desk.editor)
    repeat = claim_in(Status.IN_REVIEW, author=desk.author, editor=desk.editor)
    links.link(actor=desk.author, claim_id=repeat.pk, other_id=checked.pk, kind=LinkKind.REPEATS)
    sure = verdicts.MadeSure(same_meaning=True, same_figures=True, still_true=True)
    verdicts.adopt(actor=desk.author, claim_id=repeat.pk, made_sure=sure)
    return claim


def answered_tip(desk: Desk) -> None:
    given = SubmissionInput(text="They say so.", file=FileInput("note.txt", b"A note."), contact="anna@reader.example")
    tip = submissions.submit(actor=desk.author, given=given, channel=Channel.API).submission
    checked = make_published(author=desk.author, editor=desk.editor)
    submissions.answer(actor=desk.author, submission_id=tip.pk, review_id=checked.reviews.get().pk)


def test_the_append_only_tables_are_these() -> None:
    guarded = {
        model._meta.db_table
        for model in tenant_models()
        if any(trigger.name == "append_only" for trigger in getattr(model._meta, "triggers", []))
    }
    assert guarded == set(APPEND_ONLY)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_only_added_to_is_neither_changed_nor_removed(desk: Desk, table: str) -> None:
    full_record(desk)
    with refused_by_the_database("Cannot update or delete"):
        run_sql(f"UPDATE {table} SET id = id")  # noqa: S608 - our own tables
    with refused_by_the_database("Cannot update or delete"):
        run_sql(f"DELETE FROM {table}")  # noqa: S608
    run_sql("SET CONSTRAINTS ALL IMMEDIATE")  # so that TRUNCATE is refused by nothing but its trigger
    with refused_by_the_database("Cannot truncate"):
        run_sql(f"TRUNCATE {table} CASCADE")


# Two people


def approval_values(verdict: Verdict, **changed: Any) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "newsroom_id": verdict.newsroom_id,
        "verdict_id": verdict.pk,
        "verdict_author_id": verdict.author_id,
        "agrees": True,
        "note": "",
        "content_sha256": "0" * 64,
        **changed,
    }


def insert(table: str, values: dict[str, Any]) -> None:
    columns = ", ".join(f'"{column}"' for column in values)
    marks = ", ".join(["%s"] * len(values))
    run_sql(f"INSERT INTO {table} ({columns}) VALUES ({marks})", *values.values())  # noqa: S608 - our own tables
    run_sql("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_author_is_refused_as_approver_by_the_database_itself(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    verdict = Verdict.objects.get(claim=claim)
    with refused_by_the_database("approval_by_somebody_else"):
        insert("claims_approval", approval_values(verdict, approver_id=person(desk.author).pk))
    insert("claims_approval", approval_values(verdict, approver_id=person(desk.editor).pk))
    assert Approval.objects.count() == 1


def test_an_approval_that_names_a_false_author_is_refused(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    verdict = Verdict.objects.get(claim=claim)
    with refused_by_the_database("claims_approval_names_the_author"):
        insert(
            "claims_approval",
            approval_values(verdict, approver_id=person(desk.author).pk, verdict_author_id=person(desk.editor).pk),
        )


def test_nobody_approves_the_same_content_twice(desk: Desk) -> None:
    claim = claim_in(Status.IN_APPROVAL, author=desk.author, editor=desk.editor)
    verdict = Verdict.objects.get(claim=claim)
    insert("claims_approval", approval_values(verdict, approver_id=person(desk.editor).pk))
    with refused_by_the_database("approval_once_per_content"):
        insert("claims_approval", approval_values(verdict, approver_id=person(desk.editor).pk))


@pytest.mark.parametrize("stage", Stage)
def test_two_people_never_hold_one_claim(desk: Desk, stage: Stage) -> None:
    claim = make_claim(desk.author)
    Assignment.objects.create(newsroom=desk.newsroom, claim=claim, stage=stage, reviewer=person(desk.author))
    with refused_by_the_database("assignment_one_live"):
        Assignment.objects.create(newsroom=desk.newsroom, claim=claim, stage=stage, reviewer=person(desk.editor))


# Other rules of one row


def test_one_appearance_at_most_is_the_first(desk: Desk) -> None:
    version = articles.record_article(actor=desk.author, given=ArticleInput(text=TEXT)).version
    claim = make_claim(desk.author)
    claim.appearances.create(newsroom=desk.newsroom, version=version, is_first=True)
    with refused_by_the_database("appearance_one_first"):
        claim.appearances.create(newsroom=desk.newsroom, version=version, is_first=True)


def test_a_recusal_is_from_one_thing(desk: Desk) -> None:
    claim = make_claim(desk.author)
    claimant = claim.claim_claimants.get().claimant
    user = person(desk.author)
    with refused_by_the_database("recusal_of_one_thing"):
        Recusal.objects.create(newsroom=desk.newsroom, user=user, reason="All of it.")
    with refused_by_the_database("recusal_of_one_thing"):
        Recusal.objects.create(newsroom=desk.newsroom, user=user, claim=claim, claimant=claimant, reason="Both.")


def test_events_of_one_claim_have_numbers_of_their_own(desk: Desk) -> None:
    claim = make_claim(desk.author)
    first = claim.events.get()
    with refused_by_the_database("event_seq_of_claim"):
        Event.objects.create(
            newsroom=desk.newsroom,
            claim=claim,
            seq=first.seq,
            type=first.type,
            audience=first.audience,
            occurred_at=first.occurred_at,
            changes={},
            hash=b"",
        )


# Newsrooms

#: Columns that stand in unique keys beside a relation.
IN_UNIQUE_KEYS = {"number", "position", "seq", "code", "in_language", "title", "name_key"}
RELATIONS = [(model, field) for model in tenant_models() for field in foreign_keys(model)]
BETWEEN_TENANTS = [(model, field) for model, field in RELATIONS if issubclass(field.related_model, Tenant)]


def name_of(value: Any) -> str:
    return str(value._meta.model_name if isinstance(value, type) else value.name)  # type: ignore[attr-defined]


def test_every_relation_inside_a_newsroom_is_of_the_kind_that_holds_it_there() -> None:
    assert BETWEEN_TENANTS
    assert [(model, field.name) for model, field in BETWEEN_TENANTS if not isinstance(field, TenantForeignKey)] == []
    # What is outside of newsrooms is people, and the newsroom itself.
    outside = {field.related_model._meta.model_name for _, field in RELATIONS} - {
        model._meta.model_name for model in tenant_models()
    }
    assert outside == {"user", "newsroom"}


def composite_keys(table: str) -> set[tuple[str, str]]:
    """(column, target table) of each foreign key (newsroom_id, column) -> target (newsroom_id, id)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            [table],
        )
        definitions = [row[0] for row in cursor.fetchall()]
    form = re.compile(r"FOREIGN KEY \(newsroom_id, (\w+)\) REFERENCES (\w+)\(newsroom_id, id\)")
    return {match.group(1, 2) for match in map(form.fullmatch, definitions) if match}  # type: ignore[misc]


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "field"), BETWEEN_TENANTS, ids=name_of)
def test_every_relation_has_its_key_over_the_newsroom(
    model: type[Tenant], field: "models.ForeignKey[Any, Any]"
) -> None:
    assert (field.column, field.related_model._meta.db_table) in composite_keys(model._meta.db_table)


@pytest.mark.django_db
@pytest.mark.parametrize("model", tenant_models(), ids=name_of)
def test_every_row_hangs_on_a_newsroom_that_exists(model: type[Tenant]) -> None:
    """By a key of its own, or by a relation that is never empty to a table that does."""
    seen: set[str] = set()

    def hangs(model: type[models.Model]) -> bool:
        table = model._meta.db_table
        if table in seen:
            return False
        seen.add(table)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass "
                "AND pg_get_constraintdef(oid) = 'FOREIGN KEY (newsroom_id) REFERENCES claims_newsroom(id)'",
                [table],
            )
            if cursor.fetchone() == (1,):
                return True
        parents = [field for field in foreign_keys(model) if isinstance(field, TenantForeignKey) and not field.null]
        return any(hangs(field.related_model) for field in parents)

    assert hangs(model)


def one_row(table: str, where: str, *values: Any) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {where} ORDER BY id LIMIT 1", values)  # noqa: S608 - our own tables
        row = cursor.fetchone()
    return row[0] if row else None


def alone_in_a_unique_key(model: type[models.Model]) -> set[str]:
    unique = [rule for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    return {rule.fields[0] for rule in unique if len(rule.fields) == 1 and not rule.condition}


def test_no_row_points_into_another_newsroom(db: None) -> None:
    here, there = make_desk("here"), make_desk("there")
    full_record(here)
    full_record(there)
    run_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for model, field in BETWEEN_TENANTS:
        table, target = model._meta.db_table, field.related_model._meta.db_table
        ours = one_row(table, f"newsroom_id = %s AND {field.column} IS NOT NULL", here.newsroom.pk)
        theirs = one_row(target, "newsroom_id = %s", there.newsroom.pk)
        assert ours, f"the full record has no {table}.{field.column}"
        # Out of the way of what is numbered there.
        own = {found.column for found in model._meta.concrete_fields} & IN_UNIQUE_KEYS
        changes = ", ".join([f"{field.column} = %s", *(f"{column} = 99" for column in own)])
        with refused_by_the_database(f"{table}_{field.column}_same_newsroom"):
            # What keeps rows from being changed at all is out of the way, so that it is the key that refuses.
            run_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            if field.name in alone_in_a_unique_key(model):
                run_sql(f"UPDATE {table} SET {field.column} = NULL WHERE {field.column} = %s", theirs)  # noqa: S608
            run_sql(f"UPDATE {table} SET {changes} WHERE id = %s", theirs, ours)  # noqa: S608
