"""Self-check sheets: fill in, save, read once more, hand in; the number and the next day. Nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from zhunsheng.core.clock import day_of
from zhunsheng.core.facts import Fact
from zhunsheng.core.statutes.guidance import Question, Sheet
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.attachments import queries as files
from zhunsheng.foundation.attachments.queries import AttachmentCard
from zhunsheng.foundation.attachments.sniffing import FILE_BYTES_MAX
from zhunsheng.foundation.documents.queries.pages import PageFormat, drawn
from zhunsheng.foundation.documents.rendering.pdf import RenderError
from zhunsheng.foundation.drafts import actions as drafts
from zhunsheng.foundation.drafts import queries as saved
from zhunsheng.portals.enterprise.calendars import Entry, calendar
from zhunsheng.portals.enterprise.guiding import with_code
from zhunsheng.portals.enterprise.uploading import shown, take_files
from zhunsheng.portals.enterprise.visiting import Opened, Visit, page
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows import guiding
from zhunsheng.workflows import self_checking as checking
from zhunsheng.workflows.printing import paper_of

WORDS_CHARACTERS_MAX = 300
NUMBER_CHARACTERS_MAX = 12
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handed:
    """A self-check that was handed in: its number, when, the next proposed day, what was told."""

    number: str
    at: int
    next_on: date
    told: str


def _sheet(visit: Visit, code: str) -> Sheet:
    return with_code(guiding.sheets_at(visit.at).rows, code)


def _owner(visit: Visit, code: str) -> str:
    return checking.owner_of(visit.subject.key, code)


def _photos(visit: Visit, code: str, *, sealed_at: int | None = None) -> list[AttachmentCard]:
    """Those not handed in yet, or those handed in at an instant."""
    told = files.of_owner(viewer=visit.viewer, owner=_owner(visit, code))
    if sealed_at is None:
        return [card for card in told if card.sealed_at is None]
    return [card for card in told if card.sealed_at and int(card.sealed_at.timestamp()) == sealed_at]


def _handed_in(visit: Visit, code: str) -> Handed | None:
    """The last self-check of a sheet."""
    told = signals.timeline(viewer=visit.viewer, subject=visit.subject.key)
    rows = [fact for fact in told if fact.kind == checking.DONE and fact.object == code]
    return _handed(max(rows, key=lambda fact: fact.order)) if rows else None


def _handed(fact: Fact) -> Handed:
    payload = fact.payload
    day = f"{day_of(fact.occurred_at):%Y%m%d}"
    number = f"{day}-{fact.fact_id.replace('-', '')[:6].upper()}"
    return Handed(
        number,
        fact.occurred_at,
        date.fromisoformat(str(payload["next_on"])),
        str(payload["told"]),
    )


def fill_in(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """The questions. Whatever the button, everything is saved first."""
    sheet = _sheet(visit, code)
    if request.method == "GET":
        told = saved.draft(viewer=visit.viewer, owner=_owner(visit, code))
        return _form(request, visit, sheet, told[0] if told else {}, {})
    values = _values(sheet, request.POST)
    drafts.save(by=visit.actor, at=visit.at, owner=_owner(visit, code), values=values)
    problems = take_files(request, visit, _owner(visit, code))
    if "save" in request.POST and not problems:
        return redirect(visit.url("self-check", code) + "?saved=1")
    problems |= {} if "save" in request.POST else problems_of(sheet, values)
    if problems:
        return _form(request, visit, sheet, values, problems)
    return redirect(visit.url("self-check-review", code))


def _values(sheet: Sheet, posted: Mapping[str, str]) -> dict[str, str]:
    """What is kept as a draft: of a choice only what can be chosen, words whole."""
    told = {}
    for one in sheet.questions:
        value = str(posted.get(one.id, "")).strip().replace("\r\n", "\n")
        told[one.id] = value if one.type != "YES_NO" or value in checking.ANSWERED else ""
        if one.type == "YES_NO":
            told[f"{one.id}.plan"] = str(posted.get(f"{one.id}.plan", "")).strip()
    return told


def problems_of(sheet: Sheet, values: Mapping[str, str]) -> dict[str, str]:
    """Field → what is missing before the sheet can be handed in; empty when it can."""
    told = {one.id: _problem(one, values.get(one.id, "")) for one in sheet.questions}
    long = [one.id for one in sheet.questions if len(values.get(f"{one.id}.plan", "")) > WORDS_CHARACTERS_MAX]
    told |= {f"{name}.plan": _("请不超过 %(n)d 字") % {"n": WORDS_CHARACTERS_MAX} for name in long}
    return {name: text for name, text in told.items() if text}


def _problem(question: Question, value: str) -> str:
    asked = {"ask": question.ask}
    if not value:
        return _("请回答：%(ask)s") % asked if question.required else ""
    match question.type:
        case "NUMBER" if not _is_number(value):
            return _("%(ask)s：请只写数字，例如 3 或 -18.5") % asked
        case "DATE" if not _is_day(value):
            return _("%(ask)s：请写一个日期，例如 2026-07-31") % asked
        case "TEXT" if len(value) > WORDS_CHARACTERS_MAX:
            return _("请不超过 %(n)d 字") % {"n": WORDS_CHARACTERS_MAX}
    return ""


def _is_number(value: str) -> bool:
    whole, _point, part = value.removeprefix("-").partition(".")
    digits = whole + part
    return len(value) <= NUMBER_CHARACTERS_MAX and bool(whole) and digits.isascii() and digits.isdigit()


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == len("2026-07-31")


def _form(
    request: HttpRequest, visit: Visit, sheet: Sheet, values: Mapping[str, str], errors: dict[str, str]
) -> HttpResponse:
    guides = {one.code: one.title for one in guiding.guides_at(visit.at).rows}
    rows = [
        {
            "ask": one,
            "value": values.get(one.id, ""),
            "plan": values.get(f"{one.id}.plan", ""),
            "plan_id": f"{one.id}.plan",
            "error": errors.get(one.id, ""),
            "plan_error": errors.get(f"{one.id}.plan", ""),
            "help": guides.get(one.guide, ""),
        }
        for one in sheet.questions
    ]
    words: dict[str, object] = {
        "here": "guides",
        "sheet": sheet,
        "rows": rows,
        "errors": errors,
        "files": _photos(visit, sheet.code),
        "answers": [("YES", _("是")), ("NO", _("否")), ("NA", _("不适用"))],
        "asks_photo": any(one.photo for one in sheet.questions),
        "saved_now": "saved" in request.GET,
        "megabytes_max": FILE_BYTES_MAX // 1024 // 1024,
        "characters_max": WORDS_CHARACTERS_MAX,
    }
    return page(request, visit, "self_check", words)


def remove_file(request: HttpRequest, visit: Visit, code: str, number: int) -> HttpResponse:
    """Take one photo back before handing in."""
    del request
    attachments.withdraw(by=visit.actor, at=visit.at, owner=_owner(visit, code), attachment_id=number)
    return redirect(visit.url("self-check", code) + "#files")


def review(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """Read it once more, then hand in; pressing twice hands in once."""
    sheet = _sheet(visit, code)
    told = saved.draft(viewer=visit.viewer, owner=_owner(visit, code))
    if told is None:
        done = _handed_in(visit, code)
        return redirect(visit.url("self-check-done" if done else "self-check", code))
    if problems := problems_of(sheet, told[0]):
        return _form(request, visit, sheet, told[0], problems)
    if request.method == "POST":
        checking.send(by=visit.actor, at=visit.at, subject=visit.subject.key, sheet=sheet)
        return redirect(visit.url("self-check-done", code))
    rows = [
        (one.id, one.ask, checking.plain(one, told[0]), told[0].get(f"{one.id}.plan", ""))
        for one in sheet.questions
    ]
    words = {"here": "guides", "sheet": sheet, "rows": rows, "files": _photos(visit, code)}
    return page(request, visit, "self_check_review", words)


def done(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """The number, the next day, whom to ask."""
    sheet, told = _sheet(visit, code), _handed_in(visit, code)
    if told is None:
        return redirect(visit.url("self-check", code))
    words: dict[str, object] = {
        "here": "guides",
        "sheet": sheet,
        "handed": told,
        "lines": told.told.split("；"),
        "files": _photos(visit, code, sealed_at=told.at),
    }
    return page(request, visit, "self_check_done", words)


def dates(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """The next day for a telephone's calendar."""
    del request
    sheet, told = _sheet(visit, code), _handed_in(visit, code)
    if told is None:
        raise Http404
    address = settings.PUBLIC_ADDRESS + visit.url("self-check", code)
    title = _("可以再自查一次：%(title)s") % {"title": sheet.title}
    entry = Entry(f"self-{visit.subject.key}-{code}", told.next_on, title, address)
    response = HttpResponse(calendar([entry], visit.at), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="self-check.ics"'
    return response


def return_by(visit: Visit, sheet: Sheet) -> date:
    """Until when a sheet on paper is asked back: the day of the reminder, or when it would come again."""
    if isinstance(visit, Opened) and visit.touch.reply_due_on is not None:
        return max(visit.touch.reply_due_on, visit.at.date())
    return visit.at.date() + timedelta(days=sheet.again_after_days)


def paper(request: HttpRequest, visit: Visit, code: str) -> HttpResponse:
    """The blank sheet for printing, drawn now."""
    sheet = _sheet(visit, code)
    content = paper_of(subject=visit.subject, sheet=sheet, return_by=return_by(visit, sheet), at=visit.at)
    try:
        file = drawn(viewer=visit.viewer, told=content, form=PageFormat.PDF, on=visit.at.date())
    except RenderError:
        log.exception("self-check sheet %s", code)
        return page(request, visit, "no_paper", {"sheet": sheet})
    response = HttpResponse(file.body, content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{sheet.title}.pdf") or ""
    return response


def shown_file(request: HttpRequest, visit: Visit, code: str, number: int) -> FileResponse:
    """A photo or other file of the sheet."""
    del request
    return shown(visit, _owner(visit, code), number)
