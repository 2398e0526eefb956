"""Who wants to look at what, when; deadlines with their history; years that the bureau recorded."""

from __future__ import annotations

from django.db import models

from zhunsheng.core.deadlines.deadline import DeadlineState
from zhunsheng.core.deadlines.escalation import Level
from zhunsheng.foundation.evidence.append_only import AppendOnlyModel
from zhunsheng.foundation.schedule.lifecycle import StepKind


class DueRow(models.Model):
    """An instant at which something must be looked at."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("due_at", "topic", "key")
        constraints = [models.UniqueConstraint(fields=["topic", "key"], name="schedule_one_instant_a_key")]

    def __str__(self) -> str:
        return f"{self.due_at:%Y-%m-%d %H:%M:%S} {self.topic} {self.key}"


class DeadlineEntry(models.Model):
    """One running clock of one matter. `body` holds the deadline with the regime it began under.

    `subject` is the business it speaks of, if any. `closed_at`: since when nobody waits for it any more.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=200, unique=True)
    matter = models.CharField(max_length=200, db_index=True)
    clock = models.CharField(max_length=64)
    subject = models.CharField(max_length=40, blank=True, default="", db_index=True)
    title = models.CharField(max_length=300)
    handler = models.CharField(max_length=200, db_index=True)
    body = models.JSONField()
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in DeadlineState])
    level = models.CharField(max_length=16, choices=[(v.value, v.value) for v in Level])
    due_on = models.DateField(null=True, db_index=True)
    due_at = models.DateTimeField(null=True)
    not_before_on = models.DateField()
    provisional = models.BooleanField(default=False)
    met_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ("due_at", "key")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in DeadlineState]),
                name="schedule_known_state",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__isnull=True, due_at__isnull=True)
                | models.Q(due_on__isnull=False, due_at__isnull=False),
                name="schedule_due_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.key} {self.state}"


class DeadlineStep(AppendOnlyModel):
    """What happened to a deadline, when, by whom, and which posts were told.

    `due_at` and `handler` stand after it, so that any day can be told again; `handler` is null on steps
    that are older than these columns.
    """

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(DeadlineEntry, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in StepKind])
    by_name = models.CharField(max_length=200)
    told = models.JSONField(default=list)
    note = models.TextField(blank=True, default="")
    due_at = models.DateTimeField(null=True)
    handler = models.CharField(max_length=200, null=True)

    class Meta:
        ordering = ("at", "id")
        indexes = [models.Index(fields=["kind", "at"], name="schedule_steps_by_kind")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"


class AnnouncedYear(AppendOnlyModel):
    """Holidays and make-up workdays of a year, recorded by the bureau; the latest record of a year counts."""

    id = models.BigAutoField(primary_key=True)
    year = models.PositiveSmallIntegerField(db_index=True)
    source = models.CharField(max_length=200)
    holidays = models.JSONField()
    make_up = models.JSONField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.year} {self.source}"
