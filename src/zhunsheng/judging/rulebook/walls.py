"""The database refuses a co-author as reviewer or approver: who saved any of a version's text wrote it."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from zhunsheng.foundation.evidence.laying import Lay

WHY = "who wrote a version neither reviews nor approves it"
WROTE = """EXISTS (
    SELECT 1 FROM rulebook_manuscripttrial AS trial
    JOIN rulebook_manuscriptsave AS save
        ON save.manuscript_id = trial.manuscript_id AND save.number <= trial.number
    WHERE trial.pack_hash = NEW.pack_hash AND (
        (NEW.reviewer <> OLD.reviewer AND save.saved_by = NEW.reviewer)
        OR (NEW.approver <> OLD.approver AND save.saved_by = NEW.approver)))"""
WHEN = "rulebook_by_others BEFORE UPDATE OF reviewer, approver ON rulebook_proposal"


def refuse_writers() -> Lay:
    """A migration operation: the trigger on proposals, on both databases."""

    def forwards(editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            editor.execute(f"CREATE TRIGGER {WHEN} WHEN {WROTE} BEGIN SELECT RAISE(ABORT, '{WHY}'); END")
            return
        editor.execute(
            "CREATE FUNCTION rulebook_by_others() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {WROTE} THEN RAISE EXCEPTION '{WHY}'; END IF; RETURN NEW; END $$"
        )
        editor.execute(f"CREATE TRIGGER {WHEN} FOR EACH ROW EXECUTE FUNCTION rulebook_by_others()")

    def backwards(editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            editor.execute("DROP TRIGGER rulebook_by_others")
            return
        editor.execute("DROP TRIGGER rulebook_by_others ON rulebook_proposal")
        editor.execute("DROP FUNCTION rulebook_by_others()")

    return Lay(forwards, backwards)
