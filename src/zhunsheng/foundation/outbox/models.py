"""The queue of record and the attempts made for each row."""

from __future__ import annotations

from django.db import models
from django.db.models import BooleanField, Func

from zhunsheng.foundation.outbox.lifecycle import RowState


class IsOpen(Func):
    """Whether a state means that something is still to be done.

    It is said in the words of the index `outbox_open`: SQLite takes an index of some rows only where it reads
    its condition again, and never looks into parameters. Without it every row ever done would be read.
    """

    template = "%(expressions)s IN ('PENDING', 'SENDING')"
    output_field = BooleanField()


class OutboxRow(models.Model):
    """One effect to come. `fence` grows with every lease; only its holder may write the outcome.

    `in_doubt`: a call was begun and nobody knows how it ended.
    """

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    order_key = models.CharField(max_length=200, blank=True, default="")
    payload = models.JSONField()
    state = models.CharField(max_length=16, default=RowState.PENDING.value)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    in_doubt = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["topic", "key"], name="outbox_one_row_a_key"),
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in RowState]), name="outbox_known_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["topic", "id"],
                name="outbox_open",
                condition=models.Q(state__in=["PENDING", "SENDING"]),
            ),
            models.Index(
                fields=["topic", "state"],
                name="outbox_for_a_person",
                condition=models.Q(state__in=["UNKNOWN", "DEAD"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key} {self.state}"


class Attempt(models.Model):
    """One call, written before it is made; without an outcome it is not known how it ended."""

    id = models.BigAutoField(primary_key=True)
    row = models.ForeignKey(OutboxRow, on_delete=models.PROTECT, related_name="tries")
    fence = models.IntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["row", "fence"], name="outbox_one_attempt_a_fence")]

    def __str__(self) -> str:
        return f"{self.row_id}#{self.fence} {self.outcome}"


class DispatcherEpoch(models.Model):
    """The number of starts of the dispatcher; see epoch.py. `wary` stays until open rows are reconciled."""

    id = models.IntegerField(primary_key=True)
    number = models.IntegerField()
    wary = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.number)
