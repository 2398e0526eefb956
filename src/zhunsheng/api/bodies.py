"""A body as strict JSON: one meaning for every reader, and limits that hold before anything is stored."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from zhunsheng.api.problems import ProblemError

DEPTH_MAX = 8
DIGITS_MAX = 19
BATCH = "application/cloudevents-batch+json"
SINGLE = "application/cloudevents+json"
PLAIN = "application/json"


def content_type(request: HttpRequest, *wanted: str) -> str:
    """One of the wanted types; another type, character set or coding is refused."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise ProblemError("wrong-type", _("请不要压缩正文"))
    charset = request.content_params.get("charset", "utf-8").lower() if request.content_params else "utf-8"
    if request.content_type not in wanted or charset not in ("utf-8", "utf8"):
        accepted = ", ".join(wanted)
        detail = _("请使用 %(types)s，字符集 UTF-8") % {"types": accepted}
        raise ProblemError("wrong-type", detail, headers={"Accept": accepted})
    return str(request.content_type)


def read_bytes(request: HttpRequest) -> bytes:
    """The body, not longer than allowed."""
    if request.headers.get("Transfer-Encoding") and not request.META.get("CONTENT_LENGTH"):
        raise ProblemError("length-needed", _("请写明 Content-Length，不要分块发送"))
    try:
        return request.body
    except RequestDataTooBig as error:
        most = {"bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
        raise ProblemError("too-large", _("正文最多 %(bytes)d 字节，请分批报送") % most) from error
    except UnreadablePostError as error:
        raise ProblemError("bad-body", _("正文没有收完整")) from error


def parse(body: bytes) -> Any:
    """The value of a body; bad-body says what is wrong with it."""
    try:
        told = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
        # Half a pair of surrogates is no text, though JSON can spell it.
        json.dumps(told, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise ProblemError("bad-body", _("正文不是完整的 UTF-8 文字")) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        detail = _("第 %(line)d 行第 %(column)d 个字符处不是 JSON") % place
        raise ProblemError("bad-body", detail) from error
    except RecursionError as error:
        raise _too_deep() from error
    _look_through(told)
    return told


def _too_deep() -> ProblemError:
    return ProblemError("bad-body", _("JSON 最多嵌套 %(depth)d 层") % {"depth": DEPTH_MAX})


def _look_through(told: Any) -> None:
    """Level by level: not too many of them, and no null character, which PostgreSQL cannot store."""
    level, depth = [told], 0
    while level:
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                below += [*one, *one.values()]
            elif isinstance(one, list):
                below += one
            elif isinstance(one, str) and "\0" in one:
                raise ProblemError("bad-body", _("文字中不能有空字符 U+0000"))
        depth += any(isinstance(one, dict | list) for one in level)
        if depth > DEPTH_MAX:
            raise _too_deep()
        level = below


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ProblemError("bad-body", _("同一对象中键 %(name)s 出现两次") % {"name": repr(twice)})
    return made


def _constant(text: str) -> NoReturn:
    raise ProblemError("bad-body", _("%(text)s 不是 JSON 的数") % {"text": text})


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > DIGITS_MAX:
        raise ProblemError("bad-body", _("整数最多 %(digits)d 位") % {"digits": DIGITS_MAX})
    return int(text)


def _decimal(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ProblemError("bad-body", _("%(text)s 超出数的范围") % {"text": text[:40]})
    return value
