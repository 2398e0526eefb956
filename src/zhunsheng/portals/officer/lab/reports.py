"""A report of the lab on the page and as files, and why one business is in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhunsheng.core.actors import Viewer
from zhunsheng.core.reporting.charts import ROWS_MAX, bars, curve
from zhunsheng.core.reporting.impact import UNREACHED
from zhunsheng.core.reporting.tables import Counts
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.tabular.writing import write_table
from zhunsheng.judging.lab import actions, queries
from zhunsheng.judging.lab.queries import RunCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.explaining import Told
from zhunsheng.portals.officer.importing import as_file
from zhunsheng.portals.officer.words import COLOURS, TONES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows.keeping import pack_of

MOVED_SHOWN = 200
Content = Mapping[str, Any]
Row = tuple[str, list[str]]


def report_words(viewer: Viewer, card: RunCard) -> dict[str, Any]:
    """What a report's page shows, read from the kept text alone."""
    content = queries.report(viewer=viewer, run_id=card.id)
    if content is None:
        raise Http404
    if card.kind == "SWEEP":
        return {"content": content, **_sweep_words(content)}
    versions: Sequence[Content] = content["versions"]
    names = registry.names(
        viewer=viewer, keys={r["subject"] for side in ("gained", "lost") for r in content[side]}
    )
    leads = queries.has_rows(viewer=viewer, run_id=card.id)
    return {
        "content": content,
        "told": versions,
        "figures": [(name, [str(cell) for cell in cells]) for name, cells in figures_of(versions)],
        "tables": [_table(card, versions, place, leads=leads) for place in range(len(versions[0]["tables"]))],
        "stations": [station_rows(version) for version in versions],
        "precision": [(v, [_precise(row) for row in v["precision"]]) for v in versions],
        "moved": [
            (_("只有第一个版本触及"), 0, len(content["gained"]), _moved(content["gained"], names)),
            (_("只有第二个版本触及"), 1, len(content["lost"]), _moved(content["lost"], names)),
        ]
        if len(versions) > 1
        else [],
    }


def figures_of(versions: Sequence[Content]) -> list[tuple[str, list[object]]]:
    """The figures that a person wants first, a column a version."""
    return [
        (_("触线次数"), [v["touches"] for v in versions]),
        (_("其中期初已触线"), [v["standing"] for v in versions]),
        (_("触及主体"), [v["subjects"] for v in versions]),
        (_("短信条数"), [v["messages"]["messages"] for v in versions]),
        (_("短信费用（元）"), [f"{v['messages']['cost_fen'] / 100:.2f}" for v in versions]),
        (_("预计上门次数"), [f"{v['work']['visits_permille'] / 1000:.1f}" for v in versions]),
        (_("所需人日"), [f"{v['work']['officer_days_hundredths'] / 100:.1f}" for v in versions]),
        (_("前后两半期事项构成的变动（千分比）"), [v["drift_permille"] for v in versions]),
    ]


def counts_of(told: Content) -> Counts:
    """A table of a report."""
    rows = tuple((name, tuple(values)) for name, values in told["rows"])
    return Counts(told["id"], told["title"], told["head"], tuple(told["columns"]), rows)


def _table(card: RunCard, versions: Sequence[Content], place: int, *, leads: bool) -> dict[str, Any]:
    """One question with a column for each version and colour, and a drawing of the first.

    Numbers are (number, address of what it counts); '' where nothing is listed.
    """
    every = [counts_of(v["tables"][place]) for v in versions]
    names = list(dict.fromkeys(name for told in every for name, _ in told.rows))
    found = [dict(told.rows) for told in every]
    nothing = (0,) * len(every[0].columns)

    def where(version: int, row: str, column: str) -> str:
        asked = {"version": str(version), "table": every[0].id, "row": row, "column": column}
        listed = leads and column != UNREACHED
        return f"{reverse('lab:rows', args=[card.id])}?{urlencode(asked)}" if listed else ""

    def cells(row: str) -> list[tuple[int, str]]:
        each = [
            (n, told)
            for n, of in enumerate(found)
            for told in zip(columns, of.get(row, nothing), strict=True)
        ]
        return [(value, where(n, row, column) if value else "") for n, (column, value) in each]

    columns, lead = every[0].columns, partial(where, 0) if leads else None
    unit = "户" if UNREACHED in columns else "次"
    drawn = bars(every[0], leads=lead, unit=unit) if every[0].rows else ""
    return {
        "table": every[0],
        "heads": [(n, column) for n, told in enumerate(every, 1) for column in told.columns],
        "several": len(every) > 1,
        "rows": [(name, cells(name)) for name in names],
        # Made of counts and escaped words by core.reporting.charts, without script or style.
        "chart": mark_safe(drawn),  # noqa: S308
        "linked": leads,
        "cut": len(every[0].rows) > ROWS_MAX,
    }


