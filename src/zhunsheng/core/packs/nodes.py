"""Reads measures and conditions out of YAML mappings; every error says where and what to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhunsheng.core.rules.tree import (
    CALENDAR_WINDOWS,
    OBJECT,
    Aggregate,
    All,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Filter,
    Literal,
    Measure,
    Not,
    Op,
    PeerLine,
    Ratio,
    Scope,
    Select,
    Test,
    Window,
    WindowKind,
)


class PackError(ValueError):
    """A pack that cannot be read: `path` leads to the node, the text says the cure."""

    def __init__(self, path: str, message_zh: str) -> None:
        super().__init__(f"{path}: {message_zh}")
        self.path = path
        self.message_zh = message_zh


WINDOWLESS = frozenset({Op.OBJECTS, Op.LATEST, Op.DAYS_SINCE, Op.DAYS_UNTIL})
OPS = {op.value.lower(): op for op in Op}
COMPARISONS = {comparison.value.lower(): comparison for comparison in Comparison}
TESTS = {test.value.lower(): test for test in Test}
AGGREGATE_KEYS = frozenset({*OPS, "where", "window", "scope", "of"})
MEASURE_KEYS = AGGREGATE_KEYS | {"ratio", "trend", "sample_min"}
NUMBER_TESTS = frozenset({Test.AT_LEAST, Test.AT_MOST, Test.DAYS_UNTIL_AT_MOST, Test.DAYS_SINCE_AT_LEAST})
WINDOW_LENGTHS = {"days": WindowKind.DAYS, "hours": WindowKind.HOURS, "months": WindowKind.MONTHS}
CALENDARS = {kind.value.removeprefix("CALENDAR_"): kind for kind in CALENDAR_WINDOWS}


def only_keys(node: Mapping[str, Any], allowed: frozenset[str] | set[str], path: str) -> None:
    """Refuse a key nobody reads: a misspelt key must never silently switch a rule off."""
    unknown = sorted(set(node) - allowed)
    if unknown:
        raise PackError(path, f"不认识的键 {unknown}；可用：{sorted(allowed)}")


def as_mapping(node: object, path: str) -> Mapping[str, Any]:
    """The node itself if it is a mapping."""
    if not isinstance(node, Mapping):
        raise PackError(path, f"这里应是键值对，写成了 {node!r}")
    return node


def as_int(node: object, path: str) -> int:
    """A whole number; true/false and fractions are refused."""
    if isinstance(node, bool) or not isinstance(node, int):
        raise PackError(path, f"这里应是整数，写成了 {node!r}")
    return node


@dataclass(frozen=True, slots=True)
class NodeReader:
    """Reads nodes; `default_scope` is SAME_OBJECT inside a per-object point."""

    default_scope: Scope = Scope.SUBJECT

    def condition(self, node: object, path: str) -> Condition:
        """{all|any: […]}, {not: …} or a measure with one comparison."""
        body = as_mapping(node, path)
        for key, kind in (("all", All), ("any", AnyOf)):
            if key in body:
                only_keys(body, {key}, path)
                parts = body[key]
                if not isinstance(parts, Sequence) or not parts:
                    raise PackError(f"{path}.{key}", "至少写一个条件")
                return kind(tuple(self.condition(p, f"{path}.{key}[{i}]") for i, p in enumerate(parts)))
        if "not" in body:
            only_keys(body, {"not"}, path)
            return Not(self.condition(body["not"], f"{path}.not"))
        return self._compare(body, path)

    def _compare(self, body: Mapping[str, Any], path: str) -> Compare:
        found = [key for key in COMPARISONS if key in body]
        if len(found) != 1:
            raise PackError(path, f"需要且只需要一个比较：{sorted(COMPARISONS)}")
        only_keys(body, MEASURE_KEYS | {found[0]}, path)
        rest = {key: value for key, value in body.items() if key != found[0]}
        comparison = COMPARISONS[found[0]]
        line = self._line(body[found[0]], comparison, f"{path}.{found[0]}")
        return Compare(self.measure(rest, path), comparison, line)

    def _line(
        self, node: object, comparison: Comparison, path: str
    ) -> int | tuple[Literal, ...] | PeerLine | Aggregate:
        if comparison in {Comparison.IN, Comparison.NOT_IN}:
            return _literals(node, Test.IN, path)
        if isinstance(node, Mapping):
            if "peer" in node:
                peer = as_mapping(node["peer"], f"{path}.peer")
                only_keys(peer, {"measure", "statistic", "times_percent"}, f"{path}.peer")
                return PeerLine(peer["measure"], peer["statistic"], int(peer.get("times_percent", 100)))
            measure = self.measure(node, path)
            if isinstance(measure, Ratio):
                raise PackError(path, "比较线不能是比率")
            return measure
        return as_int(node, path)

    def measure(self, node: object, path: str) -> Measure:
        """{count|sum|…: KIND[.field], where, window, scope} or {ratio: {of, to, per, sample_min}}."""
        body = as_mapping(node, path)
        only_keys(body, MEASURE_KEYS, path)
        if "ratio" in body:
            only_keys(body, {"ratio"}, path)
            ratio = as_mapping(body["ratio"], f"{path}.ratio")
            only_keys(ratio, {"of", "to", "per", "sample_min"}, f"{path}.ratio")
            return Ratio(
                self.aggregate(ratio.get("of"), f"{path}.ratio.of"),
                self.aggregate(ratio.get("to"), f"{path}.ratio.to"),
                as_int(ratio.get("per", 1), f"{path}.ratio.per"),
                as_int(ratio.get("sample_min", 1), f"{path}.ratio.sample_min"),
            )
        if "trend" in body:
            return self._trend(body, path)
        return self.aggregate(body, path)

    def _trend(self, body: Mapping[str, Any], path: str) -> Ratio:
        only_keys(body, {"trend", "sample_min"}, path)
        current = self.aggregate(body["trend"], f"{path}.trend")
        if current.window.kind is not WindowKind.DAYS:
            raise PackError(f"{path}.trend", "环比只用于按天数的窗口")
        before = replace(current.window, ending_days_before=current.window.length)
        sample_min = as_int(body.get("sample_min", 1), f"{path}.sample_min")
        return Ratio(current, replace(current, window=before), 100, sample_min)

    def aggregate(self, node: object, path: str) -> Aggregate:
        """One aggregate; windows must be stated except where the latest fact is meant."""
        body = as_mapping(node, path)
        only_keys(body, AGGREGATE_KEYS, path)
        found = [key for key in OPS if key in body]
        if len(found) != 1:
            raise PackError(path, f"需要且只需要一种统计：{sorted(OPS)}")
        op = OPS[found[0]]
        kinds, field = self._target(body[found[0]], op, f"{path}.{found[0]}")
        if "window" not in body and op not in WINDOWLESS:
            raise PackError(path, "没有写窗口 window；全部历史写 window: all")
        where = self.filters(body.get("where", {}), f"{path}.where")
        scope = Scope(str(body["scope"]).upper()) if "scope" in body else self.default_scope
        window = self.window(body.get("window", "all"), f"{path}.window")
        return Aggregate(op, Select(kinds, where, scope), window, str(body.get("of", field)))

    def _target(self, node: Any, op: Op, path: str) -> tuple[tuple[str, ...], str]:
        names = node if isinstance(node, list) else [node]
        if not names or not all(isinstance(name, str) for name in names):
            raise PackError(path, "写事实种类，如 COMPLAINT 或 SAMPLING_RESULT.score")
        field = ""
        kinds = []
        for name in names:
            kind, _, part = name.partition(".")
            kinds.append(kind)
            field = field or part
        if op is Op.DISTINCT and not field:
            field = OBJECT
        needs = {Op.SUM, Op.MAX, Op.MIN, Op.LATEST, Op.DAYS_UNTIL}
        if op in needs and not field:
            raise PackError(path, f"{op.value} 需要字段：写成 事实种类.字段")
        return tuple(kinds), field

    def filters(self, node: object, path: str) -> tuple[Filter, ...]:
        """{field: value | [values] | {test: value}}."""
        body = as_mapping(node, path)
        found: list[Filter] = []
        for field, wanted in body.items():
            where = f"{path}.{field}"
            if isinstance(wanted, Mapping):
                only_keys(wanted, set(TESTS), where)
                for name, value in wanted.items():
                    found.append(Filter(field, TESTS[name], _literals(value, TESTS[name], f"{where}.{name}")))
            else:
                found.append(Filter(field, Test.IN, _literals(wanted, Test.IN, where)))
        return tuple(found)

    def window(self, node: object, path: str) -> Window:
        """all · {days|hours|months: n} · {calendar: YEAR} · {since: {fact: KIND, where: …}}."""
        if node == "all":
            return Window()
        body = as_mapping(node, path)
        offset = as_int(body.get("ending_days_before", 0), f"{path}.ending_days_before")
        for key, kind in WINDOW_LENGTHS.items():
            if key in body:
                only_keys(body, {key, "ending_days_before"}, path)
                length = as_int(body[key], f"{path}.{key}")
                if length <= 0 or offset < 0 or (offset and kind is not WindowKind.DAYS):
                    raise PackError(path, "窗口长度须为正，提前结束只用于按天数的窗口")
                return Window(kind, length, offset)
        if "calendar" in body:
            only_keys(body, {"calendar"}, path)
            if body["calendar"] not in CALENDARS:
                raise PackError(path, f"calendar 只能是 {sorted(CALENDARS)}")
            return Window(CALENDARS[body["calendar"]])
        only_keys(body, {"since"}, path)
        event = as_mapping(body.get("since"), f"{path}.since")
        only_keys(event, {"fact", "where", "scope"}, f"{path}.since")
        kinds, _ = self._target(event.get("fact"), Op.FLAG, f"{path}.since.fact")
        scope = Scope(str(event["scope"]).upper()) if "scope" in event else self.default_scope
        select = Select(kinds, self.filters(event.get("where", {}), f"{path}.since.where"), scope)
        return Window(WindowKind.SINCE_EVENT, event=select)


def _literals(value: object, test: Test, path: str) -> tuple[Literal, ...]:
    if test in {Test.PRESENT, Test.ABSENT}:
        return ()
    if test in NUMBER_TESTS:
        return (as_int(value, path),)
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(v, str | int) for v in values):
        raise PackError(path, f"写文字、整数或 true/false，写成了 {value!r}")
    return tuple(values)


def scaled(condition: Condition, percent: int) -> Condition:
    """The same condition with every upper line at `percent` of itself, for hysteresis.

    Only lines that grow with risk (AT_LEAST, MORE_THAN) are moved; the value is exact: an integer
    aggregate reaches p % of a line when it reaches the next whole number.
    """
    if isinstance(condition, All):
        return All(tuple(scaled(part, percent) for part in condition.parts))
    if isinstance(condition, AnyOf):
        return AnyOf(tuple(scaled(part, percent) for part in condition.parts))
    if isinstance(condition, Not) or condition.comparison not in {Comparison.AT_LEAST, Comparison.MORE_THAN}:
        return condition
    line = condition.line
    if isinstance(line, PeerLine):
        return replace(condition, line=replace(line, times_percent=line.times_percent * percent // 100))
    if not isinstance(line, int) or line <= 0:
        return condition
    if isinstance(condition.measure, Ratio):
        finer = replace(condition.measure, per=condition.measure.per * 100)
        return replace(condition, measure=finer, line=line * percent)
    if condition.comparison is Comparison.AT_LEAST:
        return replace(condition, line=-(-line * percent // 100))
    return replace(condition, line=line * percent // 100)
