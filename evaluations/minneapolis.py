"""Minneapolis: violations by inspection, beyond the inspector's habit; three critical items as outcome."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from evaluations.judged import FactBook, Row
from evaluations.strictness import Strictness
from zhunsheng.core.clock import day_start

TEST_FROM = dt.date(2012, 9, 1)
CRITICAL_MIN = 3


def _table(folder: Path) -> pl.DataFrame:
    table = pl.read_csv(folder / "minneapolis/inspections_agg.csv", try_parse_dates=True)
    return table.filter(pl.col("lic").is_not_null()).sort("date", "InspectionID")


def rows_of(folder: Path) -> list[Row]:
    """Routine visits of licensed premises that have been seen before, in order of date and id."""
    seen: set[str] = set()
    rows = []
    for r in _table(folder).iter_rows(named=True):
        subject = str(int(r["lic"]))
        if r["purpose"] == "Routine" and subject in seen:
            found = int(r["ncrit"] >= CRITICAL_MIN)
            rows.append(Row(subject, r["date"], found, r["insp"], r["date"] >= TEST_FROM))
        seen.add(subject)
    return rows


def facts_of(folder: Path) -> FactBook:
    """Results as excess over the inspector's habit in thousandths, with the raw counts beside them."""
    book = FactBook()
    critical, every = Strictness(), Strictness()
    for r in _table(folder).iter_rows(named=True):
        group = f"{r['insp']}/{r['purpose']}"
        payload = {
            "critical": r["ncrit"],
            "violations": r["nviol"],
            "critical_excess": round(1000 * critical.excess(group, r["ncrit"])),
            "violations_excess": round(1000 * every.excess(group, r["nviol"])),
            "risk": int(r["risk"] or 0),
        }
        kind = "ROUTINE_RESULT" if r["purpose"] == "Routine" else "REINSPECTION"
        book.tell(str(int(r["lic"])), kind, r["date"], payload)
    book.settle()
    return book


def inspector_means(rows: list[Row]) -> list[float]:
    """The baseline that has learnt nothing about the premises: the inspector's own past share of found."""
    found: dict[str, int] = {}
    number: dict[str, int] = {}
    told = []
    for row in rows:
        told.append((found.get(row.group, 0) + 0.2) / (number.get(row.group, 0) + 1))
        found[row.group] = found.get(row.group, 0) + row.found
        number[row.group] = number.get(row.group, 0) + 1
    return told


def last_counts(rows: list[Row], book: FactBook) -> list[float]:
    """The plain baseline: the premises' own last critical count, whoever counted; 0 without one."""
    told = []
    for row in rows:
        before = [f for f in book.by_subject[row.subject] if f.occurred_at < day_start(row.day)]
        told.append(float(int(before[-1].payload["critical"] or 0)) if before else 0.0)
    return told
