"""What a script may rely on: the exit codes of every command."""

from __future__ import annotations

from enum import IntEnum

import click
from django.utils.translation import gettext as _


class ExitCode(IntEnum):
    """The same five meanings for every command (docs/reference/cli.md)."""

    OK = 0
    """Done, nothing to report."""
    FOUND = 1
    """Done, and something was found: a mismatch, a failed check, a faulty pack."""
    USAGE = 2
    """The command line itself is wrong; nothing was done."""
    PARTLY_REFUSED = 3
    """The good part of the input was kept; some rows were refused, each with its reason."""
    CANNOT_RUN = 4
    """The surroundings do not allow it: file, folder, database, address or configuration."""


def meanings() -> dict[ExitCode, str]:
    """Each code in words, for the reference page."""
    return {
        ExitCode.OK: _("完成，没有需要报告的问题"),
        ExitCode.FOUND: _("完成，但发现了问题：不一致、检查不通过、规则包有误"),
        ExitCode.USAGE: _("命令写法有误，什么也没有做"),
        ExitCode.PARTLY_REFUSED: _("合格的部分已收下，另有若干行被退回，逐行说明原因"),
        ExitCode.CANNOT_RUN: _("环境不允许：文件、目录、数据库、地址或配置"),
    }


class CannotRunError(click.ClickException):
    """The command cannot do its work here; the message says why and what to do about it."""

    exit_code = ExitCode.CANNOT_RUN
