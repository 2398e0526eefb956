"""Touches, their steps, enrolments, visits, alerts."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel
from zhunsheng.judging.triggers.lifecycle import (
    AlertState,
    EnrolmentState,
    Step,
    TaskState,
    TouchState,
    WideningState,
)
from zhunsheng.judging.triggers.snoozed import SnoozedTouch as SnoozedTouch


class SubjectMemory(models.Model):
    """What tracking remembers of a subject: the states of its points, as of the last instant folded in."""

    subject = models.CharField(max_length=40, primary_key=True)
    states = models.JSONField(default=dict)
    folded_to = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subject} {self.folded_to:%Y-%m-%d}"


class Touch(models.Model):
    """One episode. It ends under the pack under which it began, whatever is published meanwhile.

    `rested_from` is the state to which a suspended touch returns, `rested_at` since when it rests.
    `answer_settled_at` is set when an officer has seen to an answer that asks for something.
    """

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
    answer_settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    rested_from = models.CharField(max_length=16, blank=True, default="")
    rested_at = models.DateTimeField(null=True)
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
            models.CheckConstraint(
                condition=models.Q(state="SUSPENDED", rested_at__isnull=False)
                | (~models.Q(state="SUSPENDED") & models.Q(rested_at__isnull=True)),
                name="triggers_rested_pair",
            ),
            models.UniqueConstraint(
                fields=["subject", "point", "object"],
                condition=~models.Q(state="NORMAL"),
                name="triggers_one_open_touch",
            ),
        ]
        indexes = [
            models.Index(fields=["point", "started_at"], name="triggers_area"),
            models.Index(fields=["state", "id"], name="triggers_by_state"),
            models.Index(fields=["item", "id"], name="triggers_by_item"),
            models.Index(fields=["colour", "id"], name="triggers_by_colour"),
            models.Index(fields=["item", "colour"], name="triggers_counted"),
            models.Index(fields=["reply_due_on", "id"], name="triggers_by_reply"),
            models.Index(fields=["started_at"], name="triggers_begun"),
            models.Index(fields=["ended_at"], name="triggers_ended"),
            models.Index(fields=["answered_at"], name="triggers_answered"),
        ]

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


class TouchAnswer(AppendOnlyModel):
    """What the business answered, each time, and REPLY for what an officer said to it."""

    id = models.BigAutoField(primary_key=True)
    touch = models.ForeignKey(Touch, on_delete=models.PROTECT, related_name="told")
    answer = models.CharField(max_length=8)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.touch_id} {self.answer}"


class TaskKind(models.TextChoices):
    """What the bureau has to do about a red touch. None of these is a visit on site."""

    REVIEW = "REVIEW", "非现场核查"
    CORRECTION_DUE = "CORRECTION_DUE", "督促改正"
    RECHECK_DUE = "RECHECK_DUE", "复查"
    LEAD_DUE = "LEAD_DUE", "线索核查"
    EMERGENCY_CONTROL = "EMERGENCY_CONTROL", "紧急控制建议"


class SupervisionTask(models.Model):
    """A task about one touch: whose, until when, why then, within which scope.

    `scope` locks the task to what was touched (item, point, object, facts). `outcome` is the step that ended
    it, or APPROVED or REFUSED for a proposal of emergency control.
    """

    id = models.BigAutoField(primary_key=True)
    touch = models.ForeignKey(Touch, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=24, choices=TaskKind.choices)
    state = models.CharField(max_length=16, default=TaskState.OPEN.value)
    station = models.CharField(max_length=40, blank=True, default="")
    holder = models.CharField(max_length=200, blank=True, default="")
    scope = models.JSONField()
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    due_why = models.TextField()
    extended = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True, default="")
    outcome = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in TaskState]), name="triggers_known_task_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["DONE", "WITHDRAWN"], closed_at__isnull=False)
                | (~models.Q(state__in=["DONE", "WITHDRAWN"]) & models.Q(closed_at__isnull=True)),
                name="triggers_closed_pair",
            ),
            models.UniqueConstraint(
                fields=["touch", "kind"],
                condition=~models.Q(state__in=["DONE", "WITHDRAWN"]),
                name="triggers_one_open_task",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "state", "due_on"], name="triggers_desk"),
            models.Index(fields=["state", "due_on", "id"], name="triggers_by_due"),
            models.Index(fields=["holder", "state", "due_on"], name="triggers_in_hand"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on} {self.state}"


class TaskChange(models.TextChoices):
    """What happened to a task."""

    OPENED = "OPENED", "设立"
    PASSED_DUE = "PASSED_DUE", "逾期上报"
    EXTENDED = "EXTENDED", "经批准延期"
    HANDED_OVER = "HANDED_OVER", "移交"
    RESTED = "RESTED", "中止"
    RESUMED = "RESUMED", "恢复"
    FINISHED = "FINISHED", "办结"


class TaskStep(AppendOnlyModel):
    """One change of a task: by whom, when, and what was before and after."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(SupervisionTask, on_delete=models.PROTECT, related_name="steps")
    change = models.CharField(max_length=16, choices=TaskChange.choices)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["at"], name="triggers_task_steps_at")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.change}"


