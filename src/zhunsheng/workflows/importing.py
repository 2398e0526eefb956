"""A file comes in: which batch it is, how its rows are taken. The shell and the pages share it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.presets.preset import Preset
from zhunsheng.core.presets.targets import Target
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.intake import take_signals
from zhunsheng.workflows.registering import take_records
from zhunsheng.workflows.tallying import Terms, Told

VIEWER = Viewer.bureau("import")


def batch_of(file: Path) -> str:
    """The batch key of a file: its content, so that name and folder do not matter."""
    with file.open("rb") as stream:
        return f"signals:{hashlib.file_digest(stream, 'sha256').hexdigest()[:32]}"


def open_batch(base: str) -> str:
    """The batch that an import of this file belongs to: a file that was undone begins another one."""
    told = signals.batches(viewer=VIEWER, key=base)
    if told and told[-1][1]:
        return told[-1][0]
    return f"{base}#{len(told) + 1}" if told else base


def day_of_table(day: dt.date | None, batch: str, at: dt.datetime) -> dt.date:
    """The day that rows without a day speak of: given, or that of the file's first import, or today."""
    if day is not None:
        return day
    told = [created for key, stands, created in signals.batches(viewer=VIEWER, key=batch) if stands]
    return (told[-1] if told else at).astimezone(SHANGHAI).date()


def take(rows: Iterator[Row], *, preset: Preset | None, day: dt.date | None, terms: Terms) -> Iterator[Told]:
    """Take rows in or, on a dry run, see what would become of them; the account after some thousands each."""
    if preset is None or preset.target is Target.SIGNALS:
        return take_signals(rows, preset=preset, terms=terms)
    return take_records(rows, preset=preset, on=day_of_table(day, terms.batch, terms.at), terms=terms)
