"""One act on many rows: chosen in a list, looked over, done, and undone where there is a way back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.desk import actions as desk
from zhunsheng.foundation.desk import queries as kept
from zhunsheng.foundation.desk.queries import BatchCard
from zhunsheng.portals.officer.batches import BY_NAME, KINDS
from zhunsheng.portals.officer.batches.batch import Batch, BatchError
from zhunsheng.portals.officer.door import at_work
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import problems_of, shown, values_of

ROWS_MAX, DIGITS_MAX = 50, 18


def _ids(request: HttpRequest) -> tuple[int, ...]:
    told = [text for text in request.POST.getlist("row") if text.isascii() and text.isdigit()]
    return tuple(int(text) for text in told[:ROWS_MAX] if len(text) <= DIGITS_MAX)


@require_POST
@at_work
def preview(request: HttpRequest, acting: Acting) -> HttpResponse:
    """What will happen to which rows; with `confirm` it does."""
    kind, act = KINDS.get(request.POST.get("list", "tasks")), request.POST.get("act", "")
    if kind is None or act not in kind.acts or kind.power not in acting.actor.powers:
        raise Http404
    ids = _ids(request)
    rows = kind.rows(acting, ids) if ids else []
    fit = [row for row in rows if kind.fits(act, row, acting)]
    fields, errors = kind.fields(act, acting), dict[str, str]()
    values = values_of(fields, request.POST)
    if request.POST.get("confirm"):
        errors = problems_of(fields, values)
        if not errors:
            try:
                return _do(acting, kind, act, fit, values)
            except BatchError as error:
                errors = {"content": str(error)}
    words = {
        "here": kind.here,
        "kind": kind,
        "list": request.POST.get("list", "tasks"),
        "act": act,
        "act_words": kind.acts[act],
        "rows": [kind.cells(row) for row in fit],
        "consequence": kind.consequence[act],
        "left_out": len(rows) - len(fit),
        "fields": shown(fields, values, errors),
        "errors": errors,
        "back": reverse(kind.back),
    }
    return render(request, "officer/batch.html", words)


def _do(acting: Acting, kind: Batch, act: str, rows: list[Any], told: dict[str, str]) -> HttpResponse:
    at = page_clock().now()
    if not rows:
        raise BatchError(_("没有选中可办的"))
    with transaction.atomic():
        moved = kind.do(act, rows, told, acting, at)
        number = desk.note_batch(by=acting.actor, at=at, list_name=kind.name, act=act, rows=moved)
    return HttpResponseRedirect(reverse("officer:batch-done", args=[number]))


def _own(acting: Acting, number: int) -> tuple[BatchCard, Batch]:
    batch = kept.batch(viewer=acting.viewer, batch_id=number)
    kind = BY_NAME.get(batch.list_name) if batch else None
    if batch is None or kind is None or kind.power not in acting.actor.powers:
        raise Http404
    return batch, kind


@require_safe
@at_work
def done(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """What an own batch did, and the way back if there is one."""
    batch, kind = _own(acting, number)
    words = {
        "here": kind.here,
        "batch": batch,
        "kind": kind,
        "act_words": kind.acts.get(batch.act, batch.act),
        "undoable": batch.act in kind.undoable,
        "back": reverse(kind.back),
    }
    return render(request, "officer/batch_done.html", words)


@require_POST
@at_work
def undo(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Put every row back that is still where the batch put it; 404 for an act that cannot be undone."""
    batch, kind = _own(acting, number)
    if batch.act not in kind.undoable:
        raise Http404
    at = page_clock().now()
    with transaction.atomic():
        moved = desk.take_batch_back(by=acting.actor, at=at, batch_id=number)
        if not moved:
            raise Http404
        kind.put_back(moved, acting, at)
    return HttpResponseRedirect(reverse("officer:batch-done", args=[number]))
