"""Drafts, one an owner."""

from __future__ import annotations

from django.db import models


class Draft(models.Model):
    """The last saved state of a form. `shared_with` is the key of the one who fills it in."""

    owner = models.CharField(max_length=200, primary_key=True)
    shared_with = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.owner} {self.saved_at:%Y-%m-%d %H:%M}"
