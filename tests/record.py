"""What stands in the database, for tests that say what an act wrote, and that a refused one wrote nothing."""

from typing import Any

from django.apps import apps
from django.db import connection, models

from claims.models import Claim, Event
from claims.models.tenancy import Tenant

Rows = dict[str, list[dict[str, Any]]]


def tenant_models() -> list[type[Tenant]]:
    return [model for model in apps.get_app_config("claims").get_models() if issubclass(model, Tenant)]


def all_rows() -> Rows:
    """Every row of every table of ours."""
    tables = [model._meta.db_table for model in apps.get_app_config("claims").get_models()]
    each = " UNION ALL ".join(
        f"SELECT '{table}', coalesce(jsonb_agg(to_jsonb(t) ORDER BY t::text), '[]')::text FROM {table} t"  # noqa: S608 - our own tables
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(each)
        return dict(cursor.fetchall())


def events_of(claim: Claim) -> list[Event]:
    return list(Event.objects.filter(claim=claim).order_by("seq"))


def types_of(claim: Claim) -> list[str]:
    return [event.type for event in events_of(claim)]


def foreign_keys(model: type[models.Model]) -> list["models.ForeignKey[Any, Any]"]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
