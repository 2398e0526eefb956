"""Reading classes. They are internal: whoever is not the bureau gets nothing, not even a refusal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Min, QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.listing import Part
from zhunsheng.core.packs.lines import Named
from zhunsheng.core.rules.tree import Pack
from zhunsheng.foundation import bulk
from zhunsheng.judging.portraits.kept import read_back
from zhunsheng.judging.portraits.lifecycle import RunState
from zhunsheng.judging.portraits.models import ClassRun, CreditReport, KeptPack, SubjectClass
from zhunsheng.registers.registry import scoping

REPORTS_MAX = 100


@dataclass(frozen=True, slots=True)
class ClassCard:
    """A class with its sum: items are (name, hundredths) and add up to the score."""

    subject: str
    model: str
    class_name: str
    class_by_score: str
    score: int
    items: tuple[tuple[str, int], ...]
    rules: tuple[str, ...]
    sufficiency_permille: int
    insufficient: bool
    as_of: datetime
    known_at: datetime
    cause: str
    pack_hash: str


def _card(row: SubjectClass) -> ClassCard:
    return ClassCard(
        row.subject,
        row.model,
        row.class_name,
        row.class_by_score,
        row.score,
        tuple((name, points) for name, points in row.items),
        tuple(row.rules),
        row.sufficiency_permille,
        row.insufficient,
        row.run.as_of,
        row.run.known_at,
        row.run.cause,
        row.run.pack_hash,
    )


def _open(viewer: Viewer) -> QuerySet[SubjectClass]:
    return scoping.within(SubjectClass.objects.all(), viewer)


def current(*, viewer: Viewer, subject: str, model: str = "general") -> ClassCard | None:
    """The class in effect; None for anybody outside the bureau."""
    if not viewer.is_staff:
        return None
    rows = _open(viewer).select_related("run").filter(current=True, subject=subject, model=model)
    row = rows.first()
    return _card(row) if row else None


def rules_in_effect(*, viewer: Viewer, subjects: Iterable[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """(subject, model) → vetoes and floors that apply in the class in effect; nothing outside the bureau."""
    if not viewer.is_staff:
        return {}
    rows = _open(viewer).filter(bulk.among("subject", subjects), current=True)
    return {(s, model): tuple(rules) for s, model, rules in rows.values_list("subject", "model", "rules")}


def classed_as_of(*, viewer: Viewer, subjects: Iterable[str], model: str = "general") -> dict[str, datetime]:
    """Subject → the instant as of which its class in effect was judged; nothing outside the bureau."""
    if not viewer.is_staff:
        return {}
    rows = _open(viewer).filter(bulk.among("subject", subjects), current=True, model=model)
    return dict(rows.values_list("subject", "run__as_of"))


def history(*, viewer: Viewer, subject: str, model: str = "general") -> list[ClassCard]:
    """Every class that ever took effect, oldest first; nothing outside the bureau."""
    if not viewer.is_staff:
        return []
    rows = _open(viewer).select_related("run").filter(subject=subject, model=model)
    return [_card(row) for row in rows.filter(run__state="EFFECTIVE").order_by("id")]


@dataclass(frozen=True, slots=True)
class Held:
    """A class of a business from `since` on, until the next one."""

    since: datetime
    class_name: str
    sufficiency_permille: int

    @staticmethod
    def last(classes: Sequence[Held], at: datetime) -> Held | None:
        """The one in effect at an instant; None before the first."""
        return next((one for one in reversed(classes) if one.since <= at), None)


def held(
    *, viewer: Viewer, subjects: Iterable[str], until: datetime, model: str = "general"
) -> dict[str, list[Held]]:
    """Subject → the classes that took effect until an instant, in that order; nothing outside the bureau."""
    if not viewer.is_staff:
        return {}
    rows = _open(viewer).filter(subject__in=sorted(subjects), model=model, run__made_at__lte=until)
    rows = rows.filter(run__state=RunState.EFFECTIVE.value).order_by("run__made_at", "id")
    told: dict[str, list[Held]] = {}
    columns = ("subject", "run__made_at", "class_name", "sufficiency_permille")
    for subject, since, name, sufficiency in rows.values_list(*columns):
        told.setdefault(subject, []).append(Held(since, name, sufficiency))
    return told


def distribution(*, viewer: Viewer, model: str = "general") -> dict[str, int]:
    """Subjects by class in effect; nothing outside the bureau."""
    if not viewer.is_staff:
        return {}
    rows = _open(viewer).filter(current=True, model=model)
    return dict(rows.values_list("class_name").annotate(n=Count("*")).order_by("class_name"))


def class_names(*, viewer: Viewer, model: str = "general") -> dict[str, str]:
    """Subject → class in effect for everybody who has one; nothing outside the bureau."""
    if not viewer.is_staff:
        return {}
    rows = _open(viewer).filter(current=True, model=model)
    return dict(rows.values_list("subject", "class_name"))


def subjects_of(*, viewer: Viewer, classes: frozenset[str], model: str = "general") -> list[str]:
    """Keys of the subjects whose class in effect is one of these; nothing outside the bureau."""
    if not viewer.is_staff:
        return []
    rows = _open(viewer).filter(current=True, model=model, class_name__in=classes)
    return list(rows.order_by("subject").values_list("subject", flat=True))


def runs(*, viewer: Viewer) -> list[ClassRun]:
    """All runs with their bureau-wide sums, newest first; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return []
    return list(ClassRun.objects.order_by("-id"))


