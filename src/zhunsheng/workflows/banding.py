"""Which band, area and industry a business counts under, by the policy of reports and the tables of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.reporting.credit import UNKNOWN, Bands, Cells
from zhunsheng.registers.registry import queries as registry

VIEWER = Viewer.bureau("report")
BANDS = ("ages_years", "staff", "sufficiency_permille")


def cells_of(as_of: datetime, bands: Mapping[str, Any]) -> Cells:
    """Where a business counts in a report as of an instant; `bands` are the ones kept with the report."""
    on = day_of(instant(as_of))
    return Cells(Bands(*(bands_of(bands[key]) for key in BANDS)), on, names_on(on))


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
