"""Reading facts: timelines for judging, evidences for people, what waits in quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby

import pyarrow as pa
from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.alarms.finding import Happening
from zhunsheng.core.clock import day_end, instant, moment
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.merging import LINK, joined, survivor
from zhunsheng.engine.library import open_library
from zhunsheng.engine.nation.layout import SUBJECT
from zhunsheng.engine.nation.raw import ordered, raw_of
from zhunsheng.foundation import bulk
from zhunsheng.registers.registry import scoping
from zhunsheng.sensing.signals import parts
from zhunsheng.sensing.signals.models import (
    BatchState,
    FactEvidence,
    ImportBatch,
    QuarantinedFact,
    QuarantineState,
    StoredFact,
)
from zhunsheng.sensing.signals.new_facts import WORLD, same_report
from zhunsheng.sensing.signals.reading import COLUMNS, fact_of
from zhunsheng.sensing.signals.tables import payload_fields
from zhunsheng.sensing.signals.tables import tables as stored_tables

FOR_EVER = 1 << 62


def timeline(*, viewer: Viewer, subject: str, known_at: datetime | None = None) -> list[Fact]:
    """Every fact that one subject is judged by, in order of arrival; [] if not to be seen.

    Those of subjects that are merged into it as known at `known_at` (or now) are among them.
    """
    if not scoping.opens(viewer, subject):
        return []
    return _joined(subject, _own(subject, known_at), known_at)


def _own(subject: str, known_at: datetime | None) -> list[Fact]:
    rows = StoredFact.objects.filter(subject=subject)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return [fact_of(row) for row in rows.order_by("sequence").values_list(*COLUMNS)]


def _joined(subject: str, own: list[Fact], known_at: datetime | None) -> list[Fact]:
    if not any(fact.kind == LINK for fact in own):
        return own
    contracts = open_library(settings.PACKS).contracts

    def same(fact: Fact) -> str:
        return same_report(fact, contracts)

    return joined(subject, own, lambda key: _own(key, known_at), same, _seconds(known_at))


def _seconds(known_at: datetime | None) -> int:
    return FOR_EVER if known_at is None else instant(known_at)


def survivor_of(*, viewer: Viewer, subject: str, known_at: datetime | None = None) -> str:
    """Whom this one is merged into, mergers followed; empty when it stands for itself.

    Only for those who see everything: the other may be out of a narrower scope.
    """
    if not viewer.sees_all:
        return ""
    found, seen = "", {subject}
    while True:
        rows = StoredFact.objects.filter(subject=found or subject, kind=LINK).order_by("sequence")
        following = survivor([fact_of(row) for row in rows.values_list(*COLUMNS)], _seconds(known_at))
        if not following or following in seen:
            return found
        found = following
        seen.add(found)


def linked(*, viewer: Viewer, subjects: Iterable[str]) -> set[str]:
    """Those that were ever told of a link to another subject; for those who see everything."""
    if not viewer.sees_all:
        return set()
    rows = StoredFact.objects.filter(bulk.among("subject", subjects), kind=LINK)
    return set(rows.order_by().values_list("subject", flat=True))


def name_on(*, viewer: Viewer, subject: str, on: date) -> str:
    """The registered name in force on a day, as the facts that stand now say; empty when they say none."""
    own = [f for f in timeline(viewer=viewer, subject=subject) if f.kind == "REGISTRATION"]
    told = [f for f in in_force(own, FOR_EVER) if f.occurred_at <= day_end(on)]
    return str(told[-1].payload.get("name") or "") if told else ""


def link_facts(*, viewer: Viewer, subjects: Sequence[str], link_id: int) -> list[Fact]:
    """The facts in force that tell both subjects of a link; for the bureau only."""
    told = told_of(viewer=viewer, subjects=subjects, kinds=[LINK])
    facts = [fact for _, own in told for fact in in_force(own, FOR_EVER)]
    return [fact for fact in facts if fact.object == str(link_id)]


def world(*, viewer: Viewer, known_at: datetime | None = None) -> Sequence[Fact]:
    """The facts of no subject: peer statistics and the state of sources; for the bureau only.

    The same object as long as nothing new was told, so that what is made of it can be kept.
    """
    if not viewer.is_supervisor:
        return ()
    rows = StoredFact.objects.filter(subject=WORLD)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    last = rows.order_by("-sequence").values_list("sequence", flat=True).first()
    return _world_up_to(connection.settings_dict["NAME"], last or 0, known_at)


@lru_cache(maxsize=8)
def _world_up_to(_database: str, last: int, known_at: datetime | None) -> tuple[Fact, ...]:
    """Facts are never changed, so the last sequence says which they are; read once for each."""
    rows = StoredFact.objects.filter(subject=WORLD, sequence__lte=last)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return tuple(fact_of(row) for row in rows.order_by("sequence").values_list(*COLUMNS))


def timelines(
    *, viewer: Viewer, subjects: Iterable[str] | None = None, known_at: datetime | None = None
) -> Iterator[tuple[str, list[Fact]]]:
    """(subject, facts) of who is judged, all or some, streamed in order of subject; for the bureau only.

    Who is merged into another as known at `known_at` (or now) is not judged by itself and is left out.
    """
    if not viewer.is_staff:
        return
    rows = scoping.within(StoredFact.objects.exclude(subject=WORLD), viewer)
    if subjects is not None:
        rows = rows.filter(subject__in=list(subjects))
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    ordered = rows.order_by("subject", "sequence").values_list(*COLUMNS).iterator(chunk_size=5_000)
    for subject, group in groupby((fact_of(row) for row in ordered), key=lambda fact: fact.subject):
        own = list(group)
        if not survivor(own, _seconds(known_at)):
            yield subject, _joined(subject, own, known_at)


@dataclass(frozen=True, slots=True)
class Stock:
    """Facts of subjects as they stand for good: known at an instant, arrived up to a place in the order.

    `fields` are the payload columns (family, field) that they need.
    """

    known_at: datetime
    upto: int
    fields: tuple[tuple[str, str], ...]
    joined: bool


def stock(*, viewer: Viewer, known_at: datetime, upto: int | None = None) -> Stock | None:
    """What `tables` reads; without `upto` everything that has arrived. For those who see everything."""
    if not viewer.sees_all:
        return None
    if upto is None:
        upto = StoredFact.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    rows = _stocked(known_at, upto)
    fields = tuple(payload_fields(rows))
    return Stock(known_at, upto, fields, rows.filter(kind=LINK).exists())


def _stocked(known_at: datetime, upto: int) -> QuerySet[StoredFact]:
    rows = StoredFact.objects.exclude(subject=WORLD)
    return rows.filter(recorded_at__lte=known_at, sequence__lte=upto)


def tables(*, viewer: Viewer, of: Stock, behind: str = "") -> Iterator[pa.Table]:
    """What `timelines` tells of the subjects behind one, as Arrow tables (`engine.nation.raw.RAW`) of whole
    subjects in the order of the layout; for those who see everything."""
    if not viewer.sees_all:
        return
    rows = _stocked(of.known_at, of.upto)
    linked = sorted(set(rows.filter(kind=LINK).order_by().values_list("subject", flat=True)))
    for table, is_last in stored_tables(rows.exclude(bulk.among("subject", linked)), behind):
        until = None if is_last else table.column(SUBJECT)[-1].as_py()
        among = [s for s in linked if s > behind and (until is None or s < until)]
        own = timelines(viewer=viewer, subjects=among, known_at=of.known_at)
        told = raw_of(fact for _, facts in own for fact in facts)
        yield ordered(pa.concat_tables([table, told])) if among else table
        behind = until or behind


def told_of_whom(
    *, viewer: Viewer, known_at: datetime, after: str, rows_max: int, among: Iterable[str] | None = None
) -> list[str]:
    """The next subjects behind a key of whom something was known at an instant; for the bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(StoredFact.objects.exclude(subject=WORLD), viewer)
    rows = rows.filter(recorded_at__lte=known_at, subject__gt=after)
    if among is not None:
        rows = rows.filter(subject__in=list(among))
    return list(rows.order_by("subject").values_list("subject", flat=True).distinct()[:rows_max])


def told_of(*, viewer: Viewer, subjects: Iterable[str], kinds: Iterable[str]) -> list[tuple[str, list[Fact]]]:
    """(subject, facts) of some kinds only, for subjects that are written about; for the bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(StoredFact.objects.all(), viewer)
    rows = rows.filter(subject__in=sorted(subjects), kind__in=sorted(kinds))
    facts = (fact_of(row) for row in rows.order_by("subject", "sequence").values_list(*COLUMNS))
    return [(subject, list(group)) for subject, group in groupby(facts, key=lambda fact: fact.subject)]


def happened(
    *, viewer: Viewer, kinds: Iterable[str], since: datetime, until: datetime, at_least: int
) -> list[Happening]:
    """Facts of some kinds between two instants as known at the second, of whom at least so many were told;
    for the bureau only."""
    if not viewer.is_staff:
        return []
    wanted = sorted(kinds)
    rows = scoping.within(StoredFact.objects.exclude(subject=WORLD), viewer)
    rows = rows.filter(kind__in=wanted, occurred_at__gte=since, occurred_at__lte=until)
    many = rows.order_by().values("subject").annotate(n=Count("sequence")).filter(n__gte=at_least)
    told = told_of(viewer=viewer, subjects=many.values_list("subject", flat=True), kinds=wanted)
    first, known_at = instant(since), instant(until)
    return [
        Happening(fact.fact_id, subject, fact.kind, moment(fact.occurred_at))
        for subject, own in told
        for fact in in_force(own, known_at)
        if first <= fact.occurred_at <= known_at
    ]


def who_told(*, viewer: Viewer, fact_ids: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """(first source, kind, subject) of each of these facts that is stored; for the whole bureau only."""
    if not viewer.sees_all:
        return {}
    rows = StoredFact.objects.filter(fact_id__in=sorted(set(fact_ids)))
    told = rows.values_list("fact_id", "source", "kind", "subject")
    return {name: (source, kind, subject) for name, source, kind, subject in told}


@dataclass(frozen=True, slots=True)
class FactCard:
    """A fact as whoever reported it may read it again; `corrected_by` and `retracted_by` are fact ids."""

    fact_id: str
    kind: str
    subject: str
    object: str
    occurred_at: datetime
    recorded_at: datetime
    corrected_by: tuple[str, ...]
    retracted_by: tuple[str, ...]


def reported(*, viewer: Viewer, fact_id: str, source: str) -> FactCard | None:
    """A fact that this source reported first, with what corrects or retracts it; bureau-wide viewers only."""
    if not viewer.sees_all:
        return None
    row = StoredFact.objects.filter(fact_id=fact_id, source=source).first()
    if row is None:
        return None
    about = StoredFact.objects.filter(subject=row.subject, sequence__gt=row.sequence)
    later = about.filter(Q(supersedes=fact_id) | Q(retracts=fact_id)).order_by("sequence")
    told = list(later.values_list("fact_id", "supersedes"))
    return FactCard(
        row.fact_id,
        row.kind,
        row.subject,
        row.object,
        row.occurred_at,
        row.recorded_at,
        tuple(name for name, target in told if target == fact_id),
        tuple(name for name, target in told if target != fact_id),
    )


def taken_back(*, viewer: Viewer, subjects: Iterable[str]) -> set[str]:
    """The ids of these subjects' facts that stand retracted; for the bureau only."""
    if not viewer.is_staff:
        return set()
    rows = scoping.within(StoredFact.objects.all(), viewer)
    rows = rows.filter(subject__in=sorted(subjects), retracts__isnull=False)
    by: dict[str, list[str]] = {}
    for name, target in rows.values_list("fact_id", "retracts"):
        by.setdefault(str(target), []).append(name)

    def gone(name: str) -> bool:
        return any(not gone(retraction) for retraction in by.get(name, ()))

    return {name for name in by if gone(name)}


