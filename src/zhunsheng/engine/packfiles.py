"""Packs on disk: a folder of YAML becomes a typed pack and its fact contracts.

A folder holds `pack.yaml` and any number of YAML files below it. A file says what it is by `schema`, or is a
contract file when it has `kinds`. Files of other schemas (messages, presets, calendars) belong to others
and are left alone. Aliases are resolved by YAML itself; keys written twice are refused, because the last
one would silently win.
"""

from __future__ import annotations

import os
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from zhunsheng.core.contracts import ContractError, ContractSet, FactContract, parse_contracts
from zhunsheng.core.packs.load import Document, assemble
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.rules.tree import Pack

FILE_BYTES_MAX = 1_000_000
# Looking at some hundred files costs a millisecond, and every judgement asks.
FRESH_SECONDS = 0.2
Stamp = tuple[tuple[str, int, int], ...]
_LOOKED: dict[Path, tuple[float, Stamp]] = {}
RULE_SCHEMAS = frozenset(
    {"zhunsheng.pack/1", "zhunsheng.item/1", "zhunsheng.model/1", "zhunsheng.indicator/1"}
)


class _Loader(yaml.CSafeLoader):
    """Safe YAML that refuses a key written twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    loader.flatten_mapping(node)
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            mark = key.start_mark
            raise PackError(f"{mark.name}:{mark.line + 1}:{mark.column + 1}", f"键 {key.value} 写了两次")
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


@dataclass(frozen=True)
class LoadedPack:
    """A pack with its contracts and the folder it was read from."""

    pack: Pack
    contracts: ContractSet
    folder: Path


def read_documents(folder: Path) -> Iterator[tuple[str, Document]]:
    """(path relative to the folder, document) of every YAML file below it, in path order."""
    for path in sorted(folder.rglob("*.yaml")):
        name = str(path.relative_to(folder))
        if path.stat().st_size > FILE_BYTES_MAX:
            raise PackError(name, f"文件超过 {FILE_BYTES_MAX} 字节")
        try:
            with path.open(encoding="utf-8") as stream:
                for document in yaml.load_all(stream, Loader=_Loader):
                    if not isinstance(document, dict):
                        raise PackError(name, "文件最外层应是键值对")
                    yield name, document
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise PackError(name, f"不是合格的 YAML：{error}") from error


def load_pack(folder: Path) -> LoadedPack:
    """Read a folder; PackError says which file, which node and the cure."""
    contracts: dict[str, FactContract] = {}
    rules: list[tuple[str, Document]] = []
    for name, document in read_documents(folder):
        if "kinds" in document:
            try:
                told = parse_contracts(document, where=name)
            except ContractError as error:
                raise PackError(name, str(error)) from error
            twice = sorted(c.kind for c in told if c.kind in contracts)
            if twice:
                raise PackError(name, f"事实种类重复声明：{twice}")
            contracts |= {c.kind: c for c in told}
        elif document.get("schema") in RULE_SCHEMAS:
            rules += [(name, document)]
    contract_set = ContractSet(contracts)
    return LoadedPack(assemble(rules, contract_set), contract_set, folder)


def stamp(folder: Path) -> Stamp:
    """Name, size and time of every file: changes, within FRESH_SECONDS, when a pack on disk changes."""
    now, looked = time.monotonic(), _LOOKED.get(folder)
    if looked is not None and now - looked[0] < FRESH_SECONDS:
        return looked[1]
    found = tuple(sorted(_stamps(str(folder))))
    _LOOKED[folder] = (now, found)
    return found


def _stamps(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _stamps(entry.path)
            elif entry.name.endswith(".yaml"):
                told = entry.stat()
                yield (entry.path, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=16)
def _cached(folder: Path, _stamp: Stamp) -> LoadedPack:
    return load_pack(folder)


def current_pack(folder: Path) -> LoadedPack:
    """The pack as it stands on disk now; read again only when a file changed."""
    return _cached(folder, stamp(folder))
