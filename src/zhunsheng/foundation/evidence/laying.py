"""Laying triggers by a migration that asks nothing of the models."""

from __future__ import annotations

from collections.abc import Callable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

Step = Callable[[BaseDatabaseSchemaEditor], None]


class Lay(Operation):
    """Statements for the database alone, there and back.

    `RunPython` would build every model as it then was before each of its operations; for some forty of them
    that was more than half of the time in which an empty database is brought up to date.
    """

    category = OperationCategory.SQL

    def __init__(self, lay: Step, lift: Step) -> None:
        self.lay, self.lift = lay, lift

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of a model."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Lay them."""
        self.lay(schema_editor)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Lift them."""
        self.lift(schema_editor)
