"""Numbers slots and writes the tables of a compiled pack: every constant filter settled per shape."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import (
    OBJECT,
    RELATIVE_TESTS,
    Aggregate,
    Filter,
    Op,
    Scope,
    Select,
    Test,
    Window,
)
from zhunsheng.engine.fast import codes
from zhunsheng.engine.fast.columns import Shape as FactShape
from zhunsheng.engine.fast.compile import Compiler
from zhunsheng.engine.fast.dependents import dependents_of
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.tables import Rows, Tables, grid
from zhunsheng.engine.reference.conditions import PEER_GROUP
from zhunsheng.engine.reference.measures import SOURCE_STATUS, passes
from zhunsheng.engine.reference.points import ENROLLED, ENROLMENT

NO_DAY = dt.date(2000, 1, 1)


def tables_of(read: Compiler) -> Tables:
    """All tables, for every shape that the dictionary holds now."""
    return Layout(read).tables()


@dataclass(frozen=True, slots=True)
class ShapePart:
    """What the tables say of one shape; it never changes."""

    feeds: I64
    events: list[tuple[int, int, int]]
    role: int
    members: int
    fields: I64


class ShapeRows:
    """The tables that have rows for shapes."""

    def __init__(self) -> None:
        self.count = 0
        self.feed_at, self.roles, self.members = Rows(), Rows(), Rows()
        self.feeds, self.events, self.fields = Rows(5), Rows(4, -1), Rows(3)
        self.feed_at.add([0])

    def add(self, part: ShapePart) -> bool:
        """Append a shape; False when an array had to be replaced by a greater one."""
        events = [(self.count, *row) for row in part.events]
        self.count += 1
        fits = [self.feeds.add(part.feeds), self.events.add(events), self.fields.add(part.fields)]
        fits += [self.roles.add([part.role]), self.members.add([part.members])]
        return all([*fits, self.feed_at.add([self.feeds.used])])

    def trim(self) -> None:
        """Nothing to spare."""
        for rows in (self.feed_at, self.roles, self.members, self.feeds, self.events, self.fields):
            rows.trim()


def settled(test: Filter, shape: FactShape) -> bool | None:
    """Whether every fact of a shape passes a filter, none does, or it depends on the fact (None)."""
    if test.test in RELATIVE_TESTS or test.field == OBJECT:
        return None
    if test.field in shape.wide:
        if test.test in {Test.PRESENT, Test.ABSENT}:
            return test.test is Test.PRESENT
        return None
    fact = Fact("", shape.kind, "", 0, 0, 0, "", shape.narrow)
    return passes(fact, test, NO_DAY)


class Layout:
    """Numbers slots and writes the tables; goes on where it stopped when shapes were added."""

    def __init__(self, read: Compiler) -> None:
        self.read = read
        self.event_windows = [w for w in read.windows if w.event is not None]
        self.by_object = [a for a in read.aggregates if self._has_objects(a)]
        self.plain = [a for a in read.aggregates if not self._has_objects(a)]
        self.totals = [a for a in read.aggregates if a.op is Op.OBJECTS]
        self.lines: list[int] = []
        self.aggregates = [self._aggregate(a) for a in read.aggregates]
        self.windows = [self._window(w) for w in read.windows]
        self.shape_rows = ShapeRows()
        self.made: Tables | None = None
        selects = [a.select for a in read.aggregates]
        selects += [w.event for w in self.event_windows if w.event is not None]
        for test in (t for select in selects for t in select.where):
            read.field(test.field)

    @staticmethod
    def _has_objects(node: Aggregate) -> bool:
        crossed = node.window.event is not None and node.window.event.scope is Scope.SAME_OBJECT
        return node.select.scope is Scope.SAME_OBJECT or node.op is Op.OBJECTS or crossed

    def tables(self) -> Tables:
        """All arrays; shapes that came meanwhile are written into them in place as long as there is room."""
        made = self.made
        rows = self.shape_rows
        fits = [rows.add(part) for part in map(self._part, self.read.words.shapes[rows.count :])]
        if made is None:
            rows.trim()
        tests = (len(self.read.filter_rows), len(self.read.literals))
        if made is None or not all(fits) or tests != (len(made.filters), len(made.literals)):
            made = self.made = self._all()
        return made

    def _all(self) -> Tables:
        read, rows = self.read, self.shape_rows
        aggregates, windows = self.aggregates, self.windows
        dense = sum(p[codes.P_DENSE] >= 0 for p in read.points)
        distinct = sum(a.op is Op.DISTINCT for a in read.aggregates)
        sizes = [len(read.fields), len(self.plain) + len(self.totals), len(self.by_object)]
        text = read.words.text
        sizes += [len(self.event_windows), dense, text("SILENT"), text(ENROLLED), len(read.listed), distinct]
        return Tables(
            *(rows.feed_at.array, rows.feeds.array, rows.events.array, rows.roles.array),
            *(rows.members.array, rows.fields.array),
            *(grid(read.filter_rows, 4), grid(list(read.literals), 2), grid(windows, 5)),
            *(grid(aggregates, 15), np.array(self.lines, dtype=np.int64), grid(read.nodes, 9)),
            *(np.array(read.kids, dtype=np.int64), grid(read.conditions, 3), grid(read.items, 4)),
            *(grid(read.points, 8), grid(read.indicators, 13), grid(read.grades, 4)),
            *(grid(read.models, 10), grid(read.families, 1), grid(read.rules, 2), grid(read.cuts, 1)),
            np.array([text(s) for s in read.sources], dtype=np.int64),
            np.array([text(item.id) for item in read.pack.items], dtype=np.int64),
            np.array(sizes, dtype=np.int64),
            np.array([t for t, row in enumerate(read.items) for _ in range(row[0], row[1])], dtype=np.int64),
            *dependents_of(read, aggregates, len(self.plain) + len(self.totals), len(self.by_object)),
        )

    def _part(self, shape: FactShape) -> ShapePart:
        read, found = self.read, self._events(shape)
        return ShapePart(
            grid(self._feeds(shape), 5),
            found,
            self._role(shape) | (codes.R_EVENT if found else 0),
            sum(1 << k for kinds, k in read.objects.items() if shape.kind in kinds),
            grid([self._field(shape, name) for name in read.fields], 3),
        )

    def _aggregate(self, node: Aggregate) -> tuple[int, ...]:
        read = self.read
        by_object = self._has_objects(node)
        slot = (self.by_object if by_object else self.plain).index(node)
        crossed = by_object and node.select.scope is Scope.SUBJECT and node.op is not Op.OBJECTS
        sources = [
            read.sources.index(read.pack.sources[k]) for k in node.select.kinds if k in read.pack.sources
        ]
        lines = sorted(line for line in read.due.get(node, ()) if line is not None)
        first = len(self.lines)
        is_day = node.op in {Op.DAYS_SINCE, Op.DAYS_UNTIL}
        self.lines += lines if is_day else []
        relative = any(t.test in RELATIVE_TESTS for t in node.select.where)
        total = len(self.plain) + self.totals.index(node) if node.op is Op.OBJECTS else -1
        return (
            *(codes.OPS.index(node.op), read.windows[node.window]),
            read.day_field(node.field) if is_day else read.field(node.field),
            *(slot, int(by_object), int(crossed), sum(1 << s for s in set(sources))),
            *(int(node in read.listed), int(node in read.due)),
            *(int(is_day and None in read.due.get(node, ())), first, len(self.lines), total),
            *(int(relative or is_day), int(node.select.scope is Scope.SAME_OBJECT)),
        )

    def _window(self, window: Window) -> tuple[int, ...]:
        kind = codes.WINDOWS.index(window.kind)
        event = self.event_windows.index(window) if window.event is not None else -1
        same = window.event is not None and window.event.scope is Scope.SAME_OBJECT
        return (kind, window.length, window.ending_days_before, event, int(same))

    def _split(self, select: Select, shape: FactShape) -> tuple[bool, int, int, int]:
        """(never, first plain, first relative, end) of the tests that a fact of the shape still needs."""
        plain = [t for t in select.where if t.test not in RELATIVE_TESTS]
        answers = [settled(t, shape) for t in plain]
        rest = [t for t, answer in zip(plain, answers, strict=True) if answer is None]
        relative = [t for t in select.where if t.test in RELATIVE_TESTS]
        low, high = self.read.filter_range([*rest, *relative])
        return False in answers, low, low + len(rest), high

    def _feeds(self, shape: FactShape) -> list[tuple[int, ...]]:
        rows: list[tuple[int, ...]] = []
        for node, number in self.read.aggregates.items():
            if shape.kind in node.select.kinds:
                never, low, middle, high = self._split(node.select, shape)
                if not never or node.op is Op.OBJECTS:
                    rows.append((number, low, middle, high, int(never)))
        return rows

    def _events(self, shape: FactShape) -> list[tuple[int, int, int]]:
        rows = []
        for number, window in enumerate(self.event_windows):
            if window.event is not None and shape.kind in window.event.kinds:
                never, low, _, high = self._split(window.event, shape)
                if not never:
                    rows.append((number, low, high))
        return rows

    @staticmethod
    def _role(shape: FactShape) -> int:
        roles = {
            SOURCE_STATUS: codes.R_STATUS,
            ENROLMENT: codes.R_ENROLMENT,
            PEER_GROUP: codes.R_PEER_GROUP,
        }
        return roles.get(shape.kind, 0)

    def _field(self, shape: FactShape, name: str) -> tuple[int, int, int]:
        if name in shape.wide:
            tag, slot = shape.wide[name]
            return (tag, 0, slot)
        tag, value = self.read.words.encode(shape.narrow.get(name))
        return (tag, value, -1)
