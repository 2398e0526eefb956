"""Tables that the database itself refuses to change: a trigger on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import NoReturn

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from zhunsheng.foundation.evidence.laying import Lay


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row that is history."""


class AppendOnlyModel(models.Model):
    """Rows may be inserted, nothing else; the table's migration adds `refuse_changes`."""

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        """Insert; saving a row that exists is refused."""
        if not self._state.adding:
            raise AppendOnlyError(f"{self._meta.label} {self.pk} 只增不改")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        """Always refused."""
        raise AppendOnlyError(f"{self._meta.label} {self.pk} 不可删除")


SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRES = """
CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse();
"""


def refuse_changes(table: str) -> Lay:
    """A migration operation that puts the triggers on a table."""

    def forwards(editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                editor.execute(SQLITE.format(table=table, verb=verb))
        else:
            editor.execute(POSTGRES.format(table=table))

    def backwards(editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                editor.execute(f"DROP TRIGGER {table}_no_{verb}")
        else:
            editor.execute(f"DROP TRIGGER {table}_no_change ON {table}")
            editor.execute(f"DROP FUNCTION {table}_refuse()")

    return Lay(forwards, backwards)
