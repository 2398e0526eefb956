"""The service package: what the business's own pages say, in one file to keep, print and hand on.

Made from the queries of those pages and of nothing else, so it can tell nothing that they do not.
Everything is read before the first byte leaves; pages are drawn one by one while it leaves. The same content
of one day is the same file, byte for byte.
"""

from __future__ import annotations

import datetime as dt
import logging
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.documents.composing import Content, lines_of
from zhunsheng.core.statutes.guidance import Guide, Sheet
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.documents.queries.pages import PageFormat, drawn
from zhunsheng.foundation.documents.rendering.pdf import RenderError
from zhunsheng.foundation.evidence.packages import undated
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.portals.enterprise.calendars import Entry, calendar, dates_of
from zhunsheng.portals.enterprise.explaining import Reason, reasons_of
from zhunsheng.portals.enterprise.guiding import of_its_trade, points_of
from zhunsheng.portals.enterprise.selfchecking import return_by
from zhunsheng.portals.enterprise.visiting import CLOSED, Opened, Visit
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry.queries import BelongingCard
from zhunsheng.workflows import guiding
from zhunsheng.workflows.printing import paper_of

log = logging.getLogger(__name__)
Block = dict[str, Any]
Making = Callable[[], tuple[str, bytes]]
NO_SIGNS = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))


@dataclass(frozen=True, slots=True)
class Package:
    """What goes in: open reminders with their reasons, what expires soon, guides, sheets."""

    reminders: Sequence[tuple[TouchCard, Reason]]
    expiring: Sequence[BelongingCard]
    guides: Sequence[Guide]
    sheets: Sequence[Sheet]


def package(request: HttpRequest, visit: Visit) -> StreamingHttpResponse:
    """The zip, as it is made."""
    del request
    files = list(_files(visit, contents(visit)))
    response = StreamingHttpResponse(zipped(files), content_type="application/zip")
    name = _("服务包 %(name)s %(day)s.zip") % {"name": visit.subject.name, "day": visit.at.date()}
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def contents(visit: Visit) -> Package:
    """Behind a link its own reminder, under a mandate every open one; the rest is of the whole business."""
    touches = [visit.touch] if isinstance(visit, Opened) else _open(visit)
    points, policy = points_of(visit), open_library(settings.PACKS).policy("zhunsheng.own-file-policy/1")
    until = visit.at.date() + dt.timedelta(days=policy["package_expiring_days"])
    owned = registry.belongings(viewer=visit.viewer, key=visit.subject.key)
    soon = [one for one in owned if one.valid_to is not None and one.valid_to <= until]
    return Package(
        list(zip(touches, reasons_of(visit, touches), strict=True)),
        sorted(soon, key=lambda one: (one.valid_to or until, one.number)),
        of_its_trade(visit, guiding.guides_at(visit.at).rows, points),
        of_its_trade(visit, guiding.sheets_at(visit.at).rows, points),
    )


def _open(visit: Visit) -> list[TouchCard]:
    told = triggers.touches(viewer=visit.viewer, subject=visit.subject.key, open_only=True)
    return [touch for touch in told if touch.reply_due_on is not None and touch.state not in CLOSED]


def _files(visit: Visit, told: Package) -> Iterator[Making]:
    """How each file is made, in the order in which they are read."""
    yield partial(_drawn, visit, _("服务包"), _overview(visit, told))
    if told.guides:
        blocks = [block for one in told.guides for block in _guide(one)]
        yield partial(_drawn, visit, _("合规指引"), _content(visit, _("合规指引"), blocks))
    for sheet in told.sheets:
        due = return_by(visit, sheet)
        content = paper_of(subject=visit.subject, sheet=sheet, return_by=due, at=visit.at)
        yield partial(_drawn, visit, _("自查表 %(title)s") % {"title": sheet.title}, content)
    midnight = dt.datetime.combine(visit.at.date(), dt.time(0), SHANGHAI)
    text = calendar(_dates(visit, told), midnight).encode()
    yield partial(_named, _("日历") + ".ics", text)


def _named(name: str, body: bytes) -> tuple[str, bytes]:
    return name, body


def _drawn(visit: Visit, name: str, content: Content) -> tuple[str, bytes]:
    """A PDF; where a sign of the text cannot be drawn here, the same words as plain text."""
    name = name.translate(NO_SIGNS)
    try:
        on = visit.at.date()
        return f"{name}.pdf", drawn(viewer=visit.viewer, told=content, form=PageFormat.PDF, on=on).body
    except RenderError:
        log.exception("service package %s", name)
        return f"{name}.txt", "\r\n".join(lines_of(content)).encode("utf-8-sig")


