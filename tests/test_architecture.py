"""Rules of the code as a whole, read from its syntax tree and its registries."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.db.models import Model
from django.test import RequestFactory

import run
from claims.bell import Bell
from claims.models import User
from claims.schedule import DUTIES
from claims.vocab import MOVES, RIGHTS_OF_ROLE, Act, EventType, Right, Role, Status
from claims.workflow.evidence import SourceFields
from claims.workflow.inputs import ReviewTextInput
from claims.workflow.rules import RULES
from workers.bell import TASKS

PRODUCT = ("claims", "workers", "factcheck")
#: The only package that writes what the workflow guards; migrations make tables.
WRITERS = ("claims/workflow/", "claims/migrations/")
WRITES = {
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
    "acreate",
    "aupdate",
    "adelete",
}


def product_files() -> list[Path]:
    return sorted(path for package in PRODUCT for path in (run.ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(run.ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def outside_of_the_workflow() -> Iterator[tuple[Path, ast.AST]]:
    for path in product_files():
        if not named(path).startswith(WRITERS):
            for node in ast.walk(tree_of(path)):
                yield path, node


def place(path: Path, node: ast.AST) -> str:
    return f"{named(path)}:{getattr(node, 'lineno', 0)}"


def test_nobody_but_the_workflow_sets_a_status() -> None:
    found = []
    for path, node in outside_of_the_workflow():
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign) and not isinstance(node.target, ast.Name):
            targets = [node.target]
        flat = [part for target in targets for part in ast.walk(target)]
        if any(isinstance(part, ast.Attribute) and part.attr == "status" for part in flat):
            found.append(place(path, node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            name = node.args[1]
            if not isinstance(name, ast.Constant) or name.value == "status":
                found.append(place(path, node))
    assert found == []


def _is_of_a_query(node: ast.expr) -> bool:
    """`Claim.objects. …`, `queryset. …` and what is chained to them."""
    return any(
        (isinstance(part, ast.Attribute) and part.attr in {"objects", "_default_manager"})
        or (isinstance(part, ast.Name) and part.id in {"queryset", "rows"})
        for part in ast.walk(node)
    )


def _is_of_an_account(node: ast.expr) -> bool:
    """People exist outside of newsrooms: the commands that an operator runs make them and give them passwords."""
    return any(isinstance(part, ast.Name) and part.id in {"User", "user"} for part in ast.walk(node))


def test_nobody_but_the_workflow_writes_to_the_database() -> None:
    found = [
        place(path, node)
        for path, node in outside_of_the_workflow()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ((node.func.attr in WRITES and _is_of_a_query(node.func.value)) or node.func.attr in {"save", "asave"})
        and not (named(path).startswith("claims/management/") and _is_of_an_account(node.func.value))
    ]
    assert found == []


def test_nothing_in_the_product_switches_the_databases_rules_off() -> None:
    words = ("session_replication_role", "DISABLE TRIGGER", "pgtrigger.ignore", "pgtrigger.constraints")
    files = [*product_files(), run.ROOT / "run.py", run.ROOT / "manage.py"]
    files += [path for package in PRODUCT for path in (run.ROOT / package).rglob("*.sql")]
    found = [(named(path), word) for path in files for word in words if word.lower() in path.read_text().lower()]
    assert found == []


def test_the_record_knows_nothing_of_celery_or_the_workers() -> None:
    found = [
        place(path, node)
        for path, node in outside_of_the_workflow()
        if named(path).startswith("claims/")
        for module in _imports(node)
        if module.split(".")[0] in {"celery", "kombu", "workers", "factcheck"}
    ]
    assert found == []


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def test_no_rule_hides_in_a_signal_a_save_or_a_generic_key() -> None:
    found = []
    for path in product_files():
        for node in ast.walk(tree_of(path)):
            hidden = [module for module in _imports(node) if module in {"django.db.models.signals", "django.dispatch"}]
            if isinstance(node, ast.Name) and node.id in {"GenericForeignKey", "receiver"}:
                hidden.append(node.id)
            if named(path).startswith("claims/models/") and isinstance(node, ast.FunctionDef) and node.name == "save":
                hidden.append(node.name)
            found += [(place(path, node), name) for name in hidden]
    assert found == []


def tasks() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((run.ROOT / "workers").glob("*.py")):
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef) and any("shared_task" in ast.dump(d) for d in node.decorator_list):
                yield f"workers.{path.stem}.{node.name}", node


def test_a_task_takes_ids_and_calls_one_function() -> None:
    assert set(dict(tasks())) == set(TASKS.values())
    for name, task in tasks():
        arguments = [*task.args.posonlyargs, *task.args.args, *task.args.kwonlyargs]
        kinds = {ast.unparse(argument.annotation) if argument.annotation else "?" for argument in arguments}
        assert kinds <= {"int", "str", "UUID", "date"}, name
        assert not task.args.vararg, name
        assert not task.args.kwarg, name
        told = [node for node in task.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
        assert len(told) == 1, f"{name} decides something"


def test_every_bell_has_a_task_and_every_duty_a_bell() -> None:
    assert set(TASKS) == set(Bell)
    assert {duty.bell for duty in DUTIES} <= set(Bell)


EVENT_FORM = re.compile(r"^(?:article|claim|evidence|source|review|newsroom)\.([a-z_]+)$")
#: An event's changes name the fields of what belongs to a claim in the same form: `review.headline`, `source.title`.
FIELDS = {*ReviewTextInput.__slots__, *SourceFields.__slots__}


def test_every_event_that_is_named_is_in_the_vocabulary() -> None:
    known = set(EventType.values)
    found = [
        (place(path, node), node.value)
        for path in product_files()
        if named(path) != "claims/vocab.py" and not named(path).startswith("claims/migrations/")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (match := EVENT_FORM.match(node.value)) and match[1] not in FIELDS and node.value not in known
    ]
    assert found == []


def test_every_event_of_the_vocabulary_is_made_somewhere() -> None:
    made = {
        node.attr
        for path in product_files()
        if named(path).startswith("claims/workflow/")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "EventType"
    }
    assert made == {event.name for event in EventType}


def test_every_act_has_a_move_and_a_rule_and_every_right_somebody() -> None:
    assert set(MOVES) == set(RULES) == set(Act)
    assert {right for rights in RIGHTS_OF_ROLE.values() for right in rights} == set(Right)
    assert set(RIGHTS_OF_ROLE) == set(Role)


@pytest.mark.parametrize("status", Status)
def test_every_status_is_reached_from_the_first_ones(status: Status) -> None:
    reached = {Status.SUGGESTED, Status.RECORDED}
    while more := {
        arrival
        for move in MOVES.values()
        if move.sources & reached
        for arrival in move.arrivals
        if arrival not in reached
    }:
        reached |= more
    assert status in reached


def acts() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """The workflow's public functions that are one transaction each."""
    for path in sorted((run.ROOT / "claims/workflow").glob("*.py")):
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.decorator_list:
                yield path, node


