"""The tree as Chinese sentences: what a line says is made from the definition, never written beside it.

Names come from the fact contracts; a kind or field without a contract is shown by its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from zhunsheng.core.contracts import NO_WORDS, ContractSet, FieldContract, FieldType
from zhunsheng.core.rules.tree import (
    OBJECT,
    OCCURRED,
    Aggregate,
    All,
    AnyOf,
    ClassRule,
    Compare,
    Comparison,
    Condition,
    Filter,
    Indicator,
    Item,
    Literal,
    Measure,
    Model,
    Not,
    Op,
    PeerLine,
    Ratio,
    Scope,
    Select,
    Shape,
    Test,
    TriggerPoint,
    Window,
    WindowKind,
)

SIGNS = {
    Comparison.AT_LEAST: "≥",
    Comparison.MORE_THAN: "＞",
    Comparison.AT_MOST: "≤",
    Comparison.LESS_THAN: "＜",
    Comparison.EQUALS: "＝",
    Comparison.IN: "为",
    Comparison.NOT_IN: "不为",
}
PERIODS = {
    WindowKind.CALENDAR_DAY: "当日",
    WindowKind.CALENDAR_MONTH: "本月",
    WindowKind.CALENDAR_QUARTER: "本季度",
    WindowKind.CALENDAR_YEAR: "本年",
}
UNITS = {
    Op.COUNT: "次",
    Op.DISTINCT: "个",
    Op.OBJECTS: "个",
    Op.DAYS_SINCE: "天",
    Op.DAYS_UNTIL: "天",
}


def points_text(hundredths: int) -> str:
    """Hundredths as points: 150 is '1.5'."""
    sign, whole, part = "-" if hundredths < 0 else "", abs(hundredths) // 100, abs(hundredths) % 100
    return f"{sign}{whole}" + (f".{part:02d}".rstrip("0") if part else "")


def literal_text(value: Literal) -> str:
    """是 and 否 for flags; everything else as written."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


