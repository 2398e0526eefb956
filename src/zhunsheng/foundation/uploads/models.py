"""Uploads with their problems, and mappings."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.uploads.lifecycle import WORK, UploadState


class Upload(models.Model):
    """One table handed in by `owner`, a work number, under a grant and in a unit.

    `target` and `kind` say what it holds, opaque here; `columns` is field → column of the file, `base` names
    what the reading of the texts follows, `values` is field → text → value for texts that it does not know.
    Counts are rows; `done` grows while a worker is at it.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=40)
    owner_name = models.CharField(max_length=200)
    unit = models.CharField(max_length=100, blank=True, default="")
    grant = models.BigIntegerField()
    target = models.CharField(max_length=40)
    kind = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=120)
    batch = models.CharField(max_length=100)
    encoding = models.CharField(max_length=16, blank=True, default="")
    header = models.JSONField()
    signature = models.CharField(max_length=64)
    base = models.CharField(max_length=64, blank=True, default="")
    columns = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    as_of = models.DateField(null=True)
    state = models.CharField(max_length=12, default=UploadState.UPLOADED.value)
    rows = models.IntegerField()
    done = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    duplicates = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True, default="")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in UploadState]), name="uploads_known_state"
            )
        ]
        indexes = [
            models.Index(fields=["owner", "id"], name="uploads_own"),
            models.Index(
                fields=["id"],
                name="uploads_waiting",
                condition=models.Q(state__in=sorted(s.value for s in WORK)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.target} {self.state}"


class Problem(models.Model):
    """One cell that cannot be taken. `field` is '' where the whole row is meant."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems")
    row_number = models.IntegerField()
    field = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=500)
    cure = models.CharField(max_length=500)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.row_number} {self.field}"


class Mapping(models.Model):
    """Field → column and field → text → value, remembered.

    Without a name it is what the owner chose last for this header.
    `unit` is set when colleagues there may use it too.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=40)
    unit = models.CharField(max_length=100, blank=True, default="")
    target = models.CharField(max_length=40)
    kind = models.CharField(max_length=64, blank=True, default="")
    signature = models.CharField(max_length=64)
    name = models.CharField(max_length=60, blank=True, default="")
    base = models.CharField(max_length=64, blank=True, default="")
    columns = models.JSONField()
    values = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "target", "kind", "signature", "name"], name="uploads_one_mapping_a_name"
            )
        ]
        indexes = [models.Index(fields=["unit", "target"], name="uploads_shared")]

    def __str__(self) -> str:
        return f"{self.owner} {self.target} {self.name}"
