"""Snoozes of points at the desk: begun and lifted with a reason, and told wherever the point is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhunsheng.core.actors import PowerLackingError, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.actions import snoozes
from zhunsheng.judging.rulebook.lifecycle import ProposalStepError, SnoozeState
from zhunsheng.judging.rulebook.queries import SnoozeCard
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.words import SNOOZES
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.ruling import points_at, rules_at
from zhunsheng.workflows.snoozing import lift as lift_it
from zhunsheng.workflows.snoozing import start as start_it


@dataclass(frozen=True, slots=True)
class Told:
    """A snooze in words: which point, where, and by day what it kept from starting."""

    card: SnoozeCard
    name: str
    place: str
    state: str
    days: list[tuple[date, int]]
    may_lift: bool = False


def _told(
    viewer: Viewer, at: datetime, cards: Sequence[SnoozeCard], acting: Acting | None = None
) -> list[Told]:
    if not cards:
        return []
    points, places = points_at(at), _places(viewer, at)
    counts = triggers.snoozed_counts(viewer=viewer, snooze_ids=[card.id for card in cards])
    return [
        Told(
            card,
            points[card.point].name_zh if card.point in points else card.point,
            places.get(card.district, card.district) if card.district else _("全局"),
            str(SNOOZES[card.state]),
            counts.get(card.id, []),
            acting is not None and card.state is SnoozeState.RUNNING and _may(acting, card.district),
        )
        for card in cards
    ]


def _places(viewer: Viewer, at: datetime) -> dict[str, str]:
    units = organisation.units(viewer=viewer, on=at.date())
    return {unit.district: unit.name for unit in units if unit.level == "DISTRICT"}


def _may(acting: Acting, district: str) -> bool:
    here = acting.viewer.sees_all or district in acting.viewer.scope.districts
    return here and snoozes.POWER in acting.actor.powers


def holding(viewer: Viewer, at: datetime, *, point: str = "", division: str | None = None) -> list[Told]:
    """The snoozes that hold now: of one point, in one place if it is named, else where the viewer works."""
    cards = queries.snoozes(viewer=viewer, known_at=at, holding_at=at, point=point)
    here = viewer.scope.tenants if division is None else {division}
    everywhere = division is None and viewer.sees_all
    return _told(viewer, at, [c for c in cards if everywhere or not c.district or c.district in here])


def on_board(viewer: Viewer) -> dict[str, object]:
    """The snoozes that hold now where this person works."""
    return {"snoozes": holding(viewer, page_clock().now())}


def on_life_page(acting: Acting, at: datetime) -> dict[str, object]:
    """Every snooze with its counts, and what this person may snooze where."""
    places = _places(acting.viewer, at).items()
    where = [("", _("全局")), *places] if acting.viewer.sees_all else places
    can = snoozes.POWER in acting.actor.powers
    points = rules_at(at).points.values()
    return {
        "snoozes": _told(acting.viewer, at, queries.snoozes(viewer=acting.viewer, known_at=at), acting),
        "snooze_points": [(p.id, p.name_zh) for p in points if p.critical is None] if can else [],
        "snooze_places": [(d, name) for d, name in where if _may(acting, d)],
    }


@require_POST
@with_power(snoozes.POWER)
def start(request: HttpRequest, acting: Acting) -> HttpResponse:
    """A point is snoozed from now on."""
    told, at = request.POST, page_clock().now()
    try:
        until, where = _instant(told.get("until", "")), (told.get("point", ""), told.get("district", ""))
        start_it(acting.actor, at, acting.viewer, *where, until, told.get("why", ""))
    except (ProposalStepError, PowerLackingError) as error:
        return _refused(request, str(error))
    return HttpResponseRedirect(reverse("rules:life"))


@require_POST
@with_power(snoozes.POWER)
def lift(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """The point acts again before the end."""
    at = page_clock().now()
    found = [c for c in queries.snoozes(viewer=acting.viewer, known_at=at) if c.id == number]
    if not found:
        raise Http404
    try:
        lift_it(acting.actor, at, acting.viewer, found[0], request.POST.get("why", ""))
    except (ProposalStepError, PowerLackingError) as error:
        return _refused(request, str(error))
    return HttpResponseRedirect(reverse("rules:life"))


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    words = {"here": "rules", "title": _("没有办理"), "words": why, "back": reverse("rules:life")}
    return render(request, "officer/told.html", words, status=400)


def _instant(text: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise ProposalStepError(_("须写明结束时间，写成 2026-07-31 18:00")) from None
