"""Mapping presets on disk: `packs/presets/*.yaml`, read with the contracts that they fill."""

from __future__ import annotations

from pathlib import Path

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.presets.preset import SCHEMA, Preset, read_preset
from zhunsheng.engine.packfiles import read_documents


def load_presets(folder: Path, contracts: ContractSet) -> dict[str, Preset]:
    """By id; PackError says file, place and cure."""
    found: dict[str, Preset] = {}
    for name, document in read_documents(folder) if folder.is_dir() else ():
        if document.get("schema") != SCHEMA:
            raise PackError(f"{name}.schema", f"应为 {SCHEMA}")
        preset = read_preset(document, contracts, where=name)
        if preset.id in found:
            raise PackError(f"{name}.id", f"编号 {preset.id} 已被另一个文件使用")
        found[preset.id] = preset
    return found
