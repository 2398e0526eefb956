"""Claims of the registered contact, mandates of representatives and agents."""

from __future__ import annotations

from django.db import models

from zhunsheng.registers.mandates.lifecycle import MandateKind, MandateState


class Claim(models.Model):
    """A link sent to the registered contact of a subject. The newest one of a subject serves, once."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey("registry.Subject", on_delete=models.PROTECT, related_name="claims")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.subject_id} {self.made_at:%Y-%m-%d}"


class CalendarFeed(models.Model):
    """An address to which a calendar subscribes. It opens while it is not revoked and its mandate stands."""

    id = models.BigAutoField(primary_key=True)
    mandate = models.ForeignKey("mandates.Mandate", on_delete=models.PROTECT, related_name="feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["mandate"], condition=models.Q(revoked_at__isnull=True), name="mandates_one_feed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mandate_id} {self.made_at:%Y-%m-%d}"


class Mandate(models.Model):
    """One person's right to act for one subject. It ends by date or by an entry with reason.

    `person` is empty until an agent accepts; `name` is whom the giver had in mind. `token_hash` is of the
    link that offers it. `given_under` is the giver's own mandate: this one falls with it.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey("registry.Subject", on_delete=models.PROTECT, related_name="mandates")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=100, db_index=True)
    kind = models.CharField(max_length=16)
    acts = models.JSONField(default=list)
    state = models.CharField(max_length=16)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    given_under = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="given")
    token_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    offer_ends_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in MandateState]), name="mandates_known_state"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[k.value for k in MandateKind]), name="mandates_known_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(state="OFFERED")
                | models.Q(person__isnull=False)
                | models.Q(state__in=["DECLINED", "WITHDRAWN"]),
                name="mandates_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="REPRESENTATIVE")
                | models.Q(valid_to__isnull=False, given_under__isnull=False),
                name="mandates_agent_has_term_and_giver",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, state__in=["OFFERED", "ACCEPTED"])
                | models.Q(ended_at__isnull=False, state__in=["DECLINED", "WITHDRAWN", "LAID_DOWN"]),
                name="mandates_end_pair",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=models.Q(kind="REPRESENTATIVE", state="ACCEPTED"),
                name="mandates_one_representative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind} {self.state}"
