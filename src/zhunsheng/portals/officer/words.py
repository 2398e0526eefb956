"""What stored codes are called on the officer's pages; a code that is new is shown as it is."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

COLOURS: Words = {"YELLOW": _("黄"), "RED": _("红"), "CRITICAL": _("安全红线")}
TONES = {"YELLOW": "warn", "RED": "bad", "CRITICAL": "bad"}
STATES: Words = {
    "OBSERVING": _("观察中"),
    "OFFSITE_REVIEW": _("待非现场核查"),
    "CORRECTION": _("整改中"),
    "RECHECK": _("待复核"),
    "LEAD": _("转线索"),
    "SUSPENDED": _("暂停"),
    "NORMAL": _("已办结"),
}
STEPS: Words = {
    "RECTIFIED": _("已改正，结束"),
    "OBSERVED": _("观察期满，结束"),
    "ESCALATED": _("升为红"),
    "SECOND_YELLOW": _("再次触黄，转核查"),
    "REPLY_MISSED": _("逾期未答复，转核查"),
    "NOT_RECTIFIED": _("观察期满未改正，转核查"),
    "EXPLAINED": _("说明成立，结束"),
    "FALSE_ALARM": _("误报，结束"),
    "FIXABLE": _("责令改正"),
    "SUSPECTED": _("转线索"),
    "CORRECTED": _("已整改，待复核"),
    "RECHECK_PASSED": _("复核通过，结束"),
    "RECHECK_FAILED": _("复核未通过，转线索"),
    "SUSPEND": _("暂停"),
    "RESUME": _("恢复核查"),
}
ANSWERS: Words = {"DONE": _("已处理"), "DISAGREE": _("有不同意见"), "HELP": _("需要帮助")}
REPLY = _("监管所回复")
STEP_ACTS: Words = {
    "EXPLAINED": _("说明成立，办结"),
    "FALSE_ALARM": _("认定误报，办结"),
    "FIXABLE": _("确认触线，责令改正"),
    "SUSPECTED": _("确认触线，转线索"),
    "CORRECTED": _("登记已整改，转复核"),
    "RECHECK_PASSED": _("复核通过，办结"),
    "RECHECK_FAILED": _("复核未通过，转线索"),
}
NOTICES: Words = {"COPY": _("抄送"), "HANDED": _("移交")}
MESSAGES: Words = {
    "QUEUED": _("待发"),
    "ACCEPTED": _("网关已受理"),
    "DELIVERED": _("已送达"),
    "FAILED": _("未送达"),
    "EXPIRED": _("已过期"),
    "UNKNOWN": _("结果不明，待人工核对"),
}
CHANNELS: Words = {"SMS": _("短信"), "INBOX": _("站内信")}
SUBJECT_STATES: Words = {
    "ACTIVE": _("存续"),
    "DORMANT": _("歇业"),
    "REVOKED": _("吊销"),
    "CANCELLED": _("撤销"),
    "IN_LIQUIDATION": _("清算"),
    "DEREGISTERED": _("注销"),
}
BASIS: Words = {"VERIFIED": _("条文已核对"), "EXCERPT": _("条文摘录"), "UNVERIFIED": _("条文待核对")}
SUBJECT_KINDS: Words = {
    "ENTERPRISE": _("企业"),
    "SOLE_TRADER": _("个体工商户"),
    "COOPERATIVE": _("农民专业合作社"),
    "NATURAL_PERSON_SHOP": _("依法免于登记的自然人网店"),
    "OTHER": _("其他"),
}
TASK_KINDS: Words = {
    "REVIEW": _("非现场核查"),
    "CORRECTION_DUE": _("督促改正"),
    "RECHECK_DUE": _("复查"),
    "LEAD_DUE": _("线索核查"),
    "EMERGENCY_CONTROL": _("紧急控制建议"),
}
TASK_STATES: Words = {
    "OPEN": _("待办"),
    "OVERDUE": _("已逾期"),
    "RESTING": _("中止"),
    "DONE": _("已办结"),
    "WITHDRAWN": _("已撤回"),
}
TASK_TONES = {"OVERDUE": "bad", "DONE": "good"}
