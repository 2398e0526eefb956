"""`zhunsheng bench`: runs the measurements that stand in the checkout's `benchmarks` folder."""

from __future__ import annotations

import subprocess
import sys

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting

ARGUMENTS = {"ignore_unknown_options": True}


@click.command(context_settings=ARGUMENTS, help=_("测量速度与内存；参数原样交给 benchmarks。"))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@reporting({"exit_code": _("测量程序的退出码，0 为全部达标")}, database=False)
def command(out: Output, arguments: tuple[str, ...]) -> ExitCode:
    """Hand the arguments on and bring the verdict back."""
    if not (settings.CHECKOUT / "benchmarks" / "__main__.py").exists():
        raise CannotRunError(_("此处没有 benchmarks 目录：测量只能在源码目录中进行。"))
    # The measurements' own words go to standard error in JSON mode, so that the answer stays readable.
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=settings.CHECKOUT,
        stdout=sys.stderr if out.as_json else None,
        check=False,
    )
    out.result({"exit_code": done.returncode})
    return ExitCode.OK if done.returncode == 0 else ExitCode.FOUND
