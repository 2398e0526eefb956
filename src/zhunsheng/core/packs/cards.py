"""Rules and indicators as cards for lay readers: what is said, what counts, what does not, the way back.

Every sentence is made from the definition. Cards are for the bureau; what is published is the four lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.intervals import measures_of
from zhunsheng.core.rules.sentences import (
    Speaker,
    point_lines,
    points_text,
    rule_sentence,
)
from zhunsheng.core.rules.tree import (
    Aggregate,
    Basis,
    ClassRule,
    Condition,
    Indicator,
    Item,
    Measure,
    Model,
    Op,
    Pack,
    Ratio,
    Shape,
    TriggerPoint,
    WindowKind,
)

LINES = ("提醒线（黄）", "核查线（红）", "安全红线", "数据中断告警")
HOW = {
    Shape.LEVEL: "按所到的最高一档计",
    Shape.STEPS: "逐件计，件数越多每件越重",
    Shape.EACH: "每件都计",
    Shape.WORST: "只计最重的一件",
    Shape.CASES: "自上而下，先符合的一条算",
}
NEWEST = frozenset({Op.LATEST, Op.DAYS_SINCE, Op.DAYS_UNTIL, Op.OBJECTS})
ENDLESS = frozenset({WindowKind.ALL, WindowKind.SINCE_EVENT})


class CardKind(StrEnum):
    """What a card is about."""

    POINT = "POINT"
    INDICATOR = "INDICATOR"
    RULE = "RULE"


@dataclass(frozen=True, slots=True)
class RuleCard:
    """One definition in sentences. `group`: item of a point, family of an indicator, model of a rule.

    `measures` are codes of the list of measures, yellow ones first. `field` is '' for a whole model.
    """

    id: str
    kind: CardKind
    name_zh: str
    risk_zh: str
    group: str
    group_zh: str
    field: str
    lines: tuple[tuple[str, str], ...]
    counts: tuple[str, ...]
    not_counted: tuple[str, ...]
    back: tuple[str, ...]
    periods: tuple[tuple[str, str], ...]
    yellow_measures: tuple[str, ...]
    red_measures: tuple[str, ...]
    basis: tuple[Basis, ...]
    status: str

    @property
    def text(self) -> str:
        """Everything that a search reads."""
        parts = [self.id, self.name_zh, self.risk_zh, self.group, self.group_zh]
        parts += [words for _, words in self.lines]
        parts += [*self.counts, *self.not_counted, *(f"{b.law} {b.article}" for b in self.basis)]
        return "\n".join(parts)


def cards(pack: Pack, contracts: ContractSet) -> dict[str, RuleCard]:
    """Every point, indicator and class rule by id, in the order of the pack."""
    found = [_point(item, point, contracts) for item in pack.items for point in item.points]
    for model in pack.models:
        found += [_rule(model, rule, contracts) for rule in model.rules]
        found += [_indicator(model, node, contracts) for node in model.indicators]
    return {card.id: card for card in found}


def _point(item: Item, point: TriggerPoint, contracts: ContractSet) -> RuleCard:
    told = point_lines(point, contracts)
    speaker = Speaker(contracts, point.object_zh or "对象")
    conditions = [c for c in (point.yellow, point.red, point.critical) if c is not None]
    measures = list(_measures(conditions))
    periods = [(label, words) for label, words in told if label not in {*LINES, "不计入", "解除条件"}]
    if point.yellow is not None:
        periods.append(("答复期限", f"{point.reply_workdays}个工作日"))
    return RuleCard(
        point.id,
        CardKind.POINT,
        point.name_zh,
        point.risk_zh,
        item.id,
        item.name_zh,
        item.field,
        tuple((label, words) for label, words in told if label in LINES),
        _counted(speaker, measures),
        (*(words for label, words in told if label == "不计入"), *_left_out(speaker, measures, point)),
        _point_back(speaker, measures, point),
        tuple(periods),
        point.yellow_measures,
        point.red_measures,
        point.basis,
        point.status,
    )


def _point_back(speaker: Speaker, measures: list[Measure], point: TriggerPoint) -> tuple[str, ...]:
    if point.clear is None:
        back = ["不再符合上述条件，即回到线内"]
    else:
        back = [f"达到解除条件即回到线内：{speaker.condition(point.clear)}"]
    if point.yellow is None:
        back.append("没有提醒线：触及即先作非现场核查，查清无事即结束")
    else:
        back.append(f"观察期{point.observe_days}天内改正的，不留任何记录")
    return (*back, *_fades(speaker, measures))


def _indicator(model: Model, node: Indicator, contracts: ContractSet) -> RuleCard:
    speaker, family = Speaker(contracts), {f.id: f for f in model.families}[node.family]
    measures = [] if node.measure is None else [node.measure]
    measures += _measures(case.when for case in node.cases)
    back = list(_fades(speaker, measures)) or ["情况改变后，下一次分类按新的情况计分"]
    if node.decays:
        back.append("过了窗口的一半，分数逐日减少，到窗口末为零")
    return RuleCard(
        f"{model.id}:{node.id}",
        CardKind.INDICATOR,
        node.name_zh,
        "",
        node.family,
        family.name_zh,
        model.field,
        _scoring(node, speaker),
        _counted(speaker, measures),
        ("没有数据、无法判断的，不计分，只降低数据充分度", *_small(measures)),
        tuple(back),
        (("本项至多", f"±{points_text(node.cap)}分"), ("本族至多", f"{points_text(family.cap)}分")),
        (),
        (),
        node.basis,
        "",
    )


def _scoring(node: Indicator, speaker: Speaker) -> tuple[tuple[str, str], ...]:
    """How it is counted, then a line for each value: '得3分' and when."""
    measure = "" if node.measure is None else speaker.measure(node.measure)
    kinds = node.measure.select.kinds if isinstance(node.measure, Aggregate) else ()
    told = [(b.points, f"达到{b.at_least}") for b in node.bins]
    for grade in node.grades:
        told.append((grade.points, "且".join(speaker.filter(kinds, f) for f in grade.where) or "其余"))
    told += [(case.points, speaker.condition(case.when)) for case in node.cases]
    repeated = (
        [("重复的", f"自第{node.repeat_from}件起按{node.repeat_percent}%计")] if node.repeat_from else []
    )
    head = ("怎样计分", HOW[node.shape] + (f"：{measure}" if measure else ""))
    return (head, *((f"得{points_text(points)}分", words) for points, words in told), *repeated)


def _rule(model: Model, rule: ClassRule, contracts: ContractSet) -> RuleCard:
    speaker, measures = Speaker(contracts), list(_measures([rule.when]))
    when = "起止都即时重新分类" if rule.immediate else "随每月分类起止"
    return RuleCard(
        f"{model.id}:{rule.id}",
        CardKind.RULE,
        rule.name_zh,
        "",
        model.id,
        model.name_zh,
        model.field,
        (("规则", rule_sentence(rule, contracts)),),
        _counted(speaker, measures),
        (),
        (f"情形消除后不再适用，{when}", *_fades(speaker, measures)),
        (),
        (),
        (),
        rule.basis,
        "",
    )


def _measures(conditions: Iterable[Condition]) -> Iterator[Measure]:
    for condition in conditions:
        yield from measures_of(condition)


def _aggregates(measures: Iterable[Measure]) -> Iterator[Aggregate]:
    for measure in measures:
        yield from (measure.numerator, measure.denominator) if isinstance(measure, Ratio) else (measure,)


def _counted(speaker: Speaker, measures: list[Measure]) -> tuple[str, ...]:
    told = []
    for one in _aggregates(measures):
        when = "只看最近一次" if one.op in NEWEST else speaker.window(one.window)
        told.append(f"{speaker.select(one.select)}：{when}")
        known = [speaker.contracts.get(kind) for kind in one.select.kinds]
        told += [f"{c.name_zh}：{c.description_zh}" for c in known if c is not None and c.description_zh]
    return tuple(dict.fromkeys(told))


def _left_out(speaker: Speaker, measures: list[Measure], point: TriggerPoint) -> tuple[str, ...]:
    told = list(_small(measures))
    if point.per_object:
        told.append(f"别的{speaker.object_zh}的记录：每个{speaker.object_zh}各自计算")
    if point.no_data is not None:
        told.append("来源中断：没有数据只发数据告警，不算触线")
    return (*told, "已撤回或更正前的记录；同一件事有几处报告的，只算一件")


def _small(measures: list[Measure]) -> Iterator[str]:
    for least in dict.fromkeys(m.sample_min for m in measures if isinstance(m, Ratio) and m.sample_min > 1):
        yield f"样本少于{least}的：不作判断"


def _fades(speaker: Speaker, measures: list[Measure]) -> tuple[str, ...]:
    windows = (a.window for a in _aggregates(measures) if a.window.kind not in ENDLESS)
    return tuple(dict.fromkeys(f"超出“{speaker.window(w)}”的记录自然不再计入" for w in windows))
