"""The three cities behind one shape: rows, facts, a plain baseline, and what the data folder reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluations import chicago, minneapolis, sanfrancisco
from evaluations.judged import FactBook, Row
from zhunsheng.core.clock import day_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class City:
    """One evaluation. `baselines` are rankings recomputed here; `known` are figures of the data folder."""

    pack: str
    title: str
    outcome: str
    groups: str
    rows: Callable[[Path], list[Row]]
    facts: Callable[[Path], FactBook]
    baselines: Callable[[Path, list[Row], FactBook], dict[str, Floats]]
    known: str


def _of_chicago(folder: Path, rows: list[Row], book: FactBook) -> dict[str, Floats]:
    rate = {
        g: np.mean([r.found for r in rows if not r.test and r.group == g]) for g in {r.group for r in rows}
    }
    return {"who inspects, nothing else": np.array([rate[r.group] for r in rows])}


def _of_san_francisco(folder: Path, rows: list[Row], book: FactBook) -> dict[str, Floats]:
    complaints = [
        sum(f.kind == "COMPLAINT_VISIT" and 0 < (row.day - day_of(f.occurred_at)).days <= 365 for f in facts)
        for row in rows
        for facts in [book.by_subject.get(row.subject, ())]
    ]
    return {
        "previous score": np.array(sanfrancisco.previous_scores(rows, folder)),
        "complaint visits of the year before": np.array(complaints, dtype=np.float64),
    }


def _of_minneapolis(folder: Path, rows: list[Row], book: FactBook) -> dict[str, Floats]:
    return {
        "premises' own last count": np.array(minneapolis.last_counts(rows, book)),
        "inspector's past mean, nothing else": np.array(minneapolis.inspector_means(rows)),
    }


CITIES = (
    City(
        "chicago",
        "Chicago",
        "at least one critical violation at a canvass visit",
        "inspector group",
        chicago.rows_of,
        chicago.facts_of,
        _of_chicago,
        "published form 7.43 days and AUC 0.673 (it knows the inspector), 1.77 days within inspectors; "
        "boosting without the inspector 3.38 days, 2.68 within, mean AUC within 0.597",
    ),
    City(
        "sf",
        "San Francisco",
        "at least one high-risk violation at a routine visit",
        "60-day block",
        sanfrancisco.rows_of,
        sanfrancisco.facts_of,
        _of_san_francisco,
        "previous score AUC about 0.72 and 9–10 days in rolling 60-day windows; boosting 0.731 and 9.9 days",
    ),
    City(
        "minneapolis",
        "Minneapolis",
        "three or more critical items at a routine visit",
        "inspector",
        minneapolis.rows_of,
        minneapolis.facts_of,
        _of_minneapolis,
        "inspector's past mean AUC 0.69, premises' own last count 0.545",
    ),
)
