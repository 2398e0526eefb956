"""Dossiers by their hash, and the proposals that carry them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel
from zhunsheng.judging.rulebook.lifecycle import (
    ManuscriptState,
    ProposalState,
    SaveHow,
    ShadowState,
    SnoozeState,
)

UNSEEN = [ProposalState.DRAFT, ProposalState.REVIEWING, ProposalState.WITHDRAWN]
UNAPPROVED = [*UNSEEN, ProposalState.REVIEWED]


class Dossier(AppendOnlyModel):
    """What is approved: one JSON text with the pack's hash, the changes, proof, impact and legal basis."""

    content_hash = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.content_hash[:16]


class Proposal(models.Model):
    """A version on its way. Whoever drafted it or wrote on its text neither reviews nor approves it: the
    database refuses (constraints, and a trigger for the writers).

    It judges from `effective_at` on, which is never before `published_at`; which version judges when is read
    from these two instants, never from the state. `replaces`: the hash of what judged when it was published.
    """

    id = models.BigAutoField(primary_key=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    pack_hash = models.CharField(max_length=64)
    pack_version = models.CharField(max_length=32)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=12, default=ProposalState.DRAFT.value)
    author = models.CharField(max_length=40)
    author_name = models.CharField(max_length=200)
    reviewer = models.CharField(max_length=40, blank=True, default="")
    reviewer_name = models.CharField(max_length=200, blank=True, default="")
    opinion = models.CharField(max_length=500, blank=True, default="")
    approver = models.CharField(max_length=40, blank=True, default="")
    approver_name = models.CharField(max_length=200, blank=True, default="")
    drafted_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    effective_on = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True)
    replaces = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ProposalState]), name="rulebook_known_state"
            ),
            models.CheckConstraint(
                condition=Q(reviewer="") | ~Q(reviewer=F("author")), name="rulebook_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(approver="") | ~Q(approver=F("author")), name="rulebook_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in UNSEEN]) | ~Q(reviewer=""),
                name="rulebook_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in UNAPPROVED]) | ~Q(approver=""),
                name="rulebook_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["PUBLISHED", "EFFECTIVE"]) | Q(effective_on__isnull=False),
                name="rulebook_published_for_a_day",
            ),
            models.CheckConstraint(
                condition=Q(effective_at__isnull=True) | Q(effective_at__gte=F("published_at")),
                name="rulebook_never_backwards",
            ),
            models.CheckConstraint(
                condition=~Q(state="EFFECTIVE") | Q(effective_at__isnull=False),
                name="rulebook_effective_from_an_instant",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="EFFECTIVE"), name="rulebook_one_effective"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.pack_version} {self.state}"


class Shadow(models.Model):
    """A version that runs beside the one in effect: since and until when, by whom, why. Nothing leaves it."""

    id = models.BigAutoField(primary_key=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="shadows")
    pack_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, default=ShadowState.RUNNING.value)
    started_by = models.CharField(max_length=40)
    started_by_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    until_on = models.DateField()
    counted_to = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=200, blank=True, default="")
    ended_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ShadowState]), name="rulebook_known_shadow_state"
            ),
            models.CheckConstraint(
                condition=Q(state="RUNNING", ended_at__isnull=True)
                | (~Q(state="RUNNING") & Q(ended_at__isnull=False)),
                name="rulebook_shadow_ended_pair",
            ),
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(state="RUNNING"), name="rulebook_one_shadow"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.pack_hash[:12]} {self.state}"


class ShadowCount(AppendOnlyModel):
    """Touches of one day, item and station among some businesses: of the shadow, live, and of one only."""

    id = models.BigAutoField(primary_key=True)
    shadow = models.ForeignKey(Shadow, on_delete=models.PROTECT, related_name="counts")
    day = models.DateField()
    item = models.CharField(max_length=16)
    unit = models.CharField(max_length=40, blank=True, default="")
    touches = models.IntegerField()
    live = models.IntegerField()
    gained = models.IntegerField()
    lost = models.IntegerField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.shadow_id} {self.day} {self.item} +{self.gained} -{self.lost}"


class Snooze(models.Model):
    """A point that acts on nothing for a while: where, since and until when, by whom, why.

    An empty `district` is the whole bureau. It holds in [started_at, ended_at), or [started_at, until_at)
    while nobody ended it: a queue that is late changes nothing.
    """

    id = models.BigAutoField(primary_key=True)
    point = models.CharField(max_length=24)
    district = models.CharField(max_length=12, blank=True, default="")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, default=SnoozeState.RUNNING.value)
    started_by = models.CharField(max_length=40)
    started_by_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    until_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=200, blank=True, default="")
    ended_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in SnoozeState]), name="rulebook_known_snooze_state"
            ),
            models.CheckConstraint(
                condition=Q(until_at__gt=F("started_at")), name="rulebook_snooze_ends_after_its_start"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="rulebook_snooze_says_why"),
            models.CheckConstraint(
                condition=Q(state="RUNNING", ended_at__isnull=True)
                | (~Q(state="RUNNING") & Q(ended_at__isnull=False)),
                name="rulebook_snooze_ended_pair",
            ),
            models.UniqueConstraint(
                fields=["point", "district"], condition=Q(state="RUNNING"), name="rulebook_one_snooze"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.point} {self.district} {self.state}"


class Manuscript(models.Model):
    """A version while it is written: which version it began from, by whom. Its text is the newest save."""

    id = models.BigAutoField(primary_key=True)
    base_hash = models.CharField(max_length=64)
    base_version = models.CharField(max_length=32)
    state = models.CharField(max_length=8, default=ManuscriptState.OPEN.value)
    author = models.CharField(max_length=40)
    author_name = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ManuscriptState]),
                name="rulebook_known_manuscript_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.base_hash[:12]} {self.state}"


class ManuscriptSave(AppendOnlyModel):
    """What a manuscript says after a save: by definition its item and YAML text, null if it was taken out.

    `part` is the definition that was saved; of a return to an earlier save `restores` is its number.
    """

    id = models.BigAutoField(primary_key=True)
    manuscript = models.ForeignKey(Manuscript, on_delete=models.PROTECT, related_name="saves")
    number = models.IntegerField()
    parts = models.TextField()
    part = models.CharField(max_length=64, blank=True, default="")
    how = models.CharField(max_length=8)
    restores = models.IntegerField(null=True)
    saved_by = models.CharField(max_length=40)
    saved_by_name = models.CharField(max_length=200)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["manuscript", "number"], name="rulebook_one_save_a_number"),
            models.CheckConstraint(
                condition=Q(how__in=[h.value for h in SaveHow]), name="rulebook_known_save"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manuscript_id} {self.number} {self.part} {self.how}"


class ManuscriptTrial(AppendOnlyModel):
    """The save that became a version to try out, by the hash of its pack: whose text a proposal is."""

    id = models.BigAutoField(primary_key=True)
    manuscript = models.ForeignKey(Manuscript, on_delete=models.PROTECT, related_name="trials")
    number = models.IntegerField()
    pack_hash = models.CharField(max_length=64, db_index=True)
    tried_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["manuscript", "pack_hash"], name="rulebook_one_trial_a_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.manuscript_id} {self.number} {self.pack_hash[:12]}"
