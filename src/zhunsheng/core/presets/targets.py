"""What can be imported: the fields of each target, most of them those of the fact contracts they end in."""

from __future__ import annotations

from enum import StrEnum

from zhunsheng.core.contracts import ContractSet, FieldContract, FieldType


class Target(StrEnum):
    """The kinds of tables that `import` takes."""

    SUBJECTS = "subjects"
    PERMITS = "permits"
    PREMISES = "premises"
    SHOPS = "shops"
    EQUIPMENT = "equipment"
    SIGNALS = "signals"


def _text(name: str, name_zh: str, *, required: bool = False) -> FieldContract:
    return FieldContract(name, FieldType.TEXT, name_zh, required)


SUBJECT = _text("subject", "统一社会信用代码", required=True)
ON = FieldContract("on", FieldType.DATE, "该情况的日期")
NUMBER = _text("number", "编号", required=True)
STATES = ("ACTIVE", "DORMANT", "REVOKED", "CANCELLED", "IN_LIQUIDATION", "DEREGISTERED")

OWN: dict[Target, tuple[FieldContract, ...]] = {
    Target.SUBJECTS: (
        _text("name", "名称", required=True),
        # Left out, it is the division in the code: that of first registration.
        _text("division", "登记区划"),
        FieldContract("state", FieldType.CHOICE, "登记状态", values=STATES),
        FieldContract("state_on", FieldType.DATE, "状态起始日"),
        _text("old_number", "旧注册号"),
        _text("station", "监管所"),
        _text("phone", "联系电话"),
    ),
    Target.PERMITS: (
        NUMBER,
        _text("name", "证件名称"),
        FieldContract("ended", FieldType.FLAG, "已注销或撤销"),
        _text("replaces", "换发前的证件编号"),
    ),
    Target.PREMISES: (NUMBER,),
    Target.SHOPS: (NUMBER,),
    Target.EQUIPMENT: (
        NUMBER,
        FieldContract("inspection_due_on", FieldType.DATE, "下次检验日期"),
        FieldContract("submitted", FieldType.FLAG, "已送检"),
    ),
    Target.SIGNALS: (
        FieldContract("on", FieldType.DATE, "发生日期", required=True),
        _text("object", "对象"),
        _text("reference", "来源编号"),
    ),
}
ENVELOPE = frozenset({"subject", "on", "object", "reference"})
# Facts whose fields a table gives; those of the second list are said only when the table says something.
MAIN = {
    Target.SUBJECTS: "REGISTRATION",
    Target.PERMITS: "PERMIT",
    Target.PREMISES: "PREMISES",
    Target.SHOPS: "SHOP",
    Target.EQUIPMENT: "EQUIPMENT",
}
BESIDE = {Target.PREMISES: "ADDRESS_CHECK", Target.SHOPS: "SHOP_STATUS"}


def fields_of(target: Target, contracts: ContractSet, kind: str = "") -> dict[str, FieldContract]:
    """Every field that a preset of this target may fill, by name. `kind` belongs to signals only."""
    main = contracts.get(kind or MAIN.get(target, ""))
    beside = contracts.get(BESIDE.get(target, ""))
    found = [SUBJECT, ON]
    if main is not None:
        found += main.fields.values()
    if beside is not None:
        found += [FieldContract(f.name, f.type, f.name_zh, False, f.values) for f in beside.fields.values()]
    found += OWN[target]
    return {spec.name: spec for spec in found}
