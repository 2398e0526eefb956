"""What a business fills in, read kindly: nothing typed is lost, and every problem is said in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from zhunsheng.foundation.attachments.queries import AttachmentCard

ANSWERS = ("DONE", "DISAGREE", "HELP")
REASON_CHARACTERS_MAX = 2_000


def words_of(answer: str) -> str:
    """An answer as a business reads it."""
    return {"DONE": _("已处理"), "DISAGREE": _("有不同意见"), "HELP": _("需要帮助")}.get(answer, "")


def values_of(posted: Mapping[str, str]) -> dict[str, str]:
    """What is kept as a draft: the choice, if it is one, and the words, whole."""
    answer = posted.get("answer", "")
    reason = posted.get("reason", "").replace("\r\n", "\n")
    return {"answer": answer if answer in ANSWERS else "", "reason": reason}


def problems_of(values: Mapping[str, str], files: list[AttachmentCard]) -> dict[str, str]:
    """Field → what is missing before this can be sent; empty when it can."""
    answer, reason = values.get("answer", ""), values.get("reason", "").strip()
    if answer not in ANSWERS:
        return {"answer": _("请选择一项答复")}
    if len(reason) > REASON_CHARACTERS_MAX:
        return {"reason": _("说明请不超过 %(n)d 字") % {"n": REASON_CHARACTERS_MAX}}
    if answer == "DISAGREE" and not reason:
        return {"reason": _("请写明您的理由，我们会据此核对")}
    if answer == "DONE" and not reason and not files:
        return {"reason": _("请写一句做了什么，或上传一张照片")}
    return {}
