"""The four published lists, as they are in force and as they were."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhunsheng.core.actors import Audience, Viewer
from zhunsheng.core.packs.lists import COLUMNS
from zhunsheng.registers.statutes.lifecycle import ListState
from zhunsheng.registers.statutes.queries import lists as statutes
from zhunsheng.registers.statutes.queries.lists import ListCard
from zhunsheng.web.clock import page_clock

ANYBODY = Viewer(Audience.PUBLIC, "")
FOUR: dict[str, str | Promise] = {
    "trigger.items": _("监管哪些事项"),
    "trigger.risk_points": _("防哪些风险"),
    "trigger.trigger_points": _("到什么情况会提醒或核查"),
    "trigger.measures": _("触线后会做什么"),
}
STATES: dict[str, str | Promise] = {
    ListState.PUBLISHED: _("已发布，尚未施行"),
    ListState.EFFECTIVE: _("现行"),
    ListState.SUPERSEDED: _("已被取代"),
}


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The four lists with the version in force of each."""
    today = page_clock().now().date()
    rows = [
        (key, about, statutes.in_force(viewer=ANYBODY, list_key=key, on=today)) for key, about in FOUR.items()
    ]
    return render(request, "public/lists.html", {"rows": rows, **_bureau()})


@require_safe
def one_list(request: HttpRequest, key: str) -> HttpResponse:
    """One list: the version asked for, else the one in force, else the newest published."""
    found = statutes.versions(viewer=ANYBODY, list_key=key) if key in FOUR else []
    if not found:
        raise Http404
    told, today = request.GET.get("version", ""), page_clock().now().date()
    shown = next((card for card in found if told and str(card.number) == told), None)
    shown = shown or statutes.in_force(viewer=ANYBODY, list_key=key, on=today) or found[-1]
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = _rows(shown)
    words = {
        "key": key,
        "about": FOUR[key],
        "shown": shown,
        "state": STATES.get(shown.state, ""),
        "versions": [(card, STATES.get(card.state, "")) for card in reversed(found)],
        "text": text,
        "rows": [row for row in rows if _has(row, text)],
        "total": len(rows),
        **_bureau(),
    }
    return render(request, "public/list.html", words)


Row = tuple[str, str, list[tuple[str, str]]]


def _rows(card: ListCard) -> list[Row]:
    """(code, name, the other columns that say something): only the columns of a list."""
    return [
        (
            str(entry["code"]),
            str(entry.get(COLUMNS[1], "")),
            [(label, str(entry[label])) for label in COLUMNS[2:] if entry.get(label)],
        )
        for entry in card.content["entries"]
    ]


def _has(row: Row, text: str) -> bool:
    told = " ".join((row[0], row[1], *(words for _label, words in row[2]))).casefold()
    return all(word in told for word in text.casefold().split())


def _bureau() -> dict[str, str]:
    return {"bureau": settings.BUREAU_NAME, "contact": settings.BUREAU_CONTACT}
