"""Arriving facts on the production path: stored with inbox, outbox and audit, then judged; SQLite, every
commit synced. Imported only by the child that `run` starts, because the database is chosen at start."""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.management import call_command

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, FixedClock
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.engine.library import open_library
from zhunsheng.registers.registry import actions as registry
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows import handlers, running

GROUPS = (1, 10, 100)
FACTS = 300
START = datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)
BY = Actor.service("bench")


def arrive(group: int, keys: list[str], clock: FixedClock) -> dict[str, float]:
    """Microseconds a fact until stored, and until judged as well, so many a commit."""
    contracts = open_library(settings.PACKS).contracts
    stored = judged = 0.0
    for low in range(0, len(keys), group):
        clock.move_to(clock.now() + timedelta(seconds=1))
        news = [
            NewFact("PRICE_HIT", key, clock.now(), {"finding": "TAG_MISSING"}, f"{group}-{low}")
            for key in keys[low : low + group]
        ]
        started = time.perf_counter()
        signals.record_facts(by=BY, at=clock.now(), facts=news, source="bench", contracts=contracts)
        stored += time.perf_counter() - started
        running.turn_inside(clock, handlers())
        judged += time.perf_counter() - started
    return {"stored_us": stored / len(keys) * 1e6, "judged_us": judged / len(keys) * 1e6}


def main() -> None:
    """Print the figures of every grouping as JSON."""
    call_command("migrate", verbosity=0)
    keys = [make("91", "980102", f"MA{n:06d}") for n in range(FACTS)]
    for key in keys:
        record = registry.SubjectRecord(key, "ENTERPRISE", key, "980102", "5211", date(2020, 1, 1))
        registry.record_subject(by=BY, at=START, record=record)
    clock = FixedClock(START)
    arrive(100, keys, clock)  # what the first judgement of a process costs is not a fact's
    print(json.dumps({group: arrive(group, keys, clock) for group in GROUPS}))
