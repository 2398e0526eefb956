"""San Francisco: scores and violations as facts; the next routine visit as the outcome."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from evaluations.judged import FactBook, Row

TEST_FROM = dt.date(2016, 7, 1)
BLOCK_DAYS = 60
COMPLAINT_TYPES = ("Complaint", "Foodborne Illness Investigation")
RISKS = {"High Risk": "high", "Moderate Risk": "moderate", "Low Risk": "low"}


def _day(text: object) -> dt.date:
    return dt.datetime.strptime(str(text), "%Y%m%d").replace(tzinfo=dt.UTC).date()


def rows_of(folder: Path) -> list[Row]:
    """Routine visits with an earlier scored one; the group is the 60-day block of the test period."""
    table = pl.read_parquet(folder / "sf/routine.parquet").filter(pl.col("prev_score").is_not_null())
    rows = []
    for r in table.sort("date", "business_id").iter_rows(named=True):
        block = max((r["date"] - TEST_FROM).days, -1) // BLOCK_DAYS
        rows.append(
            Row(str(r["business_id"]), r["date"], r["high"] > 0, f"{block:03d}", r["date"] >= TEST_FROM)
        )
    return rows


def facts_of(folder: Path) -> FactBook:
    """Routine results with score and counted violations; complaint and re-inspection visits."""
    book = FactBook()
    counted: dict[tuple[str, dt.date], dict[str, int]] = {}
    for r in pl.read_csv(folder / "sf/violations.csv").unique(maintain_order=True).iter_rows(named=True):
        key = (str(r["business_id"]), _day(r["date"]))
        risk = RISKS.get(r["risk_category"])
        if risk is not None:
            found = counted.setdefault(key, {"high": 0, "moderate": 0, "low": 0})
            found[risk] += 1
    table = pl.read_csv(folder / "sf/inspections.csv", infer_schema_length=0).unique(maintain_order=True)
    for r in table.iter_rows(named=True):
        subject, day = str(r["business_id"]), _day(r["date"])
        found = counted.get((subject, day), {"high": 0, "moderate": 0, "low": 0})
        if r["Score"] and r["type"].startswith("Routine"):
            book.tell(subject, "ROUTINE_RESULT", day, {"score": int(float(r["Score"])), **found})
        elif any(r["type"].startswith(name) for name in COMPLAINT_TYPES):
            book.tell(subject, "COMPLAINT_VISIT", day, {})
        elif r["type"].startswith("Reinspection"):
            book.tell(subject, "REINSPECTION", day, {})
    book.settle()
    return book


def previous_scores(rows: list[Row], folder: Path) -> list[float]:
    """The plain baseline: the score of the visit before, low first."""
    table = pl.read_parquet(folder / "sf/routine.parquet").filter(pl.col("prev_score").is_not_null())
    known = {(str(r["business_id"]), r["date"]): r["prev_score"] for r in table.iter_rows(named=True)}
    return [-float(known[(row.subject, row.day)]) for row in rows]