def kept_pack(*, viewer: Viewer, content_hash: str) -> tuple[Pack, ContractSet] | None:
    """A pack that was judged with, by its hash; None when it was never kept. For the bureau only."""
    if not viewer.is_supervisor:
        return None
    row = KeptPack.objects.filter(content_hash=content_hash).only("content_hash").first()
    return _read_back(content_hash) if row is not None else None


def kept_documents(*, viewer: Viewer, content_hash: str) -> list[Named]:
    """The documents of a kept pack, as (name, document); [] when it was never kept. For the bureau only."""
    if not viewer.is_supervisor:
        return []
    row = KeptPack.objects.filter(content_hash=content_hash).first()
    return [(name, document) for name, document in json.loads(row.documents)] if row else []


@lru_cache(maxsize=16)
def _read_back(content_hash: str) -> tuple[Pack, ContractSet]:
    """The content never changes under its hash, so it is read once."""
    return read_back(json.loads(KeptPack.objects.get(content_hash=content_hash).documents), content_hash)


def kept_packs(*, viewer: Viewer) -> list[tuple[str, str, datetime]]:
    """(version, hash, first used at), oldest first; for the bureau only."""
    if not viewer.is_supervisor:
        return []
    return list(KeptPack.objects.values_list("version", "content_hash", "kept_at"))


@dataclass(frozen=True, slots=True)
class PackUse:
    """When a pack classed: how many runs took effect, and as of when the first and the last one."""

    runs: int
    first_as_of: datetime
    last_as_of: datetime


def pack_uses(*, viewer: Viewer) -> dict[str, PackUse]:
    """By hash, the classings that took effect with a pack; for the bureau only."""
    if not viewer.is_supervisor:
        return {}
    rows = ClassRun.objects.filter(state=RunState.EFFECTIVE.value).order_by("pack_hash").values("pack_hash")
    told = rows.annotate(n=Count("id"), first=Min("as_of"), last=Max("as_of"))
    return {r["pack_hash"]: PackUse(r["n"], r["first"], r["last"]) for r in told}


@dataclass(frozen=True, slots=True)
class RunCard:
    """A monthly run that took effect."""

    id: int
    as_of: datetime
    known_at: datetime
    pack_version: str
    pack_hash: str


