"""What is judged together ends as if it had been judged one by one; who fails keeps nobody waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction

from tests.journeys.city import BUREAU, MACHINE, Bureau, at
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outbox import queries as rows
from zhunsheng.foundation.outreach.models import Message
from zhunsheng.foundation.schedule.models import DueRow
from zhunsheng.judging.triggers.actions import folding
from zhunsheng.judging.triggers.models import AreaAlert, SubjectMemory, SupervisionTask, Touch, TouchStep
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.models import StoredFact
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows import running

pytestmark = pytest.mark.django_db
FIRMS = [f"91980102MA{n}00A1B2U" for n in range(1, 8)]
WHEN = at("2026-03-02 10:00")


@pytest.fixture
def bureau() -> Bureau:
    """Seven firms of one trade; a second of its own trade is deregistered."""
    bureau = Bureau()
    for key in FIRMS:
        bureau.register(key, f"云汀{key[10]}号医美", industry="8492", phone="" if key == FIRMS[2] else None)
        bureau.enrol(key, "T01", "T21")
    bureau.tell(FIRMS[1], "SUBJECT_STATE", "2026-02-01", state="DEREGISTERED")
    return bureau


def news() -> list[NewFact]:
    """Red for everybody at one point, yellow for some at another, a veto for one."""
    found = {"finding": "ABSOLUTE_TERM_SENSITIVE", "exempt": False}
    told = [NewFact("ADVERT_HIT", key, WHEN, found, "全城最佳") for key in FIRMS]
    soon = {"valid_to": (WHEN + timedelta(days=20)).date().isoformat()}
    told += [NewFact("EQUIPMENT_INSPECTION", key, WHEN, soon, f"梯-{key[10]}") for key in FIRMS[:4]]
    listed = {"state": "LISTED"}
    return [*told, NewFact("SERIOUS_LIST", FIRMS[5], WHEN, listed, "严-1")]


def tell_all(bureau: Bureau) -> None:
    """Everything in one delivery."""
    contracts = bureau.library.contracts
    facts = [fact for fact in news() if contracts.get(fact.kind)]
    for outcome in signals.record_facts(by=MACHINE, at=WHEN, facts=facts, source="test", contracts=contracts):
        assert not outcome.refusals, outcome.refusals


def standing() -> dict[str, list[Any]]:
    """What the tables say, numbers given by the database left out."""
    touches = {t.id: f"{t.subject}/{t.point}/{t.object}" for t in Touch.objects.all()}
    acts = AuditEvent.objects.exclude(action="FACTS_RECORDED").values_list("action", "at", "actor_key")
    steps = TouchStep.objects.values_list("touch_id", "step", "at", "by_name")
    tasks = SupervisionTask.objects.values_list("touch_id", "kind", "state", "due_on", "station")
    told: dict[str, Any] = {
        "touches": Touch.objects.values_list(
            *("subject", "point", "object", "colour", "state", "started_at", "reply_due_on", "facts")
        ),
        "steps": [(touches[n], *rest) for n, *rest in steps],
        "tasks": [(touches[n], *rest) for n, *rest in tasks],
        "memories": SubjectMemory.objects.values_list("subject", "states"),
        "messages": Message.objects.values_list("channel", "recipient", "purpose", "state", "not_before"),
        "alerts": AreaAlert.objects.values_list("point", "area", "subjects"),
        "facts": StoredFact.objects.values_list("kind", "subject", "object", "occurred_at", "recorded_at"),
        "due": DueRow.objects.values_list("topic", "due_at"),
        "acts": acts,
    }
    return {name: sorted(map(repr, found)) for name, found in told.items()}


def test_together_is_one_by_one(bureau: Bureau) -> None:
    ends = []
    for subjects, rows_a_commit in ((25, 50), (1, 1)):
        with (
            transaction.atomic(),
            patch.object(signals, "SUBJECTS_A_ROW", subjects),
            patch.object(outbox, "ROWS_A_COMMIT", rows_a_commit),
        ):
            tell_all(bureau)
            bureau.work(WHEN)
            ends.append(standing())
            transaction.set_rollback(True)
    assert len(ends[0]["touches"]) >= len(FIRMS)
    assert ends[0]["alerts"]
    assert ends[0] == ends[1]


def test_a_subject_that_cannot_be_judged_keeps_nobody_waiting(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = folding.advance_bound

    def fails(pack: Any, bound: Any, sight: Any, *rest: Any) -> Any:
        if sight.subject == FIRMS[3]:
            raise RuntimeError("a fact that nobody foresaw")
        return whole(pack, bound, sight, *rest)

    monkeypatch.setattr(folding, "advance_bound", fails)
    tell_all(bureau)
    bureau.work(WHEN)
    touched = {t.subject for t in Touch.objects.all()}
    assert touched == set(FIRMS) - {FIRMS[3]}
    assert rows.counts(viewer=BUREAU)[("facts.recorded", "PENDING")] == 1
    monkeypatch.setattr(folding, "advance_bound", whole)
    bureau.work(WHEN + timedelta(hours=1))
    assert {t.subject for t in Touch.objects.all()} == set(FIRMS)


class Passing:
    """A clock on which every look takes a second."""

    def __init__(self) -> None:
        self.at = WHEN

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def test_facts_that_never_stop_coming_leave_time_for_messages_and_the_log() -> None:
    """Each row brings the next one; a turn of the dispatcher ends all the same, and the next goes on."""
    done: list[int] = []

    def another(payload: outbox.Payload, now: datetime) -> None:
        done.append(payload["n"])
        if len(done) < 500:
            put(len(done), now)

    def put(number: int, now: datetime) -> None:
        outbox.put(by=MACHINE, at=now, topic="test.endless", key=str(number), payload={"n": number})

    clock = Passing()
    put(0, clock.now())
    for _turn in range(2):
        running.turn_inside(clock, {"test.endless": another}, timedelta(seconds=30))
    assert 2 < len(done) < 100 and done == list(range(len(done)))
    running.turn_inside(clock, {"test.endless": another})
    assert len(done) == 500, "asked for all of it, it does all of it"
