"""What the keys of a definition are called in its form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhunsheng.judging.rulebook.lifecycle import SaveHow
from zhunsheng.portals.officer.words import BASIS, Words

SECTIONS: Words = {
    "name_zh": _("名称"),
    "risk_zh": _("防什么风险"),
    "yellow": _("提醒线（黄）"),
    "red": _("核查线（红）"),
    "critical": _("安全红线"),
    "unless": _("不计入"),
    "clear": _("解除条件"),
    "no_data": _("数据中断告警"),
    "clear_at_percent": _("解除：低于提醒线的百分之几"),
    "per_object": _("逐个对象计算"),
    "hold_days": _("须连续保持的天数"),
    "cooldown_days": _("结束后冷却的天数"),
    "once_per_days": _("多少天内至多一次"),
    "observe_days": _("观察期天数"),
    "reply_workdays": _("答复期限（工作日）"),
    "measures": _("触线后的措施"),
    "basis": _("法律依据"),
    "explain_zh": _("给企业的说明"),
    "status": _("数值的状态"),
    "family": _("指标族"),
    "shape": _("怎样计分"),
    "measure": _("统计什么"),
    "bins": _("分档"),
    "grades": _("逐件的档"),
    "cases": _("情形"),
    "decays": _("过半窗口后逐日递减"),
    "repeat": _("重复的"),
    "cap": _("本项至多（分）"),
    "source_zh": _("数据来源"),
    "freezes": _("冻结别的指标"),
}
COUNTS: Words = {
    "count": _("次数"),
    "flag": _("有无"),
    "sum": _("合计"),
    "max": _("最大值"),
    "min": _("最小值"),
    "distinct": _("不同的个数"),
    "objects": _("符合的对象数"),
    "latest": _("最近一次的值"),
    "days_since": _("距今已过天数"),
    "days_until": _("距今还有天数"),
}
SIGNS: Words = {
    "at_least": "≥",
    "more_than": "＞",
    "at_most": "≤",
    "less_than": "＜",
    "equals": "＝",
    "in": _("是其中之一"),
    "not_in": _("不在其中"),
}
JOINS: Words = {"all": _("全部成立"), "any": _("有一条成立即可")}
WINDOWS: Words = {
    "all": _("有记录以来"),
    "days": _("近若干天"),
    "hours": _("近若干小时"),
    "months": _("近若干个月"),
    "calendar DAY": _("当日"),
    "calendar MONTH": _("本月"),
    "calendar QUARTER": _("本季度"),
    "calendar YEAR": _("本年"),
}
SHAPES: Words = {
    "level": _("按所到的最高一档计"),
    "steps": _("逐件计，件数越多每件越重"),
    "each": _("每件都计"),
    "worst": _("只计最重的一件"),
    "cases": _("自上而下，先符合的一条算"),
}
SCOPES: Words = {"subject": _("同一主体"), "same_object": _("同一对象")}
STATES: Words = {"PROPOSAL": _("建议值"), "VERIFIED": _("已校准")}
STEPS: Words = {
    **dict.fromkeys(COUNTS, _("统计")),
    **dict.fromkeys(SIGNS, _("线")),
    "window": _("时间窗口"),
    "since": _("起点"),
    "fact": _("哪种记录"),
    "scope": _("范围"),
    "ratio": _("比率"),
    "trend": _("与上一段相比"),
    "of": _("分子"),
    "to": _("分母"),
    "per": _("每多少"),
    "sample_min": _("样本至少"),
    "peer": _("同业"),
    "measure": _("统计"),
    "statistic": _("统计量"),
    "times_percent": _("倍数（百分之）"),
    "not": _("并非"),
    "kinds": _("哪种记录"),
    "name_zh": _("对象叫什么"),
    "yellow": _("触及提醒线"),
    "red": _("触及核查线"),
    "law": _("法律"),
    "article": _("条款"),
    "status": _("核对状态"),
    "points": _("得分"),
    "label_zh": _("标签"),
    "from": _("自第几件起"),
    "percent": _("按百分之几计"),
    "when": _("条件"),
    "while": _("期间"),
    "indicators": _("指标"),
    "days_until_at_most": _("距今不多于（天）"),
    "days_since_at_least": _("已过不少于（天）"),
    "present": _("有"),
    "absent": _("无"),
}
ENTRIES: Words = {
    "bins": _("档"),
    "grades": _("档"),
    "cases": _("情形"),
    "basis": _("依据"),
    "all": _("条件"),
    "any": _("条件"),
}
STATUSES = BASIS
REACHED = _("达到")
HOW: Words = {
    SaveHow.FORM: _("改表单"),
    SaveHow.YAML: _("改 YAML"),
    SaveHow.ADDED: _("新加"),
    SaveHow.COPIED: _("复制"),
    SaveHow.REMOVED: _("删去"),
    SaveHow.RESTORED: _("回到先前"),
}
