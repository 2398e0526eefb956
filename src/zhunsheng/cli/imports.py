"""What import and undo share: which batch a file is, which preset reads it, and the file that goes back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.core.actors import Viewer
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.presets.preset import Preset, recognised
from zhunsheng.core.presets.targets import Target
from zhunsheng.engine.presetfiles import load_presets
from zhunsheng.foundation.tabular.limits import Row
from zhunsheng.foundation.tabular.writing import write_table
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.sensing.signals.rows import ERROR_COLUMN, NUMBER_COLUMN
from zhunsheng.workflows.tallying import Told

AUTO = "auto"
VIEWER = Viewer.bureau("import")


def batch_of(file: Path) -> str:
    """The batch key of a file: its content, so that name and folder do not matter."""
    with file.open("rb") as stream:
        return f"signals:{hashlib.file_digest(stream, 'sha256').hexdigest()[:32]}"


def open_batch(file: Path) -> str:
    """The batch that an import of this file belongs to: a file that was undone begins another one."""
    base = batch_of(file)
    told = signals.batches(viewer=VIEWER, key=base)
    if told and told[-1][1]:
        return told[-1][0]
    return f"{base}#{len(told) + 1}" if told else base


def presets(contracts: ContractSet) -> dict[str, Preset]:
    """Every preset of the installation."""
    try:
        return load_presets(Path(settings.PACKS) / "presets", contracts)
    except PackError as error:
        raise CannotRunError(str(error)) from error


def choose(
    name: str, target: Target, rows: Iterator[Row], contracts: ContractSet
) -> tuple[Preset | None, Iterator[Row]]:
    """The preset of this name, or the one that the columns tell; and all rows, the first one included."""
    if not name and target is Target.SIGNALS:
        return None, rows
    known = presets(contracts)
    fit = {p.id: p for p in known.values() if p.target is target}
    if name and name != AUTO:
        if name not in fit:
            message = _("没有导入 %(target)s 的预设 %(name)s；可用：%(known)s")
            raise CannotRunError(message % {"target": target, "name": name, "known": "、".join(sorted(fit))})
        return fit[name], rows
    head = list(next(((row,) for row in rows if row.cells), ()))
    found = recognised(known, set(head[0].cells) if head else set(), target)
    if len(found) != 1:
        message = _("从表头认不出唯一的预设，请用 --preset 指明：%(known)s")
        raise CannotRunError(message % {"known": "、".join(p.id for p in found) or "、".join(sorted(fit))})
    return found[0], chain(head, rows)


def write_errors(told: Told, path: Path) -> None:
    """The refused rows with all their columns, the row's number and what is wrong: field, reason, cure."""
    added = {NUMBER_COLUMN, ERROR_COLUMN}
    names = list(dict.fromkeys(name for row, _refusals in told.refused for name in row.cells))
    names = [name for name in names if name not in added]
    lines = (
        [
            *(row.cells.get(name, "") for name in names),
            str(row.number),
            "；".join(f"{r.field}：{r.reason_zh}，{r.cure_zh}" for r in refusals),
        ]
        for row, refusals in told.refused
    )
    write_table(path, [*names, NUMBER_COLUMN, ERROR_COLUMN], lines)
