"""Rows that the database itself keeps: refused changes and deletions by a condition, on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from zhunsheng.foundation.evidence.laying import Lay

DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def changed(columns: Iterable[str]) -> dict[str, str]:
    """By database: the condition that one of the columns changes."""
    names = list(columns)
    return {
        vendor: " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in names)
        for vendor, differs in DIFFERS.items()
    }


def guard_rows(table: str, *, update: Mapping[str, str], delete: str, why: str) -> Lay:
    """A migration operation: an update under one condition and a deletion under the other are refused.

    Conditions are SQL over OLD and NEW, `update` by database; `why` is the text of the refusal.
    """

    def forwards(editor: BaseDatabaseSchemaEditor) -> None:
        vendor = editor.connection.vendor
        if vendor == "postgresql":
            editor.execute(
                f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{why}'; END $$"
            )
        for name, verb, condition in (("fixed", "UPDATE", update[vendor]), ("kept", "DELETE", delete)):
            if vendor == "sqlite":
                then = f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
            else:
                then = f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {table}_refuse()"
            editor.execute(f"CREATE TRIGGER {table}_{name} BEFORE {verb} ON {table} {then}")

    def backwards(editor: BaseDatabaseSchemaEditor) -> None:
        postgres = editor.connection.vendor == "postgresql"
        for name in ("fixed", "kept"):
            editor.execute(f"DROP TRIGGER {table}_{name}{f' ON {table}' if postgres else ''}")
        if postgres:
            editor.execute(f"DROP FUNCTION {table}_refuse()")

    return Lay(forwards, backwards)
