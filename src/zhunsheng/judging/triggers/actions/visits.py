"""The visit list of a station: whom messages cannot reach. Help, never a mark."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers.models import VisitEntry


class VisitError(Exception):
    """There is no such visit to be made, or nothing was noted about it."""


def ask_for_visit(*, by: Actor, at: datetime, subject: str, reason: str, station: str = "") -> bool:
    """Put a subject on its station's visit list unless it waits there already."""
    with transaction.atomic():
        if VisitEntry.objects.filter(subject=subject, visited_at=None).exists():
            return False
        VisitEntry.objects.create(subject=subject, reason=reason, asked_at=at, station=station)
        detail = {"why": reason, "station": station}
        evidence.record(by=by, at=at, action="VISIT_ASKED", target=f"subject:{subject}", detail=detail)
    return True


def note_visit(*, by: Actor, at: datetime, subject: str, note: str) -> None:
    """A named person has been there and says how the business can be reached."""
    by.require_person("走访", "touch.visit")
    with transaction.atomic():
        row = VisitEntry.objects.select_for_update().filter(subject=subject, visited_at=None).first()
        if row is None or not note.strip():
            raise VisitError("走访清单里没有这一户，或没有写明走访情况")
        row.visited_at, row.visited_by, row.note = at, by.name, note
        row.save(update_fields=["visited_at", "visited_by", "note"])
        evidence.record(by=by, at=at, action="VISITED", target=f"subject:{subject}", detail={"note": note})


def move_visits(*, by: Actor, at: datetime, old: str, new: str) -> int:
    """A station merges into another: its open visits go along; how many."""
    with transaction.atomic():
        moved = VisitEntry.objects.filter(station=old, visited_at=None).update(station=new)
        detail = {"from": old, "to": new, "visits": moved}
        evidence.record(by=by, at=at, action="VISITS_MOVED", target=f"station:{old}", detail=detail)
    return moved
