"""Runs with their parts."""

from __future__ import annotations

from django.db import models

from zhunsheng.judging.lab.lifecycle import LabState, RunKind


class LabRun(models.Model):
    """One question to the lab, by `owner` under a grant (None: a program with a token).

    `asked` holds period, known-at, part of the register and line; `versions` are [version, hash] in order.
    `done` counts businesses looked at. `content` is the report's text, which is never changed.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8)
    owner = models.CharField(max_length=40)
    owner_name = models.CharField(max_length=200)
    grant = models.BigIntegerField(null=True)
    asked = models.JSONField()
    versions = models.JSONField()
    state = models.CharField(max_length=8, default=LabState.RUNNING.value)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    last_key = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    content = models.TextField(blank=True, default="")
    content_hash = models.CharField(max_length=64, blank=True, default="")
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in LabState]), name="lab_known_state"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[k.value for k in RunKind]), name="lab_known_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(state="DONE") & ~models.Q(content_hash="")
                | ~models.Q(state="DONE") & models.Q(content_hash=""),
                name="lab_done_has_a_report",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "id"], name="lab_own"),
            models.Index(fields=["changed_at"], name="lab_waiting", condition=models.Q(state="RUNNING")),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.state}"


class LabPart(models.Model):
    """What one group of businesses gave; when the report is made, of whom it touches alone."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(LabRun, on_delete=models.CASCADE, related_name="parts")
    text = models.TextField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.run_id}"