@dataclass(frozen=True, slots=True)
class ReportCard:
    """A kept report with the run that it is about."""

    id: int
    period: str
    content: dict[str, Any]
    content_hash: str
    run: RunCard
    made_at: datetime

    @property
    def as_of(self) -> datetime:
        """The instant as of which its run was classed."""
        return self.run.as_of


def reports(*, viewer: Viewer) -> list[ReportCard]:
    """Every kept report, newest first; for whoever sees the whole bureau, as its sums are the bureau's."""
    if not viewer.sees_all:
        return []
    rows = CreditReport.objects.select_related("run").order_by("-run__as_of", "period", "-id")[:REPORTS_MAX]
    return [_report(row) for row in rows]


def report(*, viewer: Viewer, report_id: int) -> ReportCard | None:
    """One kept report; for whoever sees the whole bureau."""
    row = CreditReport.objects.select_related("run").filter(id=report_id).first()
    return _report(row) if row is not None and viewer.sees_all else None


def _report(row: CreditReport) -> ReportCard:
    content = json.loads(row.content)
    return ReportCard(row.id, row.period, content, row.content_hash, _run(row.run), row.made_at)


def monthly_runs(
    *, viewer: Viewer, until: datetime, rows_max: int, made_until: datetime | None = None
) -> list[RunCard]:
    """The last monthly runs in effect as of no later than an instant, newest first; bureau-wide viewers only.

    A midnight that was classed twice counts once, as the later run says. `made_until`: of those only.
    """
    if not viewer.sees_all:
        return []
    rows = ClassRun.objects.filter(cause="MONTHLY", state=RunState.EFFECTIVE.value, as_of__lte=until)
    if made_until is not None:
        rows = rows.filter(made_at__lte=made_until)
    told: dict[datetime, ClassRun] = {}
    for row in rows.order_by("-as_of", "-id")[: 2 * rows_max]:
        told.setdefault(row.as_of, row)
    return [_run(row) for row in told.values()][:rows_max]


def _run(row: ClassRun) -> RunCard:
    return RunCard(row.id, row.as_of, row.known_at, row.pack_version, row.pack_hash)


Classes = tuple[str, str, int]


def classes_of_run(
    *, viewer: Viewer, run_id: int, among: Iterable[str] | None = None, model: str = "general"
) -> Iterator[Classes]:
    """(subject, class, sufficiency in permille) of a run, in order of subject; bureau-wide viewers only.

    `among`: of these subjects only.
    """
    if not viewer.sees_all:
        return
    rows = SubjectClass.objects.filter(run_id=run_id, model=model).order_by("subject")
    if among is not None:
        rows = rows.filter(bulk.among("subject", among))
    yield from rows.values_list("subject", "class_name", "sufficiency_permille").iterator(chunk_size=5_000)


def next_of_run(
    *, viewer: Viewer, run_id: int, class_name: str, part: Part, model: str = "general"
) -> list[Classes]:
    """A part of `classes_of_run` behind or before a subject, of one class or, with '', of all."""
    if not viewer.sees_all:
        return []
    rows = SubjectClass.objects.filter(run_id=run_id, model=model)
    if class_name:
        rows = rows.filter(class_name=class_name)
    if part.cursor:
        rows = rows.filter(**{"subject__lt" if part.backwards else "subject__gt": part.cursor})
    rows = rows.order_by("-subject" if part.backwards else "subject")[: part.rows_max]
    return list(rows.values_list("subject", "class_name", "sufficiency_permille"))


def sums_of_run(*, viewer: Viewer, run_id: int, model: str = "general") -> dict[str, int]:
    """Class → businesses of a run; bureau-wide viewers only."""
    if not viewer.sees_all:
        return {}
    rows = SubjectClass.objects.filter(run_id=run_id, model=model).values_list("class_name")
    return dict(rows.annotate(n=Count("id")).order_by("class_name"))
