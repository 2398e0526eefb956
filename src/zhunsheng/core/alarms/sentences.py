"""What alarms say: Chinese in the code, said in another language by whoever has a catalogue."""

from __future__ import annotations

from zhunsheng.core.deadlines.sentences import Words


def _(text: str) -> str:
    """Marks a text for the catalogue; core has no language."""
    return text


RULES = {
    "OVERDUE": _("一个单位有 %(line)d 件及以上期限届满超过 %(beyond)d 个工作日仍未办结"),
    "PROLONGED": _("未办结或近 %(months)d 个月内办结的同一期限（%(of)s）%(line)d 次及以上"),
    "REPEATED_MISS": _("近 %(months)d 个月内，同一承办人或单位的同一种期限逾期 %(line)d 次及以上"),
    "REPEATED_INSPECTION": _("近 %(months)d 个月内，同一主体（%(of)s）%(line)d 次及以上"),
    "UNEQUAL": _(
        "近 %(months)d 个月内，同一触发点的研判中（%(of)s）所占比例，两区相差 %(line)d 个百分点及以上；"
        "每区至少 %(sample)d 件"
    ),
    "ACROSS_DISTRICTS": _("近 %(months)d 个月内，同一主体的事项由 %(line)d 个及以上区的单位承办"),
}
FOUND = {
    "OVERDUE": _("%(who)s：届满超过 %(beyond)d 个工作日仍未办结的期限 %(value)d 件，预警线 %(line)d 件"),
    "PROLONGED": _("%(who)s：%(of)s %(value)d 次，预警线 %(line)d 次"),
    "REPEATED_MISS": _("%(who)s：“%(what)s”逾期 %(value)d 次，预警线 %(line)d 次"),
    "REPEATED_INSPECTION": _("%(who)s：%(of)s %(value)d 次，预警线 %(line)d 次"),
    "UNEQUAL": _(
        "%(who)s：%(of)s在%(high)s占 %(high_percent)d%%，在%(low)s占 %(low_percent)d%%，"
        "相差 %(value)d 个百分点，预警线 %(line)d 个百分点"
    ),
    "ACROSS_DISTRICTS": _("%(who)s：由 %(value)d 个区承办（%(what)s），预警线 %(line)d 个"),
}
LATE_OPEN = _("届满 %(day)s，至今未办结，已过 %(number)d 个工作日")
MISSED = _("届满 %(day)s，逾期")
TIMES = _("共 %(number)d 次")
DECIDED = _("%(day)s %(of)s（%(where)s）")
HAPPENED = _("%(day)s %(of)s")
HANDLED = _("承办：%(where)s")
CODES = {
    "EXTENDED": _("延长"),
    "PAUSED": _("暂停"),
    "EXPLAINED": _("说明成立"),
    "FALSE_ALARM": _("误报"),
    "FIXABLE": _("责令改正"),
    "SUSPECTED": _("转线索"),
    "INSPECTION_RESULT": _("检查"),
}


def words(codes: tuple[str, ...]) -> Words:
    """Codes of a line in words; one that is not known here is shown as it is."""
    return Words(tuple(CODES.get(code, code) for code in codes))
