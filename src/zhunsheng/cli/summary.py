"""What the head of a bureau reads first."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.output import Output
from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.outreach import queries as outreach
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.ruling import rules_at

SUMMARY_KEYS = {
    "subjects": _("主体数"),
    "facts": _("事实数"),
    "classes": _("各类别主体数"),
    "touches": _("每个事项的触线数，按颜色"),
    "messages": _("短信按状态"),
    "answered": _("已答复的提醒数"),
    "states": _("触线按状态"),
    "to_review": _("待非现场核查数"),
    "to_visit": _("待走访数"),
    "area_alerts": _("区域预警数"),
    "data_alarms": _("数据中断告警数"),
}


def summary() -> dict[str, object]:
    """Every number from the database, by its documented key."""
    viewer = Viewer.bureau("summary")
    states = triggers.states(viewer=viewer)
    by_item: dict[str, dict[str, int]] = {}
    for (item, colour), number in sorted(triggers.counts(viewer=viewer).items()):
        by_item.setdefault(item, {})[colour] = number
    return {
        "subjects": registry.number(viewer=viewer),
        "facts": sum(number for number, _last in signals.freshness(viewer=viewer).values()),
        "classes": portraits.distribution(viewer=viewer),
        "touches": by_item,
        "messages": outreach.totals(viewer=viewer),
        "answered": sum(triggers.answers(viewer=viewer).values()),
        "states": states,
        "to_review": states.get("OFFSITE_REVIEW", 0),
        "to_visit": len(triggers.visit_list(viewer=viewer)),
        "area_alerts": len(triggers.area_alerts(viewer=viewer)),
        "data_alarms": len(triggers.data_alarms(viewer=viewer)),
    }


def tell(out: Output, told: dict[str, object]) -> None:
    """The same for people."""
    names = {item.id: item.name_zh for item in rules_at(now()).pack.items}
    classes, touches, messages = told["classes"], told["touches"], told["messages"]
    if not (isinstance(classes, dict) and isinstance(touches, dict) and isinstance(messages, dict)):
        raise TypeError(told)
    out.line(_("主体 %(subjects)d 户，事实 %(facts)d 条") % told)
    total = sum(classes.values()) or 1
    rows = [(name, n, f"{100 * n / total:.1f}%") for name, n in sorted(classes.items())]
    out.table((_("类别"), _("户数"), _("占比")), rows, title=_("信用风险分类（仅供内部配置监管资源）"))
    out.table(
        (_("事项"), _("黄"), _("红"), _("安全红线")),
        [
            (f"{item} {names[item]}", c.get("YELLOW", 0), c.get("RED", 0), c.get("CRITICAL", 0))
            for item, c in touches.items()
        ],
        title=_("触线"),
    )
    out.line(
        _("短信：已受理 %(sent)d 条，未送达 %(failed)d 条，计费 %(segments)d 段；已答复 %(answered)d 件")
        % {
            "sent": messages.get("ACCEPTED", 0) + messages.get("DELIVERED", 0),
            "failed": messages.get("FAILED", 0) + messages.get("EXPIRED", 0),
            "segments": messages.get("segments", 0),
            "answered": told["answered"],
        }
    )
    out.line(_("待非现场核查 %(to_review)d 件，待走访 %(to_visit)d 户") % told)
    out.line(_("区域预警 %(area_alerts)d 个，数据中断 %(data_alarms)d 处") % told)
