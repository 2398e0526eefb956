"""The pages that every officer page leads to, in groups and in order, and the permission each wants."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.accounts.acting import Acting

READ = ("subject.read",)
WORDINGS = ("document.read", "list.edit", "list.approve")
LISTS = ("subject.read", "list.edit", "list.review", "list.approve")


@dataclass(frozen=True, slots=True)
class Entry:
    """One way: `key` is what a page calls itself (`here`), `page` its route's name.

    One of `powers` is wanted; none for the audit trail, which is open to viewers who audit.
    """

    key: str
    page: str
    label: str | Promise
    powers: tuple[str, ...] = READ


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together: the first line of the navigation has groups, the second pages."""

    key: str
    label: str | Promise
    entries: tuple[Entry, ...]

    @property
    def keys(self) -> frozenset[str]:
        """What its pages call themselves."""
        return frozenset(entry.key for entry in self.entries)


GROUPS = (
    Group(
        "today",
        _("今日"),
        (
            Entry("work", "officer:work", _("工作台")),
            Entry("front", "officer:front", _("概况")),
            Entry("board", "officer:board", _("触线")),
            Entry("alerts", "officer:alerts", _("区域预警"), ("touch.read",)),
            Entry("tasks", "officer:tasks", _("任务")),
            Entry("clocks", "officer:clocks", _("期限")),
            Entry("messages", "officer:messages", _("消息")),
            Entry("objections", "officer:objections", _("异议")),
        ),
    ),
    Group(
        "businesses",
        _("主体与导入"),
        (
            Entry("subjects", "officer:subjects", _("主体")),
            Entry("mandates", "mandates:index", _("企业授权")),
            Entry("imports", "imports:history", _("导入"), ("signal.import",)),
        ),
    ),
    Group(
        "papers",
        _("文书与证据"),
        (
            Entry("documents", "officer:documents", _("文书")),
            Entry("wordings", "wording:index", _("文书正文"), WORDINGS),
            Entry("evidence", "evidence:files", _("证据")),
        ),
    ),
    Group(
        "yardsticks",
        _("规则与法律"),
        (
            Entry("rules", "rules:index", _("规则")),
            Entry("lab", "lab:index", _("试算"), ("rule.replay",)),
            Entry("laws", "laws:index", _("法律")),
            Entry("policy", "policy:index", _("清单"), LISTS),
        ),
    ),
    Group(
        "figures",
        _("报告与模型"),
        (
            Entry("reports", "reports:index", _("报告")),
            Entry("models", "models:card", _("模型卡")),
        ),
    ),
    Group(
        "machinery",
        _("系统"),
        (
            Entry("status", "status:system", _("状态")),
            Entry("trial", "messages:trial", _("短信试运行"), ("connector.manage",)),
            Entry("webhooks", "webhooks:every", _("推送"), ("connector.manage",)),
        ),
    ),
    Group(
        "people",
        _("机构与人员"),
        (
            Entry("units", "org:units", _("机构"), ("org.read",)),
            Entry("people", "org:people", _("人员"), ("org.read",)),
            Entry("review", "org:review", _("授权"), ("org.read",)),
            Entry("certificates", "org:certificates", _("证件"), ("org.read",)),
            Entry("alarms", "officer:alarms", _("监督预警"), ("alarm.read",)),
            Entry("audit", "officer:audit", _("留痕"), ()),
        ),
    ),
)


def open_to(acting: Acting | None) -> list[Group]:
    """The ways that whoever acts may go, without groups of which nothing is open; none without a grant."""
    if acting is None:
        return []
    powers, viewer = acting.actor.powers, acting.viewer
    open_ones = (
        replace(group, entries=tuple(one for one in group.entries if _opens(one, powers, viewer)))
        for group in GROUPS
    )
    return [group for group in open_ones if group.entries]


def _opens(entry: Entry, powers: frozenset[str], viewer: Viewer) -> bool:
    return not powers.isdisjoint(entry.powers) if entry.powers else viewer.audits
