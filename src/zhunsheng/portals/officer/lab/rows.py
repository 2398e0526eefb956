"""The touches behind a number of a lab report, each with the way to why."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from zhunsheng.core.clock import instant, moment
from zhunsheng.core.reporting.impact import Hit, behind
from zhunsheng.core.reporting.parts import whole_of
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.lab import actions, queries
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lab.runs import opened, told_of
from zhunsheng.portals.officer.words import COLOURS, TONES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows.recalling import period_of

ROWS_A_PAGE = 100


@require_safe
@with_power(actions.REPLAY)
def rows(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """The list of a cell, page by page. Whoever is no longer in the viewer's scope is counted, not named."""
    card, asked = opened(acting, number), request.GET
    version, start = asked.get("version", "0"), asked.get("from", "0")
    kept = queries.rows(viewer=acting.viewer, run_id=card.id)
    if not kept or version not in {"0", "1"} or int(version) >= len(card.versions) or not start.isdecimal():
        raise Http404
    done, period = whole_of(kept, len(card.versions)), period_of(card)
    cell = (asked.get("table", ""), asked.get("row", ""), asked.get("column", ""))
    found = behind(cell, done.hits[int(version)], done.register, instant(period.start), instant(period.end))
    content = queries.report(viewer=acting.viewer, run_id=card.id)
    if not found or content is None:
        raise Http404
    seen = registry.known_keys(viewer=acting.viewer, keys={hit.subject for hit in found})
    mine = [hit for hit in found if hit.subject in seen]
    shown = mine[int(start) : int(start) + ROWS_A_PAGE]
    names = registry.names(viewer=acting.viewer, keys={hit.subject for hit in shown})
    place, further = dict(zip(("table", "row", "column"), cell, strict=True)), int(start) + ROWS_A_PAGE
    words = {
        "here": "lab",
        **told_of(card),
        "cell": cell,
        "title": next(one["title"] for one in content["versions"][0]["tables"] if one["id"] == cell[0]),
        "version": int(version),
        "several": len(card.versions) > 1,
        "total": len(found),
        "left_out": len(found) - len(mine),
        "rows": [_row(hit, names.get(hit.subject, hit.subject)) for hit in shown],
        "next": urlencode({**place, "version": version, "from": str(further)}) if further < len(mine) else "",
    }
    return render(request, "officer/lab/rows.html", words)


def _row(hit: Hit, name: str) -> dict[str, object]:
    at = moment(hit.at)
    return {
        "subject": hit.subject,
        "name": name,
        "point": hit.point,
        "object": hit.object,
        "colour_zh": COLOURS[hit.colour],
        "tone": TONES[hit.colour],
        "at": f"{localtime(at):%Y-%m-%d %H:%M}",
        "why": urlencode({"at": at.isoformat()}),
    }
