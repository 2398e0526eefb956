"""Mandates in the words of those who hold them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTS = {
    "READ": _("查看档案和提醒"),
    "ANSWER": _("答复提醒"),
    "OBJECT": _("对数据提出异议"),
    "SELF_CHECK": _("填写自查表"),
    "GIVE": _("授权他人"),
}
STATES = {
    "OFFERED": _("待接受"),
    "ACCEPTED": _("有效"),
    "DECLINED": _("未接受"),
    "WITHDRAWN": _("已收回"),
    "LAID_DOWN": _("已放弃"),
    "EXPIRED": _("已到期"),
}
KINDS = {"REPRESENTATIVE": _("法定代表人（负责人）"), "AGENT": _("受托经办人")}