def test_every_act_is_called_by_names_alone() -> None:
    found = [f"{named(path)}: {act.name}" for path, act in acts() if act.args.posonlyargs or act.args.args]
    assert len(list(acts())) > 20
    assert found == []


def test_an_act_begins_with_its_lock() -> None:
    """A rule that is asked before the row is locked may be out of date when the row is written."""
    found = []
    for path, function in acts():
        names = [
            node.func.id
            for node in sorted(
                (node for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)),
                key=lambda node: (node.lineno, node.col_offset),
            )
            if isinstance(node.func, ast.Name)
        ]
        if "require" in names and "lock" not in names[: names.index("require")]:
            found.append(f"{named(path)}: {function.name}")
    assert found == []


def test_no_form_of_the_admin_writes_a_status(rf: RequestFactory, db: None) -> None:
    """Django's own forms save what they show, whoever sees them: for what has a status there are none."""
    request = rf.get("/")
    request.user = User(username="root", is_staff=True, is_superuser=True)
    shown = [admin for model, admin in site._registry.items() if {"status", "state"} & field_names(model)]
    assert shown
    for admin in shown:
        assert not admin.has_add_permission(request), admin
        assert not admin.has_change_permission(request), admin
        assert not admin.has_delete_permission(request), admin


def field_names(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields()}
