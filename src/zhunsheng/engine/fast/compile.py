"""From the typed tree to tables: every node once, every constant filter settled per shape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zhunsheng.core.rules.tree import (
    OBJECT,
    OCCURRED,
    RELATIVE_TESTS,
    Aggregate,
    All,
    AnyOf,
    Compare,
    Condition,
    Filter,
    Indicator,
    Item,
    Literal,
    Measure,
    Model,
    Not,
    Op,
    Pack,
    PeerLine,
    Scope,
    Shape,
    Test,
    TriggerPoint,
    Window,
)
from zhunsheng.engine.fast import codes
from zhunsheng.engine.fast.columns import Dictionary, TooWideError
from zhunsheng.engine.reference.instants import compares_of, conditions_of, grow_alike

SHAPES = {s: k for k, s in enumerate((Shape.LEVEL, Shape.STEPS, Shape.EACH, Shape.WORST, Shape.CASES))}
MASK_BITS = 62
FACTOR_MAX = 1 << 40


class CannotCompileError(ValueError):
    """The pack holds something the tables cannot carry exactly; the reference judges it."""


class Compiler:
    """Reads a pack once; `layout.tables_of` makes the tables, again whenever the dictionary has grown."""

    def __init__(self, pack: Pack, words: Dictionary) -> None:
        self.pack, self.words = pack, words
        self.aggregates: dict[Aggregate, int] = {}
        self.windows: dict[Window, int] = {}
        self.fields: dict[str, int] = {"state": 0, "group": 1}
        self.filters: dict[tuple[Filter, ...], tuple[int, int]] = {}
        self.filter_rows: list[tuple[int, ...]] = []
        self.literals: list[tuple[int, int]] = []
        self.nodes: list[tuple[int, ...]] = []
        self.kids: list[int] = []
        self.conditions: list[tuple[int, ...]] = []
        self.by_condition: dict[Condition, int] = {}
        self.peers: dict[PeerLine, int] = {}
        self.objects: dict[tuple[str, ...], int] = {}
        self.sources = sorted(set(pack.sources.values()))
        self.due: dict[Aggregate, set[int | None]] = {}
        self.listed: set[Aggregate] = set()
        for condition in conditions_of(pack):
            for compare in compares_of(condition):
                self._due_of(compare)
        self._read()

    def _due_of(self, compare: Compare) -> None:
        line = compare.line if isinstance(compare.line, int) else None
        measure = compare.measure
        if grow_alike(compare):
            for side in (measure, compare.line):
                if isinstance(side, Aggregate):
                    self.due.setdefault(side, set())
            return
        if isinstance(measure, Aggregate):
            self.due.setdefault(measure, set()).add(line)
        else:
            for part in (measure.numerator, measure.denominator):
                self.due.setdefault(part, set()).add(None)
        if isinstance(compare.line, Aggregate):
            self.due.setdefault(compare.line, set()).add(None)

    def _read(self) -> None:
        self.items: list[tuple[int, ...]] = []
        self.points: list[tuple[int, ...]] = []
        self.point_names: list[str] = []
        for item in self.pack.items:
            self._item(item)
        self.indicators: list[tuple[int, ...]] = []
        self.grades: list[tuple[int, ...]] = []
        self.models: list[tuple[int, ...]] = []
        self.families: list[tuple[int, ...]] = []
        self.rules: list[tuple[int, ...]] = []
        self.cuts: list[tuple[int, ...]] = []
        for model in self.pack.models:
            self._model(model)
        if max(len(self.sources), len(self.objects)) > MASK_BITS:
            raise CannotCompileError("too many sources or object pools")

    def _item(self, item: Item) -> None:
        first = len(self.points)
        for point in item.points:
            self._point(point)
        self.items.append((first, len(self.points), self.condition(item.applies), int(item.enrolment_needed)))

    def _point(self, point: TriggerPoint) -> None:
        parts = (point.yellow, point.red, point.critical, point.unless, point.clear, point.no_data)
        pool = self.objects.setdefault(point.per_object, len(self.objects)) if point.per_object else -1
        dense = sum(p[codes.P_DENSE] >= 0 for p in self.points) if pool < 0 else -1
        self.points.append((*(self.condition(p) for p in parts), pool, dense))
        self.point_names.append(point.id)

    def _model(self, model: Model) -> None:
        spans = [len(x) for x in (self.indicators, self.families, self.rules, self.cuts)]
        names = {f.id: spans[1] + k for k, f in enumerate(model.families)}
        for node in model.indicators:
            self._indicator(node, names.get(node.family, -1), len(self.models))
        self.families += [(f.cap,) for f in model.families]
        self.rules += [(self.condition(r.when), model.severity(r.at_least)) for r in model.rules]
        self.cuts += [(codes.FAR if c.at_most is None else c.at_most,) for c in model.cut_offs]
        ends = [len(x) for x in (self.indicators, self.families, self.rules, self.cuts)]
        pairs = [v for pair in zip(spans, ends, strict=True) for v in pair]
        severe = model.severity(model.insufficient_class)
        self.models.append((*pairs, model.sufficiency_min_permille, severe))

    def _indicator(self, node: Indicator, family: int, model: int) -> None:
        first = len(self.grades)
        a, b, per, sample_min = -1, -1, 1, 1
        if node.shape is Shape.CASES:
            self.grades += [(self.condition(c.when), c.points, 0, 0) for c in node.cases]
        else:
            if node.measure is None:
                raise CannotCompileError(node.id)
            a, b, per, sample_min = self.measure(node.measure)
            if node.shape is not Shape.LEVEL:
                if not isinstance(node.measure, Aggregate) or node.measure.op is not Op.COUNT:
                    raise CannotCompileError(f"{node.id}: {node.shape}")
                self.listed.add(node.measure)
            if node.shape in {Shape.EACH, Shape.WORST}:
                for g in node.grades:
                    self.grades.append((g.points, 0, *self.filter_range(g.where)))
            else:
                self.grades += [(x.at_least, x.points, 0, 0) for x in node.bins]
        self.indicators.append(
            (SHAPES[node.shape], a, b, per, sample_min, first, len(self.grades), int(node.decays))
            + (node.repeat_from, node.repeat_percent, node.cap, family, model)
        )

    def field(self, name: str) -> int:
        """The number of a payload field; the object and the instant have numbers of their own."""
        if name == OBJECT:
            return codes.FIELD_OBJECT
        return self.fields.setdefault(name, len(self.fields))

    def day_field(self, name: str) -> int:
        """The number of a field that is read as a day."""
        if name in {"", OCCURRED}:
            return codes.FIELD_OCCURRED
        return codes.FIELD_NEVER if name == OBJECT else self.field(name)

    def filter_range(self, where: Sequence[Filter]) -> tuple[int, int]:
        """Rows of the filter table for these tests."""
        key = tuple(where)
        if key not in self.filters:
            first = len(self.filter_rows)
            self.filter_rows += [self._filter(t) for t in where]
            self.filters[key] = (first, len(self.filter_rows))
        return self.filters[key]

    def _filter(self, test: Filter) -> tuple[int, ...]:
        kind = codes.TESTS.index(test.test)
        if test.test in RELATIVE_TESTS:
            return (self.day_field(test.field), kind, int(test.values[0]), 0)
        number = self.field(test.field)
        if test.test in {Test.IN, Test.NOT_IN}:
            first = len(self.literals)
            self.literals += self.encoded(test.values, is_object=number == codes.FIELD_OBJECT)
            return (number, kind, first, len(self.literals))
        return (number, kind, int(test.values[0]) if test.values else 0, 0)

    def encoded(self, values: Iterable[Literal], *, is_object: bool) -> list[tuple[int, int]]:
        """Literals in the form of the columns; objects are always plain text."""
        try:
            return [
                (codes.TEXT, self.words.text(v)) if is_object and isinstance(v, str) else self.words.encode(v)
                for v in values
            ]
        except TooWideError as error:
            raise CannotCompileError(str(error)) from error

    def window(self, window: Window) -> int:
        """The number of a window."""
        return self.windows.setdefault(window, len(self.windows))

    def aggregate(self, node: Aggregate) -> int:
        """The number of an aggregate; equal ones are computed once."""
        if node not in self.aggregates:
            self.aggregates[node] = len(self.aggregates)
            self.window(node.window)
            self.filter_range(node.select.where)
            event = node.window.event
            if event is not None:
                self.filter_range(event.where)
                crossed = event.scope is Scope.SAME_OBJECT and node.select.scope is Scope.SUBJECT
                if crossed and node.op in {Op.OBJECTS, Op.DISTINCT}:
                    raise CannotCompileError("objects of the subject since an event of one object")
            if node.op in {Op.DAYS_SINCE, Op.DAYS_UNTIL}:
                self.day_field(node.field)
            else:
                self.field(node.field)
        return self.aggregates[node]

    def measure(self, node: Measure) -> tuple[int, int, int, int]:
        """(aggregate, denominator or -1, per, least sample)."""
        if isinstance(node, Aggregate):
            return self.aggregate(node), -1, 1, 1
        if abs(node.per) > FACTOR_MAX:
            raise CannotCompileError("per")
        return (
            self.aggregate(node.numerator),
            self.aggregate(node.denominator),
            node.per,
            max(node.sample_min, 1),
        )

    def condition(self, node: Condition | None) -> int:
        """The number of a condition, -1 for none."""
        if node is None:
            return -1
        if node not in self.by_condition:
            first = len(self.nodes)
            self._node(node)
            self.by_condition[node] = len(self.conditions)
            self.conditions.append((first, len(self.nodes), 0))
        return self.by_condition[node]

    def _node(self, node: Condition) -> int:
        match node:
            case All(parts) | AnyOf(parts):
                below = [self._node(p) for p in parts]
                kind = codes.NODE_ALL if isinstance(node, All) else codes.NODE_ANY
                row = (kind, len(self.kids), len(self.kids) + len(below), 0, 0, 0, 0, 0, 0)
                self.kids += below
            case Not(part):
                row = (codes.NODE_NOT, self._node(part), 0, 0, 0, 0, 0, 0, 0)
            case Compare():
                row = self._compare(node)
        self.nodes.append(row)
        return len(self.nodes) - 1

    def _compare(self, node: Compare) -> tuple[int, int, int, int, int, int, int, int, int]:
        a, b, per, sample_min = self.measure(node.measure)
        kind, low, high = codes.L_INTEGER, 0, 0
        if isinstance(node.line, tuple):
            kind, low = codes.L_LIST, len(self.literals)
            is_object = isinstance(node.measure, Aggregate) and node.measure.field == OBJECT
            self.literals += self.encoded(node.line, is_object=is_object)
            high = len(self.literals)
        elif isinstance(node.line, PeerLine):
            kind, low = codes.L_PEER, self.peers.setdefault(node.line, len(self.peers))
        elif isinstance(node.line, Aggregate):
            kind, low = codes.L_AGGREGATE, self.aggregate(node.line)
        else:
            low = node.line
            if abs(low) > FACTOR_MAX:
                raise CannotCompileError("line")
        comparison = codes.COMPARISONS.index(node.comparison)
        return (codes.NODE_COMPARE, a, b, comparison, kind, low, high, per, sample_min)
