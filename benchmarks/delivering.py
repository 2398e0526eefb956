"""Deliveries by HTTP of one fact each, from several senders at once: one commit each, and gathered.

Imported only by the child that `durable` starts, because the database is chosen at start.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from typing import Any

import numpy as np
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import RequestFactory

from zhunsheng.api import views
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import SystemClock
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.foundation.gathering import Gathering
from zhunsheng.foundation.tokens import actions as tokens
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.registers.registry import actions as registry

SENDERS = {1: 100, 16: 1_600, 64: 3_200}
SITE = get_wsgi_application()
EVENTS = "/api/v1/events"
SUBJECT = make("91", "980102", "MA000001")
BY = Actor(ActorKind.PERSON, "9801-07", "程岚")


class Alone:
    """Stands where the queue stands, and takes every delivery through by itself."""

    def __init__(self, take: Callable[[Sequence[Any]], Sequence[Any]]) -> None:
        self.take = take

    def hand_in(self, item: Any, *, window_seconds: float) -> Any:
        """The answer to one."""
        del window_seconds
        return self.take([item])[0]


def measure(queue: Any, bearer: str, senders: int, deliveries: int, numbers: count[int]) -> dict[str, float]:
    """Deliveries a second, p50 and p99 in ms, and CPU of a delivery; anything but 200 is an error."""
    views.GATHERING = queue
    at = (SystemClock().now() - timedelta(hours=1)).isoformat()

    def send(numbers: Sequence[int]) -> list[float]:
        factory, taken = RequestFactory(headers={"host": "localhost"}), []
        for number in numbers:
            event = {"specversion": "1.0", "id": f"e{number}", "source": "12315", "type": "COMPLAINT"}
            event |= {"subject": SUBJECT, "time": at}
            data = {"number": f"N{number}", "topic": "PRICE", "excluded": False}
            headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"k{number}"}
            body, kind = json.dumps(event | {"data": data}), "application/cloudevents+json"
            started = time.perf_counter()
            told = SITE.get_response(factory.post(EVENTS, body, content_type=kind, headers=headers))
            taken.append(time.perf_counter() - started)
            if told.status_code != 200:
                raise ValueError(told)
        connection.close()
        return taken

    parts = [[next(numbers) for _ in range(deliveries // senders)] for _ in range(senders)]
    started, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(senders) as pool:
        taken = [seconds for part in pool.map(send, parts) for seconds in part]
    return {
        "per_second": len(taken) / (time.perf_counter() - started),
        "cpu_us": (time.process_time() - cpu) / len(taken) * 1e6,
        "p50_ms": float(np.percentile(taken, 50)) * 1e3,
        "p99_ms": float(np.percentile(taken, 99)) * 1e3,
    }


def main() -> None:
    """Print the figures of every number of senders as JSON; a factor on the command line makes it shorter."""
    call_command("migrate", verbosity=0)
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    at, numbers, groups = SystemClock().now() - timedelta(hours=1), count(), list[int]()
    record = registry.SubjectRecord(SUBJECT, "ENTERPRISE", SUBJECT, "980102", "5211", date(2020, 1, 1))
    registry.record_subjects(by=BY, at=at, records=[record])
    until = at + timedelta(days=1)
    bearer = tokens.issue(by=BY, at=at, purpose=Purpose.SEND_EVENTS, source="12315", expires_at=until)[1]

    def counted(deliveries: Sequence[Any]) -> Sequence[Any]:
        groups.append(len(deliveries))
        return views._store(deliveries)

    queues = {
        "alone": Alone(counted),
        "gathered": Gathering(counted, weigh=lambda d: len(d.facts), weight_max=views.FACTS_A_COMMIT),
    }
    measure(queues["gathered"], bearer, 4, 40, numbers)  # what the first of a process costs is nobody's
    told: dict[str, dict[int, dict[str, float]]] = {name: {} for name in queues}
    for senders, most in SENDERS.items():
        for name, queue in queues.items():
            # One by one is slow, so few of them say as much.
            few = max(senders, int(most * share / (8 if name == "alone" and senders > 1 else 1)))
            groups.clear()
            told[name][senders] = measure(queue, bearer, senders, few, numbers)
            told[name][senders]["a_commit"] = float(np.mean(groups))
    print(json.dumps(told))
