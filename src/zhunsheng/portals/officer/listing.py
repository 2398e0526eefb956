"""Every list's page, and what one may do with any list: choose columns, keep a view, take it as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.desk import actions as desk
from zhunsheng.foundation.desk import queries as kept
from zhunsheng.foundation.tabular.writing import write_table
from zhunsheng.portals.officer.batches import BATCHES
from zhunsheng.portals.officer.door import at_work, with_power
from zhunsheng.portals.officer.lists import LISTS
from zhunsheng.web.clock import page_clock
from zhunsheng.web.lists import ListDefinition, shown

FORMS = ("xlsx", "csv")
EXPORT_ROWS_MAX = 20_000
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
View = Callable[..., HttpResponse]
PAGES = {
    "touches": "officer:board",
    "subjects": "officer:subjects",
    "tasks": "officer:tasks",
    "messages": "officer:messages",
    "files": "evidence:files",
    "audit": "officer:audit",
    "imports": "imports:history",
    "people": "org:people",
    "grants": "org:review",
    "laws": "laws:index",
    "mandates": "mandates:index",
    "classed": "reports:rows",
    "documents": "officer:documents",
    "objections": "officer:objections",
    "alarms": "officer:alarms",
}


def page_of(name: str, query: str = "") -> str:
    """The address of a list with what is chosen in it."""
    return reverse(PAGES[name]) + (f"?{query}" if query else "")


def list_page(
    definition: ListDefinition[Any],
    here: str,
    template: str = "officer/list.html",
    more: Callable[[Viewer], Mapping[str, object]] = lambda _viewer: {},
) -> View:
    """The page of a list; `more`: what else its template says."""

    @require_safe
    @with_power(definition.power)
    def page(request: HttpRequest, acting: Acting) -> HttpResponse:
        viewer = acting.viewer
        columns = kept.columns(viewer=viewer, list_name=definition.key)
        batch = BATCHES.get(definition.key)
        words = {
            "here": here,
            "list": shown(definition.asked(request.GET), viewer, columns),
            "views": [
                (view, page_of(definition.key, view.query))
                for view in kept.views(viewer=viewer, unit=acting.unit, list_name=definition.key)
            ],
            "page": page_of(definition.key),
            "rows_max": EXPORT_ROWS_MAX,
            "text": request.GET.get("q", ""),
            "powers": acting.actor.powers,
            "acts": batch.acts.items() if batch and batch.power in acting.actor.powers else (),
        }
        return render(request, template, {**words, **more(viewer)})

    return page


def _of_list(view: View) -> View:
    """The definition of the list named in the address, for those who may open it."""

    @require_POST
    @at_work
    def answer(request: HttpRequest, acting: Acting, name: str) -> HttpResponse:
        definition = LISTS.get(name)
        if definition is None or definition.power not in acting.actor.powers:
            raise Http404
        return view(request, acting, definition)

    return answer


@_of_list
def choose_columns(request: HttpRequest, acting: Acting, definition: ListDefinition[Any]) -> HttpResponse:
    """Which columns, in which order: a number beside each, 0 or nothing for those not wanted."""
    places = []
    for column in definition.columns:
        told = request.POST.get(f"column-{column.key}", "")
        if told.isascii() and told.isdigit() and int(told[:4]) > 0:
            places.append((int(told[:4]), column.key))
    usual = "usual" in request.POST
    desk.choose_columns(
        by=acting.actor,
        at=page_clock().now(),
        list_name=definition.key,
        columns=[] if usual else [key for _place, key in sorted(places)],
    )
    return _back(request, definition)


@_of_list
def save_view(request: HttpRequest, acting: Acting, definition: ListDefinition[Any]) -> HttpResponse:
    """Keep what is chosen under a name."""
    asked = _asked(request, definition)
    try:
        desk.save_view(
            by=acting.actor,
            at=page_clock().now(),
            list_name=definition.key,
            name=request.POST.get("name", ""),
            query=asked.query(),
            unit=acting.unit if request.POST.get("shared") else "",
            seen=asked.newest(acting.viewer) if definition.grows and request.POST.get("watched") else None,
        )
    except desk.ViewError as error:
        words = {"title": _("视图没有保存"), "words": str(error)}
        return render(request, "officer/told.html", {**words, "back": _back_address(request, definition)})
    return _back(request, definition)


@require_POST
@at_work
def remove_view(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Forget an own view."""
    views = {view.id: view for view in kept.views(viewer=acting.viewer, unit=acting.unit)}
    if number not in views or not desk.remove_view(by=acting.actor, at=page_clock().now(), view_id=number):
        raise Http404
    return HttpResponseRedirect(page_of(views[number].list_name))


@require_POST
@at_work
def look_at_view(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Open a watched view: what it shows now is seen."""
    views = {view.id: view for view in kept.views(viewer=acting.viewer, unit=acting.unit) if view.own}
    if number not in views:
        raise Http404
    view = views[number]
    newest = LISTS[view.list_name].asked(QueryDict(view.query)).newest(acting.viewer)
    desk.look_at_view(by=acting.actor, at=page_clock().now(), view_id=number, seen=newest)
    return HttpResponseRedirect(page_of(view.list_name, view.query))


@_of_list
def export(request: HttpRequest, acting: Acting, definition: ListDefinition[Any]) -> HttpResponse:
    """The list as it is on the screen, every page of it: same columns, same filters, and who took it."""
    form = request.POST.get("form", "")
    if form not in FORMS:
        raise Http404
    at, viewer, asked = page_clock().now(), acting.viewer, _asked(request, definition)
    columns = definition.chosen_columns(kept.columns(viewer=viewer, list_name=definition.key))
    rows = list(asked.all_rows(viewer, EXPORT_ROWS_MAX + 1))
    cut = len(rows) > EXPORT_ROWS_MAX
    told = {"unit": acting.unit_name, "name": acting.name, "person": acting.person}
    notes = [
        _("%(bureau)s 内部资料，不得对外提供") % {"bureau": settings.BUREAU_NAME},
        _("导出：%(unit)s %(name)s（%(person)s） %(at)s") % {**told, "at": f"{localtime(at):%Y-%m-%d %H:%M}"},
        "；".join([str(definition.title), *asked.said()]),
        _("只列前 %(n)d 条，请缩小筛选范围后再导出其余") % {"n": EXPORT_ROWS_MAX}
        if cut
        else _("共 %(n)d 条") % {"n": len(rows)},
    ]
    kept_rows = rows[:EXPORT_ROWS_MAX]
    desk.note_export(
        by=acting.actor, at=at, list_name=definition.key, said=asked.said(), rows=len(kept_rows), form=form
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{form}"
        cells = ([str(column.text(row)) for column in columns] for row in kept_rows)
        write_table(path, [str(column.label) for column in columns], cells, notes=notes)
        name = f"{definition.title}-{localtime(at):%Y%m%d-%H%M}.{form}"
        content = path.read_bytes()
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(
        content, content_type=CONTENT_TYPES[form], headers={"Content-Disposition": disposition}
    )


def _asked(request: HttpRequest, definition: ListDefinition[Any]) -> Any:
    return definition.asked(QueryDict(request.POST.get("query", "")[:1_000]))


def _back_address(request: HttpRequest, definition: ListDefinition[Any]) -> str:
    return page_of(definition.key, _asked(request, definition).query())


def _back(request: HttpRequest, definition: ListDefinition[Any]) -> HttpResponse:
    return HttpResponseRedirect(_back_address(request, definition))
