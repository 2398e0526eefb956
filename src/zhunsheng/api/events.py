"""CloudEvents 1.0 in JSON as new facts, and the answers to them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhunsheng.api.problems import Fault, ProblemError
from zhunsheng.sensing.signals.new_facts import NewFact, Outcome

EVENTS_MAX = 1_000
SPEC_VERSION = "1.0"
ATTRIBUTE = re.compile(r"[a-z0-9]{1,40}\Z")
# RFC 3339: a time without its zone is no instant.
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\Z")
YEARS = range(1900, 2200)
LENGTHS = {"id": 100, "source": 90, "type": 64, "subject": 40, "supersedes": 100, "retracts": 100}
NEEDED = ("specversion", "id", "source", "type", "subject", "time")
OBJECT = "object"
OBJECT_MAX = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One event: the sender's own name for it, and what it says."""

    id: str
    source: str
    fact: NewFact


def read_events(told: Any, *, batch: bool) -> list[Event]:
    """The events of a body; if one of them is none, all are sent back and nothing has happened."""
    if batch and not isinstance(told, list):
        raise ProblemError("bad-event", _("批量正文应是数组"), [Fault("", _("应是数组"))])
    parts = told if batch else [told]
    if len(parts) > EVENTS_MAX:
        detail = _("一批最多 %(most)d 个事件，请分批报送") % {"most": EVENTS_MAX}
        raise ProblemError("too-large", detail)
    faults: list[Fault] = []
    events = [_event(part, f"/{n}" if batch else "", faults) for n, part in enumerate(parts)]
    if faults:
        raise ProblemError("bad-event", _("整批未收，改正后可用同一幂等键重发"), faults)
    return [event for event in events if event is not None]


def require_source(events: Sequence[Event], source: str, *, batch: bool) -> None:
    """Every event claims the token's source or a part of it (`12315/980102`); not-allowed otherwise."""
    faults = [
        Fault(f"/{n}/source" if batch else "/source", _("应为 %(wanted)s") % {"wanted": source})
        for n, event in enumerate(events)
        if event.source != source and not event.source.startswith(f"{source}/")
    ]
    if faults:
        raise ProblemError("not-allowed", _("令牌只能以自己的来源报送"), faults)


def answer_of(events: Sequence[Event], outcomes: Sequence[Outcome]) -> dict[str, object]:
    """What became of each event, in the order of the request."""
    return {
        "events": [
            {
                "id": event.id,
                "source": event.source,
                "state": outcome.state.value.lower(),
                "fact_id": outcome.fact_id or None,
                "refusals": [
                    {"field": r.field, "reason": r.reason_zh, "cure": r.cure_zh} for r in outcome.refusals
                ],
            }
            for event, outcome in zip(events, outcomes, strict=True)
        ]
    }


def _event(told: Any, pointer: str, faults: list[Fault]) -> Event | None:
    if not isinstance(told, Mapping):
        faults.append(Fault(pointer, _("应是对象")))
        return None
    found = [*_attributes(told), *_data(told)]
    times = {name: _instant(told[name]) for name in ("time", "statedat") if name in told}
    found += [(n, _("应是带时区的时间，如 2026-06-30T09:00:00+08:00")) for n, t in times.items() if t is None]
    faults += [Fault(f"{pointer}/{_escaped(name)}", detail) for name, detail in found]
    at = times.get("time")
    if found or at is None:
        return None
    data = {name: value for name, value in told.get("data", {}).items() if name != OBJECT}
    fact = NewFact(
        kind=told["type"],
        subject=told["subject"],
        occurred_at=at,
        payload=data,
        object=told.get("data", {}).get(OBJECT, ""),
        reference=f"{told['source']}#{told['id']}",
        supersedes=told.get("supersedes"),
        retracts=told.get("retracts"),
        stated_at=times.get("statedat"),
    )
    return Event(told["id"], told["source"], fact)


def _attributes(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(name, _("缺少")) for name in NEEDED if name not in told]
    for name, value in told.items():
        if name in ("data", "data_base64"):
            continue
        if not ATTRIBUTE.match(name):
            found.append((name, _("属性名只能有小写字母和数字")))
        elif name in LENGTHS and not (isinstance(value, str) and 0 < len(value) <= LENGTHS[name]):
            found.append((name, _("应是 1 至 %(most)d 个字符") % {"most": LENGTHS[name]}))
        elif not isinstance(value, str | bool | int):
            found.append((name, _("属性应是文字、整数或真假")))
    if told.get("specversion", SPEC_VERSION) != SPEC_VERSION:
        found.append(("specversion", _("应为 %(wanted)s") % {"wanted": SPEC_VERSION}))
    if told.get("datacontenttype", "application/json") != "application/json":
        found.append(("datacontenttype", _("应为 %(wanted)s") % {"wanted": "application/json"}))
    return found


def _data(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    if "data_base64" in told:
        return [("data_base64", _("请用 data，内容为 JSON 对象"))]
    data = told.get("data", {})
    if not isinstance(data, Mapping):
        return [("data", _("应是对象"))]
    key = data.get(OBJECT, "")
    if not isinstance(key, str) or len(key) > OBJECT_MAX:
        return [(f"data/{OBJECT}", _("应是不超过 %(most)d 个字符的文字") % {"most": OBJECT_MAX})]
    return []


def _instant(value: Any) -> dt.datetime | None:
    if not isinstance(value, str) or not INSTANT.match(value):
        return None
    try:
        at = dt.datetime.fromisoformat(re.sub(r"\.\d+", "", value.upper()))
    except ValueError:
        return None
    return at.astimezone(dt.UTC) if at.year in YEARS else None


def _escaped(name: str) -> str:
    return name if name == f"data/{OBJECT}" else name.replace("~", "~0").replace("/", "~1")
