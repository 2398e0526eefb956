"""The credit status report of a run (C02): distribution, trend, migration, sufficiency, problems found.

Everything is counted from rows that say what was known when the classes were made, so the same inputs give
the same report. Nobody is named in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhunsheng.core.reporting.tables import Counts

NO_CLASS = "未分类"
UNKNOWN = "不详"
TREND, DISCOVERY = "trend", "discovery"
FOUND = ("发现问题", "未发现问题")


@dataclass(frozen=True, slots=True)
class Classed:
    """One business in a run. `before` is its class in the run before; '' where there is none or not known."""

    class_name: str
    before: str
    division: str
    industry: str
    established_on: date | None
    staff: int | None
    sufficiency_permille: int
    checked: bool
    found: bool


@dataclass(frozen=True, slots=True)
class Bands:
    """Bounds of age in years and of staff in persons, each with its words; the last has no upper end."""

    ages: tuple[tuple[int | None, str], ...]
    staff: tuple[tuple[int | None, str], ...]
    sufficiency: tuple[tuple[int | None, str], ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Says in which cell of which table a business counts: the report counts by it, a list is chosen by it.

    `on` is the day of the report; `names` names the codes of areas and industries.
    """

    bands: Bands
    on: date
    names: Callable[[str, str], str]

    def of(self, table: str, row: Classed) -> tuple[str, str] | None:
        """(name of the row, name of the column); None for a business that the table does not count."""
        if table == DISCOVERY:
            return (row.before or NO_CLASS, FOUND[0] if row.found else FOUND[1]) if row.checked else None
        return self._group(table, row), row.class_name

    def _group(self, table: str, row: Classed) -> str:
        match table:
            case "area":
                return self.names("area", row.division)
            case "industry":
                return self.names("industry", row.industry)
            case "size":
                return band_of(row.staff, self.bands.staff)
            case "age":
                return band_of(years_of(row.established_on, self.on), self.bands.ages)
            case "sufficiency":
                return band_of(row.sufficiency_permille, self.bands.sufficiency)
            case "migration":
                return row.before or NO_CLASS
        raise KeyError(table)


def credit_tables(
    rows: Sequence[Classed],
    classes: Sequence[str],
    trend: Sequence[tuple[str, Mapping[str, int]]],
    cells: Cells,
) -> tuple[Counts, ...]:
    """All tables of a report. `trend` has (as of, class → businesses), oldest first."""
    bands = cells.bands

    def by(key: str, title: str, head: str, order: Sequence[str] = ()) -> Counts:
        counts = Counter(cells.of(key, row) for row in rows)
        seen = [name for name in order if any((name, c) in counts for c in classes)]
        rest = sorted({place[0] for place in counts if place} - set(seen))
        lines = tuple((name, tuple(counts[name, c] for c in classes)) for name in [*seen, *rest])
        return Counts(key, title, head, tuple(classes), lines)

    def fixed(key: str, title: str, head: str, columns: Sequence[str]) -> Counts:
        counts = Counter(cells.of(key, row) for row in rows)
        lines = tuple((old, tuple(counts[old, c] for c in columns)) for old in (*classes, NO_CLASS))
        return Counts(key, title, head, tuple(columns), lines)

    return (
        by("area", "各区域的类别分布", "区域"),
        by("industry", "各行业的类别分布", "行业"),
        by("size", "各规模的类别分布", "从业人数", band_words(bands.staff)),
        by("age", "各年龄的类别分布", "成立年数", band_words(bands.ages)),
        Counts(
            TREND,
            "历次分类的变化",
            "截止时点",
            tuple(classes),
            tuple((day, tuple(told.get(c, 0) for c in classes)) for day, told in trend),
        ),
        fixed("migration", "与上一次相比的类别迁移", "上次＼本次", classes),
        by("sufficiency", "数据充分度", "可判断指标的占比", band_words(bands.sufficiency)),
        # By the class before the check: whoever was checked since the run before.
        fixed(DISCOVERY, "检查发现问题（按检查前的类别）", "检查前类别", FOUND),
    )


def years_of(established_on: date | None, on: date) -> int | None:
    """Whole years since a business was established; None where that is not known."""
    return None if established_on is None else (on - established_on).days * 100 // 36525


def band_of(value: int | None, bands: Sequence[tuple[int | None, str]]) -> str:
    """The words of the band in which a value lies."""
    if value is None:
        return UNKNOWN
    return next(words for below, words in bands if below is None or value < below)


def band_words(bands: Sequence[tuple[int | None, str]]) -> tuple[str, ...]:
    """The words of all bands, in order."""
    return tuple(words for _, words in bands)
