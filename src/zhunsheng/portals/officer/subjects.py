"""Finding subjects, and the file of one."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Part
from zhunsheng.core.rules.sentences import points_text
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.attachments import queries as files
from zhunsheng.foundation.attachments.capturing import CaptureMethod
from zhunsheng.foundation.attachments.queries import AttachmentCard, FileFilter
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.officer import revealing
from zhunsheng.portals.officer.board import row_of
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.explaining import Told
from zhunsheng.portals.officer.rulesnooze import Told as Snoozed
from zhunsheng.portals.officer.rulesnooze import holding
from zhunsheng.portals.officer.seeing import who_sees
from zhunsheng.portals.officer.words import SUBJECT_STATES
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping
from zhunsheng.registers.registry.queries import SubjectCard
from zhunsheng.registers.registry.scoping import FIELD_LEVELS
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.ruling import points_at

TOUCHES_SHOWN, FILES_SHOWN = 100, 20


@require_safe
@with_power("subject.read")
def subject(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
    """Class with its sum and the way back, touches, belongings, and every fact on one timeline."""
    viewer = acting.viewer
    found = registry.get(viewer=viewer, key=key)
    if found is None:
        raise Http404
    at = page_clock().now()
    told, points = Told(viewer, key, at), points_at(at)
    card = portraits.current(viewer=viewer, subject=key)
    rows = triggers.touches(viewer=viewer, subject=key, rows_max=TOUCHES_SHOWN)
    words = {
        "here": "subjects",
        "subject": found,
        "state": SUBJECT_STATES.get(found.state, found.state),
        "card": card,
        "card_score": points_text(card.score) if card else "",
        "now_class": told.explanation.judgement.models[0].class_name,
        "score": told.score,
        "sum": told.sum_rows(),
        "frozen": told.frozen,
        "way": told.class_way(),
        "snoozes": _snoozed(viewer, found, at),
        "touches": [row_of(row, found.name, points) for row in rows],
        "who_sees": who_sees(acting, key),
        "belongings": registry.belongings(viewer=viewer, key=key),
        "files": handed_in(viewer, key),
        "timeline": revealing.timeline(acting, key, told.timeline()),
        "phone_address": revealing.address_of(acting, key, FIELD_LEVELS["phone"], field="phone")
        if found.phone
        else "",
    }
    return render(request, "officer/subject.html", words)


def _snoozed(viewer: Viewer, found: SubjectCard, at: datetime) -> list[Snoozed]:
    """The snoozes that keep a touch of this business from starting now."""
    held = holding(viewer, at, division=found.division)
    kept = triggers.snoozed_of(viewer=viewer, subject=found.key, snooze_ids=[s.card.id for s in held])
    return [s for s in held if s.card.point in {point for point, _thing in kept}]


def handed_in(viewer: Viewer, key: str) -> list[AttachmentCard]:
    """What the business handed in last with its answers, self-checks and objections."""
    wanted, part = FileFilter(subject=key, method=CaptureMethod.UPLOAD.value), Part(rows_max=FILES_SHOWN)
    told = files.listed(
        viewer=viewer,
        part=part,
        wanted=wanted,
        narrowed=lambda rows: scoping.within(rows, viewer, "shared_with"),
    )
    return [one.card for one in told.rows if one.card.sealed_at is not None and one.withdrawn_at is None]
