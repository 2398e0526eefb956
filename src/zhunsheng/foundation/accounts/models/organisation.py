"""The tree of units through time, and the people in it."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel


def _period(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")), name=name
    )


class UnitLevel(models.TextChoices):
    """Three floors of a bureau."""

    BUREAU = "BUREAU", "市局"
    DISTRICT = "DISTRICT", "区县局"
    STATION = "STATION", "基层所"


class Unit(models.Model):
    """A unit during one period. Whatever changes about it closes this row and opens a successor.

    `code` is what records carry: the division code of a district, the name of a station. `district` is the
    tenant the unit belongs to, empty for the bureau. `valid_to` is the last day.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=80)
    level = models.CharField(max_length=16, choices=UnitLevel.choices)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    district = models.CharField(max_length=6, blank=True, default="")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("key", "valid_from")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(valid_to__isnull=True), name="accounts_one_standing_unit"
            ),
            models.CheckConstraint(
                condition=models.Q(level="BUREAU", parent__isnull=True, district="")
                | (~models.Q(level="BUREAU") & models.Q(parent__isnull=False) & ~models.Q(district="")),
                name="accounts_unit_in_the_tree",
            ),
            _period("accounts_unit_period"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.valid_from}"


class SuccessionKind(models.TextChoices):
    """How a unit came to its end."""

    RENAMED = "RENAMED", "更名"
    MERGED = "MERGED", "合并"
    SPLIT = "SPLIT", "拆分"


class Succession(AppendOnlyModel):
    """From a day on `after` does what `before` did, wholly or in part."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16, choices=SuccessionKind.choices)
    before = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successors")
    after = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="predecessors")
    on = models.DateField()
    reason = models.TextField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("on", "id")
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="accounts_one_succession_once")
        ]

    def __str__(self) -> str:
        return f"{self.before_id} {self.kind} {self.after_id}"


class Side(models.TextChoices):
    """Whom a person works for: the two kinds sign in at different doors, under different profiles."""

    BUREAU = "BUREAU", "本单位"
    BUSINESS = "BUSINESS", "经营主体"


class Person(models.Model):
    """Somebody with a log-in. `key` is the work number, or a drawn one for somebody of a business; rows are
    never deleted, so it is never reused."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=40, unique=True)
    side = models.CharField(max_length=16, choices=Side.choices, default=Side.BUREAU)
    name = models.CharField(max_length=100)
    joined_on = models.DateField()
    left_on = models.DateField(null=True)

    class Meta:
        ordering = ("key",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(side__in=["BUREAU", "BUSINESS"]), name="accounts_known_side"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class Post(models.Model):
    """What a person is in a unit during a period."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("person", "valid_from", "id")
        constraints = [_period("accounts_post_period")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.title}"


class Certificate(models.Model):
    """A qualification on paper with its last day; `kind` is a word of the permissions file."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_to = models.DateField()

    class Meta:
        ordering = ("person", "kind", "valid_from")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="accounts_one_certificate_a_number"),
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="accounts_certificate_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
