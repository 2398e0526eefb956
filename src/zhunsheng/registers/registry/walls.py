"""Which tables stand behind the second wall, and when a row is open: derived from the models.

A subject lies in its division. Whatever speaks of a subject, by key or by foreign key, lies where the subject
lies; it moves along when the subject does. An empty key, and one that begins with @
(the world's facts), is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from zhunsheng.foundation.accounts import tenancy
from zhunsheng.registers.registry.models import Subject

SUBJECT_KEYS = frozenset({"subject", "shared_with"})


def walls() -> dict[str, str]:
    """Table → condition under which a row is open to a viewer with districts or keys."""
    table = Subject._meta.db_table
    found = {table: f"division = ANY({tenancy.DISTRICTS}) OR key = ANY({tenancy.KEYS})"}
    waiting = [m for m in apps.get_models() if m.__module__.startswith("zhunsheng.") and m is not Subject]
    while True:
        fresh = {m: told for m in waiting if (told := " AND ".join(_conditions(m, found)))}
        if not fresh:
            return found
        found |= {model._meta.db_table: told for model, told in fresh.items()}
        waiting = [model for model in waiting if model not in fresh]


def _conditions(model: type[models.Model], walled: dict[str, str]) -> Iterator[str]:
    own = model._meta.db_table
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            target = field.related_model
            assert not isinstance(target, str)
            if target._meta.db_table in walled:
                there, pk = target._meta.db_table, target._meta.pk.column
                yield f"EXISTS (SELECT 1 FROM {there} p WHERE p.{pk} = {own}.{field.column})"  # noqa: S608
        elif field.name in SUBJECT_KEYS and isinstance(field, models.CharField):
            there = Subject._meta.db_table
            lies = f"EXISTS (SELECT 1 FROM {there} p WHERE p.key = {own}.{field.column})"  # noqa: S608
            yield f"(left({own}.{field.column}, 1) IN ('', '@') OR {lies})"
        elif field.name == "division":
            yield f"division = ANY({tenancy.DISTRICTS})"
        elif field.name == "area":  # a trade in a division, or a supplier of firms anywhere: open with a firm
            there, keys = Subject._meta.db_table, f"jsonb_array_elements_text({own}.subjects) k(key)"
            yield f"EXISTS (SELECT 1 FROM {keys} JOIN {there} p ON p.key = k.key)"  # noqa: S608


def build(**_signal: Any) -> None:
    """After migrating: put up what is missing or out of date. Nothing to do on SQLite."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace"
        )
        standing = dict(cursor.fetchall())
        there = set(connection.introspection.table_names(cursor))
        for table, condition in walls().items():
            if table in there and standing.get(table) != condition:
                for statement in tenancy.wall_statements(table, condition):
                    cursor.execute(statement)
                cursor.execute(f"COMMENT ON TABLE {table} IS %s", [condition])
