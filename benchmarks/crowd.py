"""A bureau with very many businesses, written straight into the tables that its pages read.

Rows go in by `foundation.bulk` in the order in which life would have brought them: facts by time, not by
business, so that one business's facts lie scattered. Indexes of the fact table are made afterwards. Inbox and
evidence stay empty, because no measured page reads them. Open tasks have their deadline in the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, models, transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.deadlines.deadline import start
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.demo import people
from zhunsheng.demo.city import DIVISIONS, FIRST, NOW, SECOND, TODAY, TRADES
from zhunsheng.engine.library import open_library
from zhunsheng.foundation import bulk
from zhunsheng.foundation.outreach.models import Message
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter, Opening
from zhunsheng.judging.portraits.models import ClassRun, SubjectClass
from zhunsheng.judging.triggers.models import SupervisionTask, Touch
from zhunsheng.registers.registry import searching
from zhunsheng.registers.registry.models import Subject, SubjectIdentifier, SubjectName
from zhunsheng.sensing.signals.models import StoredFact
from zhunsheng.workflows.terms import clock_terms

CHUNK, FACTS_A_SUBJECT, HISTORY_SECONDS = 20_000, 10, 730 * 86_400
STATIONS, TOUCHED_SHARE, TASK_EVERY = 20, 10, 5
CLOCK = "task.review"
KINDS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("COMPLAINT", "12315", {"topic": "OTHER", "verified": True, "excluded": False}),
    ("COMPLAINT", "12315", {"topic": "OTHER", "verified": False, "excluded": True}),
    ("INSPECTION_RESULT", "inspection", {"result": "NO_ISSUE"}),
    ("INSPECTION_RESULT", "inspection", {"result": "CORRECTED"}),
    ("ANNUAL_REPORT_FILED", "annual_report", {}),
    ("TRADE_VOLUME", "platform_report", {"orders": 900}),
    ("EXPOSURE", "registration", {"band": "SMALL"}),
    ("DISCLOSURE_CHECK", "inspection", {"result": "NORMAL"}),
)
NEEDS_OBJECT = {"ANNUAL_REPORT_FILED"}
FACT = (
    *("sequence", "fact_id", "kind", "subject", "object", "occurred_at", "recorded_at", "stated_at"),
    *("payload", "supersedes", "retracts", "source", "batch"),
)


def key_of(number: int) -> str:
    """The code of the business with this number."""
    return make("92" if number % 3 == 0 else "91", list(DIVISIONS)[number % 6], f"MA{number:06d}")


def phone_of(number: int) -> str:
    """Its telephone."""
    return f"0900{number:07d}"


def station_of(number: int) -> str:
    """Its station: twenty a district, the first of which people work in."""
    division, place = list(DIVISIONS)[number % 6], number // 6 % STATIONS
    return f"{DIVISIONS[division]}市场监管所" if place == 0 else f"{DIVISIONS[division]}{place}所"


def make_crowd(subjects: int) -> None:
    """Everything: people, businesses, facts, classes, touches, tasks, messages."""
    people.found()
    _quick()
    chance = np.random.default_rng(11)
    for low in range(0, subjects, CHUNK):
        _businesses(range(low, min(low + CHUNK, subjects)), chance)
    _facts(subjects, chance)
    _classes(subjects, chance)
    _touches(subjects, chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _put(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Insert rows of the named fields; the others get what the model gives them."""
    rest = [f for f in model._meta.concrete_fields if f.name not in names and f.has_default()]
    usual = tuple(field.get_default() for field in rest)
    bulk.insert(model, [*names, *(field.name for field in rest)], ((*row, *usual) for row in rows))


def busiest() -> str:
    """The business of which most is known."""
    rows = StoredFact.objects.values_list("subject").annotate(n=models.Count("sequence"))
    return str(rows.order_by("-n").values_list("subject", flat=True)[0])


