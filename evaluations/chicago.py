"""Chicago: canvass inspections as facts, judged on the eve of each visit, against what was found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from evaluations.judged import FactBook, Row
from evaluations.strictness import Strictness

RECENT_PURPOSES = ("Complaint", "Suspected Food Poisoning", "Re-Inspection")
PREMISES_FLAGS = {
    "incidental": "consumption_on_premises_incidental_activity",
    "tobacco": "tobacco_retail_over_counter",
    "tavern": "tavern",
    "package_goods": "package_goods",
}


def rows_of(folder: Path) -> list[Row]:
    """The 18,712 rows of the published table in order of inspection id."""
    table = pl.read_parquet(folder / "chicago/model_table.parquet").sort("Inspection_ID")
    return [
        Row(
            str(r["License"]),
            r["Inspection_Date"],
            r["criticalFound"],
            r["Inspector_Assigned"],
            r["split"] == "test",
        )
        for r in table.iter_rows(named=True)
    ]


def facts_of(folder: Path) -> FactBook:
    """Results (beyond the group's habit), premises, visits and surroundings, each on its day."""
    book = FactBook()
    _results(folder, book)
    _visits(folder, book)
    _premises(folder, book)
    book.settle()
    return book


def _results(folder: Path, book: FactBook) -> None:
    habits = {name: Strictness() for name in ("critical", "serious", "minor")}
    table = pl.read_parquet(folder / "chicago/inspections.parquet").sort("Inspection_Date", "Inspection_ID")
    for r in table.iter_rows(named=True):
        group = r["Inspector_Assigned"]
        counted = {
            "critical": min(r["criticalCount"], 1),
            "serious": min(r["seriousCount"], 1),
            "minor": r["minorCount"],
        }
        excess = {f"{k}_excess": round(1000 * habits[k].excess(group, v)) for k, v in counted.items()}
        payload = {**counted, **excess, "failed": int(r["Results"] == "Fail")}
        book.tell(str(r["License"]), "INSPECTION_RESULT", r["Inspection_Date"], payload)


def _visits(folder: Path, book: FactBook) -> None:
    table = pl.read_parquet(folder / "chicago/inspector_visits.parquet").sort("Inspection_Date")
    for r in table.iter_rows(named=True):
        purpose = next((p for p in RECENT_PURPOSES if p in (r["Inspection_Purpose"] or "")), None)
        if purpose is not None and r["License"] is not None and r["Inspection_Date"] is not None:
            book.tell(str(r["License"]).split(".")[0], "VISIT", r["Inspection_Date"], {"purpose": purpose})


def _premises(folder: Path, book: FactBook) -> None:
    """Licence attributes and density of reports as the published table states them for each visit.

    They enter on the eve: the table gives them per visit. The density includes the day of the visit
    itself (see the data folder's notes), which a live system would not have.
    """
    risks = {
        r["Inspection_ID"]: r["Risk"]
        for r in pl.read_parquet(folder / "chicago/inspections.parquet").iter_rows(named=True)
    }
    for r in pl.read_parquet(folder / "chicago/model_table.parquet").iter_rows(named=True):
        eve = r["Inspection_Date"] - dt.timedelta(days=1)
        payload = {
            **{name: int(r[column]) for name, column in PREMISES_FLAGS.items()},
            "high_risk": int(risks.get(r["Inspection_ID"]) == "Risk 1 (High)"),
            "restaurant": int(r["Facility_Type"] == "Restaurant"),
            "age_days": round(r["ageAtInspection"] * 365),
            "burglary": round(r["heat_burglary"]),
            "sanitation": round(r["heat_sanitation"]),
            "garbage": round(r["heat_garbage"]),
        }
        book.tell(str(r["License"]), "PREMISES", eve, payload)
