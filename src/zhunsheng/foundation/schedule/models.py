"""One table: who wants to look at what, when."""

from __future__ import annotations

from django.db import models


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
