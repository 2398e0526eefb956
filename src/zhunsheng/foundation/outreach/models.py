"""Messages and what gateways said about them."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel
from zhunsheng.foundation.outreach.lifecycle import MessageState


class Channel(models.TextChoices):
    """How a message goes."""

    SMS = "SMS", "短信"
    INBOX = "INBOX", "站内信"


class Message(models.Model):
    """One text to one address. `subject` is whom it is about, an opaque key; '' when about nobody."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    recipient = models.CharField(max_length=100, db_index=True)
    subject = models.CharField(max_length=40, blank=True, default="")
    purpose = models.CharField(max_length=200)
    text = models.TextField()
    segments = models.IntegerField()
    state = models.CharField(max_length=16, default=MessageState.QUEUED.value)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in MessageState]), name="outreach_known_state"
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "purpose", "created_at"], name="outreach_repeat"),
            models.Index(fields=["state", "id"], name="outreach_by_state"),
            models.Index(fields=["subject", "id"], name="outreach_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key} {self.state}"


class Receipt(AppendOnlyModel):
    """One statement of a gateway, kept also when it changes nothing."""

    id = models.BigAutoField(primary_key=True)
    message_key = models.CharField(max_length=200, db_index=True)
    told = models.CharField(max_length=16)
    received_at = models.DateTimeField()
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.message_key} {self.told}"


class Trial(models.Model):
    """A time in which short messages are written and not handed over; without an end it lasts."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.SMS)
    began_at = models.DateTimeField()
    began_by = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True, default="")
    end_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["channel"], condition=models.Q(ended_at__isnull=True), name="outreach_one_trial"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.began_at:%Y-%m-%d}"
