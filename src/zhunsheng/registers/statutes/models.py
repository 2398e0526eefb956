"""Statutes, their dated versions, articles, what is searched by, and lists."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhunsheng.foundation.evidence.append_only import AppendOnlyModel
from zhunsheng.registers.statutes.lifecycle import Conclusion, ListState


class DateSource(models.TextChoices):
    """How the first day of a version is known; a guess waits for a person."""

    GIVEN = "GIVEN", "导入时指明"
    STATED = "STATED", "文本载明"
    LAST_DATE = "LAST_DATE", "文本中最后的日期，待核实"


class Law(models.Model):
    """A statute under its full name. `repealed_on` is the first day on which it is no longer law."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=200, unique=True)
    repealed_on = models.DateField(null=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class LawVersion(models.Model):
    """One text of a statute, in force from a day until the next version's."""

    id = models.BigAutoField(primary_key=True)
    law = models.ForeignKey(Law, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField()
    date_source = models.CharField(max_length=16, choices=DateSource.choices)
    content_hash = models.CharField(max_length=64)
    source = models.CharField(max_length=300)
    findings = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("law", "valid_from")
        constraints = [
            models.UniqueConstraint(fields=["law", "valid_from"], name="statutes_one_text_a_day"),
            models.UniqueConstraint(fields=["law", "content_hash"], name="statutes_one_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.law_id} {self.valid_from}"


class Article(models.Model):
    """One article (条) of a version; paragraphs (款) and items (项) as [text, [item, …]]."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(LawVersion, on_delete=models.CASCADE, related_name="articles")
    number = models.PositiveIntegerField()
    branch = models.PositiveSmallIntegerField(default=0)
    division = models.CharField(max_length=200, blank=True, default="")
    paragraphs = models.JSONField()

    class Meta:
        ordering = ("version", "number", "branch")
        constraints = [
            models.UniqueConstraint(fields=["version", "number", "branch"], name="statutes_one_article")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.number}"

    @property
    def text(self) -> str:
        """The whole article, a line for each paragraph and item."""
        return "\n".join(line for text, items in self.paragraphs for line in (text, *items) if line)


class SearchToken(models.Model):
    """The postings of one token: pairs of article and weight, the same bytes on every database."""

    token = models.CharField(primary_key=True, max_length=64)
    postings = models.BinaryField()

    def __str__(self) -> str:
        return self.token


class ListVersion(models.Model):
    """One version of a list; content is fixed from publication on, by the database."""

    id = models.BigAutoField(primary_key=True)
    list_key = models.CharField(max_length=100, db_index=True)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    issuer = models.CharField(max_length=200)
    level = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in ListState])
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    author = models.CharField(max_length=200)
    reviews = models.JSONField(default=dict)
    approver = models.CharField(max_length=200, blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("list_key", "number")
        constraints = [
            models.UniqueConstraint(fields=["list_key", "number"], name="statutes_one_version"),
            models.CheckConstraint(
                condition=Q(approver="") | ~Q(approver=F("author")), name="statutes_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "CONSULTING", "REVIEWING"]) | ~Q(approver=""),
                name="statutes_approved_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["list_key"],
                condition=Q(state="EFFECTIVE"),
                name="statutes_one_effective_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_key} {self.number} {self.state}"


class ListEvaluation(AppendOnlyModel):
    """The yearly look at a list: how often each entry was relied on, and what follows from it."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="evaluations")
    year = models.PositiveSmallIntegerField()
    uses = models.JSONField()
    conclusion = models.CharField(max_length=16, choices=[(c.value, c.value) for c in Conclusion])
    opinion = models.TextField()
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["version", "year"], name="statutes_one_evaluation_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.year} {self.conclusion}"


class ListChoice(AppendOnlyModel):
    """Which of two lists of different levels applies where they differ: a person's choice.

    What M01 proposed stands beside it, with the two answers that this rests on. A later choice supersedes.
    """

    id = models.BigAutoField(primary_key=True)
    higher = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="choices_below")
    lower = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="choices_above")
    chosen = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="chosen_in")
    proposed = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="proposed_in")
    lower_more_favourable = models.BooleanField()
    lower_within_authority = models.BooleanField()
    reason = models.TextField()
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=200)
    by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(higher=F("lower")) & (Q(chosen=F("higher")) | Q(chosen=F("lower"))),
                name="statutes_one_of_the_two",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="statutes_choice_has_a_reason"),
            models.UniqueConstraint(
                fields=["higher", "lower"],
                condition=Q(supersedes__isnull=True),
                name="statutes_one_first_choice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.higher_id} {self.lower_id} → {self.chosen_id}"


class ListUse(models.Model):
    """An entry of a list was relied on, for the yearly evaluation."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="uses")
    entry = models.CharField(max_length=64)
    used_on = models.DateField(db_index=True)
    matter = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["version", "entry", "matter"], name="statutes_one_use_a_matter")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.entry}"