class ScopeWidening(models.Model):
    """Leave to look, in one check, at one thing beyond what was touched: on which ground, asked, decided.

    An empty `object` is the whole of the item.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(SupervisionTask, on_delete=models.PROTECT, related_name="widenings")
    item = models.CharField(max_length=16)
    object = models.CharField(max_length=100, blank=True, default="")
    ground = models.CharField(max_length=24)
    reason = models.TextField()
    state = models.CharField(max_length=16, default=WideningState.ASKED.value)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True, default="")
    opinion = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in WideningState]),
                name="triggers_known_widening_state",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ASKED", decided_at__isnull=True)
                | (~models.Q(state="ASKED") & models.Q(decided_at__isnull=False)),
                name="triggers_widening_decided_pair",
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")), name="triggers_widening_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.item} {self.object} {self.state}"


class CheckNote(AppendOnlyModel):
    """One thing that was looked at in a check; beyond what was touched only under an approved widening."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(SupervisionTask, on_delete=models.PROTECT, related_name="notes")
    item = models.CharField(max_length=16)
    object = models.CharField(max_length=100, blank=True, default="")
    widening = models.ForeignKey(ScopeWidening, on_delete=models.PROTECT, null=True)
    found = models.TextField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.task_id} {self.item} {self.object}"


class Enrolment(models.Model):
    """Whether a subject is under trigger supervision for an item; `barred_until_on` after a revocation."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=40)
    item = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    since_at = models.DateTimeField()
    barred_until_on = models.DateField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("subject", "item")
        constraints = [
            models.UniqueConstraint(fields=["subject", "item"], name="triggers_one_enrolment"),
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in EnrolmentState]),
                name="triggers_known_enrolment_state",
            ),
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
    station = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField()
    visited_at = models.DateTimeField(null=True)
    visited_by = models.CharField(max_length=200, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.subject} {self.asked_at:%Y-%m-%d}"


class AreaAlert(models.Model):
    """Several firms of one trade and division, or of one supplier, touched the same point in a short time.

    It leads to analysis and guidance of the trade; a special inspection needs its own approval elsewhere.
    """

    id = models.BigAutoField(primary_key=True)
    point = models.CharField(max_length=24)
    area = models.CharField(max_length=128)
    subjects = models.JSONField()
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=16, default=AlertState.RAISED.value)
    analysis = models.TextField(blank=True, default="")
    closed_by = models.CharField(max_length=200, blank=True, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in AlertState]), name="triggers_known_alert_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state="CLOSED", closed_at__isnull=False)
                | (~models.Q(state="CLOSED") & models.Q(closed_at__isnull=True)),
                name="triggers_alert_closed_pair",
            ),
            models.UniqueConstraint(
                fields=["point", "area"],
                condition=~models.Q(state="CLOSED"),
                name="triggers_one_open_alert",
            ),
        ]

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
