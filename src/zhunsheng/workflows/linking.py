"""Two records are linked, or a link is reversed: registry, both timelines and audit trail in one commit.

Only a merger moves what is judged: the merged record rests, its facts count for the one that stands for it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_start, moment
from zhunsheng.core.merging import FROM, LINK, TO
from zhunsheng.engine.library import open_library
from zhunsheng.registers.registry import actions as registry
from zhunsheng.registers.registry import queries as register
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows.unmerging import restore

BY = Actor.service("link")
VIEWER = Viewer.bureau(BY.key)


def link(*, by: Actor, at: datetime, subject: str, other: str, kind: str, since_on: date, reason: str) -> int:
    """Link two subjects from a day on; both are judged again. The id of the link."""
    with transaction.atomic():
        link_id = registry.link(
            by=by, at=at, subject=subject, other=other, kind=kind, since_on=since_on, reason=reason
        )
        sides = ((subject, other, FROM), (other, subject, TO))
        _write(
            [
                NewFact(
                    LINK,
                    a,
                    moment(day_start(since_on)),
                    {"relation": kind, "other": b, "side": s},
                    str(link_id),
                )
                for a, b, s in sides
            ],
            at,
        )
    return link_id


def reverse(*, by: Actor, at: datetime, link_id: int, reason: str) -> tuple[str, str]:
    """End a link by retracting what both were told; the two subjects, which are judged again."""
    with transaction.atomic():
        found = register.standing_link(viewer=VIEWER, link_id=link_id)
        registry.reverse_link(by=by, at=at, link_id=link_id, reason=reason)
        both = found[1:] if found else ("", "")
        facts = told.link_facts(viewer=VIEWER, subjects=both, link_id=link_id)
        back = [(f.subject, moment(f.occurred_at), f.object, f.fact_id) for f in facts]
        _write([NewFact(LINK, s, on, object=o, retracts=name) for s, on, o, name in back], at)
        if found and found[0] == "MERGED_INTO":
            restore(merged=both[0], into=both[1], since=min(f.recorded_at for f in facts), at=at)
    return both


def _write(facts: list[NewFact], at: datetime) -> None:
    contracts = open_library(settings.PACKS).contracts
    signals.record_facts(by=BY, at=at, facts=facts, source="registry", contracts=contracts)
