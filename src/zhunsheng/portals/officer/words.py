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
OBJECTION_STATES: Words = {
    "MARKED": _("办理中"),
    "UPHELD": _("采纳"),
    "PARTLY": _("部分采纳"),
    "REJECTED": _("不采纳"),
}
OBJECTION_TONES = {"MARKED": "warn", "UPHELD": "good", "PARTLY": "good"}
NOTICES: Words = {"COPY": _("抄送"), "HANDED": _("移交")}
MESSAGES: Words = {
    "QUEUED": _("待发"),
    "ACCEPTED": _("网关已受理"),
    "DELIVERED": _("已送达"),
    "FAILED": _("未送达"),
    "EXPIRED": _("已过期"),
    "TRIAL": _("试运行，未发出"),
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
LAW_STATES: Words = {"IN_FORCE": _("现行有效"), "NOT_YET": _("尚未施行"), "REPEALED": _("已废止")}
LAW_TONES = {"IN_FORCE": "good", "NOT_YET": "warn", "REPEALED": "bad"}
DATE_SOURCES: Words = {
    "GIVEN": _("导入时指明"),
    "STATED": _("文本载明"),
    "LAST_DATE": _("推定，待核实"),
}
# What is wrong stands first, what is in order last.
STANDINGS: Words = {
    "NO_SUCH_ARTICLE": _("没有这一条"),
    "NO_RECORD": _("没有登记这部法律"),
    "REPEALED": _("已废止"),
    "UNVERIFIED": _("未核实"),
    "NOT_INSTALLED": _("文本未导入"),
    "RESOLVED": _("已找到"),
}
STANDING_TONES = {
    "NO_SUCH_ARTICLE": "bad",
    "NO_RECORD": "bad",
    "REPEALED": "bad",
    "UNVERIFIED": "warn",
    "NOT_INSTALLED": "warn",
    "RESOLVED": "good",
}
STAGES: Words = {
    "AT_ONCE": _("首次发现即可"),
    "AFTER_REFUSAL": _("责令改正而拒不改正时"),
    "SERIOUS": _("情节严重时"),
}
CONSEQUENCES: Words = {
    "CORRECTION": _("责令改正"),
    "WARNING": _("警告"),
    "STOP": _("责令停止"),
    "FINE": _("罚款"),
    "CONFISCATE": _("没收"),
    "SUSPEND": _("责令停产停业"),
    "REVOKE": _("吊销许可或执照"),
    "ABNORMAL_LIST": _("列入经营异常名录"),
}
LIST_STATES: Words = {
    "DRAFT": _("草稿"),
    "CONSULTING": _("征求意见"),
    "REVIEWING": _("审查中"),
    "APPROVED": _("已批准"),
    "PUBLISHED": _("已发布，未施行"),
    "EFFECTIVE": _("施行中"),
    "SUPERSEDED": _("已被取代"),
}
LIST_TONES = {"EFFECTIVE": "good", "REVIEWING": "warn", "CONSULTING": "warn", "SUPERSEDED": ""}
LIST_LEVELS: Words = {
    "NATIONAL": _("国家"),
    "PROVINCE": _("省级"),
    "CITY": _("市级"),
    "DISTRICT": _("区县级"),
}
REVIEWS: Words = {"LEGALITY": _("合法性审查"), "FAIR_COMPETITION": _("公平竞争审查")}
CONCLUSIONS: Words = {"KEEP": _("保留"), "AMEND": _("修改"), "ABOLISH": _("废止")}
NEARNESS: Words = {
    "OVERDUE": _("已逾期"),
    "TODAY": _("今日到期"),
    "THIS_WEEK": _("本周到期"),
    "LATER": _("以后到期"),
    "UNKNOWN": _("到期日待定"),
}
DEADLINE_STEPS: Words = {
    "STARTED": _("开始"),
    "PAUSED": _("暂停"),
    "RESUMED": _("恢复"),
    "EXTENDED": _("延长"),
    "RECKONED": _("重新计算"),
    "YEAR_UNKNOWN": _("放假安排未公布"),
    "HANDED_OVER": _("移交"),
    "MET": _("办结"),
    "LIFTED": _("不再需要"),
    "LAPSED": _("期满未办"),
    "SOON": _("临近，已告知"),
    "DUE": _("到期，已告知"),
    "OVERDUE": _("逾期，已告知"),
    "OVERDUE_LONG": _("长期逾期，已告知"),
}
POSTS: Words = {
    "HANDLER": _("经办人"),
    "CHIEF": _("科室负责人"),
    "LEADER": _("分管领导"),
    "SUPERVISION": _("督查"),
}
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
DOCUMENT_TONES = {"SERVED": "good", "REVIEWING": "warn", "APPROVED": "warn", "CANCELLED": "bad"}
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
WORDINGS: Words = {
    "DRAFT": _("草稿"),
    "REVIEWING": _("审核中"),
    "APPROVED": _("已批准"),
    "PUBLISHED": _("已发布，待施行"),
    "EFFECTIVE": _("施行中"),
    "SUPERSEDED": _("已被取代"),
    "WITHDRAWN": _("已撤回"),
}
WORDING_TONES = {"EFFECTIVE": "good", "APPROVED": "good", "PUBLISHED": "good", "REVIEWING": "warn"}
PART_KINDS: Words = {
    "to": _("抬头（写给谁）"),
    "p": _("段落"),
    "h": _("小标题"),
    "items": _("列表：一个字段逐项列出"),
    "clauses": _("条文：一个字段逐条全文"),
    "table": _("表格：一行一格，栏目 | 内容"),
    "signatures": _("签名栏：一行一人"),
    "seal": _("落款（机关、日期、用印处）"),
    "note": _("附注（小字）"),
}
METHODS: Words = {
    "DIRECT": _("直接送达"),
    "LEFT": _("留置送达"),
    "ELECTRONIC": _("电子送达"),
    "POSTAL": _("邮寄送达"),
    "ENTRUSTED": _("委托送达"),
    "ANNOUNCEMENT": _("公告送达"),
}
TARGETS: Words = {
    "subjects": _("主体名录"),
    "permits": _("许可证件"),
    "premises": _("经营场所"),
    "shops": _("网店"),
    "equipment": _("特种设备"),
    "signals": _("信号"),
}
UPLOADS: Words = {
    "UPLOADED": _("待对应列"),
    "CHECKING": _("预检中"),
    "CHECKED": _("已预检，待导入"),
    "TAKING": _("导入中"),
    "TAKEN": _("已导入"),
    "UNDOING": _("撤销中"),
    "UNDONE": _("已撤销"),
    "REFUSED": _("整个文件退回"),
}
CAPTURE_METHODS: Words = {
    "UPLOAD": _("上传"),
    "CAMERA": _("现场拍照"),
    "RECORDER": _("执法记录仪"),
    "PLATFORM_COPY": _("平台调取"),
    "REDACTION": _("遮盖制作"),
}
FILE_STATES: Words = {
    "KEPT": _("已采集，未封存"),
    "SEALED": _("已封存"),
    "WITHDRAWN": _("已撤下"),
    "BROKEN": _("摘要不符，不能使用"),
}
FILE_TONES = {"SEALED": "good", "BROKEN": "bad"}
UPLOAD_TONES = {"TAKEN": "good", "REFUSED": "bad", "CHECKED": "warn", "UPLOADED": "warn"}
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
MESSAGE_TONES = {"TRIAL": "warn", "FAILED": "bad", "EXPIRED": "bad", "DELIVERED": "good"}
TEMPLATES: Words = {"SMS": _("短信提醒"), "INBOX": _("站内提醒信"), "REPLY": _("站内回复")}
ROW_STATES: Words = {
    "PENDING": _("等待发送"),
    "SENDING": _("正在发送"),
    "DONE": _("网关已受理"),
    "REFUSED": _("网关拒收"),
    "UNKNOWN": _("结果不明，待人工核对"),
    "DEAD": _("多次失败，待人处理"),
}
FINDINGS: Words = {
    "ARRIVED": _("已查明：送达了"),
    "SEND_AGAIN": _("已查明：没有送达，重发"),
    "GIVE_UP": _("放弃，不再发送"),
}
VERDICTS: Words = {
    "ACCEPTED": _("网关受理"),
    "REFUSED": _("网关拒收"),
    "NOT_SENT": _("没有发出"),
    "UNCLEAR": _("没有明确答复"),
}
MANDATE_TONES = {"ACCEPTED": "good", "OFFERED": "warn", "EXPIRED": "bad", "WITHDRAWN": "bad"}
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
ALERT_STATES: Words = {"RAISED": _("待分析"), "ANALYSING": _("分析中"), "CLOSED": _("已办结")}
LAB_STATES: Words = {
    "RUNNING": _("运行中"),
    "STOPPED": _("已停下"),
    "DONE": _("已完成"),
    "FAILED": _("未能完成"),
}
LAB_TONES = {"DONE": "good", "STOPPED": "warn", "FAILED": "bad"}
LAB_KINDS: Words = {"REPLAY": _("重放"), "SWEEP": _("移线试算")}
PROPOSALS: Words = {
    "DRAFT": _("草案"),
    "REVIEWING": _("审查中"),
    "REVIEWED": _("已审查，待批准"),
    "APPROVED": _("已批准"),
    "PUBLISHED": _("已发布，待施行"),
    "EFFECTIVE": _("施行中"),
    "SUPERSEDED": _("已被取代"),
    "WITHDRAWN": _("已撤回"),
}
SHADOWS: Words = {
    "RUNNING": _("影子运行中"),
    "STOPPED": _("已停止"),
    "ENDED": _("已到期"),
}
SNOOZES: Words = {
    "RUNNING": _("暂停中"),
    "LIFTED": _("已提前恢复"),
    "ENDED": _("已到期"),
}
PROPOSAL_TONES = {
    "EFFECTIVE": "good",
    "PUBLISHED": "good",
    "APPROVED": "good",
    "REVIEWING": "warn",
    "REVIEWED": "warn",
}