def _content(visit: Visit, title: str, blocks: Sequence[Block]) -> Content:
    return {
        "title": title,
        "organ": settings.BUREAU_NAME,
        "serial": "",
        "issued_on": visit.at.date().isoformat(),
        "recipient": {"name": visit.subject.name, "code": visit.subject.key},
        "blocks": list(blocks),
    }


def _overview(visit: Visit, told: Package) -> Content:
    """Whom to ask, what waits and what brings it back, what expires, what helps."""
    contact = [
        [_("咨询"), f"{settings.BUREAU_NAME} {settings.BUREAU_CONTACT}"],
        *([[_("监管所"), visit.subject.station]] if visit.subject.station else []),
        [_("网页"), door()],
    ]
    blocks: list[Block] = [
        {"kind": "ADDRESSEE", "text": f"{visit.subject.name}："},
        {"kind": "NOTE", "text": _("内容与您的网页相同，供参考，不设定义务；不需要的不必用。")},
        {"kind": "TABLE", "rows": contact},
        {"kind": "HEADING", "text": _("等您处理的提醒")},
    ]
    for touch, reason in told.reminders:
        blocks += _reminder(touch, reason)
    if not told.reminders:
        blocks.append({"kind": "PARAGRAPH", "text": _("现在没有等您处理的提醒。")})
    blocks.append({"kind": "HEADING", "text": _("快到期的许可和设备")})
    rows = [[f"{one.name or one.category} {one.number}", f"{one.valid_to}"] for one in told.expiring]
    nothing = {"kind": "PARAGRAPH", "text": _("没有。")}
    blocks.append({"kind": "TABLE", "rows": rows} if rows else nothing)
    titles = [*(one.title for one in told.guides), *(one.title for one in told.sheets)]
    if titles:
        blocks += [{"kind": "HEADING", "text": _("本包中的指引和自查表")}, {"kind": "ITEMS", "items": titles}]
    return _content(visit, _("服务包"), blocks)


def door() -> str:
    """Where one signs in. The file is handed on, so no address in it may open anything by itself."""
    return settings.PUBLIC_ADDRESS + reverse("business:choose")


def _reminder(touch: TouchCard, reason: Reason) -> Iterator[Block]:
    yield {"kind": "HEADING", "text": f"{reason.matter}{f'（{touch.object}）' if touch.object else ''}"}
    rows = [[_("关注的风险"), reason.risk], [_("答复期限"), f"{touch.reply_due_on}"]]
    if touch.observe_until_on:
        rows.append([_("观察期至"), f"{touch.observe_until_on}"])
    for line in () if reason.withheld else reason.lines:
        where = {"value": line.value, "line": line.line}
        rows.append([line.measure, _("现在 %(value)s，提醒线 %(line)s") % where])
    yield {"kind": "TABLE", "rows": rows}
    ways = reason.ways or (
        _("请拨打咨询电话，我们一起看怎么做。") if reason.lines else _("已在线内，保持即可。"),
    )
    yield {"kind": "ITEMS", "items": [f"{_('怎样回到线内')}：{way}" for way in ways]}
    if reason.basis:
        yield {"kind": "NOTE", "text": "；".join(reason.basis)}


def _guide(one: Guide) -> Iterator[Block]:
    yield {"kind": "HEADING", "text": one.title}
    yield {"kind": "ITEMS", "items": list(one.steps)}
    if one.missed:
        yield {"kind": "PARAGRAPH", "text": _("容易漏掉的：%(missed)s") % {"missed": "；".join(one.missed)}}
    source = {"source": one.source, "day": one.checked_on}
    yield {"kind": "NOTE", "text": _("来源：%(source)s。核对于 %(day)s。") % source}


def _dates(visit: Visit, told: Package) -> list[Entry]:
    """Every last day of the reminders and of what expires."""
    entries = [entry for touch, _reason in told.reminders for entry in dates_of(touch, door())]
    for one in told.expiring:
        if one.valid_to is not None:
            title = _("到期：%(name)s %(number)s") % {"name": one.name or one.category, "number": one.number}
            entries.append(Entry(f"expires-{visit.subject.key}-{one.number}", one.valid_to, title, door()))
    return entries


class _Gathering:
    """What a zip has written and nobody has taken yet; it cannot go back."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        told = b"".join(self.parts)
        self.parts.clear()
        return told


def zipped(files: Sequence[Making]) -> Iterator[bytes]:
    """A zip file by file: no more than one of them is in memory, and the same files are the same bytes."""
    target = _Gathering()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for made in files:
            name, body = made()
            archive.writestr(undated(name), body, zipfile.ZIP_DEFLATED)
            yield target.taken()
    yield target.taken()
