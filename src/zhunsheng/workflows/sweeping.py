"""One line of a point at several values: what each would have done. A suggestion, applied by nobody here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.packs.lines import Named, lines_of, moved
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.engine.packfiles import pack_from
from zhunsheng.workflows.impacting import report

SCHEMA = "zhunsheng.sweep-report/1"
REPORTED = ("schema", "versions", "gained", "lost")


@dataclass(frozen=True, slots=True)
class Sweep:
    """Which line of which point, at which values."""

    point: str
    place: str
    values: tuple[int, ...]


def sweep(
    viewer: Viewer,
    documents: Sequence[Named],
    asked: Sweep,
    period: tuple[datetime, datetime],
    known_at: datetime,
    chosen: Selection,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """A row for each value, with the touches of the point itself and of everything, work and precision."""
    packs = [pack_from(moved(documents, asked.point, asked.place, value))[0] for value in asked.values]
    content, _ = report(viewer, packs, period, known_at, chosen, tell)
    rows = [
        _row(value, asked.point, told) for value, told in zip(asked.values, content["versions"], strict=True)
    ]
    about = {name: told for name, told in content.items() if name not in REPORTED}
    place = {"point": asked.point, "place": asked.place, "now": lines_of(documents, asked.point)[asked.place]}
    return {"schema": SCHEMA, **place, **about, "rows": rows, "suggested": suggested(rows)}


def _row(value: int, point: str, told: dict[str, Any]) -> dict[str, Any]:
    table = next(t for t in told["tables"] if t["id"] == "point")
    own = next((counts for name, counts in table["rows"] if name == point), (0, 0, 0))
    found = [row for row in told["precision"] if row["group"] == point]
    return {
        "value": value,
        "hash": told["hash"],
        "point_touches": list(own),
        "touches": told["touches"],
        "subjects": told["subjects"],
        "messages": told["messages"]["messages"],
        "officer_days_hundredths": told["work"]["officer_days_hundredths"],
        "left_minutes": sum(station["left_minutes"] for station in told["work"]["stations"]),
        "precision": found,
    }


def suggested(rows: Sequence[dict[str, Any]]) -> int | None:
    """The value with the fewest touches among those that miss nothing which any value found borne out.

    None while no touch of the point was borne out: then nothing can be said.
    """
    borne = {row["value"]: sum(p["borne_out"] for p in row["precision"]) for row in rows}
    most = max(borne.values(), default=0)
    best = [row for row in rows if borne[row["value"]] == most]
    return min(best, key=lambda r: (r["touches"], r["value"]))["value"] if most else None