def station_rows(version: Content) -> list[dict[str, Any]]:
    """Stations with days wanted, days there are, and what would be left undone by month."""
    per_day = version["work"]["minutes_per_day"]

    def days(minutes: int) -> str:
        return f"{minutes / per_day:.1f}"

    return [
        {
            "name": one["station"],
            "touches": one["touches"],
            "visits": f"{one['visits_permille'] / 1000:.1f}",
            "wanted": days(one["minutes"]),
            "there": days(one["capacity_minutes"]),
            "left": days(one["left_minutes"]),
            "over": one["left_minutes"] > 0,
        }
        for one in version["work"]["stations"]
    ]


def _precise(row: Content) -> dict[str, str]:
    share = "—" if row["permille"] is None else f"{row['permille'] / 10:.1f}%"
    return {
        "group": row["group"] or _("全部触发点"),
        "measure": row["measure_zh"],
        "share": share,
        "interval": f"{row['low_permille'] / 10:.1f}%–{row['high_permille'] / 10:.1f}%",
        "known": f"{row['borne_out']} / {row['borne_out'] + row['unfounded']}",
        "seen": f"{row['exposure_permille'] / 10:.1f}%",
    }


def _moved(rows: Sequence[Content], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "name": names.get(row["subject"], row["subject"]),
            "colour_zh": COLOURS[row["colour"]],
            "tone": TONES[row["colour"]],
        }
        for row in rows[:MOVED_SHOWN]
    ]


def _sweep_words(content: Content) -> dict[str, Any]:
    rows, now = content["rows"], content["now"]
    drawn = [
        (_("这个触发点的触线次数"), [(row["value"], sum(row["point_touches"])) for row in rows]),
        (_("所需人日（百分之一）"), [(row["value"], row["officer_days_hundredths"]) for row in rows]),
    ]
    return {
        # Made of numbers and escaped words by core.reporting.charts, without script or style.
        "curves": [(title, mark_safe(curve(title, points, now))) for title, points in drawn],  # noqa: S308
        "rows": [
            {**row, "days": f"{row['officer_days_hundredths'] / 100:.1f}", "now": row["value"] == now}
            for row in rows
        ],
    }


@require_safe
@with_power(actions.REPLAY)
def file(request: HttpRequest, acting: Acting, number: int, form: str) -> HttpResponse:
    """The report as it was kept, byte for byte as the command writes it; or its figures as a table."""
    card = queries.run(viewer=acting.viewer, run_id=number)
    text = queries.report_text(viewer=acting.viewer, run_id=number)
    if card is None or not text or form not in {"json", "csv"}:
        raise Http404
    name = f"{_('试算')}-{number}-{card.content_hash[:8]}.{form}"
    if form == "json":
        response = HttpResponse(text, content_type="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="lab-{number}.json"'
        return response
    content = queries.report(viewer=acting.viewer, run_id=number) or {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        rows = [[str(cell) for cell in row] for row in _flat(content)]
        write_table(path, [_("版本"), _("表"), _("行"), _("列"), _("数")], rows)
        return as_file(path.read_bytes(), name, "csv")


def _flat(content: Content) -> Iterator[tuple[object, ...]]:
    """Every number of a report in a row of its own."""
    for row in content.get("rows", ()):
        for column in ("touches", "subjects", "messages", "officer_days_hundredths", "left_minutes"):
            yield row["hash"], content["point"], row["value"], column, row[column]
    for version in content.get("versions", ()):
        for name, (value,) in figures_of([version]):
            yield version["hash"], "", "", name, value
        for table in version["tables"]:
            for name, values in table["rows"]:
                for column, value in zip(table["columns"], values, strict=True):
                    yield version["hash"], table["title"], name, column, value


@require_safe
@with_power(actions.REPLAY)
def why(request: HttpRequest, acting: Acting, number: int, key: str) -> HttpResponse:
    """Why a version of a run touches a business at an instant; which one, the address says."""
    card = queries.run(viewer=acting.viewer, run_id=number)
    place, told_at = request.GET.get("version", "0"), request.GET.get("at", "")
    try:
        at = datetime.fromisoformat(told_at)
    except ValueError:
        raise Http404 from None
    subject = registry.get(viewer=acting.viewer, key=key)
    known = card is not None and place in {"0", "1"} and int(place) < len(card.versions)
    pack = pack_of(card.versions[int(place)][1]) if card is not None and known else None
    if subject is None or pack is None or at.tzinfo is None:
        raise Http404
    told = Told(acting.viewer, key, at, pack)
    points = [
        {
            "point": told.point(one.result.point),
            "object": one.result.object,
            "colour": COLOURS[one.result.colour.value],
            "tone": TONES[one.result.colour.value],
            "compared": told.compared(one.result.point, one.result.object),
            "way": told.point_way(one.result.point, one.result.object),
        }
        for one in told.explanation.points
    ]
    words = {"here": "lab", "card": card, "subject": subject, "pack": pack, "at": at, "points": points}
    return render(request, "officer/lab/why.html", words)