def batches(*, viewer: Viewer, key: str) -> list[tuple[str, bool, datetime]]:
    """(key, stands, created at) of a file's batch and of those after it was undone; for the bureau only."""
    if not viewer.is_supervisor:
        return []
    rows = ImportBatch.objects.filter(Q(key=key) | Q(key__startswith=f"{key}#")).order_by("id")
    return [(row.key, row.state == BatchState.RECORDED, row.created_at) for row in rows]


def objects_of_batch(*, viewer: Viewer, key: str) -> list[tuple[str, str, str]]:
    """(subject, kind, object) that the facts of a batch are about; for the bureau only."""
    if not viewer.is_staff:
        return []
    rows = (
        scoping.within(StoredFact.objects.all(), viewer)
        .filter(batch__key=key)
        .order_by("subject", "kind", "object")
    )
    return list(rows.values_list("subject", "kind", "object").distinct())


def arrived(*, viewer: Viewer, sequences: Iterable[int]) -> list[Fact]:
    """The facts with these sequences, in order of arrival; for the bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(StoredFact.objects.all(), viewer).filter(bulk.among("sequence", sequences))
    return [fact_of(row) for row in rows.order_by("sequence").values_list(*COLUMNS)]


def evidences(*, viewer: Viewer, fact_id: str) -> list[tuple[str, str, datetime]]:
    """(source, reference, received at) of every report of a fact; for the bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(FactEvidence.objects.all(), viewer, "fact__subject")
    rows = rows.filter(fact__fact_id=fact_id).order_by("id")
    return list(rows.values_list("source", "reference", "received_at"))


