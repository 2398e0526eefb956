"""`zhunsheng demo`: 云汀市 from nothing to a summary, then the pages."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from types import ModuleType

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.commands.serve import command as serve
from zhunsheng.cli.commands.serve import free_port
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.summary import SUMMARY_KEYS, summary, tell
from zhunsheng.foundation import snapshots

HOST = "127.0.0.1"


@click.command(help=_("在空的数据目录里建立云汀市，研判、提醒、答复，然后打开网页。"))
@click.option("--no-serve", is_flag=True, help=_("说完汇总就结束，不打开网页。"))
@click.option(
    "--businesses", default=3_000, show_default=True, type=click.IntRange(50, 50_000), help=_("户数。")
)
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=_("端口，0 为任选。")
)
@reporting(SUMMARY_KEYS)
def command(out: Output, no_serve: bool, businesses: int, port: int) -> None:
    """Play the demo once; a second call shows what stands. The demo is found by name: same floor."""
    demo = import_module("zhunsheng.demo.run")
    if demo.is_empty():
        demo.play(out.note, businesses)
        if snapshots.can_keep():
            snapshots.keep(snapshots.demo_start())
    elif not demo.is_played():
        raise CannotRunError(_("这个数据目录里已有数据，演示不会动它。请用 --home 指定一个空目录。"))
    told = summary()
    tell(out, told)
    out.result(told)
    if not no_serve:
        _serve(out, free_port(HOST, port), demo)


def _serve(out: Output, port: int, demo: ModuleType) -> None:
    """The pages of the invented city, for this machine only, on the day on which the city stands."""
    address = f"http://{HOST}:{port}"
    # A forked worker inherits the settings, one that starts anew reads the environment.
    os.environ |= {
        "ZHUNSHENG_DEMO": "1",
        "ZHUNSHENG_DEMO_CLOCK": demo.CLOSING.isoformat(),
        "ZHUNSHENG_PUBLIC_ADDRESS": address,
    }
    settings.DEMO, settings.DEMO_CLOCK, settings.PUBLIC_ADDRESS = True, demo.CLOSING, address
    if path := demo.waiting_link():
        out.note(_("一条待答复的提醒，企业从短信里打开的页面：%(link)s") % {"link": f"{address}/{path}"})
    words = [sys.executable, "-m", "zhunsheng.demo.working", str(os.getpid())]
    worker = subprocess.Popen(words, stdin=subprocess.DEVNULL)  # noqa: S603 our own interpreter and module
    try:
        click.get_current_context().invoke(serve, host=HOST, port=port, workers=1, as_json=False)
    finally:
        worker.terminate()
        worker.wait()
