"""Tokens by their digests."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.tokens.purposes import Purpose


class AccessToken(models.Model):
    """One token. Its text is nowhere in the database."""

    id = models.BigAutoField(primary_key=True)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    source = models.CharField(max_length=64, blank=True, default="")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(purpose="SEND_EVENTS", source=""), name="tokens_sender_has_a_source"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="tokens_known_purpose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.purpose} {self.source}"
