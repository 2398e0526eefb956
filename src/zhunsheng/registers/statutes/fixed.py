"""A published version of a list is fixed by the database itself: its content, author, approver and origin."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FIXED = (
    "list_key",
    "number",
    "title",
    "issuer",
    "level",
    "content",
    "content_hash",
    "author",
    "reviews",
    "approver",
)
FREE_STATES = "('DRAFT', 'CONSULTING', 'REVIEWING', 'APPROVED')"
TABLE = "statutes_listversion"
CHANGED = {
    "sqlite": " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in FIXED),
    "postgresql": " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FIXED),
}
SQLITE = (
    (
        f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE} WHEN OLD.state NOT IN {FREE_STATES} "
        f"AND (NEW.state IN {FREE_STATES} OR {CHANGED['sqlite']}) "
        "BEGIN SELECT RAISE(ABORT, 'a published list never changes'); END"
    ),
    (
        f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} WHEN OLD.state NOT IN {FREE_STATES} "
        "BEGIN SELECT RAISE(ABORT, 'a published list is never deleted'); END"
    ),
)
POSTGRES = (
    (
        f"CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a published list never changes'; END $$"
    ),
    (
        f"CREATE TRIGGER {TABLE}_fixed BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN "
        f"(OLD.state NOT IN {FREE_STATES} AND (NEW.state IN {FREE_STATES} OR {CHANGED['postgresql']})) "
        f"EXECUTE FUNCTION {TABLE}_refuse()"
    ),
    (
        f"CREATE TRIGGER {TABLE}_kept BEFORE DELETE ON {TABLE} FOR EACH ROW WHEN "
        f"(OLD.state NOT IN {FREE_STATES}) EXECUTE FUNCTION {TABLE}_refuse()"
    ),
)


def fix_published() -> migrations.RunPython:
    """A migration operation that puts the triggers on the table."""

    def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRES:
            editor.execute(statement)

    def backwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        suffix = "" if editor.connection.vendor == "sqlite" else f" ON {TABLE}"
        for name in ("fixed", "kept"):
            editor.execute(f"DROP TRIGGER {TABLE}_{name}{suffix}")

    return migrations.RunPython(forwards, backwards)
