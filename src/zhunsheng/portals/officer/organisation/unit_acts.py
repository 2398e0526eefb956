"""Founding, renaming, merging and splitting units from a day on; what goes along is shown before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhunsheng.foundation.accounts.actions import organisation as actions
from zhunsheng.foundation.accounts.actions.organisation import NewUnit, UnitError
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.foundation.accounts.queries.organisation import UnitCard
from zhunsheng.portals.officer.organisation.acts import Act, Asked, Rows
from zhunsheng.portals.officer.organisation.units import EDIT, unit_address
from zhunsheng.web.fields import Field, Text

LEVEL_BELOW = {"BUREAU": "DISTRICT", "DISTRICT": "STATION"}
REASON = Field("reason", _("依据或理由"), hint=_("写明文号，例如机构编制文件。"))
ON = Field("on", _("自哪一天起"), "date", _("当天起按新机构，前一天及以前仍按旧机构。"))
NEW = (
    Field("new_name", _("新名称")),
    Field("new_code", _("新代码"), hint=_("区县局写六位区划代码；监管所写记录中所用的所名。")),
)
PLACE = "place-"


def standing(asked: Asked) -> list[UnitCard]:
    """The units that are to stay, those included that begin on a day to come; parents first."""
    return organisation.units(viewer=asked.acting.viewer, on=date.max)


def unit_choices(asked: Asked, *levels: str) -> list[tuple[str, Text]]:
    """The standing units for a choice, with what they belong to; of these levels, or all."""
    cards = standing(asked)
    names = {card.key: card.name for card in cards}
    return [
        (c.key, f"{c.name}（{names[c.parent]}）" if c.level == "STATION" and c.parent in names else c.name)
        for c in cards
        if not levels or c.level in levels
    ]


def _card(asked: Asked, key: str) -> UnitCard:
    found = next((card for card in standing(asked) if card.key == key), None)
    if found is None:
        raise UnitError(gettext("请选择现有的单位"))
    return found


def new_key(card: UnitCard, code: str) -> str:
    """A station is named after its district and itself, everything else by its code."""
    return f"{card.district}/{code}" if card.level == "STATION" else code


def _found_fields(asked: Asked) -> Sequence[Field]:
    return (
        Field("parent", _("上级单位"), "select", choices=unit_choices(asked, "BUREAU", "DISTRICT")),
        Field("name", _("名称")),
        Field("code", _("代码"), hint=_("区县局写六位区划代码；监管所写记录中所用的所名。")),
        Field("since", _("自哪一天起"), "date"),
    )


def _found(asked: Asked) -> str:
    parent = _card(asked, asked.text("parent"))
    level, code = LEVEL_BELOW[parent.level], asked.text("code")
    key = f"{parent.district}/{code}" if level == "STATION" else code
    actions.found_unit(
        by=asked.by,
        at=asked.at,
        unit=NewUnit(key, asked.text("name"), code),
        level=level,
        parent=parent.key,
        since_on=asked.day("since"),
    )
    return unit_address(key, max(asked.today, asked.day("since")))


def effects(asked: Asked, keys: Sequence[str], on: date) -> Rows:
    """What goes along with units that change."""
    told = organisation.attached(viewer=asked.acting.viewer, keys=keys, on=on)
    return [
        (_("随之转入的人员"), "、".join(words for _key, words in told.people) or _("没有")),
        (_("随之转入的下级单位"), "、".join(words for _key, words in told.units) or _("没有")),
        (_("随之转入的授权"), gettext("%(n)d 项") % {"n": told.grants}),
        (_("历史记录"), _("不改写：此前的记录仍按当时的单位查得到，新单位也看得到前身的记录。")),
    ]


def _change_fields(asked: Asked) -> Sequence[Field]:
    return (Field("key", _("单位"), "select", choices=unit_choices(asked)), *NEW, ON, REASON)


def _successor(asked: Asked, card: UnitCard) -> NewUnit:
    code = asked.text("new_code")
    same = code == card.code
    return NewUnit(card.key if same else new_key(card, code), asked.text("new_name"), code)


def _rename(asked: Asked) -> str:
    card = _card(asked, asked.text("key"))
    successor, on = _successor(asked, card), asked.day("on")
    actions.rename_unit(
        by=asked.by, at=asked.at, key=card.key, successor=successor, on=on, reason=asked.text("reason")
    )
    return unit_address(successor.key, max(asked.today, on))


def _merge_fields(asked: Asked) -> Sequence[Field]:
    choices = unit_choices(asked, "DISTRICT", "STATION")
    return (
        Field("keys", _("合并哪些单位"), "checks", _("至少两个，须是同一上级下的同级单位。"), choices),
        *NEW,
        ON,
        REASON,
    )


def _merge(asked: Asked) -> str:
    keys = asked.lines("keys")
    successor, on = _successor(asked, _card(asked, keys[0])), asked.day("on")
    actions.merge_units(
        by=asked.by, at=asked.at, keys=keys, successor=successor, on=on, reason=asked.text("reason")
    )
    return unit_address(successor.key, max(asked.today, on))


def _split_into(asked: Asked) -> list[NewUnit]:
    """The successors as typed: one a line, code and name."""
    card = next((c for c in standing(asked) if c.key == asked.text("key")), None)
    told = [line.replace("　", " ").split(maxsplit=1) for line in asked.lines("into")]
    if card is None or any(len(parts) < 2 for parts in told):
        return []
    return [
        NewUnit(card.key if code == card.code else new_key(card, code), name, code) for code, name in told
    ]


def _split_fields(asked: Asked) -> Sequence[Field]:
    successors = _split_into(asked)
    hint = _("每行一个：代码 名称。例如：城东所 城东市场监管所")
    fields = [
        Field("key", _("拆分哪个单位"), "select", choices=unit_choices(asked, "DISTRICT", "STATION")),
        Field("into", _("拆成哪些单位"), "area", hint),
        ON,
        REASON,
    ]
    if len(successors) > 1:
        told = organisation.attached(viewer=asked.acting.viewer, keys=[asked.text("key")], on=asked.today)
        choices = [(unit.key, unit.name) for unit in successors]
        for key, words in (*told.people, *told.units):
            label = gettext("%(who)s 归入") % {"who": words}
            fields.append(Field(f"{PLACE}{key}", label, "select", choices=choices))
    return fields


def _split(asked: Asked) -> str:
    successors, on = _split_into(asked), asked.day("on")
    if len(successors) < 2:
        raise UnitError(gettext("请每行写一个单位：代码 名称，至少两行"))
    actions.split_unit(
        by=asked.by,
        at=asked.at,
        key=asked.text("key"),
        successors=successors,
        on=on,
        reason=asked.text("reason"),
        places={n.removeprefix(PLACE): unit for n, unit in asked.values.items() if n.startswith(PLACE)},
    )
    return unit_address(successors[0].key, max(asked.today, on))


def _look_at_split(asked: Asked) -> Rows:
    if len(_split_into(asked)) < 2:
        raise UnitError(gettext("请每行写一个单位：代码 名称，至少两行"))
    return effects(asked, [asked.text("key")], asked.day("on"))


UNIT_ACTS = {
    "found-unit": Act(EDIT, _("设立单位"), _("设立"), _found_fields, _found, here="units"),
    "rename-unit": Act(
        EDIT,
        _("单位更名"),
        _("更名"),
        _change_fields,
        _rename,
        lambda asked: effects(asked, [asked.text("key")], asked.day("on")),
        here="units",
    ),
    "merge-units": Act(
        EDIT,
        _("合并单位"),
        _("合并"),
        _merge_fields,
        _merge,
        lambda asked: effects(asked, asked.lines("keys"), asked.day("on")),
        here="units",
    ),
    "split-unit": Act(
        EDIT,
        _("拆分单位"),
        _("拆分"),
        _split_fields,
        _split,
        _look_at_split,
        _("每名人员和每个下级单位都要归入拆分后的某个单位，一个也不落下。"),
        here="units",
    ),
}
