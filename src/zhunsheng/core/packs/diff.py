"""What changed between two packs, in sentences: old → new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.rules.sentences import (
    Speaker,
    indicator_sentence,
    model_sentence,
    point_lines,
    rule_sentence,
)
from zhunsheng.core.rules.tree import Basis, Pack

Lines = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence that is new (`old` empty), gone (`new` empty) or different."""

    id: str
    label: str
    old: str
    new: str


def described(pack: Pack, contracts: ContractSet) -> dict[str, Lines]:
    """Every item, point, model, rule and indicator by id, each as labelled sentences."""
    found: dict[str, Lines] = {}
    for item in pack.items:
        pool = "全部" if item.applies is None else Speaker(contracts).condition(item.applies)
        need = "须登记参与" if item.enrolment_needed else "不须登记参与"
        found[item.id] = {"名称": item.name_zh, "领域": item.field, "对象": pool, "参与": need}
        for point in item.points:
            found[point.id] = {
                "名称": point.name_zh,
                "风险": point.risk_zh,
                **dict(point_lines(point, contracts)),
                "措施": "、".join((*point.yellow_measures, *point.red_measures)),
                "答复期限": f"{point.reply_workdays}个工作日",
                "依据": _basis(point.basis),
                "状态": point.status,
            }
    for model in pack.models:
        found[f"model:{model.id}"] = {"模型": model_sentence(model)}
        for rule in model.rules:
            found[f"{model.id}:{rule.id}"] = {
                "规则": rule_sentence(rule, contracts),
                "依据": _basis(rule.basis),
            }
        for node in model.indicators:
            found[f"{model.id}:{node.id}"] = {
                "名称": node.name_zh,
                "指标族": node.family,
                "计分": indicator_sentence(node, contracts),
                "依据": _basis(node.basis),
            }
    return found


def _basis(basis: tuple[Basis, ...]) -> str:
    return "；".join(f"{b.law} {b.article}（{b.status}）" for b in basis)


def difference(old: Pack, old_contracts: ContractSet, new: Pack, new_contracts: ContractSet) -> list[Change]:
    """Every changed sentence, in the order of ids; empty when both packs say the same."""
    before, after = described(old, old_contracts), described(new, new_contracts)
    changes: list[Change] = []
    for name in sorted(before | after):
        left, right = before.get(name, {}), after.get(name, {})
        labels = [*right, *(label for label in left if label not in right)]
        changes += [
            Change(name, label, left.get(label, ""), right.get(label, ""))
            for label in labels
            if left.get(label, "") != right.get(label, "")
        ]
    return changes
