"""The trigger board, and one touch that explains itself."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from zhunsheng.core.actors import Viewer
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.sentences import point_lines
from zhunsheng.core.rules.tree import TriggerPoint
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.attachments import queries as files
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.outreach import queries as outreach
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.explaining import Event, Told
from zhunsheng.portals.officer.lists.messages import without_link
from zhunsheng.portals.officer.next_steps import next_steps
from zhunsheng.portals.officer.rulesnooze import holding
from zhunsheng.portals.officer.seeing import who_sees
from zhunsheng.portals.officer.words import (
    ANSWERS,
    BASIS,
    CHANNELS,
    COLOURS,
    MESSAGES,
    REPLY,
    STATES,
    STEPS,
    TONES,
)
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.ruling import rules_of


def row_of(touch: TouchCard, name: str, points: Mapping[str, TriggerPoint]) -> dict[str, object]:
    """A touch as a row, in words."""
    point = points.get(touch.point)
    return {
        "touch": touch,
        "name": name,
        "point": point.name_zh if point else touch.point,
        "colour": COLOURS.get(touch.colour, touch.colour),
        "tone": TONES.get(touch.colour, ""),
        "state": STATES.get(touch.state, touch.state),
        "answer": ANSWERS.get(touch.answer, touch.answer),
    }


@require_safe
@with_power("subject.read")
def touch(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Value against line, facts, article, who was told, what was answered, what happened, what next."""
    return touch_page(request, acting, number)


def touch_page(request: HttpRequest, acting: Acting, number: int, problem: str = "") -> HttpResponse:
    """The page of a touch; with a problem when a form on it was refused: what was typed is still there."""
    viewer = acting.viewer
    found = triggers.touch(viewer=viewer, touch_id=number)
    subject = registry.get(viewer=viewer, key=found.subject) if found else None
    if found is None or subject is None:
        raise Http404
    at = page_clock().now()
    told = Told(viewer, found.subject, at, rules_of(found.pack_hash, at).pack)
    point = told.point(found.point)
    item = next(item for item in told.pack.items if item.id == found.item)
    owner = f"touch:{found.id}"
    words = {
        "here": "board",
        "errors": {"next": problem} if problem else {},
        "typed": {name: request.POST.get(name, "") for name in ("reason", "text")},
        "next": next_steps(acting, found, localtime(at).date()),
        "row": row_of(found, subject.name, {point.id: point}),
        "touch": found,
        "snoozes": holding(viewer, at, point=found.point, division=subject.division),
        "subject": subject,
        "item": item,
        "point": point,
        "compared": told.compared(found.point, found.object),
        "facts": [(told.title(f), f.object, f.fact_id) for f in _facts(told, found)],
        "way": told.point_way(found.point, found.object),
        "basis": [(b.law, b.article, BASIS.get(b.status, b.status)) for b in point.basis],
        "lines": point_lines(point, told.library.contracts),
        "messages": _messages(viewer, found.id),
        "who_sees": who_sees(acting, found.subject),
        "steps": [
            Event(s.at, str(STEPS.get(s.step, s.step)), f"{s.by_name} {s.reason}".strip())
            for s in triggers.steps(viewer=viewer, touch_id=found.id)
        ],
        "answers": [
            Event(
                a.at,
                str({**ANSWERS, "REPLY": REPLY}.get(a.answer, a.answer)),
                f"{subject.name if a.by_name == subject.key else a.by_name}：{a.reason}",
            )
            for a in triggers.answers_of(viewer=viewer, touch_id=found.id)
        ],
        "files": [
            f
            for f in files.of_owner(viewer=scoping.opened(viewer, found.subject), owner=owner)
            if f.sealed_at is not None
        ],
    }
    return render(request, "officer/touch.html", words)


def _facts(told: Told, found: TouchCard) -> list[Fact]:
    return [told.by_id[name] for name in found.facts if name in told.by_id]


def _messages(viewer: Viewer, number: int) -> list[dict[str, object]]:
    cards = outreach.about(viewer=viewer, number=number)
    keys = [card.key for card, _receipts in cards]
    rows = outbox.states_of(topic="sms.send", keys=keys, viewer=viewer)
    told: list[dict[str, object]] = []
    for card, receipts in cards:
        state = "UNKNOWN" if rows.get(card.key) == "UNKNOWN" else card.state
        told.append(
            {
                "channel": CHANNELS.get(card.channel, card.channel),
                "text": without_link(card.text),
                "state": MESSAGES.get(state, state),
                "at": card.created_at,
                "segments": card.segments,
                "receipts": [(r.received_at, MESSAGES.get(r.told, r.told)) for r in receipts],
            }
        )
    return told
