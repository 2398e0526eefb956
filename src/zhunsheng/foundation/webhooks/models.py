"""Who is told of what."""

from __future__ import annotations

from django.db import models


class SubscriptionState(models.TextChoices):
    """DISABLED is what long failure does; only a person leads out of it."""

    ACTIVE = "ACTIVE", "启用"
    PAUSED = "PAUSED", "暂停"
    DISABLED = "DISABLED", "因长期失败停用"


class Subscription(models.Model):
    """An address that is told of some types of events; (`era`, `place`) is the next leaf to look at.

    With a `district` it is told only of records that lie there. Keys are sealed. `failing_since` is when
    the first of the failures in a row was.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    types = models.JSONField(default=list)
    district = models.CharField(max_length=6, blank=True, default="")
    owner = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=16, choices=SubscriptionState.choices, default=SubscriptionState.ACTIVE
    )
    state_reason = models.TextField(blank=True, default="")
    state_at = models.DateTimeField()
    key = models.CharField(max_length=300)
    old_key = models.CharField(max_length=300, blank=True, default="")
    old_key_until = models.DateTimeField(null=True)
    era = models.PositiveIntegerField()
    place = models.BigIntegerField()
    failing_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=SubscriptionState.values), name="webhooks_known_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
