"""`zhunsheng doctor`: does this installation keep its promises, and if not, what to do."""

from __future__ import annotations

from dataclasses import asdict

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.cli.health import Level, examine
from zhunsheng.cli.output import Output, reporting

MARKS = {Level.OK: "✔", Level.WARN: "!", Level.FAIL: "✘"}


@click.command(help=_("检查本机安装：数据库是否真的落盘、目录、规则包、字体、磁盘；每个问题都附办法。"))
@reporting(
    {
        "ok": _("没有 fail 项为真"),
        "checks": _("每项：check、level（ok、warn、fail）、text、cure"),
    },
    database=False,
)
def command(out: Output) -> ExitCode:
    """Examine, report, and fail if anything fails."""
    findings = examine()
    for finding in findings:
        out.line(f"{MARKS[finding.level]} {finding.level:4} {finding.check}: {finding.text}")
        if finding.cure:
            out.line(f"       → {finding.cure}")
    failed = any(finding.level is Level.FAIL for finding in findings)
    out.result({"ok": not failed, "checks": [asdict(finding) for finding in findings]})
    return ExitCode.FOUND if failed else ExitCode.OK
