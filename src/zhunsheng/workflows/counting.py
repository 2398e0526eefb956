"""What the credit report is counted from: the classes of a run, and the facts known when it was made."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant, moment
from zhunsheng.core.reporting.credit import credit_tables
from zhunsheng.engine.library import open_library
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import RunCard
from zhunsheng.workflows.banding import BANDS, cells_of
from zhunsheng.workflows.classed import rows_of

VIEWER = Viewer.bureau("report")


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


def _day(at: datetime) -> str:
    return day_of(instant(at)).isoformat()


def _told(at: datetime) -> str:
    """Minutes are enough for a reader, and the same from every database."""
    return f"{moment(instant(at)):%Y-%m-%d %H:%M}"
