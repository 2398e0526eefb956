"""What a business took note of: a fact, because it may matter later what it was told (M06)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.statutes.guidance import GUIDANCE, SELF_CHECKS
from zhunsheng.engine.guidancefiles import shipped_list
from zhunsheng.engine.library import open_library
from zhunsheng.registers.statutes.actions import lists
from zhunsheng.registers.statutes.queries import guidance
from zhunsheng.registers.statutes.queries.guidance import Guides, Sheets
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as stored
from zhunsheng.sensing.signals.new_facts import NewFact

VIEWER = Viewer.bureau("guiding")
NOTED = "GUIDANCE_NOTED"


def guides_at(at: datetime) -> Guides:
    """The guides of the day."""
    shipped = shipped_list(settings.PACKS, GUIDANCE)
    return guidance.guides(viewer=VIEWER, on=day_of(instant(at)), shipped=shipped)


def sheets_at(at: datetime) -> Sheets:
    """The self-check sheets of the day."""
    shipped = shipped_list(settings.PACKS, SELF_CHECKS)
    return guidance.sheets(viewer=VIEWER, on=day_of(instant(at)), shipped=shipped)


def noted(subject: str) -> dict[str, int]:
    """Code of a guide → instant at which the business took note of it."""
    told = stored.timeline(viewer=VIEWER, subject=subject)
    return {fact.object: fact.occurred_at for fact in told if fact.kind == NOTED}


def take_note(*, by: Actor, at: datetime, subject: str, code: str) -> bool:
    """The business says that it read a guide; once a guide, and False for one that does not hold today."""
    found = guides_at(at)
    guide = next((one for one in found.rows if one.code == code), None)
    if guide is None:
        return False
    with transaction.atomic():
        if code not in noted(subject):
            payload = {"title": guide.title, "checked_on": guide.checked_on}
            record(by, at, NewFact(NOTED, subject, at, payload, code))
        use(by, at, found.version, code, subject)
    return True


def record(by: Actor, at: datetime, fact: NewFact) -> None:
    """What a business did on its page, as a fact."""
    contracts = open_library(settings.PACKS).contracts
    signals.record_facts(by=by, at=at, facts=[fact], source="enterprise_portal", contracts=contracts)


def use(by: Actor, at: datetime, version: int | None, code: str, subject: str) -> None:
    """Count the use of an entry for the yearly evaluation of the list, once a business."""
    if version is not None:
        day = day_of(instant(at))
        lists.note_use(by=by, at=at, version_id=version, entry=code, matter=f"subject:{subject}", used_on=day)
