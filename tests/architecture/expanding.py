"""What a migration may do while the version before it is still running: add, never take away.

An operation that the former version cannot live with is refused. What no machine can judge (code of its own,
a new constraint on an old table) carries a sentence `works_with_former` on the class. What takes away stands
in a migration named `…_contract_gN` one generation later at the earliest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from zhunsheng.cli.database import CONTRACT
from zhunsheng.core.generation import GENERATION

ADDING = (
    operations.CreateModel,
    operations.AddIndex,
    operations.RemoveIndex,
    operations.RenameIndex,
    operations.RemoveConstraint,
    operations.AlterModelOptions,
    operations.AlterModelManagers,
)
TAKING = (
    operations.RemoveField,
    operations.RenameField,
    operations.DeleteModel,
    operations.RenameModel,
    operations.AlterModelTable,
)
NOT_STORED = {*models.Field.non_db_attrs, "default"}


def complaints(migration: Migration, before: ProjectState) -> Iterator[str]:
    """What the former version could not live with, or nobody has said about."""
    name = f"{migration.app_label}.{migration.name}"
    contract, state = CONTRACT.search(migration.name), before.clone()
    if contract is not None and int(contract[1]) >= GENERATION:
        yield f"{name}: generation {contract[1]} is still running beside this one"
    made: set[str] = set()
    for operation in migration.operations:
        told = _told(operation, state, made)
        if told and contract is None and not (told == UNSAID and getattr(migration, "works_with_former", "")):
            yield f"{name}: {type(operation).__name__} {told}"
        operation.state_forwards(migration.app_label, state)


UNSAID = "needs a sentence works_with_former"


def _told(operation: Operation, state: ProjectState, made: set[str]) -> str:
    if isinstance(operation, operations.CreateModel):
        made.add(operation.name_lower)
    model = getattr(operation, "model_name_lower", getattr(operation, "model_name", "")).lower()
    if isinstance(operation, ADDING) or (model in made and not isinstance(operation, TAKING)):
        return ""
    if isinstance(operation, TAKING):
        return "takes away what the former version reads: only in a migration _contract_gN"
    if isinstance(operation, operations.AddField):
        field = operation.field
        filled = field.null or field.has_db_default() or field.many_to_many
        return "" if filled else "has neither null nor db_default: the former version does not fill it"
    if isinstance(operation, operations.AlterField):
        label = next(
            app
            for app, name in state.models
            if name == model and operation.name in state.models[app, name].fields
        )
        return _altered(state.models[label, model].fields[operation.name], operation.field)
    return UNSAID


def _altered(old: models.Field[Any, Any], new: models.Field[Any, Any]) -> str:
    """Wider is well, also what the database does not store; anything else is for a person to judge."""
    (_, was, _, had), (_, becomes, _, has) = (field.deconstruct()[:4] for field in (old, new))
    had, has = ({k: v for k, v in told.items() if k not in NOT_STORED} for told in (had, has))
    wider = (had.pop("max_length", 0) or 0) <= (has.pop("max_length", 0) or 0)
    looser = bool(has.pop("null", False)) >= bool(had.pop("null", False))
    return (
        ""
        if was == becomes and had == has and wider and looser
        else UNSAID
        if wider and looser
        else ("is narrower: the former version writes what no longer fits")
    )
