"""`zhunsheng documents`: official documents from draft to issue, their numbers, their pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path

import click
import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.papers import SET, VALUES, refusals, values_of, writer
from zhunsheng.cli.people import BY, anywhere, officer
from zhunsheng.cli.people import subject as about
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.documents.checking import check_catalogue
from zhunsheng.core.documents.composing import lines_of
from zhunsheng.core.packs.findings import Severity
from zhunsheng.engine.documentfiles import open_catalogue
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.documents.actions import drafting, issuing
from zhunsheng.foundation.documents.queries import documents, pages, registers
from zhunsheng.foundation.documents.queries.pages import PageFormat
from zhunsheng.workflows import drafting as story
from zhunsheng.workflows.terms import document_terms

DRAFT, REVIEW, ISSUE = "document.draft", "document.review", "document.issue"

VIEWER = Viewer.bureau("documents")
CARD = {
    "id": _("编号"),
    "kind": _("种类"),
    "title": _("名称"),
    "serial": _("文号"),
    "state": _("状态"),
    "owner": _("所属事项"),
    "recipient": _("当事人"),
    "content_hash": _("内容的 SHA-256"),
}


@click.group(help=_("文书：起草、审核、签发，文号登记，PDF 与 Word；送达见 zhunsheng service。"))
def command() -> None:
    """Documents: templates, drafts, numbers, pages."""


def _today() -> dt.date:
    return day_of(instant(now()))


def _told(out: Output, number: int) -> None:
    """One document in a line, and its record."""
    file = documents.document(viewer=VIEWER, document_id=number)
    if file is None:
        raise CannotRunError(_("没有文书 %(id)s") % {"id": number})
    card = file.card
    out.line(f"{card.id}  {card.state}  {card.serial or _('（未编号）')}  {card.title}  {card.recipient}")
    if file.lacking and card.state == "DRAFT":
        out.line(_("还缺：%(names)s") % {"names": "、".join(file.lacking)})
    out.result({key: getattr(card, key) for key in CARD})


@command.command(help=_("核对文书模板：未知字段、缺少样例、不能成文；有 ERROR 时退出码为 1。"))
@reporting(
    {"ok": _("没有 ERROR 为真"), "findings": _("每项：severity、check、path、text_zh、cure_zh")},
    database=False,
)
def check(out: Output) -> ExitCode:
    """Prove the catalogue."""
    with refusals():
        catalogue = open_catalogue(settings.PACKS)
    found = check_catalogue(catalogue, set(open_library(settings.PACKS).clocks.book.rows))
    for finding in found:
        out.line(f"{finding.severity:7} {finding.check} {finding.path}: {finding.text_zh}")
        out.line(f"        → {finding.cure_zh}")
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    out.line(_("文书 %(all)d 种，错误 %(errors)d 项") % {"all": len(catalogue.templates), "errors": errors})
    out.result({"ok": not errors, "findings": [asdict(finding) for finding in found]})
    return ExitCode.FOUND if errors else ExitCode.OK


@command.command(help=_("列出文书种类与字段；没有正文的由本局填写。"))
@click.argument("kind", required=False)
@reporting(
    {
        "id": _("种类"),
        "name": _("名称"),
        "group": _("类别"),
        "serial": _("文号中的类型"),
        "worded": _("有正文为真"),
        "fields": _("字段：name、type、name_zh、required"),
    },
)
def kinds(out: Output, kind: str | None) -> None:
    """All kinds, or one with its fields."""
    with refusals():
        terms, today = document_terms(), _today()
        told = [terms.template(kind, today)] if kind else terms.templates(today)
    for one in told:
        mark = "" if one.worded else _("（无正文）")
        out.line(f"{one.group:10} {one.id:24} {one.name_zh}{mark}")
        for field in one.fields.values() if kind else ():
            need = _("必填") if field.required else _("可空")
            out.line(f"    {field.name:16} {field.type.value:8} {field.name_zh}（{need}）")
    out.records(
        {
            "id": one.id,
            "name": one.name_zh,
            "group": one.group,
            "serial": one.serial,
            "worded": one.worded,
            "fields": [
                {"name": f.name, "type": f.type.value, "name_zh": f.name_zh, "required": f.required}
                for f in one.fields.values()
            ],
        }
        for one in told
    )


@command.command(help=_("打印一种文书的样例值（YAML），改写后用于起草。"))
@click.argument("kind")
@reporting({"values": _("样例值")})
def sample(out: Output, kind: str) -> None:
    """A file to begin with."""
    with refusals():
        values = dict(document_terms().template(kind, _today()).sample)
    out.line(yaml.safe_dump(values, allow_unicode=True, sort_keys=False).rstrip())
    out.result({"values": {name: _plain(value) for name, value in values.items()}})


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


@command.command(help=_("起草一份文书：种类、统一社会信用代码、字段值。"))
@click.argument("kind")
@click.argument("subject")
@VALUES
@SET
@click.option("--owner", default="", help=_("所属事项，如 touch:12；默认为该主体。"))
@click.option("--acted-on", type=Instant(), help=_("行为发生之日：条文取当日有效的文本；默认今天。"))
@click.option("--corrects", type=int, help=_("更正哪一份文书（编号）。"))
@BY
@reporting(CARD)
def draft(
    out: Output,
    kind: str,
    subject: str,
    file: Path | None,
    pairs: tuple[str, ...],
    owner: str,
    acted_on: dt.datetime | None,
    corrects: int | None,
    by: str,
) -> None:
    """A draft with its clauses picked from the law base."""
    with refusals():
        number = story.begin(
            by=officer(by, DRAFT, about(subject, unknown=anywhere)),
            at=now(),
            kind=kind,
            subject=subject,
            owner=owner or f"subject:{subject}",
            values=values_of(file, pairs),
            acted_on=day_of(instant(acted_on)) if acted_on else None,
            corrects=corrects,
        )
    _told(out, number)


@command.command(help=_("修改草稿：给出全部字段值；原稿保留，可以比较。"))
@click.argument("number", type=int)
@VALUES
@SET
@BY
@reporting(CARD)
def revise(out: Output, number: int, file: Path | None, pairs: tuple[str, ...], by: str) -> None:
    """Values on the line change single fields, a file gives them all."""
    found = documents.document(viewer=VIEWER, document_id=number)
    known = dict(found.values) if found is not None and file is None else {}
    person = writer(by, DRAFT, number)
    with refusals():
        story.again(
            by=person,
            at=now(),
            document_id=number,
            values=known | values_of(file, pairs),
        )
    _told(out, number)


@command.command(help=_("比较两稿：逐个字段。"))
@click.argument("number", type=int)
@click.argument("old", type=int)
@click.argument("new", type=int)
@reporting({"field": _("字段"), "before": _("原稿"), "after": _("新稿")})
def compare(out: Output, number: int, old: int, new: int) -> None:
    """What differs between two revisions."""
    told = documents.changes(viewer=VIEWER, document_id=number, old=old, new=new)
    for change in told:
        out.line(change.field)
        for line in change.lines():
            out.line(f"    {line}")
    out.records(asdict(change) for change in told)


@command.command(help=_("送审。"))
@click.argument("number", type=int)
@BY
@reporting(CARD)
def submit(out: Output, number: int, by: str) -> None:
    """Hand over to a second person."""
    person = writer(by, DRAFT, number)
    with refusals():
        drafting.submit(by=person, at=now(), document_id=number, terms=document_terms())
    _told(out, number)


@command.command(help=_("审核：默认通过；写 --back 与理由则退回。"))
@click.argument("number", type=int)
@click.option("--back", default="", help=_("退回的理由。"))
@BY
@reporting(CARD)
def review(out: Output, number: int, back: str, by: str) -> None:
    """Another than the authors approves or sends back."""
    person = writer(by, REVIEW, number)
    with refusals():
        drafting.review(
            by=person,
            at=now(),
            document_id=number,
            approve=not back,
            text=back,
        )
    _told(out, number)


@command.command(help=_("签发：编文号、固定内容；此后只能更正，不能修改。"))
@click.argument("number", type=int)
@BY
@reporting(CARD)
def issue(out: Output, number: int, by: str) -> None:
    """Number, hash, fixed."""
    person = writer(by, ISSUE, number)
    with refusals():
        issuing.issue(by=person, at=now(), document_id=number, terms=document_terms())
    _told(out, number)


@command.command(help=_("作废已签发、未送达的文书；文号保留。"))
@click.argument("number", type=int)
@click.option("--why", required=True, help=_("理由。"))
@BY
@reporting(CARD)
def cancel(out: Output, number: int, why: str, by: str) -> None:
    """The number stays in sight."""
    person = writer(by, ISSUE, number)
    with refusals():
        issuing.cancel(
            by=person,
            at=now(),
            document_id=number,
            text=why,
            terms=document_terms(),
        )
    _told(out, number)


@command.command("list", help=_("列出文书，最新的在前。"))
@click.option("--state", "states", multiple=True, help=_("只看某些状态。"))
@click.option("--owner", default="", help=_("只看某一事项。"))
@reporting(CARD)
def list_(out: Output, states: tuple[str, ...], owner: str) -> None:
    """Newest first."""
    told = documents.listing(viewer=VIEWER, states=states, owner=owner)
    out.table(
        (_("编号"), _("状态"), _("文号"), _("名称"), _("当事人")),
        [(c.id, c.state, c.serial, c.title, c.recipient) for c in told],
    )
    out.records({key: getattr(card, key) for key in CARD} for card in told)


@command.command(help=_("查看一份文书：全文、经过、送达；内容与摘要不符时退出码为 1。"))
@click.argument("number", type=int)
@reporting({**CARD, "intact": _("内容与签发时的摘要一致为真"), "lines": _("全文"), "steps": _("经过")})
def show(out: Output, number: int) -> ExitCode:
    """The text and its history."""
    file = documents.document(viewer=VIEWER, document_id=number)
    if file is None:
        raise CannotRunError(_("没有文书 %(id)s") % {"id": number})
    with refusals():
        content = documents.content(viewer=VIEWER, document_id=number, terms=document_terms(), on=_today())
    lines = lines_of(content or {"title": "", "serial": "", "blocks": []})
    steps = [f"{s.at:%Y-%m-%d %H:%M} {s.kind} {s.by_name} {s.note}" for s in file.steps]
    for line in (*lines, "", *steps):
        out.line(line)
    answer = {key: getattr(file.card, key) for key in CARD}
    out.result({**answer, "intact": file.intact, "lines": lines, "steps": steps})
    return ExitCode.OK if file.intact else ExitCode.FOUND


@command.command(help=_("写成 PDF（PDF/A-2b）或 Word 文件，按文件名的后缀。"))
@click.argument("number", type=int)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help=_("写到此文件。"))
@reporting({"file": _("文件"), "bytes": _("字节数")})
def file(out: Output, number: int, to: Path) -> None:
    """Drawn now from the content."""
    try:
        form = PageFormat(to.suffix.lstrip(".").lower())
    except ValueError:
        raise click.UsageError(_("文件名以 .pdf 或 .docx 结尾")) from None
    with refusals():
        told = pages.page_file(
            viewer=VIEWER, document_id=number, form=form, terms=document_terms(), on=_today()
        )
    if told is None:
        raise CannotRunError(_("没有文书 %(id)s") % {"id": number})
    to.write_bytes(told.body)
    out.line(_("已写入 %(file)s，%(bytes)d 字节") % {"file": to, "bytes": len(told.body)})
    out.result({"file": str(to), "bytes": len(told.body)})


@command.command(help=_("文号登记簿：机关、年份、类型；作废的在列，断号时退出码为 1。"))
@click.argument("organ")
@click.argument("year", type=int)
@click.argument("type_", metavar="TYPE")
@reporting(
    {
        "last": _("最后一号"),
        "numbers": _("逐号：number、serial、title、state、recipient"),
        "missing": _("断号"),
    }
)
def numbers(out: Output, organ: str, year: int, type_: str) -> ExitCode:
    """Every number of a register."""
    told = registers.register(viewer=VIEWER, organ=organ, year=year, serial_type=type_)
    for card in told.numbers:
        out.line(f"{card.number:5} {card.state:10} {card.serial} {card.title} {card.recipient}")
    rows = [
        {"number": c.number, "serial": c.serial, "title": c.title, "state": c.state, "recipient": c.recipient}
        for c in told.numbers
    ]
    out.result({"last": told.last, "numbers": rows, "missing": list(told.missing)})
    return ExitCode.FOUND if told.missing else ExitCode.OK
