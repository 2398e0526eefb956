"""One fact at a time: in memory for quiet and busy subjects, and durable inserts beside it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import numpy as np

from benchmarks.city import AS_OF
from benchmarks.yardstick import KINDS, SEVERITIES, pack
from zhunsheng.core.facts import Fact
from zhunsheng.engine.online import Stepper

Percentiles = dict[str, float]


def percentiles(seconds: list[float]) -> Percentiles:
    """p50 and p99 in microseconds, and facts a second."""
    p50, p99 = (float(np.percentile(seconds, q)) * 1e6 for q in (50, 99))
    return {"p50_us": p50, "p99_us": p99, "per_second": len(seconds) / sum(seconds)}


def some_facts(count: int, subject: str, seed: int) -> list[Fact]:
    """Facts of one subject in order, spread over a year."""
    chance = np.random.default_rng(seed)
    gaps = np.sort(chance.integers(0, 365 * 86_400, count))
    kinds, severities = chance.integers(0, KINDS, count), chance.integers(0, SEVERITIES, count)
    return [
        Fact(
            *(f"{subject}-{k}", f"K{kinds[k]}", subject, int(AS_OF + gaps[k]), int(AS_OF + gaps[k]), k),
            payload={"amount": 5, "severity": int(severities[k])},
        )
        for k in range(count)
    ]


def steps(history: int, measured: int = 500) -> Percentiles:
    """A subject that already has `history` facts; the last `measured` are timed, each by its best of five.

    The process has met every kind of fact before, with another subject, as a worker that runs has. The work
    of a step is the same in every run; what differs is what else the shared machine does.
    """
    facts = some_facts(history + measured, "S", 3)
    runs = [_steps(facts, history) for _ in range(5)]
    return percentiles([min(times) for times in zip(*runs, strict=True)])


def _steps(facts: list[Fact], history: int) -> list[float]:
    stepper = Stepper(pack(), AS_OF, fetch=lambda name: facts[:history] if name == "S" else ())
    for fact in some_facts(400, "other", 4):
        stepper.take(fact)
    stepper.run_to("S", facts[history - 1].recorded_at if history else AS_OF)
    taken = []
    for fact in facts[history:]:
        started = time.perf_counter()
        stepper.take(fact)
        taken.append(time.perf_counter() - started)
    return taken


def durable(folder: Path, group: int, rows: int = 2_000) -> Percentiles:
    """Bare inserts into SQLite with synchronous=FULL, `group` a commit."""
    connection = sqlite3.connect(folder / f"durable-{group}.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE fact (id INTEGER PRIMARY KEY, subject TEXT, occurred INTEGER, body TEXT)"
    )
    taken = []
    for low in range(0, rows, group):
        started = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        batch = [(f"S{k}", k, '{"amount": 5, "severity": 1}') for k in range(low, low + group)]
        connection.executemany("INSERT INTO fact (subject, occurred, body) VALUES (?, ?, ?)", batch)
        connection.execute("COMMIT")
        taken.append(time.perf_counter() - started)
    connection.close()
    found = percentiles(taken)
    found["per_second"] *= group
    return found