def quarantine(*, viewer: Viewer) -> list[QuarantinedFact]:
    """What waits for a person, oldest first; bureau-wide viewers only, as nobody knows whose it is."""
    if not viewer.sees_all:
        return []
    return list(QuarantinedFact.objects.filter(state=QuarantineState.WAITING).order_by("id"))


def freshness(*, viewer: Viewer) -> dict[str, tuple[int, datetime]]:
    """By source: number of facts and when the last one was recorded; for the bureau only."""
    if not viewer.is_staff:
        return {}
    rows = (
        scoping.within(StoredFact.objects.all(), viewer)
        .values_list("source")
        .annotate(n=Count("sequence"), last=Max("recorded_at"))
    )
    return {source: (n, last) for source, n, last in rows.order_by("source")}


def last_arrival(*, viewer: Viewer) -> datetime | None:
    """When the newest of all facts was recorded; for those who see everything."""
    if not viewer.sees_all:
        return None
    return StoredFact.objects.order_by("-sequence").values_list("recorded_at", flat=True).first()


def room_for(*, viewer: Viewer) -> int | None:
    """For how many more facts the table has parts; None where it needs none. For the bureau only."""
    if not viewer.is_supervisor or connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        return parts.facts_left(cursor)


def last_told(*, viewer: Viewer, sources: Iterable[str]) -> dict[str, datetime]:
    """When the newest fact of each source was recorded, by one look at an index each; for the bureau only."""
    if not viewer.is_supervisor:
        return {}
    told: dict[str, datetime] = {}
    for source in sources:
        rows = StoredFact.objects.filter(source=source).order_by("-sequence")
        last = rows.values_list("recorded_at", flat=True).first()
        if last is not None:
            told[source] = last
    return told


def waiting_in_quarantine(*, viewer: Viewer) -> tuple[int, datetime | None]:
    """How many rows wait for a person, and since when the oldest does; for the bureau only."""
    if not viewer.is_supervisor:
        return 0, None
    rows = QuarantinedFact.objects.filter(state=QuarantineState.WAITING)
    told = rows.aggregate(n=Count("id"), oldest=Min("received_at"))
    return told["n"], told["oldest"]
