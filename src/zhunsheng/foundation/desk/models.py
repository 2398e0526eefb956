"""Views and columns. Owners are work numbers."""

from __future__ import annotations

from django.db import models


class SavedView(models.Model):
    """A list as somebody wants to see it again. `unit` is set when colleagues there see it too.

    `seen` is set when the owner wants to be told of new rows: the number of the newest one seen.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=40)
    unit = models.CharField(max_length=100, blank=True, default="")
    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True, default="")
    seen = models.BigIntegerField(null=True)
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


class NoticeKind(models.TextChoices):
    """Why somebody is told something."""

    COPY = "COPY", "抄送"
    HANDED = "HANDED", "移交"


class Notice(models.Model):
    """Something that a colleague shall read. `address` is the page; whether it opens, that page decides."""

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=40)
    sender = models.CharField(max_length=40)
    sender_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=NoticeKind.choices)
    text = models.CharField(max_length=500)
    address = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        indexes = [
            models.Index(fields=["owner", "read_at", "id"], name="desk_to_read"),
            models.Index(fields=["sender", "id"], name="desk_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner} {self.text[:20]}"


class BatchAct(models.Model):
    """One act on many rows of a list. `rows` are [key, value before, value after]; opaque here."""

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=40)
    list_name = models.CharField(max_length=40)
    act = models.CharField(max_length=24)
    rows = models.JSONField()
    done_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.owner} {self.act} {self.done_at:%Y-%m-%d}"
