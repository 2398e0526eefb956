"""What programs read: the public part of the register, page by page, and the facts that they reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from zhunsheng.api.door import VIEWER, admitted, endpoint
from zhunsheng.api.problems import Fault, ProblemError, reply
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Part
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.foundation.seeking import behind
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry.lifecycle import SubjectState
from zhunsheng.registers.registry.queries import SubjectCard, SubjectFilter
from zhunsheng.sensing.objections import queries as objections
from zhunsheng.sensing.signals import queries as signals

PAGE, PAGE_MAX = 100, 1_000
FORMS = {
    "after": re.compile(r"[0-9A-Za-z-]{1,40}\Z"),
    "limit": re.compile(r"[1-9][0-9]{0,3}\Z"),
    "division": re.compile(r"[0-9]{2,6}\Z"),
    "state": re.compile("|".join(SubjectState) + r"\Z"),
}


@endpoint("GET", "HEAD")
def subjects(request: HttpRequest) -> HttpResponse:
    """A page of subjects in the order of their keys; `next` leads on, null at the end."""
    admitted(request, Purpose.READ_REGISTER)
    asked = _asked(request)
    most = min(int(asked.get("limit", str(PAGE))), PAGE_MAX)
    with within_wall(VIEWER):
        wanted = SubjectFilter(division=asked.get("division", ""), state=asked.get("state", ""))
        cursor = behind(asked["after"]) if "after" in asked else ""
        found = registry.listed(
            viewer=VIEWER, wanted=wanted, part=Part("key", descending=False, cursor=cursor, rows_max=most)
        )
    following = None
    if found.next:
        kept = {name: asked[name] for name in ("limit", "division", "state") if name in asked}
        following = f"{reverse('api:subjects')}?{urlencode({**kept, 'after': found.rows[-1].key})}"
    return reply({"items": [_public(card) for card in found.rows], "next": following})


@endpoint("GET", "HEAD")
def subject(request: HttpRequest, key: str) -> HttpResponse:
    """One subject with the names it bore and what belongs to it."""
    admitted(request, Purpose.READ_REGISTER)
    known_parameters(request)
    with within_wall(VIEWER):
        told = _file(key) if FORMS["after"].match(key) else None
    if told is None:
        raise ProblemError("not-found", _("没有这个主体"))
    return reply(told)


def _file(key: str) -> dict[str, object] | None:
    card = registry.get(viewer=VIEWER, key=key)
    if card is None or not registry.known_keys(viewer=VIEWER, keys={key}):
        return None
    belongings = [
        {
            "kind": one.kind,
            "number": one.number,
            "name": one.name,
            "category": one.category,
            "valid_to": one.valid_to.isoformat() if one.valid_to else None,
        }
        for one in registry.belongings(viewer=VIEWER, key=key)
    ]
    names = registry.borne_names(viewer=VIEWER, key=key)
    return {**_public(card), "names": names, "belongings": belongings}


@endpoint("GET", "HEAD")
def fact(request: HttpRequest, fact_id: str) -> HttpResponse:
    """A fact of the token's own source: corrected or retracted since, under objection or not."""
    card = admitted(request, Purpose.SEND_EVENTS)
    known_parameters(request)
    with within_wall(VIEWER):
        found = signals.reported(viewer=VIEWER, fact_id=fact_id, source=card.source)
        marked = objections.marked(viewer=VIEWER, subject=found.subject) if found else frozenset()
    if found is None:
        raise ProblemError("not-found", _("没有这个事实，或者不是本来源首先报送的"))
    return reply(
        {
            "fact_id": found.fact_id,
            "type": found.kind,
            "subject": found.subject,
            "object": found.object,
            "time": _instant(found.occurred_at),
            "recorded_at": _instant(found.recorded_at),
            "corrected_by": list(found.corrected_by),
            "retracted_by": list(found.retracted_by),
            "under_objection": found.fact_id in marked,
        }
    )


def _asked(request: HttpRequest, known: tuple[str, ...] = tuple(FORMS)) -> Mapping[str, str]:
    """The parameters, each known, given once and well formed; bad-query names the others."""
    faults = []
    for name, values in request.GET.lists():
        if name not in known:
            faults.append(Fault("", _("没有参数 %(name)s") % {"name": name[:40]}))
        elif len(values) > 1 or not FORMS[name].match(values[0]):
            faults.append(Fault("", _("参数 %(name)s 的写法见说明") % {"name": name}))
    if faults:
        raise ProblemError("bad-query", _("地址见 /api/v1/openapi.json"), faults)
    return request.GET.dict()


def known_parameters(request: HttpRequest) -> None:
    """bad-query for an address that takes no parameters and was given some."""
    _asked(request, known=())


def _public(card: SubjectCard) -> dict[str, object]:
    """What the registration system publishes; telephone, station and officer are the bureau's own."""
    return {
        "key": card.key,
        "kind": card.kind,
        "name": card.name,
        "state": card.state,
        "division": card.division,
        "industry": card.industry,
        "established_on": card.established_on.isoformat(),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat()
