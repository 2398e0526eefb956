"""The record of what would have started while a point was snoozed."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel


class SnoozedTouch(AppendOnlyModel):
    """What would have started while its point was snoozed: worked out, recorded, not acted on.

    `snooze`: the snooze of the rulebook. `covered`: another touch of the item carries the same facts.
    """

    id = models.BigAutoField(primary_key=True)
    snooze = models.BigIntegerField()
    subject = models.CharField(max_length=40)
    item = models.CharField(max_length=16)
    point = models.CharField(max_length=24)
    object = models.CharField(max_length=100, blank=True, default="")
    colour = models.CharField(max_length=8)
    at = models.DateTimeField()
    covered = models.BooleanField()
    facts = models.JSONField(default=list)
    pack_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["snooze", "subject"], name="triggers_snoozed")]

    def __str__(self) -> str:
        return f"{self.subject} {self.point} {self.object} {self.colour}"
