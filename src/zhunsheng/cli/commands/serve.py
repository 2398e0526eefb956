"""`zhunsheng serve`: the pages and the interface, until Ctrl+C."""

from __future__ import annotations

import socket
from ipaddress import ip_address
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

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


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


def refuse_in_the_clear(host: str, *, certificate: bool) -> None:
    """Other machines are served over TLS only: by this process, or by a proxy on this machine.

    The demo holds invented data and may be shown around. Source: GB/T 22239-2019, 8.1.3.1 and 8.1.4.1 c.
    """
    if settings.DEMO or certificate or is_loopback(host):
        return
    raise CannotRunError(
        _(
            "拒绝在 %(host)s 上明文提供服务。请用 --certificate 与 --key 启用 HTTPS，"
            "或只监听 127.0.0.1 并由本机的反向代理提供 HTTPS。"
        )
        % {"host": host}
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address; of a name nobody knows."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@click.command(help=_("提供网页与接口，直到按下 Ctrl+C。"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听的地址。"))
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=_("端口，0 为任选。")
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help=_("工作进程数。"))
@click.option("--certificate", type=FILE, help=_("TLS 证书（PEM），与 --key 同用。"))
@click.option("--key", type=FILE, help=_("TLS 私钥（PEM）。"))
@reporting({"address": _("浏览器中打开的地址")})
def command(
    out: Output, host: str, port: int, workers: int, certificate: Path | None, key: Path | None
) -> None:
    """Collect the static files, say the address, serve until told to stop."""
    if (certificate is None) != (key is None):
        raise click.UsageError(_("--certificate 与 --key 须同时给出"))
    refuse_in_the_clear(host, certificate=certificate is not None)
    port = free_port(host, port)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not has_chinese_font():
        out.note(_("本机没有中文字体，页面上的汉字会显示为方框：请安装 fonts-noto-cjk。"))
    scheme = "https" if certificate else "http"
    address = f"{scheme}://[{host}]:{port}/" if ":" in host else f"{scheme}://{host}:{port}/"
    out.line(_("准绳已就绪：%(address)s （按 Ctrl+C 停止）") % {"address": address})
    out.result({"address": address})
    Granian(
        "zhunsheng.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        ssl_cert=certificate,
        ssl_key=key,
        log_enabled=False,
    ).serve()
