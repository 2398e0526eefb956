"""What the credit report is counted from: the classes of a run, and the facts known when it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant, moment
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.reporting.credit import UNKNOWN, Bands, Classed, credit_tables
from zhunsheng.engine.library import open_library
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import RunCard
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals

VIEWER = Viewer.bureau("report")
SUBJECTS_AT_ONCE = 2_000
KINDS = ("REGISTRATION", "INSPECTION_RESULT")


def content_of(run: RunCard, months: int) -> dict[str, Any]:
    """The report on a run: over `months` months, against the run of so many months before."""
    library = open_library(settings.PACKS)
    policy = library.policy("zhunsheng.report-policy/1")
    runs = portraits.monthly_runs(viewer=VIEWER, until=run.as_of, rows_max=policy["trend_runs"])
    before = runs[months] if len(runs) > months else None
    rows = list(_rows(run, before))
    sums = [(_day(r.as_of), portraits.sums_of_run(viewer=VIEWER, run_id=r.id)) for r in reversed(runs)]
    kept = portraits.kept_pack(viewer=VIEWER, content_hash=run.pack_hash)
    pack = library.pack if kept is None else kept[0]
    names = [cut.name for cut in pack.models[0].cut_offs]
    bands = Bands(*(_bands(policy[key]) for key in ("ages_years", "staff", "sufficiency_permille")))
    on = day_of(instant(run.as_of))
    tables = credit_tables(rows, names, sums, bands, on, _names(on))
    return {
        "as_of": _told(run.as_of),
        "known_at": _told(run.known_at),
        "pack_version": run.pack_version,
        "pack_hash": run.pack_hash,
        "months": months,
        "before": _day(before.as_of) if before else "",
        "subjects": len(rows),
        "tables": [asdict(table) for table in tables],
    }


def _day(at: datetime) -> str:
    return day_of(instant(at)).isoformat()


def _told(at: datetime) -> str:
    """Minutes are enough for a reader, and the same from every database."""
    return f"{moment(instant(at)):%Y-%m-%d %H:%M}"


def _bands(policy: Sequence[Mapping[str, Any]]) -> tuple[tuple[int | None, str], ...]:
    return tuple((band.get("below"), band["name_zh"]) for band in policy)


def _names(on: date) -> Callable[[str, str], str]:
    """Names of divisions, and of the section of an industry, as of a day."""
    industries = registry.reference_table(viewer=VIEWER, kind="industries")
    divisions = registry.reference_table(viewer=VIEWER, kind="divisions")

    def name(kind: str, code: str) -> str:
        if not code:
            return UNKNOWN
        if kind == "area":
            place = divisions.in_force(code, on)
            return place.name if place else code
        trade = industries.in_force(code[:2], on)
        section = industries.in_force(trade.parent, on) if trade and trade.parent else trade
        return section.name if section else code[:2]

    return name


def _rows(run: RunCard, before: RunCard | None) -> Iterator[Classed]:
    old: dict[str, str] = {}
    if before is not None:
        old = {s: c for s, c, _ in portraits.classes_of_run(viewer=VIEWER, run_id=before.id)}
    since = instant(before.as_of) if before else instant(run.as_of)
    told = list(portraits.classes_of_run(viewer=VIEWER, run_id=run.id))
    for start in range(0, len(told), SUBJECTS_AT_ONCE):
        part = told[start : start + SUBJECTS_AT_ONCE]
        facts = dict(signals.told_of(viewer=VIEWER, subjects=[s for s, *_ in part], kinds=KINDS))
        for subject, class_name, sufficiency in part:
            known = in_force(facts.get(subject, []), instant(run.known_at))
            yield _row(class_name, old.get(subject, ""), sufficiency, known, (since, instant(run.as_of)))


def _row(
    class_name: str, before: str, sufficiency: int, known: Sequence[Fact], period: tuple[int, int]
) -> Classed:
    own = [f for f in known if f.kind == "REGISTRATION" and f.occurred_at <= period[1]]
    said = own[-1].payload if own else {}
    since, until = period
    checks = [f for f in known if f.kind == "INSPECTION_RESULT" and since < f.occurred_at <= until]
    established, staff = said.get("established_on"), said.get("staff")
    return Classed(
        class_name,
        before,
        str(said.get("division") or ""),
        str(said.get("industry") or ""),
        date.fromisoformat(str(established)) if established else None,
        int(staff) if staff is not None else None,
        sufficiency,
        bool(checks),
        any(f.payload.get("result") != "NO_ISSUE" for f in checks),
    )
