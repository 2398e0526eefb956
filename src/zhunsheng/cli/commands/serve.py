"""`zhunsheng serve`: the pages and the interface, until Ctrl+C."""

from __future__ import annotations

import socket
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _
from granian import Granian
from granian.constants import Interfaces

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.fonts import has_chinese_font
from zhunsheng.cli.output import Output, reporting


def free_port(host: str, port: int) -> int:
    """The port if it can be bound, any free one for 0; a port in use ends in a sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = _("%(host)s 的端口 %(port)d 不可用（%(error)s），请用 --port 另选，0 为任选。")
            raise CannotRunError(message % {"host": host, "port": port, "error": error.strerror}) from error
        chosen: int = probe.getsockname()[1]
        return chosen


@click.command(help=_("提供网页与接口，直到按下 Ctrl+C。"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听的地址。"))
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=_("端口，0 为任选。")
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help=_("工作进程数。"))
@reporting({"address": _("浏览器中打开的地址")})
def command(out: Output, host: str, port: int, workers: int) -> None:
    """Collect the static files, say the address, serve until told to stop."""
    port = free_port(host, port)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not has_chinese_font():
        out.note(_("本机没有中文字体，页面上的汉字会显示为方框：请安装 fonts-noto-cjk。"))
    address = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    out.line(_("准绳已就绪：%(address)s （按 Ctrl+C 停止）") % {"address": address})
    out.result({"address": address})
    Granian(
        "zhunsheng.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        log_enabled=False,
    ).serve()
