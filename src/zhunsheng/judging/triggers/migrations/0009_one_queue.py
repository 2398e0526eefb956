"""Open tasks and answers that are awaited get their entry in the queue of deadlines, with the dates they have."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from zhunsheng.core.clock import SHANGHAI

LAST = time(23, 59, 59, tzinfo=SHANGHAI)
ROW = ("name_en", "start_en", "regime_by_zh", "regime_by_en", "effect_zh", "effect_en", "appendix")


def _put(apps, key, touch, names, since, due_on, why, handler, rested):
    clock, name_zh, start_zh = names
    on = since.astimezone(SHANGHAI).date()
    pauses = [{"reason": "SUSPENSION", "first_on": str(rested), "last_on": None}] if rested else []
    regime = {"law": why or name_zh, "article": "-", "status": "UNVERIFIED", "from": str(on), "rolls": False}
    regime |= {"meaning": "LATEST", "days": max((due_on - on).days, 0), "pauses": ["SUSPENSION"]}
    row = dict.fromkeys(ROW, "") | {"key": clock, "name_zh": name_zh, "start_zh": start_zh}
    body = {"row": row, "regime": regime | {"extensions": [], "seasons": []}, "started_at": since.isoformat()}
    body |= {"regime_on": str(on), "pauses": pauses, "extensions": [], "met_at": None}
    due_at = datetime.combine(due_on, LAST)
    apps.get_model("schedule", "DeadlineEntry").objects.get_or_create(
        key=key,
        defaults={
            "matter": f"touch:{touch.id}",
            "clock": clock,
            "subject": touch.subject,
            "title": f"{name_zh} {touch.point} {touch.subject}",
            "handler": handler,
            "body": body,
            "state": "PAUSED" if rested else "RUNNING",
            "level": "NONE",
            "due_on": None if rested else due_on,
            "due_at": None if rested else due_at,
            "not_before_on": due_on,
        },
    )
    if not rested:
        rows = apps.get_model("schedule", "DueRow").objects
        rows.get_or_create(topic="deadline", key=key, defaults={"due_at": due_at + timedelta(seconds=1)})


def enter(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    waiting = apps.get_model("triggers", "Touch").objects.filter(answer="", reply_due_on__isnull=False)
    names = ("touch.reply", "企业答复", "发出预警提醒")
    for touch in waiting.filter(state="OBSERVING") | waiting.filter(rested_from="OBSERVING"):
        rested = touch.rested_at.astimezone(SHANGHAI).date() if touch.rested_at else None
        key, why = f"touch:{touch.id}:reply", touch.reply_why
        _put(apps, key, touch, names, touch.started_at, touch.reply_due_on, why, "", rested)
    tasks = apps.get_model("triggers", "SupervisionTask").objects.select_related("touch")
    for task in tasks.exclude(state__in=["DONE", "WITHDRAWN"]):
        touch, handler = task.touch, task.holder or task.station
        at = touch.rested_at if task.state == "RESTING" else None
        rested = at.astimezone(SHANGHAI).date() if at else None
        names = (f"task.{task.kind.lower()}", task.get_kind_display(), "设立任务")
        _put(
            apps, f"task:{task.id}", touch, names, task.opened_at, task.due_on, task.due_why, handler, rested
        )


class Migration(migrations.Migration):
    dependencies = [
        ("triggers", "0008_lists_at_scale"),
        ("schedule", "0003_one_queue"),
    ]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
