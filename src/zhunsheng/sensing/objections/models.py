"""Objections and what was decided."""

from __future__ import annotations

from django.db import models

from zhunsheng.sensing.objections.lifecycle import ObjectionState


class Objection(models.Model):
    """`fact` is the id of the fact that is said to be wrong; `subject` the one whose file it is in.

    `proposed` and `accepted` are values by field name: what should stand there, and what was put there.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=40, db_index=True)
    fact = models.CharField(max_length=100)
    kind = models.CharField(max_length=64)
    reason = models.TextField()
    proposed = models.JSONField(default=dict)
    filed_by = models.CharField(max_length=200)
    filed_at = models.DateTimeField()
    state = models.CharField(max_length=16, default=ObjectionState.MARKED.value)
    decided_by = models.CharField(max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True, default="")
    accepted = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="MARKED", decided_at__isnull=True)
                | (
                    models.Q(state__in=["UPHELD", "PARTLY", "REJECTED"], decided_at__isnull=False)
                    & ~models.Q(decision="")
                ),
                name="objections_decided_with_reason",
            ),
            models.UniqueConstraint(
                fields=["fact"], condition=models.Q(state="MARKED"), name="objections_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.kind} {self.state}"
