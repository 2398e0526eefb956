"""Area alerts: raised as touches happen, analysed and closed by a person. Alarms about silent sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers.lifecycle import ALERT_TRANSITIONS, AlertState
from zhunsheng.judging.triggers.models import AreaAlert, DataAlarm, Touch
from zhunsheng.judging.triggers.policies import TriggerPolicy


class AlertError(Exception):
    """An alert that cannot be moved this way."""


def raise_area_alerts(
    *, by: Actor, at: datetime, point: str, areas: Mapping[str, set[str]], policy: TriggerPolicy
) -> list[int]:
    """Alert for each area (area → firms) with enough distinct firms; ids of the new ones.

    While an alert is not closed, more firms join it and no second one is raised. After it is closed only
    touches later than that count again.
    """
    raised = []
    with transaction.atomic():
        rows = AreaAlert.objects.select_for_update().filter(point=point, area__in=sorted(areas))
        last = {row.area: row for row in rows.order_by("id")}
        for area, firms in sorted(areas.items()):
            row = last.get(area)
            if row is not None and row.state != AlertState.CLOSED:
                joined = sorted({*row.subjects, *firms})
                if joined != row.subjects:
                    AreaAlert.objects.filter(id=row.id).update(subjects=joined)
                continue
            fresh = firms if row is None else firms - _touched_before(point, firms, row.closed_at or at)
            if len(fresh) < policy.area_firms_min:
                continue
            made = AreaAlert.objects.create(point=point, area=area, subjects=sorted(fresh), raised_at=at)
            detail = {"point": point, "area": area, "firms": len(fresh)}
            evidence.record(by=by, at=at, action="AREA_ALERT", target=f"area:{area}", detail=detail)
            raised.append(made.id)
    return raised


def _touched_before(point: str, firms: set[str], closed_at: datetime) -> set[str]:
    """Firms whose every touch of the point is older than the closing of the last alert."""
    later = Touch.objects.filter(point=point, subject__in=firms, started_at__gt=closed_at)
    return firms - set(later.values_list("subject", flat=True))


def analyse(*, by: Actor, at: datetime, alert_id: int) -> None:
    """A named person takes an alert into analysis."""
    _move(by, at, alert_id, AlertState.ANALYSING, "")


def close_alert(*, by: Actor, at: datetime, alert_id: int, analysis: str) -> None:
    """A named person closes an alert with what was found and which guidance follows."""
    if not analysis.strip():
        raise AlertError("请写明分析结论")
    _move(by, at, alert_id, AlertState.CLOSED, analysis)


def _move(by: Actor, at: datetime, alert_id: int, to: AlertState, analysis: str) -> None:
    by.require_person("区域预警分析", "touch.decide")
    with transaction.atomic():
        row = AreaAlert.objects.select_for_update().get(id=alert_id)
        if to not in ALERT_TRANSITIONS[AlertState(row.state)]:
            raise AlertError(f"区域预警处于 {row.state}，不能变为 {to}")
        row.state, row.analysis = to.value, analysis
        if to is AlertState.CLOSED:
            row.closed_at, row.closed_by = at, by.name
        row.save()
        detail = {"state": to.value, "analysis": analysis}
        evidence.record(by=by, at=at, action="AREA_ALERT_MOVED", target=f"area:{row.area}", detail=detail)


def note_source(*, by: Actor, at: datetime, source: str, silent: bool) -> None:
    """A source falls silent for everybody, or speaks again: one alarm about it, never about a business."""
    with transaction.atomic():
        rows = DataAlarm.objects.filter(subject="", point="", object=source, ended_at=None)
        if silent and not rows.exists():
            DataAlarm.objects.create(subject="", point="", object=source, raised_at=at)
        elif not silent:
            rows.update(ended_at=at)
        action = "SOURCE_SILENT" if silent else "SOURCE_LIVE"
        evidence.record(by=by, at=at, action=action, target=f"source:{source}", detail={})
