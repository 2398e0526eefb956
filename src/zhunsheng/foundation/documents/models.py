"""Documents with their history, numbers, services and confirmed addresses."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhunsheng.core.documents.service import Method
from zhunsheng.foundation.documents.lifecycle import DocumentState, ServiceState, StepKind, WordingState
from zhunsheng.foundation.evidence.append_only import AppendOnlyModel

ON_ITS_WAY = [WordingState.DRAFT.value, WordingState.REVIEWING.value, WordingState.APPROVED.value]
ISSUED_STATES = ["ISSUED", "SERVED", "CANCELLED"]


class KeptTemplate(AppendOnlyModel):
    """A version of a template that was used, word for word: what has begun under it ends under it."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    content_hash = models.CharField(max_length=64)
    # Text, because the order of fields is part of a form and jsonb does not keep it.
    body = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ("kind", "id")
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="documents_one_text_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Wording(models.Model):
    """One version of a bureau's own wording of a kind: a template document with its life.

    `authors` are the keys of all who wrote on it; none of them may approve. `effective_on` is the first day
    on which documents are begun with it.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in WordingState])
    # Text, because the order of fields is part of a form and jsonb does not keep it.
    body = models.TextField()
    content_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    authors = models.JSONField()
    author = models.CharField(max_length=200)
    author_name = models.CharField(max_length=200)
    approver = models.CharField(max_length=200, blank=True, default="")
    approver_name = models.CharField(max_length=200, blank=True, default="")
    opinion = models.CharField(max_length=500, blank=True, default="")
    drafted_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    effective_on = models.DateField(null=True)

    class Meta:
        ordering = ("kind", "number")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in WordingState]), name="documents_known_wording_state"
            ),
            models.UniqueConstraint(fields=["kind", "number"], name="documents_one_wording_number"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state__in=ON_ITS_WAY), name="documents_one_wording_on_its_way"
            ),
            models.UniqueConstraint(
                fields=["kind", "effective_on"],
                condition=Q(state="PUBLISHED"),
                name="documents_one_wording_a_day",
            ),
            models.CheckConstraint(
                condition=Q(approver="") | ~Q(approver=F("author")), name="documents_wording_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["APPROVED", "PUBLISHED"]) | ~Q(approver=""),
                name="documents_wording_approved",
            ),
            models.CheckConstraint(
                condition=Q(state="PUBLISHED", effective_on__isnull=False)
                | (~Q(state="PUBLISHED") & Q(effective_on__isnull=True)),
                name="documents_wording_for_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} {self.state}"


class SerialBook(models.Model):
    """The last number of an organ, year and type. The database lets it grow by one and by nothing else."""

    id = models.BigAutoField(primary_key=True)
    organ = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=32)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("organ", "year", "type")
        constraints = [models.UniqueConstraint(fields=["organ", "year", "type"], name="documents_one_book")]

    def __str__(self) -> str:
        return f"{self.organ} {self.type} {self.year}: {self.last}"


class Document(models.Model):
    """One document. `owner` is what it is about, as text; `shared_with` the key of the one it is for.

    `district` and `station` say whose desk it lies on, as records carry them; `internal` ones are never
    shown to the recipient. `authors` are the keys of all
    who wrote a revision; none of them may review.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    template_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    organ = models.CharField(max_length=40)
    owner = models.CharField(max_length=200, db_index=True)
    shared_with = models.CharField(max_length=40, blank=True, default="", db_index=True)
    recipient = models.CharField(max_length=200)
    recipient_code = models.CharField(max_length=40, blank=True, default="")
    district = models.CharField(max_length=6, blank=True, default="")
    station = models.CharField(max_length=40, blank=True, default="")
    internal = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in DocumentState])
    acted_on = models.DateField(null=True)
    values = models.JSONField()
    clauses = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    authors = models.JSONField()
    author_key = models.CharField(max_length=200)
    author_name = models.CharField(max_length=200)
    reviewer = models.CharField(max_length=200, blank=True, default="")
    reviewer_name = models.CharField(max_length=200, blank=True, default="")
    issuer_name = models.CharField(max_length=200, blank=True, default="")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    content = models.JSONField(null=True)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    serial_year = models.PositiveSmallIntegerField(null=True)
    serial_type = models.CharField(max_length=32, blank=True, default="")
    serial_number = models.PositiveIntegerField(null=True)
    serial = models.CharField(max_length=100, blank=True, default="")
    opened_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    served_on = models.DateField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in DocumentState]), name="documents_known_state"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=ISSUED_STATES,
                    serial_number__isnull=False,
                    issued_at__isnull=False,
                    content__isnull=False,
                )
                | (
                    ~Q(state__in=ISSUED_STATES)
                    & Q(serial_number__isnull=True, issued_at__isnull=True, content__isnull=True)
                ),
                name="documents_issued_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="SERVED", served_on__isnull=False)
                | (~Q(state="SERVED") & Q(served_on__isnull=True)),
                name="documents_served_pair",
            ),
            models.UniqueConstraint(
                fields=["organ", "serial_year", "serial_type", "serial_number"], name="documents_one_number"
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="documents_by_state")]

    def __str__(self) -> str:
        return f"{self.serial or self.id} {self.kind} {self.state}"

    @property
    def stage(self) -> DocumentState:
        """The state as what it is."""
        return DocumentState(self.state)


class DocumentRevision(AppendOnlyModel):
    """What a draft said at one time."""

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    values = models.JSONField()
    clauses = models.JSONField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ("document", "number")
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="documents_one_revision")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.number}"


class DocumentStep(AppendOnlyModel):
    """One step of a document: what, when, by whom, why."""

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in StepKind])
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.document_id} {self.kind}"


class ServiceAddress(models.Model):
    """An address that a recipient confirmed in writing, until the confirmation is withdrawn or replaced.

    `channel` is POSTAL or one of the electronic channels; `proof` leads to the signed paper.
    """

    id = models.BigAutoField(primary_key=True)
    shared_with = models.CharField(max_length=40, db_index=True)
    channel = models.CharField(max_length=16)
    address = models.CharField(max_length=300)
    signed_by = models.CharField(max_length=200)
    signed_on = models.DateField()
    proof = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["shared_with", "channel"],
                condition=Q(ended_at__isnull=True),
                name="documents_one_address_a_channel",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("recorded_at")),
                name="documents_address_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shared_with} {self.channel}"


class Service(models.Model):
    """One attempt to serve one or several documents in one way."""

    id = models.BigAutoField(primary_key=True)
    shared_with = models.CharField(max_length=40, blank=True, default="", db_index=True)
    owner = models.CharField(max_length=200)
    method = models.CharField(max_length=16, choices=[(m.value, m.value) for m in Method])
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in ServiceState])
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=200)
    start = models.JSONField()
    receipt = models.JSONField(default=dict)
    address = models.ForeignKey(ServiceAddress, on_delete=models.PROTECT, null=True, related_name="services")
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True, default="")
    served_on = models.DateField(null=True)
    note = models.TextField(blank=True, default="")
    receipt_document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="receipt_of"
    )

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state="DONE", served_on__isnull=False)
                | (~Q(state="DONE") & Q(served_on__isnull=True)),
                name="documents_service_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.state}"


class ServedDocument(AppendOnlyModel):
    """A document that went out with a service."""

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="items")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="services")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["service", "document"], name="documents_once_a_service")
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.document_id}"
