"""The audit trail, and the log that is made of it: leaves, tiles, checkpoints."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel


class AuditEvent(AppendOnlyModel):
    """One act. No foreign keys on purpose: the entry must outlive everything it names."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=16)
    actor_key = models.CharField(max_length=200)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=300, db_index=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["actor_key", "id"], name="evidence_by_actor")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.action} {self.target}"


class SealedDetail(models.Model):
    """Personal data that belong to an entry, kept apart so that they can be erased.

    The entry carries `commitment`: SHA-256 over a salt and the content. `sealed` is both, under the person's
    own key (`personal.py`). Erasing key and row leaves entry, leaf and proof as they are.
    """

    id = models.BigAutoField(primary_key=True)
    commitment = models.CharField(max_length=64, unique=True)
    person = models.CharField(max_length=200, db_index=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return self.commitment


class Erasure(models.Model):
    """A decision of the ledger outside the database that this database has carried out."""

    number = models.CharField(primary_key=True, max_length=32)

    def __str__(self) -> str:
        return self.number


class LogEra(models.Model):
    """One log from its first leaf on. A database restored from a backup begins another (see README).

    `settled_id`: every audit entry up to this one is in the log or will never be. `watched_id` becomes
    settled when none of the transactions in `watched` runs any more.
    """

    number = models.PositiveIntegerField(primary_key=True)
    origin = models.CharField(max_length=200, unique=True)
    began_at = models.DateTimeField()
    size = models.BigIntegerField(default=0)
    settled_id = models.BigIntegerField(default=0)
    watched_id = models.BigIntegerField(default=0)
    watched = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.origin


class Leaf(AppendOnlyModel):
    """One entry of the log: where it stands, which act it is of, its bytes."""

    id = models.BigAutoField(primary_key=True)
    era = models.PositiveIntegerField()
    index = models.BigIntegerField()
    event_id = models.BigIntegerField(unique=True)
    entry = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["era", "index"], name="evidence_one_leaf_a_place")]

    def __str__(self) -> str:
        return f"{self.era}/{self.index}"


class LeafSalt(models.Model):
    """The salt of a leaf. Deleting it is how a person is forgotten: the leaf then tells nothing."""

    event_id = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField()

    def __str__(self) -> str:
        return str(self.event_id)


class LogTile(AppendOnlyModel):
    """A full tile: 256 hashes, and the hash of the subtree above them."""

    id = models.BigAutoField(primary_key=True)
    era = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()
    above = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["era", "level", "index"], name="evidence_one_tile_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.era}/{self.level}/{self.index}"


class LogCheckpoint(AppendOnlyModel):
    """A signed statement of size and root, exactly as signed."""

    id = models.BigAutoField(primary_key=True)
    era = models.PositiveIntegerField()
    size = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["era", "size"], name="evidence_one_checkpoint_a_size")]

    def __str__(self) -> str:
        return f"{self.era}@{self.size}"


class LogCosignature(AppendOnlyModel):
    """A witness's signature line over a checkpoint of ours."""

    id = models.BigAutoField(primary_key=True)
    era = models.PositiveIntegerField()
    size = models.BigIntegerField()
    witness = models.CharField(max_length=200)
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["era", "size", "witness"], name="evidence_one_line_a_witness")
        ]

    def __str__(self) -> str:
        return f"{self.era}@{self.size} {self.witness}"


class LogTimestamp(AppendOnlyModel):
    """An RFC 3161 response over a checkpoint with the cosignatures it had, both exactly as they were."""

    id = models.BigAutoField(primary_key=True)
    era = models.PositiveIntegerField()
    size = models.BigIntegerField()
    note = models.TextField()
    response = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.era}@{self.size} {self.at:%Y-%m-%d %H:%M:%S}"
