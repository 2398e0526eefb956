"""Views and columns. Owners are work numbers."""

from __future__ import annotations

from django.db import models


class SavedView(models.Model):
    """A list as somebody wants to see it again. `unit` is set when colleagues there see it too.

    With `watched`, `seen_key` is the key of the newest row that its owner has seen.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=40)
    unit = models.CharField(max_length=100, blank=True, default="")
    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True, default="")
    watched = models.BooleanField(default=False)
    seen_key = models.CharField(max_length=64, blank=True, default="")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["owner", "list_name", "name"], name="desk_one_view_a_name")
        ]
        indexes = [models.Index(fields=["unit", "list_name"], name="desk_shared")]

    def __str__(self) -> str:
        return f"{self.owner} {self.list_name} {self.name}"


class ColumnChoice(models.Model):
    """The columns of a list that somebody wants, in order."""

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=40)
    list_name = models.CharField(max_length=40)
    columns = models.JSONField(default=list)
    chosen_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["owner", "list_name"], name="desk_one_choice_a_list")]

    def __str__(self) -> str:
        return f"{self.owner} {self.list_name}"
