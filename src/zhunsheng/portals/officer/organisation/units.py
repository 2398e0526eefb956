"""The tree of units as it stands on a day, and one unit with its people and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.foundation.accounts.queries.organisation import Change, UnitCard
from zhunsheng.foundation.webhooks import queries as webhooks
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.people import address_of
from zhunsheng.portals.officer.organisation.acts import link
from zhunsheng.portals.officer.words import UNIT_CHANGES, UNIT_LEVELS
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Text, day_of_text

EDIT = "org.edit"


@dataclass
class Node:
    """A unit in the picture of the tree."""

    unit: UnitCard
    level: Text
    people: int
    address: str
    fresh: bool
    ends: str = ""
    below: list[Node] = field(default_factory=list)


def unit_address(key: str, on: date) -> str:
    """The page of a unit on a day."""
    return link("org:unit", key=key, on=on.isoformat())


def asked_day(request: HttpRequest) -> date:
    """The day in the address; today when there is none."""
    return day_of_text(request.GET.get("on", "")) or day(page_clock().now())


def tree_of(cards: Sequence[UnitCard], people: dict[str, int], on: date) -> list[Node]:
    """The roots with everything below; parents stand before their children."""
    first = min((card.valid_from for card in cards), default=on)
    nodes: dict[str, Node] = {}
    roots: list[Node] = []
    for card in cards:
        ends = _("到 %(day)s 为止") % {"day": card.valid_to} if card.valid_to else ""
        address = unit_address(card.key, on)
        level = UNIT_LEVELS.get(card.level, card.level)
        node = Node(card, level, people.get(card.key, 0), address, card.valid_from > first, ends)
        nodes[card.key] = node
        (nodes[card.parent].below if card.parent in nodes else roots).append(node)
    return roots


@require_safe
@with_power("org.read")
def units(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The tree of a day, and what has changed in it since it was founded."""
    on, viewer = asked_day(request), acting.viewer
    cards = organisation.units(viewer=viewer, on=on)
    words = {
        "here": "units",
        "on": on,
        "tree": tree_of(cards, organisation.headcount(viewer=viewer, on=on), on),
        "total": len(cards),
        "changes": told_changes(organisation.changes(viewer=viewer)),
        "edits": EDIT in acting.actor.powers,
        "deaf": webhooks.disabled(viewer=viewer, owner=acting.person),
    }
    return render(request, "officer/organisation/units.html", words)


def told_changes(changes: Sequence[Change]) -> list[dict[str, object]]:
    """Changes for a timeline, the latest first."""
    return [
        {
            "at": datetime.combine(one.on, time(0), SHANGHAI),
            "title": UNIT_CHANGES.get(one.kind, one.kind),
            "text": f"{one.before} → {one.after}　{one.reason}",
        }
        for one in reversed(changes)
    ]


@require_safe
@with_power("org.read")
def unit(request: HttpRequest, acting: Acting) -> HttpResponse:
    """One unit on a day: who works there, how it came to be, what can be done with it."""
    on, viewer, key = asked_day(request), acting.viewer, request.GET.get("key", "")
    card = next((one for one in organisation.units(viewer=viewer, on=on) if one.key == key), None)
    if card is None:
        raise Http404
    people = organisation.people(viewer=viewer, on=on, unit=key)
    edits = EDIT in acting.actor.powers and card.valid_to is None
    words = {
        "here": "units",
        "unit": card,
        "on": on,
        "level": UNIT_LEVELS.get(card.level, card.level),
        "people": [
            (address_of(p.key), p.name, p.key, "、".join(title for where, title in p.posts if where == key))
            for p in people
        ],
        "history": told_changes(organisation.history(viewer=viewer, key=key)),
        "acts": _acts(card) if edits else (),
    }
    return render(request, "officer/organisation/unit.html", words)


def _acts(card: UnitCard) -> list[tuple[str, str]]:
    told = [(link("org:rename-unit", key=card.key, new_name=card.name, new_code=card.code), _("更名"))]
    if card.level != "BUREAU":
        told += [
            (link("org:merge-units", keys=card.key), _("合并")),
            (link("org:split-unit", key=card.key), _("拆分")),
        ]
    if card.level != "STATION":
        told.append((link("org:found-unit", parent=card.key), _("在其下设立单位")))
    return [*told, (link("org:take-post", unit=card.key), _("安排人员"))]
