"""What stored codes are called on the officer's pages; a code that is new is shown as it is."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

ACTS: Words = {
    "FIELD_REVEALED": _("查看受限字段"),
    "FILE_READ": _("查看原件"),
    "LIST_EXPORTED": _("导出清单"),
    "PACKAGE_HANDED_OUT": _("出具证据包"),
    "FACTS_RECORDED": _("收录事实"),
    "BATCH_UNDONE": _("撤回一批"),
    "TOUCHED": _("触线"),
    "TOUCH_ANSWERED": _("企业答复"),
    "TOUCH_STEP": _("触线进展"),
    "CONTROL_DECIDED": _("紧急控制决定"),
    "TASK_OPENED": _("任务设立"),
    "TASK_FINISHED": _("任务办结"),
    "TASK_PASSED_DUE": _("任务逾期"),
    "TASK_EXTENDED": _("任务延期"),
    "MESSAGE_QUEUED": _("消息待发"),
    "VISITED": _("上门"),
    "CLASS_RUN_EFFECTIVE": _("分类生效"),
    "CLASS_RUN_HELD": _("分类暂缓"),
    "CLASS_RUN_DISCARDED": _("分类作废"),
    "PACK_KEPT": _("规则包留存"),
    "LIST_APPROVED": _("清单批准"),
    "LIST_PUBLISHED": _("清单发布"),
    "LIST_EFFECTIVE": _("清单施行"),
    "LIST_SUPERSEDED": _("清单失效"),
    "SUBJECT_RECORDED": _("主体登记"),
    "SUBJECT_CHANGED": _("主体变更"),
    "OFFICER_ASSIGNED": _("指定责任人"),
    "FILE_KEPT": _("采集文件"),
    "FILES_SEALED": _("封存文件"),
    "FILE_REDACTED": _("制作遮盖件"),
    "FILE_BROKEN": _("文件摘要不符"),
    "GRANT_GIVEN": _("授予岗位"),
    "GRANT_ENDED": _("收回岗位"),
    "SIGN_IN_REFUSED": _("登录被拒"),
    "LOG_BEGUN_AGAIN": _("另起证据日志"),
    "LOG_KEY_CHANGED": _("更换签名密钥"),
    "LOG_STAMPED": _("加盖时间戳"),
    "PERSON_FORGOTTEN": _("清除个人信息"),
}
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
DOCUMENT_STATES: Words = {
    "DRAFT": _("草稿"),
    "REVIEWING": _("审核中"),
    "APPROVED": _("已审核，待签发"),
    "ISSUED": _("已签发"),
    "SERVED": _("已送达"),
    "CANCELLED": _("已作废"),
    "DISCARDED": _("草稿作废"),
}
DOCUMENT_STEPS: Words = {
    "DRAFTED": _("起草"),
    "REVISED": _("修改"),
    "SUBMITTED": _("送审"),
    "SENT_BACK": _("退回"),
    "APPROVED": _("审核通过"),
    "ISSUED": _("签发"),
    "SERVICE_STARTED": _("开始送达"),
    "SERVICE_FAILED": _("未能送达"),
    "SERVED": _("送达"),
    "CANCELLED": _("作废"),
    "DISCARDED": _("草稿作废"),
    "CORRECTED": _("被更正"),
}
METHODS: Words = {
    "DIRECT": _("直接送达"),
    "LEFT": _("留置送达"),
    "ELECTRONIC": _("电子送达"),
    "POSTAL": _("邮寄送达"),
    "ENTRUSTED": _("委托送达"),
    "ANNOUNCEMENT": _("公告送达"),
}
ACCOUNT_STATES: Words = {"ACTIVE": _("已启用"), "DISABLED": _("停用"), "NONE": _("未开通")}
ACCOUNT_TONES = {"ACTIVE": "good", "DISABLED": "bad"}
UNIT_LEVELS: Words = {"BUREAU": _("市局"), "DISTRICT": _("区县局"), "STATION": _("基层所")}
UNIT_CHANGES: Words = {"RENAMED": _("更名或改隶"), "MERGED": _("合并"), "SPLIT": _("拆分")}
FIELD_LEVELS: Words = {
    "PUBLIC": _("公开"),
    "INTERNAL": _("内部"),
    "SENSITIVE": _("敏感"),
    "REPORTER_SECRET": _("举报人保密"),
}
OPEN_WORK: Words = {"registry": _("负责的主体"), "triggers": _("未办结任务"), "schedule": _("法定期限")}
WEBHOOK_STATES: Words = {"ACTIVE": _("推送中"), "PAUSED": _("已暂停"), "DISABLED": _("因长期失败停用")}
WEBHOOK_TONES = {"ACTIVE": "good", "PAUSED": "warn", "DISABLED": "bad"}
DELIVERIES: Words = {
    "PENDING": _("等待发送"),
    "SENDING": _("正在发送"),
    "DONE": _("已收下"),
    "DEAD": _("多次失败，不再重试"),
    "UNKNOWN": _("多次失败，不再重试"),
    "REFUSED": _("被拒绝"),
}
DELIVERY_TONES = {"PENDING": "warn", "DONE": "good", "DEAD": "bad", "UNKNOWN": "bad", "REFUSED": "bad"}
