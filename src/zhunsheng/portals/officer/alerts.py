"""Area alerts as tiles, darker where more businesses are touched; each leads to those that it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.actors import Viewer
from zhunsheng.core.rules.tree import TriggerPoint
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import alerts as actions
from zhunsheng.judging.triggers.actions.alerts import AlertError
from zhunsheng.judging.triggers.queries import AlertCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.words import ALERT_STATES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.ruling import points_at

READ, DECIDE = "touch.read", "touch.decide"
TILES_SHOWN, CLOSED_SHOWN, ROWS_A_PAGE = 200, 50, 100
SHADES, CLOSED_WITHIN = 4, timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Tile:
    """One alert: where, at which point, how many of the viewer's businesses; `shade` is 1 to SHADES."""

    card: AlertCard
    area: str
    point: str
    firms: int
    shade: int

    @property
    def state(self) -> object:
        """Where it stands, in words."""
        return ALERT_STATES[self.card.state]


def tiles_of(
    viewer: Viewer, cards: Sequence[AlertCard], points: Mapping[str, TriggerPoint], on: date
) -> list[Tile]:
    """The alerts as tiles, in their order; the shade is the share of the largest."""
    areas = registry.area_names(viewer=viewer, areas={card.area for card in cards}, on=on)
    most = max((len(card.subjects) for card in cards), default=0) or 1
    return [
        Tile(
            card,
            areas[card.area],
            points[card.point].name_zh if card.point in points else card.point,
            len(card.subjects),
            max(1, -(-SHADES * len(card.subjects) // most)),
        )
        for card in cards
    ]


def _tiles(viewer: Viewer, cards: Sequence[AlertCard]) -> list[Tile]:
    now = page_clock().now()
    return tiles_of(viewer, cards, points_at(now), localtime(now).date())


@require_safe
@with_power(READ)
def index(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Every open alert as a tile, the most businesses first; below, the last ones that were closed."""
    cards = triggers.alerts(viewer=acting.viewer, closed=False)
    cards.sort(key=lambda card: -len(card.subjects))
    since = page_clock().now() - CLOSED_WITHIN
    closed = triggers.alerts(viewer=acting.viewer, closed=True, closed_from=since)[:CLOSED_SHOWN]
    words = {
        "here": "alerts",
        "alerts": _tiles(acting.viewer, cards[:TILES_SHOWN]),
        "left": len(cards[TILES_SHOWN:]),
        "closed": _tiles(acting.viewer, closed),
    }
    return render(request, "officer/alerts.html", words)


def _opened(acting: Acting, number: int) -> AlertCard:
    found = triggers.alerts(viewer=acting.viewer, alert_id=number)
    if not found:
        raise Http404
    return found[0]


@require_safe
@with_power(READ)
def alert(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """One alert: its businesses, page by page, and what is to be done about it."""
    return _page(request, acting, _opened(acting, number))


def _page(request: HttpRequest, acting: Acting, card: AlertCard, problem: str = "") -> HttpResponse:
    (tile,) = _tiles(acting.viewer, [card])
    behind = [key for key in card.subjects if key > request.GET.get("after", "")]
    keys = behind[:ROWS_A_PAGE]
    names = registry.names(viewer=acting.viewer, keys=set(keys))
    words = {
        "here": "alerts",
        "tile": tile,
        "card": card,
        "rows": [(key, names.get(key, key)) for key in keys],
        "next": keys[-1] if len(behind) > ROWS_A_PAGE else "",
        "may_decide": DECIDE in acting.actor.powers and card.closed_at is None,
        "typed": request.POST.get("analysis", ""),
        "errors": {"analysis": problem} if problem else {},
    }
    return render(request, "officer/alert.html", words, status=400 if problem else 200)


@require_POST
@with_power(DECIDE)
def step(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Take an alert into analysis, or close it with what was found."""
    card, at = _opened(acting, number), page_clock().now()
    try:
        if request.POST.get("step") == "analyse":
            actions.analyse(by=acting.actor, at=at, alert_id=card.id)
        else:
            analysis = request.POST.get("analysis", "")
            actions.close_alert(by=acting.actor, at=at, alert_id=card.id, analysis=analysis)
    except AlertError as error:
        return _page(request, acting, card, str(error))
    return HttpResponseRedirect(reverse("officer:alert", args=[card.id]))
