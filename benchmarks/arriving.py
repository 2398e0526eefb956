"""Arriving facts on the production path: stored with inbox, evidence, outbox and audit, then judged, then
warned of; beside it the fact's row alone, in the same table with the same indexes, by the same statement.

Imported only by the child that `durable` starts, because the database is chosen at start.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, FixedClock
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.engine.library import open_library
from zhunsheng.foundation import bulk
from zhunsheng.registers.registry import actions as registry
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.models import StoredFact
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.sensing.signals.storing import FACT
from zhunsheng.workflows import handlers, running

GROUPS = {1: 200, 10: 1_000, 100: 5_000, 1_000: 10_000}
SUBJECTS = 2_000
START = datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)
BY = Actor.service("bench")
Take = Callable[[Sequence[int]], None]


class Arrivals:
    """Facts by number: quiet ones touch nothing, others touch a line of a business of their own."""

    def __init__(self, clock: FixedClock, keys: list[str], contracts: ContractSet) -> None:
        self.clock, self.keys, self.contracts, self.series = clock, keys, contracts, 0

    def quiet(self, numbers: Sequence[int]) -> None:
        """A complaint that was not verified."""
        payload = {"topic": "OTHER", "verified": False, "excluded": True}
        self._store("COMPLAINT", numbers, [payload | {"number": f"{self.series}/{n}"} for n in numbers])

    def touching(self, numbers: Sequence[int]) -> None:
        """A forbidden word in an advertisement, each for the first time: red at once."""
        found: dict[str, object] = {"finding": "ABSOLUTE_TERM_SENSITIVE", "exempt": False}
        self._store("ADVERT_HIT", numbers, [found for _ in numbers], things=True)

    def enrol(self) -> None:
        """Everybody under trigger supervision of advertising."""
        self._store(
            "ENROLMENT", range(len(self.keys)), [{"state": "ENROLLED"} for _ in self.keys], item="T21"
        )

    def _store(
        self,
        kind: str,
        numbers: Sequence[int],
        payloads: Sequence[dict[str, object]],
        *,
        item: str = "",
        things: bool = False,
    ) -> None:
        now = self.clock.now()
        news = [
            NewFact(
                *(kind, self.keys[n % len(self.keys)], now, payload),  # type: ignore[arg-type]
                object=f"词-{self.series}/{n}" if things else item,
            )
            for n, payload in zip(numbers, payloads, strict=True)
        ]
        told = signals.record_facts(by=BY, at=now, facts=news, source="bench", contracts=self.contracts)
        if told[0].refusals:
            raise ValueError(told[0].refusals)

    def bare(self, numbers: Sequence[int]) -> None:
        """The fact's row and nothing else."""
        now = self.clock.now()
        with transaction.atomic():
            drawn = bulk.draw(StoredFact, len(numbers))
            rows = [
                (
                    *(place, f"bare/{self.series}/{n}", "COMPLAINT", f"bare/{n % len(self.keys)}", ""),
                    *(now, now, now, {"topic": "OTHER", "number": n, "verified": False}, None, None),
                    *("bench", None),
                )
                for place, n in zip(drawn, numbers, strict=True)
            ]
            bulk.insert(StoredFact, FACT, rows)


def measure(arrivals: Arrivals, take: Take, group: int, count: int, *, judged: bool) -> dict[str, float]:
    """Facts a second, p50 and p99 in ms of a group until it is stored, and until it is judged as well."""
    work, stored, done = handlers(), [], []
    arrivals.series += 1
    cpu = time.process_time()
    for low in range(0, count, group):
        arrivals.clock.move_to(arrivals.clock.now() + timedelta(seconds=1))
        started = time.perf_counter()
        take(range(low, low + group))
        stored.append(time.perf_counter() - started)
        if judged:
            running.turn_inside(arrivals.clock, work)
        done.append(time.perf_counter() - started)
    return {
        "per_second": count / sum(done),
        "stored_us": sum(stored) / count * 1e6,
        "done_us": sum(done) / count * 1e6,
        "cpu_us": (time.process_time() - cpu) / count * 1e6,
        "p50_ms": float(np.percentile(stored, 50)) * 1e3,
        "p99_ms": float(np.percentile(stored, 99)) * 1e3,
        "done_p99_ms": float(np.percentile(done, 99)) * 1e3,
    }


def main() -> None:
    """Print the figures of every grouping as JSON; a factor on the command line makes it shorter."""
    call_command("migrate", verbosity=0)
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    keys = [make("91", "980102", f"MA{n:06d}") for n in range(SUBJECTS)]
    records = [
        registry.SubjectRecord(key, "ENTERPRISE", key, "980102", "5211", date(2020, 1, 1)) for key in keys
    ]
    registry.record_subjects(by=BY, at=START, records=records)
    arrivals = Arrivals(FixedClock(START), keys, open_library(settings.PACKS).contracts)
    kinds: dict[str, tuple[Take, bool]] = {
        "bare": (arrivals.bare, False),
        "stored": (arrivals.quiet, False),
        "quiet": (arrivals.quiet, True),
        "touching": (arrivals.touching, True),
    }
    arrivals.enrol()
    running.turn_inside(arrivals.clock, handlers())
    for take, judged in kinds.values():  # what the first of a process costs is not a fact's
        measure(arrivals, take, 100, 100, judged=judged)
    running.turn_inside(arrivals.clock, handlers())
    told: dict[str, dict[int, dict[str, float]]] = {name: {} for name in kinds}
    for group, count in GROUPS.items():
        count = max(group, int(count * share) // group * group)
        for name, (take, judged) in kinds.items():
            few = min(count, SUBJECTS) if name == "touching" else count
            told[name][group] = measure(arrivals, take, group, few, judged=judged)
            running.turn_inside(arrivals.clock, handlers())
    print(json.dumps(told))
