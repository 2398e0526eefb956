"""The charts of a report on the page: what is left out, how it is sorted, where numbers lead, as a file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.safestring import mark_safe

from zhunsheng.core.reporting.charts import ROWS_MAX, Leads, bars, matrix
from zhunsheng.core.reporting.credit import DISCOVERY, TREND
from zhunsheng.core.reporting.tables import MASKED, Counts, arranged
from zhunsheng.foundation.tabular.writing import write_table
from zhunsheng.judging.portraits.queries import ReportCard

DRAWN_AS_MATRIX = frozenset({"migration"})
# Rows of these have no order of their own; in all others the order says something.
SORTED = frozenset({"area", "industry"})
PERIODS_SHOWN = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a reader chose: classes left out, whether the largest rows come first, how many last periods."""

    without: frozenset[str] = frozenset()
    by_size: bool = False
    periods: int = 0

    @staticmethod
    def asked(query: QueryDict) -> Arrangement:
        """What an address asks for; nonsense is left out."""
        told = query.get("periods", "")
        periods = next((n for n in PERIODS_SHOWN if str(n) == told), 0)
        return Arrangement(frozenset(query.getlist("without")), query.get("order") == "size", periods)

    def of(self, told: Counts) -> Counts:
        """A table arranged so; the same for its chart, its cells and its file."""
        without = frozenset() if told.id == DISCOVERY else self.without
        last = self.periods if told.id == TREND else 0
        return arranged(told, without=without, by_size=self.by_size and told.id in SORTED, rows_last=last)


def drawing(told: Counts, *, family: str = "sans-serif", leads: Leads | None = None) -> str:
    """The chart of a table."""
    draw = matrix if told.id in DRAWN_AS_MATRIX else bars
    return draw(told, family=family, leads=leads)


def leads_of(card: ReportCard, table: str) -> Leads | None:
    """Where the numbers of a table lead; nowhere in a report that did not keep what its rows are found by."""
    if "bands" not in card.content:
        return None

    def lead(row: str, column: str) -> str:
        asked = {"report": str(card.id), "table": table, "row": row, "column": column}
        return f"{reverse('reports:rows')}?{urlencode({k: v for k, v in asked.items() if v})}"

    return lead


def cells_of(told: Counts) -> list[tuple[str, list[str]]]:
    """Rows with their numbers and their sum as text."""
    return [(name, [text for text, _column in _texts(told, values)]) for name, values in told.rows]


def linked(told: Counts, leads: Leads | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """The same, each as (text, address); '' where there is nobody to list."""
    return [
        (
            name,
            [
                (text, leads(name, column) if leads and text not in {"＊", "0"} else "")
                for text, column in _texts(told, values)
            ],
        )
        for name, values in told.rows
    ]


def _texts(told: Counts, values: tuple[int, ...]) -> list[tuple[str, str]]:
    """(text, name of the column); the sum last, under ''."""
    texts = [("＊" if n == MASKED else str(n), c) for n, c in zip(values, told.columns, strict=True)]
    return [*texts, ("＊" if MASKED in values else str(sum(values)), "")]


def part(card: ReportCard, told: Counts, *, outside: bool, full: bool) -> dict[str, Any]:
    """A section of the page. `full`: all columns stand in it, so that a row's sum is a list as well."""
    leads = None if outside else leads_of(card, told.id)
    cells = linked(told, leads)
    if not full:
        cells = [(name, [*texts[:-1], (texts[-1][0], "")]) for name, texts in cells]
    return {
        "table": told,
        "cells": cells,
        # Made of counts and escaped words by core.reporting.charts, without script or style.
        "chart": mark_safe(drawing(told, leads=leads)),  # noqa: S308
        "linked": leads is not None,
        "cut": len(told.rows) > ROWS_MAX,
    }


def as_file(told: Counts, name: str) -> HttpResponse:
    """The table as CSV: what the chart draws, row by row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chart.csv"
        write_table(
            path, [told.head, *told.columns, "合计"], ([row, *cells] for row, cells in cells_of(told))
        )
        content = path.read_bytes()
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(
        content, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )
