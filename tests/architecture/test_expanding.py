"""Two versions of the program work on one database while machines are upgraded one after the other."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from tests.architecture.expanding import complaints
from zhunsheng.core.generation import GENERATION

# The last migrations from before anybody ran two versions side by side.
FROZEN = {
    "accounts": "0004_side",
    "attachments": "0002_captures",
    "desk": "0004_batches",
    "documents": "0002_wordings",
    "drafts": "0001_initial",
    "evidence": "0004_personal_keys",
    "lab": "0001_initial",
    "mandates": "0003_found_by_name",
    "objections": "0002_proposals",
    "outbox": "0003_for_a_person",
    "outreach": "0003_trial",
    "portraits": "0004_lists_at_scale",
    "registry": "0007_lists_at_scale",
    "rulebook": "0005_manuscripts",
    "schedule": "0005_one_carrier",
    "statutes": "0003_choices",
    "tokens": "0004_replaying",
    "triggers": "0010_snoozes",
    "uploads": "0002_values",
    "webhooks": "0002_district",
    "signals": "0002_by_source",
}


def test_every_migration_leaves_the_former_version_running() -> None:
    loader = MigrationLoader(None)
    told = [
        complaint
        for (app, name), migration in sorted(loader.disk_migrations.items())
        if migration.__module__.startswith("zhunsheng.") and name > FROZEN.get(app, "")
        for complaint in complaints(migration, loader.project_state((app, name), at_end=False))
    ]
    assert told == []


def migration(*told: Operation, name: str = "0002_x", said: str = "") -> list[str]:
    before = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=10))]
    before.add_model(ModelState("app", "Thing", fields))
    made = Migration(name, "app")
    made.operations = list(told)  # type: ignore[misc]
    made.works_with_former = said  # type: ignore[attr-defined]
    return list(complaints(made, before))


CHECK = models.CheckConstraint(condition=models.Q(name="x"), name="c")
TAKEN = operations.RemoveField("thing", "name")
NEEDS_WORDS = [
    operations.RunPython(operations.RunPython.noop),
    operations.RunSQL("SELECT 1"),
    operations.AddConstraint("thing", CHECK),
]


@pytest.mark.parametrize(
    "operation",
    [
        TAKEN,
        operations.RenameField("thing", "name", "title"),
        operations.DeleteModel("thing"),
        operations.RenameModel("thing", "matter"),
        operations.AddField("thing", "more", models.IntegerField(default=0)),
        operations.AlterField("thing", "name", models.CharField(max_length=5)),
    ],
)
def test_planted_fault_the_former_version_would_break(operation: Operation) -> None:
    assert len(migration(operation, said="because")) == 1, "words do not help"


@pytest.mark.parametrize("operation", NEEDS_WORDS)
def test_what_no_machine_can_judge_needs_words(operation: Operation) -> None:
    assert len(migration(operation)) == 1
    assert migration(operation, said="because") == []


@pytest.mark.parametrize(
    "operation",
    [
        operations.CreateModel("other", [("id", models.BigAutoField(primary_key=True))]),
        operations.AddField("thing", "more", models.IntegerField(null=True)),
        operations.AddField("thing", "more", models.IntegerField(db_default=0)),
        operations.AlterField("thing", "name", models.CharField(max_length=20, null=True, blank=True)),
        operations.RemoveConstraint("thing", "c"),
    ],
)
def test_what_adds_and_widens_is_well(operation: Operation) -> None:
    given = (operations.AddConstraint("thing", CHECK),) if "Remove" in type(operation).__name__ else ()
    assert migration(*given, operation, said="because") == []


def test_taking_away_waits_for_a_generation() -> None:
    assert migration(TAKEN, name=f"0002_contract_g{GENERATION - 1}") == []
    assert len(migration(TAKEN, name=f"0002_contract_g{GENERATION}")) == 1
