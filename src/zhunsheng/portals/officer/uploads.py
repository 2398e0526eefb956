"""One table on its way: columns, dry run, errors, import, corrected rows, undo. Each state has its page."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhunsheng.core.contracts import Refusal
from zhunsheng.core.listing import Part
from zhunsheng.core.presets.columns import FieldGuide, lacking
from zhunsheng.core.presets.targets import Target
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.foundation.tabular.reading import read_table
from zhunsheng.foundation.uploads import actions, queries
from zhunsheng.foundation.uploads.lifecycle import TRANSITIONS, UploadState, UploadStepError
from zhunsheng.foundation.uploads.queries import UploadCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.importing import as_file, how_to_fill
from zhunsheng.portals.officer.importvalues import Group, chosen_in, groups_of, readings
from zhunsheng.portals.officer.listing import FORMS
from zhunsheng.portals.officer.words import TARGETS, UPLOADS
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import number_of_text
from zhunsheng.workflows import importing, mapping, returning, valuing
from zhunsheng.workflows.uploading import IMPORT, UNDO

PROBLEMS_A_PAGE, SAMPLE_ROWS, SUBJECTS_SHOWN, SAMPLE_CHARACTERS = 50, 3, 10, 16
REFRESH_SECONDS = "3"
Page = Callable[..., HttpResponse]


def of_upload(page: Page) -> Callable[..., HttpResponse]:
    """The upload of the address for those who may import and to whom it is open."""

    @with_power(IMPORT)
    @wraps(page)
    def answer(request: HttpRequest, acting: Acting, number: int, **named: object) -> HttpResponse:
        card = queries.upload(viewer=acting.viewer, upload_id=number)
        if card is None:
            raise Http404
        return page(request, acting, card, **named)

    return answer


@require_safe
@of_upload
def upload(request: HttpRequest, acting: Acting, card: UploadCard) -> HttpResponse:
    """The page of where it stands; while a worker is at it, the page asks again by itself."""
    if card.at_work:
        words = {**_common(card), "percent": min(100, 100 * card.done // max(1, card.rows))}
        response = render(request, "officer/imports/progress.html", words)
        response.headers["Refresh"] = REFRESH_SECONDS
        return response
    if card.state is UploadState.UPLOADED or "columns" in request.GET:
        return _columns_page(request, acting, card)
    return _told(request, acting, card)


def _common(card: UploadCard) -> dict[str, Any]:
    kind = open_library(settings.PACKS).contracts.get(card.kind)
    return {
        "here": "imports",
        "card": card,
        "state": UPLOADS[card.state],
        "target_words": TARGETS[card.target],
        "kind_zh": kind.name_zh if kind else "",
    }


def _told(request: HttpRequest, acting: Acting, card: UploadCard, problem: str = "") -> HttpResponse:
    """What became of its rows, and what can be done next."""
    before = request.GET.get("before", "")
    part = Part("id", False, before or request.GET.get("after", ""), bool(before), rows_max=PROBLEMS_A_PAGE)
    told = queries.problems(viewer=acting.viewer, upload_id=card.id, part=part)
    words = {
        **_common(card),
        "readings": readings(card.values, mapping.guides_for(Target(card.target), card.kind, card.base)),
        "problems": told.rows,
        "next": told.next,
        "previous": told.previous,
        "corrections": queries.corrections(viewer=acting.viewer, upload_id=card.id),
        "same": queries.same_file(viewer=acting.viewer, batch=card.batch, but=card.id),
        "steps": {after.value for after in TRANSITIONS[card.state]},
        "may_undo": UNDO in acting.actor.powers,
        "errors": {"content": problem} if problem else {},
    }
    return render(request, "officer/imports/told.html", words)


def _columns_page(
    request: HttpRequest, acting: Acting, card: UploadCard, errors: dict[str, str] | None = None
) -> HttpResponse:
    if UploadState.CHECKING not in TRANSITIONS[card.state]:
        raise Http404
    saved = number_of_text(request.POST.get("saved") or request.GET.get("saved", ""))
    told = mapping.proposal(acting.viewer, card, saved, acting.unit)
    guides = mapping.guides_for(Target(card.target), card.kind, told.base)
    chosen = _chosen(request, card, guides) if request.method == "POST" else told.columns
    rows = _sample(acting, card)
    words = {
        **_common(card),
        "fields": [
            (
                guide,
                how_to_fill(guide),
                chosen.get(guide.field.name, ""),
                (errors or {}).get(guide.field.name, ""),
            )
            for guide in guides
        ],
        "columns": [(name, _first(name, rows)) for name in card.header],
        "left": [name for name in card.header if name not in chosen.values()],
        "rows": [[row.cells.get(name, "") for name in card.header] for row in rows],
        "errors": errors or {},
        "as_of": request.POST.get("as_of") or (card.as_of.isoformat() if card.as_of else ""),
        "mappings": queries.mappings(
            viewer=acting.viewer, unit=acting.unit, target=card.target, kind=card.kind
        ),
        "saved": saved,
        "same": queries.same_file(viewer=acting.viewer, batch=card.batch, but=card.id),
    }
    return render(request, "officer/imports/columns.html", words)


def _sample(acting: Acting, card: UploadCard) -> list[Row]:
    with queries.table_of(viewer=acting.viewer, upload_id=card.id) as path:
        rows = read_table(path, encoding=card.encoding)
        return list(islice((row for row in rows if row.cells), SAMPLE_ROWS))


def _first(name: str, rows: list[Row]) -> str:
    told = next((row.cells[name] for row in rows if row.cells.get(name)), "")
    return told[:SAMPLE_CHARACTERS] + ("…" if len(told) > SAMPLE_CHARACTERS else "")


def _chosen(request: HttpRequest, card: UploadCard, guides: list[FieldGuide]) -> dict[str, str]:
    told = {guide.field.name: request.POST.get(f"field-{guide.field.name}", "") for guide in guides}
    return {field: name for field, name in told.items() if name in card.header}


@require_POST
@of_upload
def columns(request: HttpRequest, acting: Acting, card: UploadCard) -> HttpResponse:
    """Say which column feeds which field, then which value a strange text stands for; the dry run begins."""
    if UploadState.CHECKING not in TRANSITIONS[card.state]:
        raise Http404
    told = mapping.proposal(acting.viewer, card, number_of_text(request.POST.get("saved", "")), acting.unit)
    guides = mapping.guides_for(Target(card.target), card.kind, told.base)
    chosen, errors = _chosen(request, card, guides), {}
    for guide in lacking(chosen, guides):
        words = {"field": guide.field.name_zh}
        errors[guide.field.name] = _("%(field)s必须有一列对应") % words
    as_of = _day(request.POST.get("as_of", ""), errors)
    if errors or "again" in request.POST:
        return _columns_page(request, acting, card, errors)
    found = valuing.unread_of(acting.viewer, card, told.base, chosen)
    if found and "values" not in request.POST:
        return _values_page(request, card, groups_of(found, guides, told.values))
    picked = chosen_in(request.POST, found, guides)
    at, by, name = page_clock().now(), acting.actor, request.POST.get("name", "").strip()
    try:
        actions.map_columns(
            by=by,
            at=at,
            upload_id=card.id,
            grant=acting.grant,
            base=told.base,
            columns=chosen,
            as_of=as_of,
            values=valuing.with_chosen(told.values, found, picked, chosen),
        )
        if name:
            unit = acting.unit if request.POST.get("shared") else ""
            actions.save_mapping(by=by, at=at, upload_id=card.id, name=name, unit=unit)
    except UploadStepError as error:
        return _columns_page(request, acting, card, {"name": str(error)})
    return _back(card)


def _values_page(request: HttpRequest, card: UploadCard, groups: list[Group]) -> HttpResponse:
    """A choice for each text that no value answers; what was said of the columns goes along."""
    kept = [(name, value) for name, value in request.POST.items() if name.startswith("field-")]
    kept += [
        (name, request.POST[name]) for name in ("saved", "as_of", "name", "shared") if request.POST.get(name)
    ]
    return render(request, "officer/imports/values.html", {**_common(card), "groups": groups, "kept": kept})


def _day(text: str, errors: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        errors["as_of"] = _("日期读不出，请写成 2026-07-31 这样")
        return None


def _back(card: UploadCard) -> HttpResponse:
    return HttpResponseRedirect(reverse("imports:upload", args=[card.id]))


@require_POST
@of_upload
def take(request: HttpRequest, acting: Acting, card: UploadCard) -> HttpResponse:
    """Import what the dry run found good."""
    try:
        actions.ask(
            by=acting.actor,
            at=page_clock().now(),
            upload_id=card.id,
            grant=acting.grant,
            work=UploadState.TAKING,
        )
    except UploadStepError as error:
        return _told(request, acting, card, str(error))
    return _back(card)


@require_http_methods(["GET", "HEAD", "POST"])
@of_upload
def undo(request: HttpRequest, acting: Acting, card: UploadCard) -> HttpResponse:
    """What would be taken back; with a reason it is."""
    if card.state is not UploadState.TAKEN or UNDO not in acting.actor.powers:
        raise Http404
    reason, problem = request.POST.get("reason", "").strip(), ""
    if request.method == "POST" and reason:
        actions.ask(
            by=acting.actor,
            at=page_clock().now(),
            upload_id=card.id,
            grant=acting.grant,
            work=UploadState.UNDOING,
            why=reason,
        )
        return _back(card)
    if request.method == "POST":
        problem = _("请写明撤销的理由")
    batch = importing.open_batch(card.batch)
    told = signals.objects_of_batch(viewer=acting.viewer, key=batch)
    subjects = sorted({subject for subject, _kind, _thing in told})
    shown = subjects[:SUBJECTS_SHOWN]
    names = registry.names(viewer=acting.viewer, keys=set(shown))
    contracts = open_library(settings.PACKS).contracts.kinds
    counts = Counter(kind for _subject, kind, _thing in told)
    words = {
        **_common(card),
        "subjects": [(key, names.get(key, key)) for key in shown],
        "subjects_total": len(subjects),
        "counts": [(contracts[k].name_zh if k in contracts else k, n) for k, n in counts.most_common()],
        "errors": {"reason": problem} if problem else {},
    }
    return render(request, "officer/imports/undo.html", words)


@require_POST
@of_upload
def drop(request: HttpRequest, acting: Acting, card: UploadCard) -> HttpResponse:
    """Put a file away that was not imported."""
    try:
        actions.drop(by=acting.actor, at=page_clock().now(), upload_id=card.id)
    except UploadStepError as error:
        return _told(request, acting, card, str(error))
    return HttpResponseRedirect(reverse("imports:history"))


@require_safe
@of_upload
def returned(request: HttpRequest, acting: Acting, card: UploadCard, name: str, form: str) -> HttpResponse:
    """The same file with a column of errors: every row, or those alone that were refused."""
    if name not in {"all", "refused"} or form not in FORMS or card.at_work:
        raise Http404
    told = queries.problems_of_rows(viewer=acting.viewer, upload_id=card.id)
    wrong = {n: [Refusal(p.field, p.reason, p.cure) for p in found] for n, found in told.items()}
    with (
        queries.table_of(viewer=acting.viewer, upload_id=card.id) as source,
        tempfile.TemporaryDirectory() as folder,
    ):
        path, rows = Path(folder) / f"returned.{form}", read_table(source, encoding=card.encoding)
        returning.write_returned(path, card.header, rows, wrong, all_rows=name == "all")
        content = path.read_bytes()
    stem = Path(card.name).stem
    told_name = _("%(name)s-全部标注") if name == "all" else _("%(name)s-退回的行")
    return as_file(content, f"{told_name % {'name': stem}}.{form}", form)


@require_POST
@with_power(IMPORT)
def forget(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Forget an own mapping."""
    if not actions.forget_mapping(by=acting.actor, at=page_clock().now(), mapping_id=number):
        raise Http404
    return HttpResponseRedirect(reverse("imports:history"))
