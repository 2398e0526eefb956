"""The static proof that a pack passes before it is published. Every finding names its place and its cure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.findings import Finding, Policy, Severity
from zhunsheng.core.packs.intervals import alternatives, always, implies, measures_of, never
from zhunsheng.core.packs.typecheck import TypeChecker
from zhunsheng.core.rules.tree import (
    Aggregate,
    Basis,
    Condition,
    Indicator,
    Item,
    Measure,
    Model,
    Not,
    Op,
    Pack,
    Ratio,
    Select,
    Shape,
    Test,
    TriggerPoint,
)

BASIS_STATUSES = frozenset({"VERIFIED", "EXCERPT", "UNVERIFIED"})
LINES_ZH = {"yellow": "提醒线（黄）", "red": "核查线（红）", "critical": "安全红线"}
COUNTING = frozenset({Op.COUNT, Op.FLAG, Op.DISTINCT, Op.OBJECTS})


def prove_pack(pack: Pack, contracts: ContractSet, policy: Policy) -> list[Finding]:
    """Everything found, errors first, then in the order of the pack."""
    checker = TypeChecker(contracts, policy)
    found: list[Finding] = []
    for item in pack.items:
        found += _item(item, checker)
    for model in pack.models:
        found += _model(model, checker)
    return sorted(found, key=lambda finding: finding.severity is not Severity.ERROR)


def _error(check: str, path: str, text_zh: str, cure_zh: str) -> Finding:
    return Finding(Severity.ERROR, check, path, text_zh, cure_zh)


def _warning(check: str, path: str, text_zh: str, cure_zh: str) -> Finding:
    return Finding(Severity.WARNING, check, path, text_zh, cure_zh)


def _basis(basis: tuple[Basis, ...], path: str) -> Iterator[Finding]:
    if not basis:
        yield _error("NO_BASIS", path, "没有法律依据", "写明 basis：law、article、status")
    for entry in basis:
        if entry.status not in BASIS_STATUSES:
            cure = f"status 只能是 {'、'.join(sorted(BASIS_STATUSES))}"
            yield _error("BASIS_STATUS", path, f"依据状态 {entry.status!r} 不认识", cure)
        if not entry.law.strip() or not entry.article.strip():
            yield _error("NO_BASIS", path, "依据没有写明法律名称或条款", "补全 law 与 article")


def _item(item: Item, checker: TypeChecker) -> Iterator[Finding]:
    if item.applies is not None:
        yield from _condition(item.applies, f"{item.id}.applies", checker)
    if not item.points:
        yield _error("NO_POINT", item.id, "事项没有触发点", "至少写一个触发点，或撤下事项")
    if item.points and item.enrolment_needed and all(p.yellow is None and p.red is None for p in item.points):
        text = "只有安全红线的事项不需要登记参与"
        yield _warning("ENROLMENT", item.id, text, "enrolment_needed 写 false，或补充提醒线")
    for point in item.points:
        yield from _point(point, checker)


def _condition(node: Condition, path: str, checker: TypeChecker) -> Iterator[Finding]:
    yield from checker.condition(node, path)
    if never(node):
        yield _error("NEVER", path, "条件自相矛盾，永远不会成立", "检查上下界")
    elif always(node):
        yield _error("ALWAYS", path, "条件无论如何都成立", "写一条能分清的线")


def _point(point: TriggerPoint, checker: TypeChecker) -> Iterator[Finding]:
    named = {
        "yellow": point.yellow,
        "red": point.red,
        "critical": point.critical,
        "unless": point.unless,
        "clear": point.clear,
        "no_data": point.no_data,
    }
    for name, node in named.items():
        if node is not None:
            yield from _condition(node, f"{point.id}.{name}", checker)
    yield from _basis(point.basis, f"{point.id}.basis")
    if point.yellow is None and point.red is None and point.critical is None:
        yield _error("NO_LINE", point.id, "触发点没有任何线", "至少写 yellow、red、critical 之一")
    if point.critical is not None and point.yellow is not None:
        text = "安全红线与提醒线写在同一触发点；安全红线不设提醒"
        yield _warning("CRITICAL_YELLOW", point.id, text, "若是同一风险的同一指标，请分成两个触发点")
    for kind in point.per_object:
        if checker.contracts.get(kind) is None:
            yield _error("UNKNOWN_KIND", f"{point.id}.per_object", f"未声明的事实种类 {kind}", "改正名称")
    yield from _order(point)
    yield from _ways_back(point)
    yield from _single_report(point, checker)


def _order(point: TriggerPoint) -> Iterator[Finding]:
    pairs = (
        ("yellow", point.yellow, "red", point.red),
        ("yellow", point.yellow, "critical", point.critical),
        ("red", point.red, "critical", point.critical),
    )
    for mild_name, mild, hard_name, hard in pairs:
        if mild is not None and hard is not None and implies(mild, hard):
            less, more = LINES_ZH[mild_name], LINES_ZH[hard_name]
            text = f"{less}成立时{more}必已成立，{less}永远不会出现"
            yield _error("SWALLOWED", f"{point.id}.{mild_name}", text, f"{less}的数应低于{more}")


def _ways_back(point: TriggerPoint) -> Iterator[Finding]:
    for name, line in (("yellow", point.yellow), ("red", point.red), ("critical", point.critical)):
        if line is None:
            continue
        if point.unless is not None and implies(line, point.unless):
            text = f"{LINES_ZH[name]}成立时排除条件必成立，永远不会触线"
            yield _error("EXCLUDED", f"{point.id}.{name}", text, "缩小 unless")
        if point.clear is not None and implies(point.clear, line):
            text = f"解除条件成立时{LINES_ZH[name]}仍成立，永远不能解除"
            yield _error("NO_WAY_BACK", f"{point.id}.clear", text, "解除条件应低于提醒线")
    if point.clear is not None and point.yellow is not None and implies(Not(point.yellow), point.clear):
        return
    if point.clear is not None and point.yellow is not None and not implies(point.clear, Not(point.yellow)):
        text = "没有证明解除条件成立时提醒线已不成立"
        yield _warning("CLEAR_UNPROVED", f"{point.id}.clear", text, "用同一统计写解除条件，或人工复核")


def _single_report(point: TriggerPoint, checker: TypeChecker) -> Iterator[Finding]:
    ways = None if point.red is None else alternatives(point.red)
    for way in ways or []:
        lines = [(m, low) for m, (low, _) in way.intervals.items() if low > 0]
        if lines and not way.opaque and all(_one_report(m, low, checker) for m, low in lines):
            text = "一件未核实的投诉或线索就能触发红线"
            cure = "加上核实条件，或把次数提到 2 以上；危及安全的写 critical"
            yield _error("SINGLE_REPORT", f"{point.id}.red", text, cure)
            return


def _one_report(measure: Measure, doubled_low: int, checker: TypeChecker) -> bool:
    if not isinstance(measure, Aggregate) or measure.op not in COUNTING or doubled_low > 2:
        return False
    return any(_unverified(kind, measure.select, checker) for kind in measure.select.kinds)


def _unverified(kind: str, select: Select, checker: TypeChecker) -> bool:
    fields = checker.policy.one_is_not_enough.get(kind)
    if fields is None:
        contract = checker.contracts.get(kind)
        return contract is not None and not contract.verified
    return not any(f.field in fields and f.test is Test.IN and f.values == (True,) for f in select.where)


def _model(model: Model, checker: TypeChecker) -> Iterator[Finding]:
    classes = [cut.name for cut in model.cut_offs]
    families = {family.id for family in model.families}
    yield from _cut_offs(model)
    if model.insufficient_class not in classes:
        text = f"没有类别 {model.insufficient_class}"
        yield _error("UNKNOWN_CLASS", f"{model.id}.sufficiency", text, f"可用：{'、'.join(classes)}")
    for rule in model.rules:
        path = f"{model.id}.{rule.id}"
        yield from _condition(rule.when, path, checker)
        yield from _basis(rule.basis, path)
        if rule.at_least not in classes:
            yield _error("UNKNOWN_CLASS", path, f"没有类别 {rule.at_least}", f"可用：{'、'.join(classes)}")
    for node in model.indicators:
        if node.family not in families:
            cure = f"可用：{'、'.join(sorted(families))}"
            yield _error("UNKNOWN_FAMILY", node.id, f"没有指标族 {node.family}", cure)
        yield from _indicator(node, checker)


def _cut_offs(model: Model) -> Iterator[Finding]:
    path = f"{model.id}.cut_offs"
    if len({cut.name for cut in model.cut_offs}) != len(model.cut_offs):
        yield _error("CUT_OFFS", path, "类别重名", "每档一个名称")
    if not model.cut_offs or model.cut_offs[-1].at_most is not None:
        yield _error("CUT_OFFS", path, "最后一档有上限，更高的分没有类别", "最后一档不写 at_most")
    limits = [cut.at_most for cut in model.cut_offs[:-1]]
    if any(limit is None for limit in limits):
        yield _error("CUT_OFFS", path, "中间一档没有上限，后面各档永远用不到", "写明 at_most")
    told = [limit for limit in limits if limit is not None]
    if any(left >= right for left, right in pairwise(told)):
        yield _error("CUT_OFFS", path, "各档上限没有逐档升高", "由轻到重，逐档升高")


def _indicator(node: Indicator, checker: TypeChecker) -> Iterator[Finding]:
    yield from _basis(node.basis, f"{node.id}.basis")
    for index, case in enumerate(node.cases):
        yield from _condition(case.when, f"{node.id}.cases[{index}]", checker)
        if any(implies(case.when, earlier.when) for earlier in node.cases[:index]):
            text = "前面的情形已包括这一情形，永远轮不到"
            yield _error("SWALLOWED", f"{node.id}.cases[{index}]", text, "由重到轻排列")
    if node.measure is not None:
        yield from checker.measure(node.measure, f"{node.id}.measure")
        if isinstance(node.measure, Aggregate):
            for grade in node.grades:
                for test in grade.where:
                    yield from checker.filter(
                        node.measure.select.kinds, test, f"{node.id}.grades", relative=True
                    )
    if node.frozen_while is not None:
        yield from checker.select(node.frozen_while, f"{node.id}.frozen_while", relative=False)
    yield from _shape(node)
    yield from _exposure(node, checker)


def _shape(node: Indicator) -> Iterator[Finding]:
    needs = {Shape.LEVEL: node.bins, Shape.STEPS: node.bins, Shape.CASES: node.cases}
    if not needs.get(node.shape, node.grades):
        yield _error("SHAPE", node.id, f"{node.shape.value} 缺少档位", "写 bins、grades 或 cases")
    if node.shape is not Shape.CASES and node.measure is None:
        yield _error("SHAPE", node.id, f"{node.shape.value} 缺少 measure", "写明统计")
    counted = isinstance(node.measure, Aggregate) and node.measure.op is Op.COUNT
    if node.shape in {Shape.STEPS, Shape.EACH, Shape.WORST} and node.measure is not None and not counted:
        yield _error("SHAPE", node.id, f"{node.shape.value} 只用于 count", "改用 count，或改用 level")
    starts = [b.at_least for b in node.bins]
    for index, (left, right) in enumerate(pairwise(starts), start=1):
        if left < right:
            continue
        yield _error(
            "BINS", f"{node.id}.bins[{index}]", "各档起点没有逐档升高：重叠或倒置", "由低到高，起点不重复"
        )
    points = [b.points for b in node.bins]
    if points != sorted(points) and points != sorted(points, reverse=True):
        yield _warning("BINS", f"{node.id}.bins", "各档分值时升时降", "确认确有依据")


def _exposure(node: Indicator, checker: TypeChecker) -> Iterator[Finding]:
    worth = [b.points for b in node.bins] + [g.points for g in node.grades] + [c.points for c in node.cases]
    measures = [m for case in node.cases for m in measures_of(case.when)]
    measures += [node.measure] if node.measure is not None else []
    kinds = {kind for m in measures for kind in _kinds(m)}
    if any(points != 0 for points in worth):
        for kind in sorted(kinds & set(checker.policy.no_points)):
            text = f"{kind} 计了分：{checker.policy.no_points[kind]}"
            yield _error("FORBIDDEN", node.id, text, "分值写 0，或删除")
    rated = {kind for m in measures if isinstance(m, Ratio) for kind in m.numerator.select.kinds}
    for kind in sorted((kinds & set(checker.policy.exposure_needed)) - rated):
        if any(points > 0 for points in worth):
            text = f"{kind} 只数了件数：{checker.policy.exposure_needed[kind]}"
            yield _error("NO_EXPOSURE", node.id, text, "改用 ratio，以交易量等为分母")


def _kinds(measure: Measure) -> tuple[str, ...]:
    if isinstance(measure, Ratio):
        return measure.numerator.select.kinds + measure.denominator.select.kinds
    return measure.select.kinds