def _quick() -> None:
    """Durability is for later: what is made here can be made again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-1000000")
        else:
            cursor.execute("SET synchronous_commit = off")
            cursor.execute("SET maintenance_work_mem = '1GB'")


def _businesses(numbers: range, chance: np.random.Generator) -> None:
    trades = chance.choice(len(TRADES), len(numbers), p=_shares())
    syllables = chance.integers(0, 16, (len(numbers), 4))
    days = chance.integers(100, 7_000, len(numbers))
    known: list[searching.Known] = []
    rows: list[Sequence[object]] = []
    for number, trade, parts, age in zip(numbers, trades, syllables, days, strict=True):
        key, told = key_of(number), TRADES[trade]
        words = "".join(
            part[at] for part, at in zip((FIRST, SECOND, FIRST, SECOND), map(int, parts), strict=True)
        )
        name = f"{DIVISIONS[key[2:8]][:2]}{words}{told.suffix}"
        founded = TODAY - timedelta(days=int(age))
        state = "ACTIVE" if number % 50 else "DORMANT" if number % 100 else "CANCELLED"
        kind = "SOLE_TRADER" if number % 3 == 0 else "ENTERPRISE"
        officer = "9801-11" if number % 120 == 0 else ""
        rows.append(
            (
                *(number + 1, key, kind, name, state, founded, key[2:8], told.industry, founded),
                *(station_of(number), phone_of(number), officer, _moment(number)),
            )
        )
        known.append(searching.Known(number + 1, [name], [key], phone_of(number)))
    fields = (
        *("id", "key", "kind", "name", "state", "state_since_on", "division", "industry", "established_on"),
        *("station", "phone", "officer", "recorded_at"),
    )
    with transaction.atomic():
        _put(Subject, fields, rows)
        _put(SubjectName, ("subject", "name", "valid_from"), [(r[0], r[3], r[8]) for r in rows])
        told_of = [(r[0], "USCC", r[1], r[8]) for r in rows]
        _put(SubjectIdentifier, ("subject", "kind", "number", "valid_from"), told_of)
        searching.index(known)


def _shares() -> Any:
    weights = np.array([trade.share for trade in TRADES], dtype=float)
    return weights / weights.sum()


def _moment(number: int) -> datetime:
    return NOW - timedelta(days=400, seconds=number % 86_400)


def _facts(subjects: int, chance: np.random.Generator) -> None:
    """Each business's registration, and nine more facts on average, some of them busy; by time."""
    lengths = np.minimum(chance.geometric(1 / FACTS_A_SUBJECT, subjects) - 1, 2_000)
    owners = np.repeat(np.arange(subjects, dtype=np.int32), lengths)
    owners = np.concatenate((np.arange(subjects, dtype=np.int32), chance.permutation(owners)))
    kinds = chance.integers(0, len(KINDS), len(owners), dtype=np.int8)
    seconds = np.sort(chance.integers(0, HISTORY_SECONDS, len(owners) - subjects))
    seconds = np.concatenate((np.zeros(subjects, dtype=np.int64), seconds))
    with _without_indexes(StoredFact):
        for low in range(0, len(owners), 10 * CHUNK):
            part = slice(low, low + 10 * CHUNK)
            with transaction.atomic():
                _put(StoredFact, FACT, _fact_rows(low, owners[part], kinds[part], seconds[part]))


def _fact_rows(low: int, owners: Any, kinds: Any, seconds: Any) -> Iterator[Sequence[object]]:
    start = NOW - timedelta(seconds=HISTORY_SECONDS)
    keys: dict[int, str] = {}
    for n, (owner, kind, second) in enumerate(
        zip(owners.tolist(), kinds.tolist(), seconds.tolist(), strict=True), low + 1
    ):
        key = keys.get(owner) or keys.setdefault(owner, key_of(owner))
        name, source, payload = KINDS[kind]
        if second == 0:
            name, source, payload = "REGISTRATION", "registration", _registration(key)
        elif name == "COMPLAINT":
            payload = {**payload, "number": f"12315-{n}"}
        at = start + timedelta(seconds=second)
        thing = str(at.year - 1) if name in NEEDS_OBJECT else ""
        yield n, f"f{n:09d}", name, key, thing, at, at, at, payload, None, None, source, None


def _registration(key: str) -> dict[str, object]:
    told = {"established_on": "2018-03-01", "industry": "6291", "division": key[2:8], "industry_risk": "HIGH"}
    return {**told, "licensed_items": 1, "staff": 6}


