"""A table is brought: which kind, its template with notes, and the file itself."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhunsheng.core.contracts import FieldType
from zhunsheng.core.presets.columns import FieldGuide, template_header
from zhunsheng.core.presets.targets import Target
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.attachments.sniffing import FILE_BYTES_MAX, AttachmentError
from zhunsheng.foundation.tabular.limits import TableRefusedError
from zhunsheng.foundation.tabular.writing import TemplateColumn, write_template
from zhunsheng.foundation.uploads import queries as uploads
from zhunsheng.foundation.uploads.actions import NewUpload
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.listing import CONTENT_TYPES, FORMS
from zhunsheng.portals.officer.words import TARGETS
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import mapping
from zhunsheng.workflows.handing_in import PAGE, hand_in
from zhunsheng.workflows.uploading import IMPORT

ENCODINGS = ("utf-8", "gb18030", "utf-16")
SHORT_WORDS_MAX = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A field as a template and a page explain it."""

    column: str
    required: bool
    how: str
    words: tuple[str, ...]


def lines_of(guides: list[FieldGuide]) -> list[Line]:
    """One line for each column of a template."""
    return [Line(g.name, g.field.required, how_to_fill(g), g.words) for g in template_header(guides)]


def how_to_fill(guide: FieldGuide) -> str:
    """What to write in a column, in a sentence."""
    if guide.field.name == "subject":
        return _("18 位统一社会信用代码，或系统给出的主体编号")
    if guide.words:
        return _("选填其中之一：%(words)s") % {"words": "、".join(guide.words[:SHORT_WORDS_MAX])}
    if guide.looked_up:
        return _("代码或名称，按当日有效的代码表核对")
    told = {
        FieldType.DATE: _("日期，如 2026-07-31"),
        FieldType.MONEY_FEN: _("金额，可带单位，如 120.5万元"),
        FieldType.INTEGER: _("整数"),
        FieldType.INSTANT: _("整数"),
        FieldType.FLAG: _("是 或 否"),
    }
    return told.get(guide.field.type, _("文字"))


def _target(name: str) -> Target:
    if name not in {target.value for target in Target}:
        raise Http404
    return Target(name)


def _kind(request: HttpRequest, target: Target) -> str:
    """The kind of facts that the address or the form names; '' for registers, and while none is chosen."""
    told = request.POST.get("kind") or request.GET.get("kind", "")
    if target is not Target.SIGNALS:
        return ""
    return told if told in {contract.kind for contract in mapping.kinds()} else ""


@require_safe
@with_power(IMPORT)
def kinds(request: HttpRequest, acting: Acting) -> HttpResponse:
    """What can be imported."""
    return render(request, "officer/imports/kinds.html", {"here": "imports", "targets": TARGETS.items()})


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(IMPORT)
def start(request: HttpRequest, acting: Acting, name: str) -> HttpResponse:
    """The template of a kind with its notes, and the form that takes the file."""
    target = _target(name)
    kind = _kind(request, target)
    problem = _receive(request, acting, target, kind) if request.method == "POST" else ""
    if isinstance(problem, HttpResponse):
        return problem
    corrected = _corrected(request, acting)
    words = {
        "here": "imports",
        "target": name,
        "target_words": TARGETS[name],
        "kind": kind,
        "kinds": mapping.kinds() if target is Target.SIGNALS else (),
        "lines": lines_of(mapping.guides_for(target, kind)) if kind or target is not Target.SIGNALS else (),
        "errors": {"file": problem} if problem else {},
        "encodings": ENCODINGS,
        "megabytes_max": FILE_BYTES_MAX // 1024 // 1024,
        "rows_max": PAGE.rows,
        "corrects": corrected,
    }
    return render(request, "officer/imports/start.html", words)


def _corrected(request: HttpRequest, acting: Acting) -> int | None:
    """The upload whose refused rows are brought again, if the form names one that is open."""
    told = request.POST.get("corrects") or request.GET.get("corrects", "")
    if not (told.isascii() and told.isdigit() and len(told) < 19):
        return None
    card = uploads.upload(viewer=acting.viewer, upload_id=int(told))
    return card.id if card else None


def _receive(request: HttpRequest, acting: Acting, target: Target, kind: str) -> HttpResponse | str:
    """The page of the new upload, or what is wrong with the file."""
    file, encoding = request.FILES.get("file"), request.POST.get("encoding", "")
    if target is Target.SIGNALS and not kind:
        return _("请先选择信号的种类")
    if file is None:
        return _("请选择一个文件")
    new = NewUpload(
        acting.unit,
        acting.grant,
        target.value,
        kind,
        Path(file.name or "").name,
        "",
        (),
        0,
        encoding if encoding in ENCODINGS else "",
        _corrected(request, acting),
    )
    try:
        content = file.read(FILE_BYTES_MAX + 1)
        number = hand_in(by=acting.actor, at=page_clock().now(), new=new, content=content)
    except (AttachmentError, TableRefusedError) as error:
        return f"{new.name}：{error}"
    return HttpResponseRedirect(reverse("imports:upload", args=[number]))


@require_safe
@with_power(IMPORT)
def template(request: HttpRequest, acting: Acting, name: str, form: str) -> HttpResponse:
    """The empty table, with notes and lists to choose from where the format has them."""
    target = _target(name)
    kind = _kind(request, target)
    if form not in FORMS or (target is Target.SIGNALS and not kind):
        raise Http404
    lines = lines_of(mapping.guides_for(target, kind))
    columns = [TemplateColumn(one.column, _note(one), one.words) for one in lines]
    guide = [(_("列"), _("必填"), _("怎样填写"), _("可填的词"))]
    guide += [(one.column, _required(one), one.how, "、".join(one.words)) for one in lines]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"template.{form}"
        write_template(path, columns, guide)
        content = path.read_bytes()
    title = next((c.name_zh for c in mapping.kinds() if c.kind == kind), str(TARGETS[name]))
    told = _("导入模板-%(title)s.%(form)s") % {"title": title, "form": form}
    return as_file(content, told, form)


def _required(line: Line) -> str:
    return _("必填") if line.required else _("选填")


def _note(line: Line) -> str:
    return f"{_required(line)}。{line.how}"


def as_file(content: bytes, name: str, form: str) -> HttpResponse:
    """A file to be kept."""
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""}
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers=headers)
