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


def credit_tables(
    rows: Sequence[Classed],
    classes: Sequence[str],
    trend: Sequence[tuple[str, Mapping[str, int]]],
    bands: Bands,
    on: date,
    names: Callable[[str, str], str],
) -> tuple[Counts, ...]:
    """All tables of a report. `trend` has (as of, class → businesses), oldest first; `names` names codes."""

    def by(key: str, title: str, head: str, told: Callable[[Classed], str], order: Sequence[str]) -> Counts:
        counts = Counter((told(row), row.class_name) for row in rows)
        seen = [name for name in order if any((name, c) in counts for c in classes)]
        rest = sorted({name for name, _ in counts} - set(seen))
        lines = tuple((name, tuple(counts[name, c] for c in classes)) for name in [*seen, *rest])
        return Counts(key, title, head, tuple(classes), lines)

    def age(row: Classed) -> str:
        return band_of(years_of(row.established_on, on), bands.ages)

    return (
        by("area", "各区域的类别分布", "区域", lambda r: names("area", r.division), ()),
        by("industry", "各行业的类别分布", "行业", lambda r: names("industry", r.industry), ()),
        by(
            "size",
            "各规模的类别分布",
            "从业人数",
            lambda r: band_of(r.staff, bands.staff),
            band_words(bands.staff),
        ),
        by("age", "各年龄的类别分布", "成立年数", age, band_words(bands.ages)),
        Counts(
            "trend",
            "历次分类的变化",
            "截止时点",
            tuple(classes),
            tuple((day, tuple(told.get(c, 0) for c in classes)) for day, told in trend),
        ),
        _migration(rows, classes),
        by(
            "sufficiency",
            "数据充分度",
            "可判断指标的占比",
            lambda r: band_of(r.sufficiency_permille, bands.sufficiency),
            band_words(bands.sufficiency),
        ),
        _discovery(rows, classes),
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


def _migration(rows: Sequence[Classed], classes: Sequence[str]) -> Counts:
    steps = Counter((row.before or NO_CLASS, row.class_name) for row in rows)
    lines = tuple((old, tuple(steps[old, new] for new in classes)) for old in (*classes, NO_CLASS))
    return Counts("migration", "与上一次相比的类别迁移", "上次＼本次", tuple(classes), lines)


def _discovery(rows: Sequence[Classed], classes: Sequence[str]) -> Counts:
    """By the class before the check: whoever was checked since the run before, with and without a finding."""
    checked = Counter((row.before or NO_CLASS, row.found) for row in rows if row.checked)
    lines = tuple((c, (checked[c, True], checked[c, False])) for c in (*classes, NO_CLASS))
    return Counts(
        "discovery", "检查发现问题（按检查前的类别）", "检查前类别", ("发现问题", "未发现问题"), lines
    )
