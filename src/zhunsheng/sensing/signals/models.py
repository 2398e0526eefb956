"""Facts, their evidences, what arrived, and what could not be taken."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel


class BatchState(models.TextChoices):
    """A batch stands until it is undone as a whole."""

    RECORDED = "RECORDED", "已入库"
    UNDONE = "UNDONE", "已撤销"


class ImportBatch(models.Model):
    """Facts that came together."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=100, unique=True)
    source = models.CharField(max_length=64)
    file_name = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=16, choices=BatchState.choices, default=BatchState.RECORDED)
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="UNDONE", undone_at__isnull=False)
                | models.Q(state="RECORDED", undone_at__isnull=True),
                name="signals_batch_undone_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class StoredFact(AppendOnlyModel):
    """One fact. `sequence` is the order of arrival; `subject` is a subject key or the world's."""

    sequence = models.BigAutoField(primary_key=True)
    fact_id = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=40)
    object = models.CharField(max_length=100, blank=True, default="")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    stated_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    supersedes = models.CharField(max_length=100, null=True)
    retracts = models.CharField(max_length=100, null=True)
    source = models.CharField(max_length=64)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, null=True, related_name="facts")

    class Meta:
        ordering = ("sequence",)
        indexes = [
            models.Index(fields=["subject", "sequence"], name="signals_timeline"),
            models.Index(fields=["kind", "occurred_at"], name="signals_kind"),
            models.Index(fields=["source", "sequence"], name="signals_source"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(supersedes__isnull=True) | models.Q(retracts__isnull=True),
                name="signals_corrects_or_retracts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.occurred_at:%Y-%m-%d}"


class FactEvidence(AppendOnlyModel):
    """One report of a fact by one source; the first comes with the fact."""

    id = models.BigAutoField(primary_key=True)
    fact = models.ForeignKey(StoredFact, on_delete=models.PROTECT, related_name="evidences")
    source = models.CharField(max_length=64)
    reference = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["fact", "source", "reference"], name="signals_one_evidence_a_report"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.reference}"


class InboxEntry(AppendOnlyModel):
    """One delivery by a source under its idempotency key, with the answer given: same key, same answer."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="signals_one_answer_a_key")]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class QuarantineState(models.TextChoices):
    """Somebody owns what waits."""

    WAITING = "WAITING", "待处理"
    TAKEN = "TAKEN", "已补正入库"
    REJECTED = "REJECTED", "不予采用"


class QuarantinedFact(models.Model):
    """What could not be taken: kept whole, with the reasons, until a person settles it."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=64)
    content = models.JSONField()
    reasons = models.JSONField()
    state = models.CharField(max_length=16, choices=QuarantineState.choices, default=QuarantineState.WAITING)
    owner = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="WAITING", settled_at__isnull=True)
                | (~models.Q(state="WAITING") & models.Q(settled_at__isnull=False)),
                name="signals_quarantine_settled_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.state}"
