"""Texts of an uploaded table that no value answers: found, and what a person chose for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zhunsheng.core.actors import Viewer
from zhunsheng.core.presets.targets import Target
from zhunsheng.core.presets.unread import Unread, unread
from zhunsheng.foundation.tabular.reading import read_table
from zhunsheng.foundation.uploads import queries as uploads
from zhunsheng.foundation.uploads.queries import UploadCard
from zhunsheng.workflows import mapping
from zhunsheng.workflows.handing_in import PAGE

Values = Mapping[str, Mapping[str, str]]
"""Field → text → stored value; '' leaves the field empty."""


def unread_of(viewer: Viewer, card: UploadCard, base: str, columns: Mapping[str, str]) -> list[Unread]:
    """What the columns chosen hold that no value answers, by column; the same for the same file."""
    preset = mapping.preset_for(Target(card.target), card.kind, base, columns)
    with uploads.table_of(viewer=viewer, upload_id=card.id) as path:
        rows = read_table(path, encoding=card.encoding, limits=PAGE)
        return unread((row.cells for row in rows), preset)


def with_chosen(
    remembered: Values, found: Sequence[Unread], chosen: Values, columns: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """What is remembered from now on: the choices for the texts of this file first, then those for others."""
    shown = {one.field: {text for text, _rows in one.texts} for one in found}
    told = {}
    for field in columns:
        others = remembered.get(field, {}).items()
        now = dict(chosen.get(field, {}))
        told[field] = now | {text: value for text, value in others if text not in shown.get(field, ())}
    return {field: texts for field, texts in told.items() if texts}
