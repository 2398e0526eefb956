"""Types: every kind is declared, every field exists in each kind read, every test fits its type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zhunsheng.core.contracts import NUMERIC, ContractSet, FieldType
from zhunsheng.core.packs.findings import Finding, Policy, Severity
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
    Literal,
    Measure,
    Not,
    Op,
    PeerLine,
    Ratio,
    Select,
    Test,
)

PEER_STATISTIC = "PEER_STATISTIC"
NUMBER_OPS = frozenset({Op.SUM, Op.MAX, Op.MIN})
DATE_OPS = frozenset({Op.DAYS_SINCE, Op.DAYS_UNTIL})
PYTHON_TYPES: dict[FieldType, type] = {FieldType.FLAG: bool, FieldType.INTEGER: int, FieldType.MONEY_FEN: int}


@dataclass(frozen=True, slots=True)
class TypeChecker:
    """Walks conditions and measures; yields findings with the path of the node's owner."""

    contracts: ContractSet
    policy: Policy

    def condition(self, node: Condition, path: str) -> Iterator[Finding]:
        """All faults of a condition."""
        match node:
            case All(parts) | AnyOf(parts):
                for index, part in enumerate(parts):
                    yield from self.condition(part, f"{path}[{index}]")
            case Not(part):
                yield from self.condition(part, path)
            case Compare():
                yield from self.measure(node.measure, path)
                yield from self._line(node, path)

    def _line(self, node: Compare, path: str) -> Iterator[Finding]:
        line = node.line
        if isinstance(line, Aggregate):
            yield from self.measure(line, path)
        elif isinstance(line, PeerLine):
            contract = self.contracts.get(PEER_STATISTIC)
            if contract is None or line.statistic not in contract.fields:
                cure = "改用 PEER_STATISTIC 已声明的字段"
                yield _error("PEER", path, f"未声明的同业统计 {line.statistic}", cure, line.statistic)
        if isinstance(node.measure, Aggregate) and node.measure.op is Op.LATEST:
            yield from self._latest(node.measure, line, path)
        elif isinstance(line, tuple) and any(type(value) is not int for value in line):
            yield _error("TYPE", path, "数值与文字比较", "计数只能与整数比较")

    def _latest(
        self, measure: Aggregate, line: int | tuple[Literal, ...] | PeerLine | Aggregate, path: str
    ) -> Iterator[Finding]:
        for kind, type_, values in self._types(measure.select, measure.field):
            if isinstance(line, tuple):
                yield from self._values(kind, measure.field, type_, values, line, path)
            elif type_ not in NUMERIC:
                cure = "文字用 in，日期用 days_until 或 days_since"
                text = f"{kind}.{measure.field} 不是数值，不能比大小"
                yield _error("TYPE", path, text, cure, measure.field)

    def _types(self, select: Select, name: str) -> Iterator[tuple[str, FieldType, tuple[str, ...]]]:
        for kind in select.kinds:
            contract = self.contracts.get(kind)
            if contract is not None and name in contract.fields:
                yield kind, contract.fields[name].type, contract.fields[name].values

    def measure(self, node: Measure, path: str) -> Iterator[Finding]:
        """All faults of a measure."""
        if isinstance(node, Ratio):
            yield from self.measure(node.numerator, path)
            yield from self.measure(node.denominator, path)
            return
        yield from self.select(node.select, path, relative=node.op is Op.OBJECTS)
        if node.window.event is not None:
            yield from self.select(node.window.event, path, relative=False)
        if not node.field or node.field in {OBJECT, OCCURRED}:
            return
        yield from self._declared(node.select.kinds, node.field, path)
        for kind, type_, _ in self._types(node.select, node.field):
            if node.op in NUMBER_OPS and type_ not in NUMERIC:
                cure = f"{node.op.value} 只用于数值字段"
                yield _error("TYPE", path, f"{kind}.{node.field} 不是数值", cure, node.field)
            if node.op in DATE_OPS and type_ is not FieldType.DATE:
                cure = f"{node.op.value} 只用于日期字段"
                yield _error("TYPE", path, f"{kind}.{node.field} 不是日期", cure, node.field)

    def select(self, node: Select, path: str, *, relative: bool) -> Iterator[Finding]:
        """All faults of a selection; `relative`: whether tests against the day of judgement are allowed."""
        for kind in node.kinds:
            if kind in self.policy.kinds:
                text = f"禁用的事实 {kind}：{self.policy.kinds[kind]}"
                yield _error("FORBIDDEN", path, text, "删除这一条件", kind)
            if self.contracts.get(kind) is None:
                cure = "在 contracts 中声明，或改正名称"
                yield _error("UNKNOWN_KIND", path, f"未声明的事实种类 {kind}", cure, kind)
        for test in node.where:
            yield from self.filter(node.kinds, test, path, relative=relative)

    def filter(self, kinds: tuple[str, ...], node: Filter, path: str, *, relative: bool) -> Iterator[Finding]:
        """All faults of one test."""
        if node.test in RELATIVE_TESTS and not relative:
            text = f"{node.test.value} 只用于 objects"
            yield _error("TYPE", path, text, "改用 days_until 或 days_since", node.field)
        if node.field in {OBJECT, OCCURRED}:
            return
        # In an objects measure a kind without the field is the one that ends the state of an object.
        some = tuple(k for k, _, _ in self._types(Select(kinds), node.field)) if relative else ()
        yield from self._declared(some or kinds, node.field, path)
        for kind, type_, values in self._types(Select(kinds), node.field):
            if node.test in RELATIVE_TESTS and type_ is not FieldType.DATE:
                yield _error("TYPE", path, f"{kind}.{node.field} 不是日期", "改用日期字段", node.field)
            elif node.test in {Test.AT_LEAST, Test.AT_MOST} and type_ not in NUMERIC:
                text = f"{kind}.{node.field} 不是数值，不能比大小"
                yield _error("TYPE", path, text, "改用数值字段", node.field)
            elif node.test in {Test.IN, Test.NOT_IN}:
                yield from self._values(kind, node.field, type_, values, node.values, path)

    def _declared(self, kinds: tuple[str, ...], name: str, path: str) -> Iterator[Finding]:
        if name in self.policy.fields:
            text = f"禁用的特征 {name}：{self.policy.fields[name]}"
            yield _error("FORBIDDEN", path, text, "删除这一条件", name)
        for kind in kinds:
            contract = self.contracts.get(kind)
            if contract is not None and name not in contract.fields:
                cure = f"可用字段：{'、'.join(contract.fields) or '无'}"
                yield _error("UNKNOWN_FIELD", path, f"{kind} 没有字段 {name}", cure, name)

    def _values(
        self,
        kind: str,
        name: str,
        type_: FieldType,
        allowed: tuple[str, ...],
        values: tuple[Literal, ...],
        path: str,
    ) -> Iterator[Finding]:
        for value in values:
            if type_ is FieldType.CHOICE and value not in allowed:
                cure = f"可用取值：{'、'.join(allowed)}"
                yield _error("VALUE", path, f"{kind}.{name} 没有取值 {value!r}", cure, name)
            elif type_ is not FieldType.CHOICE and type(value) is not PYTHON_TYPES.get(type_, str):
                text = f"{kind}.{name} 的取值 {value!r} 类型不符"
                yield _error("TYPE", path, text, f"该字段是 {type_.value}", name)


def _error(check: str, path: str, text_zh: str, cure_zh: str, about: str = "") -> Finding:
    return Finding(Severity.ERROR, check, path, text_zh, cure_zh, about)
