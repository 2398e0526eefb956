"""The audit trail's one table."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel


class AuditEvent(AppendOnlyModel):
    """One act. No foreign keys on purpose: the entry must outlive everything it names."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=16)
    actor_key = models.CharField(max_length=200)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=300, db_index=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.action} {self.target}"
