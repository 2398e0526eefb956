"""Touches, their steps, enrolments, visits, alerts."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel
from zhunsheng.judging.triggers.lifecycle import Step, TouchState


class SubjectMemory(models.Model):
    """What tracking remembers of a subject: the states of its points, as of the last instant folded in."""

    subject = models.CharField(max_length=40, primary_key=True)
    states = models.JSONField(default=dict)
    folded_to = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subject} {self.folded_to:%Y-%m-%d}"


class Touch(models.Model):
    """One episode. It ends under the pack under which it began, whatever is published meanwhile."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=40, db_index=True)
    item = models.CharField(max_length=16)
    point = models.CharField(max_length=24)
    object = models.CharField(max_length=100, blank=True, default="")
    colour = models.CharField(max_length=8)
    state = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    reply_due_on = models.DateField(null=True)
    reply_why = models.TextField(blank=True, default="")
    observe_until_on = models.DateField(null=True)
    answer = models.CharField(max_length=8, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=list)
    pack_version = models.CharField(max_length=32)
    pack_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in TouchState]), name="triggers_known_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state="NORMAL", ended_at__isnull=False)
                | (~models.Q(state="NORMAL") & models.Q(ended_at__isnull=True)),
                name="triggers_ended_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="triggers_answer_pair",
            ),
            models.UniqueConstraint(
                fields=["subject", "point", "object"],
                condition=~models.Q(state="NORMAL"),
                name="triggers_one_open_touch",
            ),
        ]
        indexes = [models.Index(fields=["point", "started_at"], name="triggers_area")]

    def __str__(self) -> str:
        return f"{self.subject} {self.point} {self.object} {self.colour} {self.state}"


class TouchStep(AppendOnlyModel):
    """One step of a touch: by whom, when, why."""

    id = models.BigAutoField(primary_key=True)
    touch = models.ForeignKey(Touch, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=16, choices=[(s.value, s.value) for s in Step])
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.touch_id} {self.step}"


class EnrolmentState(models.TextChoices):
    """A privilege that is given, lost for a time, or given up."""

    ENROLLED = "ENROLLED", "已登记"
    REVOKED = "REVOKED", "已撤销"
    LEFT = "LEFT", "已退出"


class Enrolment(models.Model):
    """Whether a subject is under trigger supervision for an item; `barred_until_on` after a revocation."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=40)
    item = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=EnrolmentState.choices)
    since_at = models.DateTimeField()
    barred_until_on = models.DateField(null=True)

    class Meta:
        ordering = ("subject", "item")
        constraints = [
            models.UniqueConstraint(fields=["subject", "item"], name="triggers_one_enrolment"),
            models.CheckConstraint(
                condition=models.Q(state="REVOKED", barred_until_on__isnull=False)
                | (~models.Q(state="REVOKED") & models.Q(barred_until_on__isnull=True)),
                name="triggers_barred_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.item} {self.state}"


class VisitEntry(models.Model):
    """Somebody whom messages cannot reach: the station goes there, and it is still no mark."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=40)
    reason = models.TextField()
    asked_at = models.DateTimeField()
    visited_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.subject} {self.asked_at:%Y-%m-%d}"


class AreaAlert(models.Model):
    """Several firms of one trade and division touched the same point in a short time."""

    id = models.BigAutoField(primary_key=True)
    point = models.CharField(max_length=24)
    area = models.CharField(max_length=40)
    subjects = models.JSONField()
    raised_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.point} {self.area}"


class DataAlarm(models.Model):
    """A source that says nothing where it should: an alarm about data, never about the business."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=40)
    point = models.CharField(max_length=24)
    object = models.CharField(max_length=100, blank=True, default="")
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "point", "object"],
                condition=models.Q(ended_at__isnull=True),
                name="triggers_one_open_alarm",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.point}"
