"""The pages of one reminder: read, answer, check, sent. Who may see them, the addresses say."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.attachments import queries as files
from zhunsheng.foundation.attachments.queries import AttachmentCard
from zhunsheng.foundation.attachments.sniffing import FILE_BYTES_MAX
from zhunsheng.foundation.documents.queries import documents as issued
from zhunsheng.foundation.documents.queries import pages
from zhunsheng.foundation.documents.queries.pages import PageFormat
from zhunsheng.foundation.documents.rendering.pdf import RenderError
from zhunsheng.foundation.drafts import actions as drafts
from zhunsheng.foundation.drafts import queries as saved
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions.touches import AnswerError
from zhunsheng.portals.enterprise.calendars import calendar, dates_of
from zhunsheng.portals.enterprise.explaining import reason_of
from zhunsheng.portals.enterprise.forms import REASON_CHARACTERS_MAX, problems_of, values_of, words_of
from zhunsheng.portals.enterprise.guiding import about
from zhunsheng.portals.enterprise.uploading import shown, take_files
from zhunsheng.portals.enterprise.visiting import Opened, page
from zhunsheng.workflows import replying
from zhunsheng.workflows.papering import REMINDER
from zhunsheng.workflows.terms import document_terms

log = logging.getLogger(__name__)


def reminder(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Who writes, why, until when, and what brings it back."""
    words: dict[str, object] = {
        "reason": reason_of(opened),
        "answered": words_of(opened.touch.answer),
        "told": [
            (card, words_of(card.answer))
            for card in triggers.answers_of(viewer=opened.viewer, touch_id=opened.touch.id)
        ],
        "draft": saved.draft(viewer=opened.viewer, owner=opened.owner),
        "papers": issued.listing(viewer=opened.viewer, owner=opened.owner, kind=REMINDER, rows_max=1),
        "late": opened.touch.reply_due_on is not None and opened.touch.reply_due_on < opened.at.date(),
        **about(opened, opened.touch.point),
    }
    return page(request, opened, "reminder", words)


def answer(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Choose, say, add files. Whatever the button, everything is saved first."""
    if opened.closed:
        return redirect(opened.url("reminder"))
    if request.method == "GET":
        told = saved.draft(viewer=opened.viewer, owner=opened.owner)
        return _form(request, opened, told[0] if told else {}, {}, saved_now="saved" in request.GET)
    values = values_of(request.POST.dict())
    drafts.save(by=opened.actor, at=opened.at, owner=opened.owner, values=values)
    problems = take_files(request, opened, opened.owner)
    if "save" in request.POST and not problems:
        return redirect(opened.url("answer") + "?saved=1")
    problems |= {} if "save" in request.POST else problems_of(values, _unsent(opened))
    if problems:
        return _form(request, opened, values, problems)
    return redirect(opened.url("check"))


def _form(
    request: HttpRequest,
    opened: Opened,
    values: dict[str, str],
    errors: dict[str, str],
    *,
    saved_now: bool = False,
) -> HttpResponse:
    words: dict[str, object] = {
        "values": values,
        "errors": errors,
        "files": _unsent(opened),
        "saved_now": saved_now,
        "megabytes_max": FILE_BYTES_MAX // 1024 // 1024,
        "characters_max": REASON_CHARACTERS_MAX,
    }
    return page(request, opened, "answer", words)


def _unsent(opened: Opened) -> list[AttachmentCard]:
    told = files.of_owner(viewer=opened.viewer, owner=opened.owner)
    return [card for card in told if card.sealed_at is None]


def remove_file(request: HttpRequest, opened: Opened, number: int) -> HttpResponse:
    """Take one file back before sending."""
    del request
    attachments.withdraw(by=opened.actor, at=opened.at, owner=opened.owner, attachment_id=number)
    return redirect(opened.url("answer") + "#files")


def check(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Read it once more, then send."""
    told = saved.draft(viewer=opened.viewer, owner=opened.owner)
    if opened.closed or told is None:
        return redirect(opened.url("done" if opened.touch.answer else "reminder"))
    if problems := problems_of(told[0], _unsent(opened)):
        return _form(request, opened, told[0], problems)
    if request.method == "POST":
        try:
            replying.send(by=opened.actor, at=opened.at, touch_id=opened.touch.id)
        except AnswerError as error:
            return _form(request, opened, told[0], {"answer": str(error)})
        return redirect(opened.url("done"))
    words: dict[str, object] = {
        "answered": words_of(told[0]["answer"]),
        "reason": told[0]["reason"],
        "files": _unsent(opened),
    }
    return page(request, opened, "check", words)


def done(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The number, what happens next and when, whom to ask."""
    if not opened.touch.answer:
        return redirect(opened.url("reminder"))
    told = files.of_owner(viewer=opened.viewer, owner=opened.owner)
    words: dict[str, object] = {
        "answered": words_of(opened.touch.answer),
        "files": [card for card in told if card.sealed_at is not None],
    }
    return page(request, opened, "done", words)


def dates(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The due dates for a telephone's calendar."""
    del request
    entries = dates_of(opened.touch, settings.PUBLIC_ADDRESS + opened.url("reminder"))
    if not entries:
        raise Http404
    response = HttpResponse(calendar(entries, opened.at), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reminder.ics"'
    return response


def paper(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The reminder as an issued document with its number, to be kept or printed; drawn now."""
    told = issued.listing(viewer=opened.viewer, owner=opened.owner, kind=REMINDER, rows_max=1)
    if not told:
        raise Http404
    terms, day = document_terms(), opened.at.date()
    try:
        file = pages.page_file(
            viewer=opened.viewer, document_id=told[0].id, form=PageFormat.PDF, terms=terms, on=day
        )
    except RenderError:
        log.exception("document %s", told[0].id)
        return page(request, opened, "no_paper", {"serial": told[0].serial})
    if file is None:
        raise Http404
    response = HttpResponse(file.body, content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name) or ""
    return response


def shown_file(request: HttpRequest, opened: Opened, number: int) -> FileResponse:
    """A file of the answer."""
    del request
    return shown(opened, opened.owner, number)
