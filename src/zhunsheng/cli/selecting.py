"""Options of commands that play history: the period, what is known of outcomes, the part of the register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant

F = TypeVar("F", bound=Callable[..., Any])


def selecting(command: F) -> F:
    """Adds --from, --to, --known-at and what narrows the register; the latter named as in `Selection`."""
    options = (
        click.option("--from", "start", type=Instant(), required=True, help=_("起始时间。")),
        click.option("--to", "end", type=Instant(), required=True, help=_("终止时间。")),
        click.option(
            "--known-at",
            type=Instant(),
            help=_("按何时已知的结果算属实率，默认现在；写明即可逐字节复现。"),
        ),
        click.option("--division", "divisions", multiple=True, help=_("只看这些区划（代码开头）。")),
        click.option("--station", "stations", multiple=True, help=_("只看这些监管所。")),
        click.option("--industry", "industries", multiple=True, help=_("只看这些行业（代码开头）。")),
        click.option("--class", "classes", multiple=True, help=_("只看这些类别。")),
        click.option("--size", "sizes", multiple=True, help=_("只看这些从业人数档（同报告中的写法）。")),
        click.option("--subject", "subjects", multiple=True, help=_("只看这些主体。")),
    )
    for option in reversed(options):
        command = option(command)
    return command
