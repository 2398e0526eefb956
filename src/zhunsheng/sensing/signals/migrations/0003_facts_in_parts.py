"""On PostgreSQL the table of facts becomes the first part of a table in parts; on SQLite nothing changes."""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from zhunsheng.sensing.signals import parts


def split(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        with editor.connection.cursor() as cursor:
            parts.split(cursor, settings.FACTS_A_PART)


class Migration(migrations.Migration):
    dependencies = [
        ("signals", "0002_by_source"),
    ]

    works_with_former = "the table keeps its name, columns, key and constraints; who writes meanwhile waits"

    operations = [migrations.RunPython(split)]