@dataclass(frozen=True, slots=True)
class Card:
    """What a business may read about one line: risk, lines, exclusions, the way back, legal basis."""

    item: str
    point: str
    name_zh: str
    risk_zh: str
    lines: tuple[tuple[str, str], ...]
    basis: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says nodes in Chinese; `object_zh` is what a per-object point is about."""

    contracts: ContractSet
    object_zh: str = "对象"

    def field(self, kinds: tuple[str, ...], name: str) -> str:
        """The Chinese name of a field, from the first kind that declares it."""
        if name == OCCURRED:
            return "发生日"
        if name == OBJECT:
            return self._object(kinds)
        found = self._field(kinds, name)
        return name if found is None else found.name_zh

    def _field(self, kinds: tuple[str, ...], name: str) -> FieldContract | None:
        for kind in kinds:
            contract = self.contracts.get(kind)
            if contract is not None and name in contract.fields:
                return contract.fields[name]
        return None

    def _values(self, kinds: tuple[str, ...], field: str, values: tuple[Literal, ...]) -> str:
        """Stored values by their words; a value without one as it is written."""
        spec = self._field(kinds, field)
        words = NO_WORDS if spec is None else spec.values_zh
        return "或".join(words.get(str(v)) or literal_text(v) for v in values)

    def stored(self, kinds: tuple[str, ...], field: str, value: Literal) -> str:
        """One stored value as a reader reads it; money in yuan."""
        spec = self._field(kinds, field)
        if spec is not None and spec.type is FieldType.MONEY_FEN and isinstance(value, int):
            return f"{points_text(value)}元"
        return self._values(kinds, field, (value,))

    def content(self, kinds: tuple[str, ...], values: Mapping[str, Literal | None]) -> str:
        """Stored values with the names of their fields."""
        told = [(name, value) for name, value in values.items() if value is not None]
        return "；".join(f"{self.field(kinds, n)} {self.stored(kinds, n, v)}" for n, v in told)

    def _object(self, kinds: tuple[str, ...]) -> str:
        for kind in kinds:
            contract = self.contracts.get(kind)
            if contract is not None and contract.object_zh:
                return contract.object_zh
        return self.object_zh

    def kinds(self, kinds: tuple[str, ...]) -> str:
        """Chinese names of kinds, joined by 或."""
        found = [(self.contracts.get(kind), kind) for kind in kinds]
        return "或".join(kind if contract is None else contract.name_zh for contract, kind in found)

    def filter(self, kinds: tuple[str, ...], node: Filter) -> str:
        """One test on one field."""
        name = self.field(kinds, node.field)
        values = self._values(kinds, node.field, node.values)
        match node.test:
            case Test.IN:
                return f"{name}为{values}"
            case Test.NOT_IN:
                return f"{name}不为{values}"
            case Test.AT_LEAST:
                return f"{name}≥{values}"
            case Test.AT_MOST:
                return f"{name}≤{values}"
            case Test.PRESENT:
                return f"有{name}"
            case Test.ABSENT:
                return f"无{name}"
            case Test.DAYS_UNTIL_AT_MOST:
                days = int(node.values[0])
                return f"距{name}≤{days}天" if days >= 0 else f"{name}已过≥{-days}天"
            case Test.DAYS_SINCE_AT_LEAST:
                return f"{name}已过≥{values}天"
            case _ as never:
                assert_never(never)

    def select(self, node: Select) -> str:
        """The facts that a measure reads."""
        tests = "且".join(self.filter(node.kinds, f) for f in node.where)
        scope = f"同一{self.object_zh}" if node.scope is Scope.SAME_OBJECT else ""
        return f"{scope}{self.kinds(node.kinds)}" + (f"（{tests}）" if tests else "")

    def window(self, node: Window) -> str:
        """From when to when; the day of judgement is inside."""
        match node.kind:
            case WindowKind.ALL:
                return "有记录以来"
            case WindowKind.DAYS if node.ending_days_before:
                return f"截至{node.ending_days_before}天前的{node.length}天内"
            case WindowKind.DAYS:
                return f"近{node.length}天（含当日）"
            case WindowKind.HOURS:
                return f"近{node.length}小时"
            case WindowKind.MONTHS:
                return f"近{node.length}个月（含当日）"
            case WindowKind.SINCE_EVENT:
                return f"自最近一次{self.select(node.event)}之后" if node.event else "（未写明起点）"
            case _:
                return PERIODS[node.kind]

    def aggregate(self, node: Aggregate) -> str:
        """What is counted, without its line."""
        when, what = self.window(node.window), self.select(node.select)
        field = self.field(node.select.kinds, node.field) if node.field else ""
        always = node.window.kind is WindowKind.ALL
        last = what if always else f"{when}{what}"
        match node.op:
            case Op.COUNT:
                return f"{when}{what}"
            case Op.FLAG:
                return f"{when}有无{what}（有为1，无为0）"
            case Op.SUM:
                return f"{when}{what}的{field}合计"
            case Op.MAX:
                return f"{when}{what}的{field}最大值"
            case Op.MIN:
                return f"{when}{what}的{field}最小值"
            case Op.DISTINCT:
                return f"{when}{what}涉及的不同{field}"
            case Op.OBJECTS:
                return f"{'' if always else when}最新记录符合【{what}】的{self._object(node.select.kinds)}"
            case Op.LATEST:
                return f"最近一次{last}的{field}"
            case Op.DAYS_SINCE:
                return f"距最近一次{last}" + (f"的{field}" if field else "") + "已过"
            case Op.DAYS_UNTIL:
                return f"距最近一次{last}的{field}还有"
            case _ as never:
                assert_never(never)

    def measure(self, node: Measure) -> str:
        """An aggregate or a rate, without its line."""
        if isinstance(node, Aggregate):
            return self.aggregate(node)
        top, bottom = self.aggregate(node.numerator), self.aggregate(node.denominator)
        sample = f"（样本不少于{node.sample_min}，否则不判断）" if node.sample_min > 1 else ""
        if node.per == 1:
            return f"“{top}”与“{bottom}”之比{sample}"
        return f"每{node.per}“{bottom}”中的“{top}”{sample}"

    def _unit(self, node: Measure) -> str:
        if isinstance(node, Ratio):
            return ""
        found = self._field(node.select.kinds, node.field) if node.field else None
        if found is not None and found.type is FieldType.MONEY_FEN and node.op not in UNITS:
            return "分"
        return UNITS.get(node.op, "")

    def value(self, node: Compare, numerator: int | None, denominator: int, text: str | None) -> str:
        """A measured value with the unit of its line; two decimals at most; '' when there is none."""
        if text is not None:
            told = node.measure if isinstance(node.measure, Aggregate) else node.measure.numerator
            return self._values(told.select.kinds, told.field or "", (text,))
        if numerator is None:
            return ""
        hundredths = numerator * 100 // denominator
        return f"{points_text(hundredths)}{self._unit(node.measure)}"

    def line_sign(self, node: Compare) -> str:
        """The line with its sign, as it stands beside a value: '≥3次'."""
        return f"{SIGNS[node.comparison]}{self.line(node)}"

    def line(self, node: Compare) -> str:
        """What the value is held against."""
        line = node.line
        if isinstance(line, int):
            return f"{line}{self._unit(node.measure)}"
        if isinstance(line, tuple):
            told = node.measure if isinstance(node.measure, Aggregate) else node.measure.numerator
            return self._values(told.select.kinds, told.field or "", line)
        if isinstance(line, Aggregate):
            return f"“{self.aggregate(line)}”"
        return self._peer(line)

    def _peer(self, line: PeerLine) -> str:
        name = "中位数" if line.statistic == "MEDIAN" else line.statistic
        if line.statistic[:1] == "P" and line.statistic[1:].isdigit():
            name = f"第{line.statistic[1:]}百分位数"
        times = "" if line.times_percent == 100 else f"的{points_text(line.times_percent)}倍"
        return f"同业{name}{times}"

    def condition(self, node: Condition) -> str:
        """A whole condition; parts that are combinations themselves stand in brackets."""
        match node:
            case Compare(Aggregate(op=Op.FLAG) as flag, Comparison.AT_LEAST | Comparison.EQUALS, 1):
                return f"{self.window(flag.window)}有{self.select(flag.select)}"
            case Compare(Aggregate(op=Op.DAYS_UNTIL) as until, Comparison.AT_MOST, int(days)) if days < 0:
                told = self.aggregate(until).removesuffix("还有")
                return f"{told}已过≥{-days}天"
            case Compare():
                return f"{self.measure(node.measure)}{SIGNS[node.comparison]}{self.line(node)}"
            case All(parts):
                return "，且".join(self._part(p) for p in parts)
            case AnyOf(parts):
                return "，或".join(self._part(p) for p in parts)
            case Not(part):
                return f"并非（{self.condition(part)}）"
            case _ as never:
                assert_never(never)

    def _part(self, node: Condition) -> str:
        inner = self.condition(node)
        return f"（{inner}）" if isinstance(node, All | AnyOf) else inner


def point_lines(point: TriggerPoint, contracts: ContractSet) -> tuple[tuple[str, str], ...]:
    """Every condition of a point with its label, in the order in which a reader asks."""
    speaker = Speaker(contracts, point.object_zh or "对象")
    conditions = (
        ("提醒线（黄）", point.yellow),
        ("核查线（红）", point.red),
        ("安全红线", point.critical),
        ("不计入", point.unless),
        ("解除条件", point.clear),
        ("数据中断告警", point.no_data),
    )
    lines = [(label, speaker.condition(node)) for label, node in conditions if node is not None]
    periods = (
        ("须连续保持", point.hold_days),
        ("结束后冷却", point.cooldown_days),
        ("至多一次的期间", point.once_per_days),
        ("观察期", point.observe_days if point.yellow is not None else 0),
    )
    return (*lines, *((label, f"{days}天") for label, days in periods if days))


def card(item: Item, point: TriggerPoint, contracts: ContractSet) -> Card:
    """The line as a business may read it; measures inside the bureau are left out."""
    basis = tuple(f"{b.law} {b.article}（{b.status}）" for b in point.basis)
    lines = point_lines(point, contracts)
    return Card(item.id, point.id, point.name_zh, point.risk_zh, lines, basis, point.status)


def indicator_sentence(node: Indicator, contracts: ContractSet) -> str:
    """How an indicator gives points, from its definition."""
    speaker = Speaker(contracts)
    kinds = node.measure.select.kinds if isinstance(node.measure, Aggregate) else ()
    measure = "" if node.measure is None else speaker.measure(node.measure)
    bins = "；".join(f"达到{b.at_least}得{points_text(b.points)}分" for b in node.bins)
    grades = "；".join(
        (("且".join(speaker.filter(kinds, f) for f in g.where)) or "其余") + f"得{points_text(g.points)}分"
        for g in node.grades
    )
    cases = "；否则".join(f"{speaker.condition(c.when)}，得{points_text(c.points)}分" for c in node.cases)
    text = {
        Shape.LEVEL: f"按{measure}分档：{bins}",
        Shape.STEPS: f"按{measure}逐件计分：{bins}",
        Shape.EACH: f"{measure}每件计分：{grades}",
        Shape.WORST: f"{measure}取最重一件：{grades}",
        Shape.CASES: f"依次判断：{cases}",
    }[node.shape]
    if node.repeat_from:
        text += f"；自第{node.repeat_from}件起按{node.repeat_percent}%计"
    text += ("；过半窗口后逐日递减" if node.decays else "") + f"；至多±{points_text(node.cap)}分"
    if node.frozen_while is not None:
        text += f"；最近一条为{speaker.select(node.frozen_while)}期间，停在其开始时的分值"
    return text


def rule_sentence(rule: ClassRule, contracts: ContractSet) -> str:
    """A veto or floor."""
    when = Speaker(contracts).condition(rule.when)
    return f"{rule.name_zh}：{when}时，类别不优于{rule.at_least}" + ("，即时生效" if rule.immediate else "")


def model_sentence(model: Model) -> str:
    """Families, cut-offs and what too little data means."""
    families = "、".join(f"{f.name_zh}至多{points_text(f.cap)}分" for f in model.families)
    cuts = "、".join(
        f"{c.name}类{'以上各档之外' if c.at_most is None else '≤' + points_text(c.at_most) + '分'}"
        for c in model.cut_offs
    )
    return (
        f"{model.name_zh}：{families}；{cuts}；"
        f"可判断的指标不足{model.sufficiency_min_permille}‰时不优于{model.insufficient_class}类"
    )
