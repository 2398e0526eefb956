"""Which column feeds which field of an import: proposed from presets and memory, applied to the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.contracts import FactContract
from zhunsheng.core.presets import columns
from zhunsheng.core.presets.columns import FieldGuide
from zhunsheng.core.presets.preset import Preset
from zhunsheng.core.presets.targets import BESIDE, MAIN, Target
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.uploads import queries as uploads
from zhunsheng.foundation.uploads.queries import MappingCard, UploadCard
from zhunsheng.sensing.signals.new_facts import OWN_SOURCES
from zhunsheng.workflows import choosing
from zhunsheng.workflows.tallying import Told

REGISTERED = frozenset({*MAIN.values(), *BESIDE.values()})


def kinds() -> list[FactContract]:
    """The kinds of facts that come as events, from sources other than ourselves; by name."""
    known = open_library(settings.PACKS).contracts.kinds.values()
    told = [c for c in known if c.kind not in REGISTERED and not set(c.sources) <= OWN_SOURCES]
    return sorted(told, key=lambda contract: contract.name_zh)


def guides_for(target: Target, kind: str, base: str = "") -> list[FieldGuide]:
    """The fields of an import in the order in which people fill them."""
    contracts = open_library(settings.PACKS).contracts
    known = choosing.presets(contracts)
    chosen = base or columns.base_of(known, target, kind)
    return columns.guide(target, kind, contracts, known.get(chosen))


def proposal(viewer: Viewer, card: UploadCard, saved: int = 0, unit: str = "") -> MappingCard:
    """The saved mapping of this number, else what the viewer chose last for this header, else by the names of
    the columns."""
    target, told = Target(card.target), None
    if saved:
        kept = uploads.mappings(viewer=viewer, unit=unit, target=card.target, kind=card.kind)
        told = next((one for one in kept if one.id == saved), None)
    told = told or uploads.remembered(
        viewer=viewer, target=card.target, kind=card.kind, signature=card.signature
    )
    known = choosing.presets(open_library(settings.PACKS).contracts)
    base = told.base if told else columns.base_of(known, target, card.kind, card.header)
    guides = guides_for(target, card.kind, base)
    proposed = columns.propose(card.header, guides, told.columns if told else None)
    return replace(told, columns=proposed) if told else MappingCard(0, "", base, proposed, {}, True, False)


def preset_for(
    target: Target,
    kind: str,
    base: str,
    chosen: Mapping[str, str],
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> Preset:
    """The reading of an upload: its columns as chosen, and values for texts that the base does not know."""
    contracts = open_library(settings.PACKS).contracts
    return columns.preset_of(target, kind, chosen, contracts, choosing.presets(contracts).get(base), values)


def problems_of(card: UploadCard, told: Told) -> Sequence[tuple[int, str, str, str]]:
    """(row number, column, reason, cure) of every cell that was refused, in the order of the file."""
    guides = guides_for(Target(card.target), card.kind, card.base)
    return [
        (row.number, columns.said_of(r.field, card.columns, guides), r.reason_zh, r.cure_zh)
        for row, refusals in told.refused
        for r in refusals
    ]
