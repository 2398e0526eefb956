"""`zhunsheng packs`: prove a pack before publication, read it aloud, compare two, make the four lists."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli import packing
from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.packs.diff import described, difference
from zhunsheng.core.packs.findings import Finding, Severity
from zhunsheng.core.packs.lists import as_markdown, as_record, list_changes
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.packs.proof import prove_pack
from zhunsheng.engine.examples import tried
from zhunsheng.engine.library import proof_policy
from zhunsheng.engine.packfiles import load_pack, read_documents
from zhunsheng.workflows.keeping import documents_of
from zhunsheng.workflows.ruling import rules_at


@click.group(help=_("规则包：发布前的静态证明、逐条朗读、两版比较。"))
def command() -> None:
    """Packs: check, show, write, diff, lists."""


def _proved(folder: Path) -> list[Finding]:
    try:
        policy = proof_policy(settings.PACKS)
    except PackError as error:
        raise CannotRunError(error.message_zh) from error
    try:
        loaded = load_pack(folder)
    except PackError as error:
        cure = "按提示改正后重新检查"
        return [Finding(Severity.ERROR, "UNREADABLE", error.path, error.message_zh, cure)]
    cases = tried(loaded.pack, loaded.contracts, list(read_documents(folder)))
    cure = "改正规则或示例后重新检查"
    failing = [
        Finding(Severity.ERROR, "EXAMPLE", case["id"], case["why_zh"], cure)
        for case in cases
        if not case["passes"]
    ]
    return [*prove_pack(loaded.pack, loaded.contracts, policy), *failing]


@command.command(help=_("对规则包作静态证明；有 ERROR 时退出码为 1。"))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@reporting(
    {
        "ok": _("没有 ERROR 为真"),
        "findings": _("每项：severity、check、path、text_zh、cure_zh"),
    },
    database=False,
)
def check(out: Output, folder: Path | None) -> ExitCode:
    """Prove, report, and fail on any ERROR."""
    findings = _proved(packing.folder_of(folder))
    for finding in findings:
        out.line(f"{finding.severity:7} {finding.check} {finding.path}: {finding.text_zh}")
        out.line(f"        → {finding.cure_zh}")
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    counts = {"errors": errors, "warnings": len(findings) - errors}
    out.line(_("错误 %(errors)d 项，提醒 %(warnings)d 项") % counts)
    out.result({"ok": not errors, "findings": [asdict(finding) for finding in findings]})
    return ExitCode.FOUND if errors else ExitCode.OK


@command.command(help=_("把规则包逐条读成中文句子；可只看一个编号。"))
@click.argument("name", metavar="[ID]", required=False)
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@reporting(
    {"id": _("编号"), "lines": _("标签与句子")},
    database=False,
)
def show(out: Output, name: str | None, folder: Path | None) -> ExitCode:
    """Say every definition, or those whose id is or begins with the one asked for."""
    loaded = packing.loaded(packing.folder_of(folder))
    found = {
        key: lines
        for key, lines in described(loaded.pack, loaded.contracts).items()
        if name is None or key == name or key.endswith(f":{name}") or key.startswith(f"{name}-")
    }
    for key, lines in found.items():
        out.line(key)
        for label, sentence in lines.items():
            out.line(f"  {label}：{sentence}")
    out.records({"id": key, "lines": dict(lines)} for key, lines in found.items())
    if not found:
        out.note(_("没有编号 %(id)s") % {"id": name})
        return ExitCode.FOUND
    return ExitCode.OK


@command.command(
    help=_("把某时生效的版本写成规则包目录，供 nation、lists 等命令用 --pack 指明；注释不在其中。")
)
@click.option("--to", required=True, type=click.Path(file_okay=False, path_type=Path), help=_("新目录。"))
@click.option("--as-of", type=Instant(), help=_("截至的时间，默认现在。"))
@reporting({"version": _("版本"), "content_hash": _("内容哈希"), "folder": _("写到的目录")})
def write(out: Output, to: Path, as_of: dt.datetime | None) -> None:
    """What is in effect, as files that load to the same hash."""
    if to.exists() and any(to.iterdir()):
        raise CannotRunError(_("%(folder)s 不是空目录。") % {"folder": to})
    in_effect = rules_at(as_of or now()).pack
    told = packing.write(documents_of(in_effect.content_hash), to).pack
    if told.content_hash != in_effect.content_hash:
        raise CannotRunError(_("写出后的内容哈希不同：%(hash)s") % {"hash": told.content_hash})
    out.line(f"{told.version} {told.content_hash[:16]} {to}")
    out.result({"version": told.version, "content_hash": told.content_hash, "folder": str(to)})


@command.command(help=_("比较两个规则包：哪些句子变了；有变化时退出码为 1。"))
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, file_okay=False, path_type=Path))
@reporting(
    {"changes": _("每项：id、label、old、new")},
    database=False,
)
def diff(out: Output, old: Path, new: Path) -> ExitCode:
    """Changed sentences, old → new."""
    before, after = packing.loaded(old), packing.loaded(new)
    changes = difference(before.pack, before.contracts, after.pack, after.contracts)
    for change in changes:
        nothing = _("（无）")
        out.line(f"{change.id} {change.label}：{change.old or nothing} → {change.new or nothing}")
    out.result({"changes": [asdict(change) for change in changes]})
    return ExitCode.FOUND if changes else ExitCode.OK


@command.command(name="lists", help=_("由规则包生成四张清单：打印成文件，或与另一版比较。"))
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", "target", type=click.Path(file_okay=False, path_type=Path), help=_("写到这个文件夹。"))
@click.option(
    "--against", type=click.Path(exists=True, file_okay=False, path_type=Path), help=_("较早一版。")
)
@click.option("--day", help=_("发布日期，写成 2026-06-30；默认今天。"))
@reporting(
    {
        "lists": _("每张：kind、number、version、rows、content_hash"),
        "changes": _("与较早一版的差异：kind、id、label、old、new"),
    },
    database=False,
)
def lists_(
    out: Output, folder: Path | None, target: Path | None, against: Path | None, day: str | None
) -> ExitCode:
    """Write, show or compare; changes make the exit code FOUND."""
    made = packing.lists_of(packing.folder_of(folder), day or now().date().isoformat())
    for told in made:
        out.line(f"{told.number} {told.name_zh} {told.version}：{len(told.rows)}  {told.content_hash[:16]}")
        if target is not None:
            target.mkdir(parents=True, exist_ok=True)
            name = f"{told.kind.value.lower()}-{told.version}"
            (target / f"{name}.md").write_text(as_markdown(told), encoding="utf-8")
            text = json.dumps(as_record(told), ensure_ascii=False, indent=2)
            (target / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    older = packing.lists_of(against, "") if against is not None else made
    changes = [
        {"kind": new.kind.value, **asdict(change)}
        for old, new in zip(older, made, strict=True)
        for change in list_changes(old.rows, new.rows)
    ]
    for change in changes:
        nothing = _("（无）")
        old, new = change["old"] or nothing, change["new"] or nothing
        out.line(f"{change['kind']} {change['id']} {change['label']}：{old} → {new}")
    out.result({"lists": [as_record(told) for told in made], "changes": changes})
    return ExitCode.FOUND if changes else ExitCode.OK
