"""The credit status report on the page, as PDF and Word; small cells are masked where it leaves."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.reporting.credit import TREND
from zhunsheng.core.reporting.tables import Counts, masked
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.documents.queries.pages import PageFormat, drawn
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import ReportCard
from zhunsheng.portals.officer import charting
from zhunsheng.portals.officer.access import internal
from zhunsheng.portals.officer.charting import PERIODS_SHOWN, Arrangement
from zhunsheng.web.clock import page_clock

PERIODS: dict[str, str | Promise] = {"MONTH": _("月度"), "QUARTER": _("季度")}
PERIODS_ZH = {"MONTH": "月度", "QUARTER": "季度"}
# The boundary of concept 2.3: what it is for, on every page that may leave the room.
INSIDE_ZH = "内部资料：分类结果只用于配置监管资源，不是对经营主体的信用评价，不得对外提供。"
OUTSIDE_ZH = "本报告只含汇总数，不含任何一户的类别；不足 {least} 户的格子和可由合计推算的格子不显示。"
DIGEST_SHOWN = 16


def tables_of(card: ReportCard, *, outside: bool) -> tuple[Counts, ...]:
    """The tables of a report; those that may leave, masked, when it goes outside."""
    told = tuple(
        Counts(
            t["id"],
            t["title"],
            t["head"],
            tuple(t["columns"]),
            tuple((name, tuple(values)) for name, values in t["rows"]),
        )
        for t in card.content["tables"]
    )
    if not outside:
        return told
    policy = open_library(settings.PACKS).policy("zhunsheng.report-policy/1")
    return tuple(masked(t, policy["cell_min"]) for t in told if t.id in policy["outside_tables"])


@internal
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every kept report, newest first."""
    rows = [(card, PERIODS[card.period]) for card in portraits.reports(viewer=viewer)]
    return render(request, "officer/reports/index.html", {"here": "reports", "rows": rows})


def _found(viewer: Viewer, number: int) -> ReportCard:
    card = portraits.report(viewer=viewer, report_id=number)
    if card is None:
        raise Http404
    return card


@internal
def report(request: HttpRequest, viewer: Viewer, number: int) -> HttpResponse:
    """The report with a chart and its table for each question."""
    card, outside = _found(viewer, number), request.GET.get("for") == "outside"
    asked, every = Arrangement.asked(request.GET), tables_of(card, outside=outside)
    parts = []
    for told in every:
        kept = asked.of(told)
        parts.append(charting.part(card, kept, outside=outside, full=kept.columns == told.columns))
    words = {
        "here": "reports",
        "card": card,
        "period": PERIODS[card.period],
        "parts": parts,
        "outside": outside,
        "least": _least(),
        "as_of": card.content["as_of"],
        "asked": asked,
        "classes": next((told.columns for told in every if told.id == TREND), ()),
        "periods": PERIODS_SHOWN,
        "query": request.GET.urlencode(),
    }
    return render(request, "officer/reports/report.html", words)


@internal
def data(request: HttpRequest, viewer: Viewer, number: int, name: str) -> HttpResponse:
    """One table as a file, arranged as the page that leads here."""
    card, outside = _found(viewer, number), request.GET.get("for") == "outside"
    told = next((one for one in tables_of(card, outside=outside) if one.id == name), None)
    if told is None:
        raise Http404
    day = card.content["as_of"][:10]
    return charting.as_file(Arrangement.asked(request.GET).of(told), f"{told.title}-{day}.csv")


def _least() -> int:
    least: int = open_library(settings.PACKS).policy("zhunsheng.report-policy/1")["cell_min"]
    return least


@internal
def page(request: HttpRequest, viewer: Viewer, number: int, form: str) -> HttpResponse:
    """The report as a file: the same bytes whenever and by whomever it is asked for."""
    if form not in set(PageFormat):
        raise Http404
    card, outside = _found(viewer, number), request.GET.get("for") == "outside"
    told = content_of(card, outside=outside)
    made = drawn(viewer=viewer, told=told, form=PageFormat(form), on=page_clock().now().date())
    response = HttpResponse(made.body, content_type=made.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(made.name)}"
    return response


def content_of(card: ReportCard, *, outside: bool) -> dict[str, Any]:
    """What the pages are drawn from: head, how it was made, then a chart and a table for each question."""
    told, day = card.content, card.content["as_of"][:10]
    family = settings.DOCUMENT_FONT
    note = OUTSIDE_ZH.format(least=_least()) if outside else INSIDE_ZH
    made = [
        ["截止时点", told["as_of"]],
        ["所知时点", told["known_at"]],
        ["主体", f"{told['subjects']} 户"],
        ["对比的上一次", told["before"] or "没有"],
        ["规则包", f"{told['pack_version']} {told['pack_hash'][:DIGEST_SHOWN]}"],
        ["报告数据摘要", card.content_hash[:DIGEST_SHOWN]],
    ]
    blocks: list[dict[str, Any]] = [{"kind": "NOTE", "text": note}, {"kind": "TABLE", "rows": made}]
    for table in tables_of(card, outside=outside):
        blocks.append({"kind": "HEADING", "text": table.title})
        picture = charting.drawing(table, family=family)
        blocks.append({"kind": "PICTURE", "svg": picture, "text": table.title})
        rows = [[name, *cells] for name, cells in charting.cells_of(table)]
        blocks.append({"kind": "GRID", "head": [table.head, *table.columns, "合计"], "rows": rows})
    return {
        "title": f"经营主体信用状况{PERIODS_ZH[card.period]}报告",
        "organ": settings.BUREAU_NAME,
        "serial": f"{day}{'（对外）' if outside else ''}",
        "issued_on": told["known_at"][:10],
        "blocks": blocks,
    }
