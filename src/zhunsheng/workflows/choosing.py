"""Which preset reads a table: the one that is named, or the only one that its columns tell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.conf import settings

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.presets.preset import Preset, recognised
from zhunsheng.core.presets.targets import Target
from zhunsheng.engine.presetfiles import load_presets
from zhunsheng.foundation.tabular.limits import Row

AUTO = "auto"


class PresetUnknownError(LookupError):
    """No preset, or not exactly one, reads this table; `known` are the ids of those that come near."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, known


def presets(contracts: ContractSet) -> dict[str, Preset]:
    """Every preset of the installation; PackError for one that cannot be read."""
    return load_presets(Path(settings.PACKS) / "presets", contracts)


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
            raise PresetUnknownError(name, sorted(fit))
        return fit[name], rows
    head = list(next(((row,) for row in rows if row.cells), ()))
    found = recognised(known, set(head[0].cells) if head else set(), target)
    if len(found) != 1:
        raise PresetUnknownError("", [p.id for p in found] or sorted(fit))
    return found[0], chain(head, rows)
