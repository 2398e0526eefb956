"""One line of a point at several values: what each would have done. A suggestion, applied by nobody here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.packs.lines import Named, lines_of, moved
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.packfiles import pack_from
from zhunsheng.workflows.impacting import report
from zhunsheng.workflows.profiling import Asked

SCHEMA = "zhunsheng.sweep-report/1"
REPORTED = ("schema", "versions", "gained", "lost")


@dataclass(frozen=True, slots=True)
class Sweep:
    """Which line of which point, at which values."""

    point: str
    place: str
    values: tuple[int, ...]


def packs_of(documents: Sequence[Named], wanted: Sweep) -> list[Pack]:
    """A pack for each value of the line."""
    return [pack_from(moved(documents, wanted.point, wanted.place, value))[0] for value in wanted.values]


def sweep(
    viewer: Viewer,
    documents: Sequence[Named],
    wanted: Sweep,
    asked: Asked,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """A row for each value, with the touches of the point itself and of everything, work and precision."""
    return curve_of(documents, wanted, report(viewer, packs_of(documents, wanted), asked, tell)[0])


def curve_of(documents: Sequence[Named], wanted: Sweep, content: Mapping[str, Any]) -> dict[str, Any]:
    """The curve that a replay of all values comes to."""
    told = zip(wanted.values, content["versions"], strict=True)
    rows = [_row(value, wanted.point, version) for value, version in told]
    about = {name: text for name, text in content.items() if name not in REPORTED}
    now = lines_of(documents, wanted.point)[wanted.place]
    place = {"point": wanted.point, "place": wanted.place, "now": now}
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
