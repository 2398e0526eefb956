"""Problem details (RFC 9457): every answer that is not the wanted one says what, why and where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation.trans_real import parse_accept_lang_header

PREFIX = "urn:zhunsheng:problem:"
CONTENT_TYPE = "application/problem+json"
FAULTS_SHOWN = 100
KINDS = {
    "bad-body": (400, gettext_lazy("请求正文不是可接受的 JSON")),
    "bad-event": (400, gettext_lazy("事件不合 CloudEvents 1.0 或报送约定")),
    "bad-query": (400, gettext_lazy("查询参数有误")),
    "bad-receipt": (400, gettext_lazy("状态报告不合约定")),
    "bad-question": (400, gettext_lazy("重放的要求不合约定")),
    "key-needed": (400, gettext_lazy("缺少可用的 Idempotency-Key")),
    "not-authenticated": (401, gettext_lazy("令牌缺失或无效")),
    "not-allowed": (403, gettext_lazy("令牌不允许此操作")),
    "not-found": (404, gettext_lazy("没有这个地址")),
    "wrong-method": (405, gettext_lazy("此地址不支持该方法")),
    "length-needed": (411, gettext_lazy("请求没有写明长度")),
    "too-large": (413, gettext_lazy("请求过大")),
    "wrong-type": (415, gettext_lazy("不支持的内容类型")),
    "another-body": (422, gettext_lazy("该幂等键已用于另一份正文")),
    "broken": (500, gettext_lazy("服务出错")),
    "unavailable": (503, gettext_lazy("暂时无法入库，请稍后重试")),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, by JSON pointer (RFC 6901) into the body."""

    pointer: str
    detail: str


class ProblemError(Exception):
    """The request ends here with a problem of a kind in KINDS."""

    def __init__(
        self,
        kind: str,
        detail: str,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.faults, self.headers = kind, detail, tuple(faults), dict(headers or {})

    def answer(self) -> HttpResponse:
        """The answer in the language of the moment."""
        status, title = KINDS[self.kind]
        told: dict[str, object] = {
            "type": PREFIX + self.kind,
            "title": str(title),
            "status": status,
            "detail": self.detail,
        }
        if self.faults:
            shown = self.faults[:FAULTS_SHOWN]
            told["errors"] = [{"pointer": f.pointer, "detail": f.detail} for f in shown]
            if len(self.faults) > len(shown):
                told["detail"] += _("（共 %(count)d 处，只列出前 %(shown)d 处）") % {  # type: ignore[operator]
                    "count": len(self.faults),
                    "shown": len(shown),
                }
        return reply(told, status=status, content_type=CONTENT_TYPE, headers=self.headers)


def reply(
    told: object,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """JSON in UTF-8, Chinese as Chinese; kept by nobody on the way."""
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    always = {"Cache-Control": "no-store"}
    return HttpResponse(body, status=status, content_type=content_type, headers={**always, **(headers or {})})


def language_asked(header: str) -> str:
    """English for a program whose Accept-Language puts it first, else Chinese; cookies say nothing here."""
    first = next((name for name, weight in parse_accept_lang_header(header) if weight > 0), "")
    return "en" if first.partition("-")[0] == "en" else "zh-hans"
