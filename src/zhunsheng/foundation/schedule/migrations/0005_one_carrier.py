"""What follows at the end of a task or of an awaited answer hangs on its deadline alone."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FORMER = {"task.due": "task:{}", "touch.reply": "touch:{}:reply"}


def hang_on_the_deadline(apps: Apps, _editor: BaseDatabaseSchemaEditor | None) -> None:
    """Each open deadline stands with its last second; the instants that stood beside are taken out."""
    rows = apps.get_model("schedule", "DueRow").objects
    entries = apps.get_model("schedule", "DeadlineEntry").objects.filter(closed_at=None, due_at__isnull=False)
    waiting = {key.format(row.key) for topic, key in FORMER.items() for row in rows.filter(topic=topic)}
    for entry in entries.filter(key__in=sorted(waiting)):
        rows.get_or_create(topic="until", key=entry.key, defaults={"due_at": entry.due_at})
    rows.filter(topic__in=sorted(FORMER)).delete()


class Migration(migrations.Migration):
    dependencies = [("schedule", "0004_steps_tell_again"), ("triggers", "0009_one_queue")]
    operations = [migrations.RunPython(hang_on_the_deadline, migrations.RunPython.noop)]
