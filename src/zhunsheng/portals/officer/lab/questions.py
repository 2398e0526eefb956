"""The question to the lab: version, change, period, part of the register; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhunsheng.core.clock import SHANGHAI, day_end, day_start, moment
from zhunsheng.core.packs.lines import Named, lines_of
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.engine.library import open_library
from zhunsheng.engine.packfiles import FILE_BYTES_MAX, read_text
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.lab import actions
from zhunsheng.judging.lab.lifecycle import LabStepError
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.rules import versions_of
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.asking import VALUES_MAX, Question, ask
from zhunsheng.workflows.counting import bands_of
from zhunsheng.workflows.keeping import documents_of
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.sweeping import Sweep

FIELDS = ("base", "against", "point", "place", "values", "from", "to", "known_at", "division", "industry")
CHOSEN = ("size", "class")
FILES_MAX, VALUE_MAX = 20, 10**9
Errors = dict[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(actions.REPLAY)
def new(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The form; choosing a point by its button shows the point's lines, which needs no script."""
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "").replace("\0", "").strip()[:200] for name in FIELDS}
    chosen = {name: given.getlist(name) for name in CHOSEN}
    errors: Errors = {}
    if request.method == "POST" and "look" not in given:
        question = _question(request, typed, chosen, errors)
        if question is not None and not errors:
            number = _asked(acting, question, errors)
            if number:
                return HttpResponseRedirect(reverse("lab:run", args=[number]))
    versions, today = versions_of(acting.viewer), page_clock().now().date()
    typed["from"] = typed["from"] or (today.replace(day=1) - timedelta(days=1)).replace(day=1).isoformat()
    typed["to"] = typed["to"] or (today.replace(day=1) - timedelta(days=1)).isoformat()
    base = typed["base"] if typed["base"] in versions else next(iter(versions))
    documents = documents_of(base)
    words = {
        "here": "lab",
        "typed": typed,
        "chosen": chosen,
        "errors": errors,
        "versions": versions.values(),
        "base": base,
        "points": [(p["id"], p["name_zh"]) for _name, d in documents for p in d.get("points", ())],
        "lines": _lines(documents, typed["point"]),
        "sizes": _sizes(),
        "classes": _classes(),
        "values_max": VALUES_MAX,
    }
    return render(request, "officer/lab/new.html", words, status=400 if errors else 200)


def _sizes() -> list[str]:
    policy = open_library(settings.PACKS).policy("zhunsheng.report-policy/1")
    return [words for _below, words in bands_of(policy["staff"])]


def _classes() -> list[str]:
    return [cut.name for cut in rules_at(page_clock().now()).pack.models[0].cut_offs]


def _lines(documents: list[Named], point: str) -> list[tuple[str, int]]:
    try:
        return list(lines_of(documents, point).items()) if point else []
    except PackError:
        return []


def _asked(acting: Acting, question: Question, errors: Errors) -> int:
    try:
        return ask(acting.actor, page_clock().now(), acting.viewer, acting.grant, question)
    except PackError as error:
        errors["file" if question.fresh else "place"] = str(error)
    except LabStepError as error:
        errors["from"] = str(error)
    return 0


def _question(
    request: HttpRequest, typed: dict[str, str], chosen: dict[str, list[str]], errors: Errors
) -> Question | None:
    now = page_clock().now()
    start, end, known_at = (_instant(typed, name, errors) for name in ("from", "to", "known_at"))
    codes = {name: _codes(typed, name, errors) for name in ("division", "industry")}
    try:
        fresh = list(_uploaded(request))
    except PackError as error:
        errors["file"], fresh = str(error), []
    line = _line(typed, errors)
    if start is None or end is None:
        for name in ("from", "to"):
            if not typed[name]:
                errors[name] = _("请填写日期")
        return None
    narrowed = Selection(
        divisions=codes["division"],
        industries=codes["industry"],
        sizes=tuple(size for size in chosen["size"] if size in _sizes()),
        classes=tuple(name for name in chosen["class"] if name in _classes()),
    )
    period = (start, min(end, now))
    return Question(period, known_at or now, typed["base"], fresh, line, typed["against"], narrowed)


def _instant(typed: dict[str, str], name: str, errors: Errors) -> datetime | None:
    """A day means its beginning for `from`, else its end; a time is taken as it is."""
    text = typed[name]
    if not text:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return moment(day_start(day) if name == "from" else day_end(day))
        told = datetime.fromisoformat(text)
    except ValueError:
        errors[name] = _("时间读不出，请写成 2026-07-31 或 2026-07-31T15:00")
        return None
    return told if told.tzinfo else told.replace(tzinfo=SHANGHAI)


def _codes(typed: dict[str, str], name: str, errors: Errors) -> tuple[str, ...]:
    told = typed[name].replace("，", " ").replace("、", " ").replace(",", " ").split()
    if not all(code.isascii() and code.isalnum() for code in told):
        errors[name] = _("请写代码或其开头，用空格隔开")
    return tuple(told)


def _uploaded(request: HttpRequest) -> Iterator[Named]:
    for file in request.FILES.getlist("file")[:FILES_MAX]:
        name, content = str(file.name)[:100], file.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            raise PackError(name, _("文件超过 %(bytes)d 字节") % {"bytes": FILE_BYTES_MAX})
        try:
            yield from read_text(name, content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise PackError(name, _("请把文件另存为 UTF-8 编码")) from error


def _line(typed: dict[str, str], errors: Errors) -> Sweep | None:
    if not typed["values"]:
        return None
    first, colon, last = typed["values"].replace("，", ",").replace("：", ":").partition(":")
    try:
        parts = [int(part) for part in ([first, last] if colon else first.split(","))]
        told = range(parts[0], parts[1] + 1) if colon else parts
        values = tuple(sorted(set(told[: VALUES_MAX + 1])))
    except ValueError:
        values = ()
    if not values or max(map(abs, values)) > VALUE_MAX:
        errors["values"] = _("写一个数，或写成 2:6、3,5,8")
    if not typed["point"] or not typed["place"]:
        errors["place"] = _("请选择触发点和它的一个数")
    return Sweep(typed["point"], typed["place"], values)
