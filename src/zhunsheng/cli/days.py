"""Dates and instants on the command line."""

from __future__ import annotations

import datetime as dt

import click
from django.utils.translation import gettext as _

from zhunsheng.core.clock import SHANGHAI, SystemClock, day_end, moment


class Instant(click.ParamType[dt.datetime]):
    """2026-06-30 (the last second of the day) or 2026-06-30T12:00 in Asia/Shanghai."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """An aware datetime; anything else is a usage error that shows the right form."""
        if isinstance(value, dt.datetime):
            return value
        text = str(value)
        try:
            if len(text) == 10:
                return moment(day_end(dt.date.fromisoformat(text)))
            told = dt.datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                _("%(text)s 不是时间，写成 2026-06-30 或 2026-06-30T12:00") % {"text": text}, param, ctx
            )
        return told if told.tzinfo else told.replace(tzinfo=SHANGHAI)


def now() -> dt.datetime:
    """The present at the edge of the program: the only place a command takes it from."""
    return SystemClock().now()
