"""Files with their digests."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.attachments.capturing import CaptureMethod

METHODS = [(method.value, method.value) for method in CaptureMethod]


class Attachment(models.Model):
    """One file handed in for one owner. Withdrawn before it was sealed, it is no longer shown."""

    id = models.BigAutoField(primary_key=True)
    owner = models.CharField(max_length=200, db_index=True)
    shared_with = models.CharField(max_length=40, blank=True, default="")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    shown_sha256 = models.CharField(max_length=64, blank=True, default="")
    method = models.CharField(max_length=16, choices=METHODS, default=CaptureMethod.UPLOAD.value)
    captured_at = models.DateTimeField(null=True)
    redacts = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="redactions")
    received_at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    sealed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sealed_at__isnull=True) | models.Q(withdrawn_at__isnull=True),
                name="attachments_sealed_stays",
            ),
            models.UniqueConstraint(
                fields=["owner", "sha256"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="attachments_one_file_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.name}"
