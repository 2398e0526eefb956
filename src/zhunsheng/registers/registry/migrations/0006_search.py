"""The index of names: FTS5 on SQLite, a tsvector on PostgreSQL; what is registered already is indexed."""

from __future__ import annotations

from django.db import migrations

from zhunsheng.registers.registry import searching

MAKE = {
    "sqlite": [f"CREATE VIRTUAL TABLE {searching.TABLE} USING fts5(words, tokenize='ascii')"],
    "postgresql": [
        f"CREATE TABLE {searching.TABLE} (id bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX {searching.TABLE}_words ON {searching.TABLE} USING gin (words)",
    ],
}


def make(apps, schema_editor):
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)
    searching.index_all(apps.get_model("registry", "Subject").objects.all())


def unmake(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {searching.TABLE}")


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_lists")]
    operations = [migrations.RunPython(make, unmake)]
