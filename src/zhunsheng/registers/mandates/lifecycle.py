"""States of a mandate and what it may allow."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Act(StrEnum):
    """What somebody may do for a business. READ comes with every mandate; GIVE is the representative's."""

    READ = "READ"
    ANSWER = "ANSWER"
    OBJECT = "OBJECT"
    SELF_CHECK = "SELF_CHECK"
    GIVE = "GIVE"

    @property
    def power(self) -> str:
        """The permission that an actor carries for it."""
        return f"business.{self.value.lower()}"


class MandateKind(StrEnum):
    """By law or by gift."""

    REPRESENTATIVE = "REPRESENTATIVE"
    AGENT = "AGENT"


class MandateState(StrEnum):
    """Where a mandate stands. That its term ran out is no state: the day decides (`standing.py`)."""

    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    LAID_DOWN = "LAID_DOWN"


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
TRANSITIONS: Mapping[MandateState, frozenset[MandateState]] = {
    MandateState.OFFERED: frozenset({MandateState.ACCEPTED, MandateState.DECLINED, MandateState.WITHDRAWN}),
    MandateState.ACCEPTED: frozenset({MandateState.WITHDRAWN, MandateState.LAID_DOWN}),
    MandateState.DECLINED: frozenset(),
    MandateState.WITHDRAWN: frozenset(),
    MandateState.LAID_DOWN: frozenset(),
}


class ForbiddenMandateStepError(Exception):
    """A mandate was to be taken somewhere from where it does not lead."""

    def __init__(self, before: MandateState, after: MandateState) -> None:
        super().__init__(f"授权不能由 {before} 变为 {after}")


def check_step(before: MandateState, after: MandateState) -> None:
    """Refuse a step that is not in the table."""
    if after not in TRANSITIONS[before]:
        raise ForbiddenMandateStepError(before, after)
