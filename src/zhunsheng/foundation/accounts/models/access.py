"""Which role somebody holds where, and the part taken in a matter."""

from __future__ import annotations

from django.db import models

from zhunsheng.core.actors import ScopeKind
from zhunsheng.foundation.evidence.append_only import AppendOnlyModel


class Grant(models.Model):
    """A role given to a person for a unit. It ends by date or by an entry with reason, never by deletion.

    `admin_kind` is set for the three administrators of classified protection: at most one standing grant
    of that sort for each person, which the database itself holds. `used_at` is when somebody last worked
    under it, to the minute.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40)
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, related_name="grants")
    scope = models.CharField(max_length=16)
    units = models.JSONField(default=list)
    admin_kind = models.CharField(max_length=16, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    given_by = models.CharField(max_length=200)
    reason = models.TextField()
    delegated_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="delegations"
    )
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("person", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=[s.value for s in ScopeKind]), name="accounts_known_scope"
            ),
            models.CheckConstraint(
                condition=models.Q(admin_kind__in=["", "SYSTEM", "SECURITY", "AUDIT"]),
                name="accounts_known_admin",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_at__isnull=True) & ~models.Q(admin_kind=""),
                name="accounts_administrators_apart",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="accounts_grant_end_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(delegated_from__isnull=True) | models.Q(valid_to__isnull=False),
                name="accounts_delegation_has_a_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.scope}"


class PartTaken(AppendOnlyModel):
    """Somebody did something in a matter that bars another part in the same matter for ever.

    `matter` is opaque text of the context that asks.
    """

    id = models.BigAutoField(primary_key=True)
    matter = models.CharField(max_length=200)
    person = models.CharField(max_length=40)
    part = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["matter", "person", "part"], name="accounts_one_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.person} {self.part}"
