"""What the credit report is counted from: the classes of a run, and the facts known when it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant, moment
from zhunsheng.core.reporting.credit import UNKNOWN, Bands, Cells, credit_tables
from zhunsheng.engine.library import open_library
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import RunCard
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows.classed import rows_of

VIEWER = Viewer.bureau("report")
BANDS = ("ages_years", "staff", "sufficiency_permille")


def content_of(run: RunCard, months: int) -> dict[str, Any]:
    """The report on a run: over `months` months, against the run of so many months before."""
    library = open_library(settings.PACKS)
    policy = library.policy("zhunsheng.report-policy/1")
    runs = portraits.monthly_runs(viewer=VIEWER, until=run.as_of, rows_max=policy["trend_runs"])
    before = runs[months] if len(runs) > months else None
    rows = [row for _subject, row in rows_of(run, before)]
    sums = [(_day(r.as_of), portraits.sums_of_run(viewer=VIEWER, run_id=r.id)) for r in reversed(runs)]
    kept = portraits.kept_pack(viewer=VIEWER, content_hash=run.pack_hash)
    pack = library.pack if kept is None else kept[0]
    names = [cut.name for cut in pack.models[0].cut_offs]
    bands = {key: policy[key] for key in BANDS}
    tables = credit_tables(rows, names, sums, cells_of(run.as_of, bands))
    return {
        "as_of": _told(run.as_of),
        "known_at": _told(run.known_at),
        "pack_version": run.pack_version,
        "pack_hash": run.pack_hash,
        "months": months,
        "before": _day(before.as_of) if before else "",
        "subjects": len(rows),
        "bands": bands,
        "tables": [asdict(table) for table in tables],
    }


def cells_of(as_of: datetime, bands: Mapping[str, Any]) -> Cells:
    """Where a business counts in a report as of an instant; `bands` are the ones kept with the report."""
    on = day_of(instant(as_of))
    return Cells(Bands(*(bands_of(bands[key]) for key in BANDS)), on, names_on(on))


def _day(at: datetime) -> str:
    return day_of(instant(at)).isoformat()


def _told(at: datetime) -> str:
    """Minutes are enough for a reader, and the same from every database."""
    return f"{moment(instant(at)):%Y-%m-%d %H:%M}"


def bands_of(policy: Sequence[Mapping[str, Any]]) -> tuple[tuple[int | None, str], ...]:
    """Bands of a report policy: upper bounds with their words."""
    return tuple((band.get("below"), band["name_zh"]) for band in policy)


def names_on(on: date) -> Callable[[str, str], str]:
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
