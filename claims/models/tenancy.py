"""What every row of a newsroom shares, and the keys that stop a row from pointing into another newsroom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations, models
from django.db.models import DO_NOTHING, PROTECT, ForeignKey

from claims.text.uuid7 import uuid7

#: As `RunSQL` takes them: each a statement, or one with its parameters.
Statements = list[str | tuple[str, dict[str, Any] | list[Any] | tuple[Any, ...] | None]]


class Tenant(models.Model):
    """A row that belongs to one newsroom.

    The newsroom's key stands in `UNIQUE (newsroom_id, id)` and in the composite foreign keys that `tenant_keys` makes,
    so Django makes neither a constraint nor an index of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    newsroom = models.ForeignKey(
        "claims.Newsroom", on_delete=PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class TenantForeignKey(ForeignKey[Any, Any]):
    """A foreign key between two rows of one newsroom: PostgreSQL checks (newsroom_id, id) instead of the id alone."""

    def __init__(self, to: Any, on_delete: Any = DO_NOTHING, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("db_constraint", None)
        return name, path, args, options


def tenant_table(table: str, *, is_root: bool = False) -> migrations.RunSQL:
    """Makes a table's rows addressable by newsroom and id.

    A root table hangs on the newsroom alone and gets a key to it; every other is bound through its parents' keys.
    """
    forward: Statements = [f"ALTER TABLE {table} ADD CONSTRAINT {table}_tenant UNIQUE (newsroom_id, id)"]
    backward: Statements = [f"ALTER TABLE {table} DROP CONSTRAINT {table}_tenant"]
    if is_root:
        forward.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_newsroom FOREIGN KEY (newsroom_id) "
            "REFERENCES claims_newsroom (id)"
        )
        backward.insert(0, f"ALTER TABLE {table} DROP CONSTRAINT {table}_newsroom")
    return migrations.RunSQL(forward, backward)


def tenant_keys(table: str, columns: Iterable[tuple[str, str]]) -> migrations.RunSQL:
    """`FOREIGN KEY (newsroom_id, column) REFERENCES target (newsroom_id, id)` for each (column, target table)."""
    forward: Statements = []
    backward: Statements = []
    for column, target in columns:
        name = f"{table}_{column}_same_newsroom"
        forward.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (newsroom_id, {column}) "
            f"REFERENCES {target} (newsroom_id, id)"
        )
        backward.append(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return migrations.RunSQL(forward, backward)