class _without_indexes:  # noqa: N801 - reads as what it does
    """A table that is filled without its indexes, which are made afterwards."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model

    def __enter__(self) -> None:
        with connection.schema_editor() as editor:
            for index in self.model._meta.indexes:
                editor.remove_index(self.model, index)

    def __exit__(self, *_told: object) -> None:
        with connection.schema_editor() as editor:
            for index in self.model._meta.indexes:
                editor.add_index(self.model, index)


def _classes(subjects: int, chance: np.random.Generator) -> None:
    pack = open_library(settings.PACKS).pack
    run = ClassRun.objects.create(
        cause="MONTHLY",
        as_of=NOW,
        known_at=NOW,
        pack_version=pack.version,
        pack_hash=pack.content_hash,
        state="EFFECTIVE",
        subjects=subjects,
        moved=0,
        made_at=NOW,
    )
    fields = (
        *("run", "subject", "model", "class_name", "class_by_score", "score", "items", "rules"),
        *("sufficiency_permille", "insufficient", "current"),
    )
    model = pack.models[0].id
    for low in range(0, subjects, CHUNK):
        numbers = range(low, min(low + CHUNK, subjects))
        names = chance.choice(list("ABCD"), len(numbers), p=[0.7, 0.2, 0.08, 0.02])
        with transaction.atomic():
            rows: Iterator[Sequence[object]] = (
                (run.id, key_of(n), model, str(c), str(c), 900, [["I01", 900]], [], 800, False, True)
                for n, c in zip(numbers, names, strict=True)
            )
            _put(SubjectClass, fields, rows)


def _touches(subjects: int, chance: np.random.Generator) -> None:
    """A tenth of the businesses was touched once, most of that is over; tasks and messages about it."""
    points, terms = sorted(open_library(settings.PACKS).points), clock_terms()
    chosen = chance.choice(subjects, subjects // TOUCHED_SHARE, replace=False).tolist()
    for low in range(0, len(chosen), CHUNK):
        part = list(enumerate(chosen[low : low + CHUNK], low + 1))
        with transaction.atomic():
            _put(Touch, TOUCH, [_touch(number, owner, points) for number, owner in part])
            tasks = [(n, o) for n, o in part if n % TASK_EVERY == 0]
            _put(SupervisionTask, TASK, [_task(n, o, terms) for n, o in tasks])
            clocks = [_clock(n, o, points) for n, o in tasks if not _is_over(n)]
            deadlines.open_all(by=Actor.service("bench"), at=NOW, openings=clocks, terms=terms)
            _put(Message, MESSAGE, [_message(number, owner) for number, owner in part])


TOUCH = (
    *("id", "subject", "item", "point", "colour", "state", "started_at", "reply_due_on"),
    *("ended_at", "facts", "pack_version", "pack_hash"),
)
TASK = (
    *("id", "touch", "kind", "state", "station", "holder", "scope", "opened_at"),
    *("due_on", "due_why", "closed_at"),
)
MESSAGE = (
    *("key", "channel", "recipient", "subject", "purpose", "text", "segments"),
    *("state", "created_at", "not_before"),
)


def _is_over(number: int) -> bool:
    return number % 10 != 0


def _touched_at(number: int) -> datetime:
    return NOW - timedelta(days=700) + timedelta(minutes=number * 7 % 1_000_000)


def _touch(number: int, owner: int, points: Sequence[str]) -> Sequence[object]:
    at, point = _touched_at(number), points[number % len(points)]
    over = _is_over(number)
    colour = "RED" if number % 5 == 0 else "YELLOW"
    state = "NORMAL" if over else "OFFSITE_REVIEW" if colour == "RED" else "OBSERVING"
    due = None if colour == "RED" else (at + timedelta(days=10)).date()
    ended = at + timedelta(days=20) if over else None
    return (
        *(number, key_of(owner), point.partition("-")[0], point, colour, state, at, due),
        *(ended, [f"f{owner + 1:09d}"], "bench", "0" * 64),
    )


def _task(number: int, owner: int, terms: ClockTerms) -> Sequence[object]:
    at, over, holder = _touched_at(number), _is_over(number), _holder(number)
    reckoned = terms.reckon(start(terms.book, CLOCK, at))
    due = reckoned.due_on or reckoned.not_before_on
    return (
        *(
            number // TASK_EVERY,
            number,
            "REVIEW",
            "DONE" if over else "OPEN",
            station_of(owner),
            holder,
            {},
            at,
        ),
        *(due, "", at + timedelta(days=9) if over else None),
    )


def _holder(number: int) -> str:
    return "9801-11" if number % 100 == 0 else ""


def _clock(number: int, owner: int, points: Sequence[str]) -> Opening:
    """The clock of an open task, as `triggers` starts it."""
    key, title = key_of(owner), f"{points[number % len(points)]} {owner}"
    handler = _holder(number) or station_of(owner)
    of = Matter(f"task:{number // TASK_EVERY}", f"touch:{number}", title, handler, key)
    return Opening(of, CLOCK, _touched_at(number))


def _message(number: int, owner: int) -> Sequence[object]:
    at, key = _touched_at(number), key_of(owner)
    state = "FAILED" if number % 40 == 0 else "DELIVERED"
    text = "您有一件提醒待办理。"
    return f"bench/{number}", "SMS", key, key, f"touch:{number}", text, 1, state, at, at
