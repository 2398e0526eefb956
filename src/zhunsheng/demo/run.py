"""The demo: the city is told, judged, warned and answers; what is summed up comes from the database."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.core.clock import FixedClock
from zhunsheng.demo import holders
from zhunsheng.demo import people as colleagues
from zhunsheng.demo.city import NOW, SEED, STORY, Business, population
from zhunsheng.demo.gateway import MILD, SandboxGateway
from zhunsheng.demo.signals import facts_of
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.library import Library, held_library
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outreach.gateways.http_keyed.connector import connect
from zhunsheng.foundation.outreach.links import sign
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.registers.registry import actions as registry
from zhunsheng.registers.registry import queries as subjects
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows import (
    answering,
    classing,
    enrolling,
    handlers,
    judging,
    peering,
    running,
    sealing,
)

BY = Actor.service("demo")
VIEWER = Viewer.bureau("demo")
THIS_MONTH = NOW.replace(day=1)
SENDING_HOURS = 6
LOOKS_A_COMMIT = 500
# When everything has been told: the pages of the demo stand here.
CLOSING = NOW + timedelta(hours=SENDING_HOURS)
ITEMS = {
    "PROPERTY": ("T01", "T02", "T03"),
    "CYLINDERS": ("T03", "T04", "T05"),
    "TEXTILE": ("T06", "T07"),
    "FOOD_PRODUCTION": ("T08",),
    "CATERING": ("T09", "T10"),
    "FOOD_TRADE": ("T10",),
    "HEALTH_FOOD": ("T10", "T11"),
    "COSMETICS": ("T12", "T13"),
    "MEDICAL_DEVICE": ("T14",),
    "E_COMMERCE": ("T15", "T16", "T17", "T18", "T21", "T22"),
    "PLATFORM": ("T19",),
    "LIVESTREAM": ("T20",),
    "PREPAID": ("T23",),
    "INDUSTRIAL_PRODUCT": ("T24",),
    "GREEN_FOOD": ("T26",),
}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Sent:
    """What the gateway and our outbox say about the messages."""

    by_state: dict[str, int]
    reached: int
    told_twice: int


def is_empty() -> bool:
    """Whether nobody is registered yet."""
    return subjects.number(viewer=VIEWER) == 0


def is_played() -> bool:
    """Whether the first subject of the demo stands here."""
    return subjects.get(viewer=VIEWER, key=STORY[0][0]) is not None


def _reminded() -> list[str]:
    """Reminded businesses, those whose answer is awaited first."""
    told = triggers.touches(viewer=VIEWER, state="OBSERVING", open_only=True)
    return list(dict.fromkeys(touch.subject for touch in sorted(told, key=lambda touch: bool(touch.answer))))


def waiting_link() -> str:
    """The path of a reminder that still waits for its answer; '' when none does."""
    told = triggers.touches(viewer=VIEWER, state="OBSERVING", open_only=True)
    number = next((touch.id for touch in told if not touch.answer), None)
    return "" if number is None else f"b/{sign('touch', number, at=CLOSING)}/"


def play(say: Say, number: int = 3_000) -> Sent:
    """Tell, judge, warn, answer. Only on an empty database."""
    with held_library(settings.PACKS) as library:
        return _play(say, number, library)


def _play(say: Say, number: int, library: Library) -> Sent:
    people = population(number)
    say(f"登记 {len(people)} 户")
    with transaction.atomic():
        colleagues.found()
    register(people)
    say("收录 24 个月的信号")
    told = tell(people, library)
    say(f"已收录 {told} 条事实；计算同业统计与本月初分类")
    peering.publish_peer_statistics(THIS_MONTH, THIS_MONTH)
    classing.run_classes(THIS_MONTH, classing.judge_all(THIS_MONTH, THIS_MONTH))
    enrolling.enrol(THIS_MONTH, {b.key: (*ITEMS.get(b.trade.sector, ()), "T25") for b in people})
    say("逐户研判")
    classing.run_classes(NOW, watch(people))
    say("发出提醒，收取答复")
    return warn_and_answer(library)


def register(people: list[Business]) -> None:
    """Everybody into the registry, in one transaction."""
    records = [
        registry.SubjectRecord(
            b.key,
            b.kind,
            b.name,
            b.division,
            b.trade.industry,
            b.established_on,
            station=b.station,
            phone=b.phone,
        )
        for b in people
    ]
    registry.record_subjects(by=BY, at=NOW, records=records)


def tell(people: list[Business], library: Library) -> int:
    """Facts in the order of the months in which the bureau learnt them; how many."""
    months: dict[tuple[int, int], list[NewFact]] = {}
    for business in people:
        for fact in facts_of(business):
            months.setdefault((fact.occurred_at.year, fact.occurred_at.month), []).append(fact)
    for _, facts in sorted(months.items()):
        last = min(max(f.occurred_at for f in facts), NOW)
        signals.record_facts(
            by=BY, at=last, facts=facts, source="demo", contracts=library.contracts, announce=False
        )
    return sum(map(len, months.values()))


def watch(people: list[Business]) -> list[Judgement]:
    """Look at everybody once; from now on facts and clocks do it. What was judged also gives the classes."""
    keys = [business.key for business in people]
    judged: list[Judgement] = []
    for start in range(0, len(keys), LOOKS_A_COMMIT):
        with transaction.atomic():
            looks = judging.look_at(keys[start : start + LOOKS_A_COMMIT], NOW, items=True)
        judged += [look.judgement for look in looks]
    return judged


def warn_and_answer(library: Library) -> Sent:
    """Messages through a gateway that misbehaves a little; by the afternoon many have answered."""
    clock = FixedClock(NOW)
    states: dict[str, int] = {}
    running.turn_inside(clock, handlers())
    with SandboxGateway(MILD) as gateway:
        connector = connect(gateway.address)
        for _ in range(SENDING_HOURS):
            outcome = running.turn_outside(connector, clock, library.message_policy, wary=False)
            for state in (RowState.DONE, RowState.REFUSED, RowState.UNKNOWN):
                states[state.value] = states.get(state.value, 0) + outcome[state]
            clock.move_to(clock.now() + timedelta(hours=1))
        sent = Sent(states, len(gateway.book.delivered), len(gateway.book.told_twice()))
    with transaction.atomic():
        _answers(clock)
        holders.settle(_reminded(), clock.now())
    running.turn_inside(clock, handlers())
    sealing.seal_log(clock.now())
    return sent


def _answers(clock: FixedClock) -> None:
    chance = random.Random(f"{SEED} answers")  # noqa: S311 - repeatable
    for touch in reversed(triggers.touches(viewer=VIEWER, state="OBSERVING")):
        answer = chance.choices(("DONE", "HELP", "DISAGREE", ""), weights=(55, 10, 5, 30))[0]
        if answer:
            business = Actor(ActorKind.BUSINESS, touch.subject, touch.subject)
            reason = "已整改，见附件" if answer == "DONE" else "情况说明见附件"
            answering.take_answer(
                by=business, at=clock.now(), touch_id=touch.id, answer=answer, reason=reason
            )
