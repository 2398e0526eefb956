"""Runs and classes with their sums."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel
from zhunsheng.judging.portraits.lifecycle import RunState


class RunCause(models.TextChoices):
    """Why subjects were judged."""

    MONTHLY = "MONTHLY", "按月"
    VETO = "VETO", "否决项起止"
    LATE_DATA = "LATE_DATA", "补录数据"


class ClassRun(models.Model):
    """Subjects judged together as of one instant with one pack."""

    id = models.BigAutoField(primary_key=True)
    cause = models.CharField(max_length=16, choices=RunCause.choices)
    as_of = models.DateTimeField()
    known_at = models.DateTimeField()
    pack_version = models.CharField(max_length=32)
    pack_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=16)
    subjects = models.IntegerField()
    moved = models.IntegerField()
    migration = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    settled_by = models.CharField(max_length=200, blank=True, default="")
    settled_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in RunState]), name="portraits_known_run_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d} {self.state}"


class SubjectClass(models.Model):
    """The class of one subject in one run. `current` marks the one in effect."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ClassRun, on_delete=models.PROTECT, related_name="classes")
    subject = models.CharField(max_length=40)
    model = models.CharField(max_length=40)
    class_name = models.CharField(max_length=8)
    class_by_score = models.CharField(max_length=8)
    score = models.IntegerField()
    items = models.JSONField()
    rules = models.JSONField()
    sufficiency_permille = models.IntegerField()
    insufficient = models.BooleanField()
    current = models.BooleanField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "model"],
                condition=models.Q(current=True),
                name="portraits_one_current_class",
            ),
            models.UniqueConstraint(fields=["run", "subject", "model"], name="portraits_one_class_a_run"),
        ]
        indexes = [
            # With its own condition among the columns SQLite counts classes from the index alone.
            models.Index(
                fields=["model", "class_name", "current"],
                name="portraits_class_now",
                condition=models.Q(current=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.class_name}"


class KeptPack(AppendOnlyModel):
    """The text of a pack by its content hash, kept on first use: what has begun under it ends under it.

    `documents` is one JSON text, because a database that parses it would give the keys back in another order.
    """

    content_hash = models.CharField(max_length=64, primary_key=True)
    pack_id = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    documents = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ("kept_at", "content_hash")

    def __str__(self) -> str:
        return f"{self.pack_id} {self.version} {self.content_hash[:12]}"


class CreditReport(AppendOnlyModel):
    """The report on one run, counted once: `content` is one JSON text, from which every page is drawn."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ClassRun, on_delete=models.PROTECT, related_name="reports")
    period = models.CharField(max_length=16, choices=[("MONTH", "月度"), ("QUARTER", "季度")])
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["run", "period"], name="portraits_one_report_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.run_id}"
