"""What was kept apart in the open is sealed under its person's key, outside the database."""

from typing import Any

from django.db import migrations, models

from zhunsheng.foundation.evidence.personal import seal_for


def seal_rows(apps: Any, schema_editor: Any) -> None:
    """Every row that stands in the open."""
    del schema_editor
    for row in apps.get_model("evidence", "SealedDetail").objects.iterator():
        told = bytes(row.salt) + row.content.encode()
        row.sealed = seal_for(row.person, told, bound=row.commitment)
        row.save(update_fields=["sealed"])


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_witnesses")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[("number", models.CharField(max_length=32, primary_key=True, serialize=False))],
        ),
        migrations.AddField(
            "sealeddetail", "sealed", models.BinaryField(default=b""), preserve_default=False
        ),
        migrations.RunPython(seal_rows, migrations.RunPython.noop),
        migrations.RemoveField("sealeddetail", "salt"),
        migrations.RemoveField("sealeddetail", "content"),
    ]
