"""Subjects, their numbers, names, links and belongings."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel
from zhunsheng.registers.registry.lifecycle import SubjectState


class SubjectKind(models.TextChoices):
    """What a subject is in law."""

    ENTERPRISE = "ENTERPRISE", "企业"
    SOLE_TRADER = "SOLE_TRADER", "个体工商户"
    COOPERATIVE = "COOPERATIVE", "农民专业合作社"
    NATURAL_PERSON_SHOP = "NATURAL_PERSON_SHOP", "依法免于登记的自然人网店"
    OTHER = "OTHER", "其他"


def _listed(name: str, field: str) -> models.Index:
    """What a list of subjects is narrowed by, in the list's usual order; also what counts them."""
    return models.Index(fields=[field, "key"], name=name, condition=models.Q(withdrawn_at__isnull=True))


class Subject(models.Model):
    """One who can be supervised. Name, trade, division and state are today's, for lists only.

    `officer` is the work number of whoever is in charge, opaque here.
    `withdrawn_at` is set when the only import that named it was undone: it is on record, and in no list.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=24, choices=SubjectKind.choices)
    name = models.CharField(max_length=200, db_index=True)
    state = models.CharField(max_length=16, default=SubjectState.ACTIVE.value)
    state_since_on = models.DateField()
    division = models.CharField(max_length=6, db_index=True)
    industry = models.CharField(max_length=8, db_index=True)
    established_on = models.DateField()
    station = models.CharField(max_length=40, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    officer = models.CharField(max_length=40, blank=True, default="", db_index=True)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("key",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in SubjectState]), name="registry_known_state"
            )
        ]
        indexes = [
            models.Index(fields=["division", "station", "key"], name="registry_by_station"),
            models.Index(
                fields=["division", "station", "withdrawn_at"],
                name="registry_withdrawn",
                condition=models.Q(withdrawn_at__isnull=False),
            ),
            models.Index(fields=["recorded_at", "id"], name="registry_by_recording"),
            models.Index(fields=["established_on", "id"], name="registry_by_founding"),
            _listed("registry_list_state", "state"),
            _listed("registry_list_kind", "kind"),
            _listed("registry_list_division", "division"),
            _listed("registry_list_station", "station"),
            _listed("registry_list_officer", "officer"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class IdentifierKind(models.TextChoices):
    """Under which scheme a number was given."""

    USCC = "USCC", "统一社会信用代码"
    OLD_REGISTRATION_NUMBER = "OLD_REGISTRATION_NUMBER", "旧注册号"
    SURROGATE = "SURROGATE", "系统代用编号"


class SubjectIdentifier(models.Model):
    """A number under which a subject is or was known."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=24, choices=IdentifierKind.choices)
    number = models.CharField(max_length=40, db_index=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("subject", "valid_from")
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "number"], name="registry_one_number_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="registry_number_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class SubjectName(models.Model):
    """A name with the day from which it was borne."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=200, db_index=True)
    valid_from = models.DateField()

    class Meta:
        ordering = ("subject", "valid_from")
        constraints = [
            models.UniqueConstraint(fields=["subject", "valid_from"], name="registry_one_name_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.valid_from} {self.name}"


class LinkKind(models.TextChoices):
    """How two subjects are related."""

    MERGED_INTO = "MERGED_INTO", "并入"
    SPLIT_FROM = "SPLIT_FROM", "分立自"
    SUCCEEDS = "SUCCEEDS", "由其转型"
    BRANCH_OF = "BRANCH_OF", "分支机构"


class SubjectLink(models.Model):
    """A dated relation. It is ended by a reversal with reason, never deleted."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=16, choices=LinkKind.choices)
    since_on = models.DateField()
    reason = models.TextField()
    recorded_by = models.CharField(max_length=200)
    reversed_at = models.DateTimeField(null=True)
    reversal_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(subject=models.F("other")), name="registry_no_link_to_itself"
            ),
            models.CheckConstraint(
                condition=models.Q(reversed_at__isnull=True, reversal_reason="")
                | (models.Q(reversed_at__isnull=False) & ~models.Q(reversal_reason="")),
                name="registry_reversal_pair",
            ),
            models.UniqueConstraint(
                fields=["subject", "other", "kind"],
                condition=models.Q(reversed_at__isnull=True),
                name="registry_one_standing_link",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind} {self.other_id}"


class BelongingKind(models.TextChoices):
    """What belongs to a subject and has a number of its own."""

    PREMISES = "PREMISES", "经营场所"
    PERMIT = "PERMIT", "许可证件"
    SHOP = "SHOP", "网店"
    EQUIPMENT = "EQUIPMENT", "特种设备"


class Belonging(models.Model):
    """Premises, a permit, an online shop or a device; `details` as its source gave them."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="belongings")
    kind = models.CharField(max_length=16, choices=BelongingKind.choices)
    number = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True, default="")
    category = models.CharField(max_length=64, blank=True, default="")
    valid_to = models.DateField(null=True)
    details = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("subject", "kind", "number")
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "number"], name="registry_one_belonging_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class ReferenceEdition(AppendOnlyModel):
    """An edition of a reference table that the bureau loaded; later ones supersede, none is overwritten."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=100)
    valid_from = models.DateField()
    document = models.JSONField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="registry_one_edition_a_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
