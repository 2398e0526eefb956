"""Packs on disk: a folder of YAML becomes a typed pack and its fact contracts.

A folder holds `pack.yaml` and any number of YAML files below it. A file says what it is by `schema`, or is a
contract file when it has `kinds`. Files of other schemas (messages, presets, calendars) belong to others
and are left alone. Aliases are resolved by YAML itself; keys written twice are refused, because the last
one would silently win.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import yaml

from zhunsheng.core.contracts import ContractError, ContractSet, FactContract, parse_contracts
from zhunsheng.core.packs.load import Document, assemble
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.rules.tree import Pack

FILE_BYTES_MAX = 1_000_000
Stamp = tuple[tuple[str, int, int], ...]
_LISTED: dict[Path, tuple[list[tuple[Path, int]], list[Path]]] = {}
RULE_SCHEMAS = frozenset(
    {
        "zhunsheng.pack/1",
        "zhunsheng.item/1",
        "zhunsheng.model/1",
        "zhunsheng.indicator/1",
        "zhunsheng.example/1",
    }
)


class _Loader(yaml.CSafeLoader):
    """Safe YAML that refuses a key written twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    loader.flatten_mapping(node)
    seen: set[str] = set()
    for key, _ in node.value:
        mark = key.start_mark
        if not isinstance(key, yaml.ScalarNode):
            raise PackError(
                f"{mark.name}:{mark.line + 1}:{mark.column + 1}", "键应是一个词，不能是列表或键值对"
            )
        if key.value in seen:
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
        with path.open(encoding="utf-8") as stream:
            yield from read_text(name, stream)


def read_text(name: str, text: str | IO[str]) -> Iterator[tuple[str, Document]]:
    """(name, document) of every document of a YAML text; PackError when it is none."""
    try:
        for document in yaml.load_all(text, Loader=_Loader):
            if not isinstance(document, dict):
                raise PackError(name, "文件最外层应是键值对")
            yield name, document
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackError(name, f"不是合格的 YAML：{error}") from error


def plain_document(name: str, content: bytes) -> dict[str, Any]:
    """One YAML document from outside, with its days as text; PackError says what is wrong where."""
    try:
        text = content.decode("utf-8-sig")
        # Names of names grow without end when they are written out; a file from outside does without.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise PackError(name, "请不用别名（*）")
        documents = list(yaml.load_all(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, PackError):
            raise
        raise PackError(name, f"不是合格的 YAML：{error}") from error
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise PackError(name, "文件应是一份键值对")
    plain: dict[str, Any] = json.loads(json.dumps(documents[0], default=str, skipkeys=True))
    return plain


def current_documents(folder: Path) -> tuple[tuple[str, Document], ...]:
    """What `read_documents` gives as the folder stands now; read again only when a file changed.

    Many are handed the same documents: who wants to change one takes a copy.
    """
    return _documents(folder, stamp(folder))


@lru_cache(maxsize=16)
def _documents(folder: Path, _stamp: Stamp) -> tuple[tuple[str, Document], ...]:
    return tuple(read_documents(folder))


def load_pack(folder: Path) -> LoadedPack:
    """Read a folder; PackError says which file, which node and the cure."""
    return LoadedPack(*pack_from(read_documents(folder)), folder)


def pack_from(documents: Iterable[tuple[str, Document]]) -> tuple[Pack, ContractSet]:
    """A pack and its fact contracts from (name, document); documents of other schemas are left alone."""
    told = list(documents)
    contracts = contracts_from(told)
    rules = [(n, d) for n, d in told if "kinds" not in d and d.get("schema") in RULE_SCHEMAS]
    return assemble(rules, contracts), contracts


def contracts_from(documents: Iterable[tuple[str, Document]]) -> ContractSet:
    """The fact contracts among the documents."""
    contracts: dict[str, FactContract] = {}
    for name, document in documents:
        if "kinds" not in document:
            continue
        try:
            told = parse_contracts(document, where=name)
        except ContractError as error:
            raise PackError(name, str(error)) from error
        twice = sorted(c.kind for c in told if c.kind in contracts)
        if twice:
            raise PackError(name, f"事实种类重复声明：{twice}")
        contracts |= {c.kind: c for c in told}
    return ContractSet(contracts)


def stamp(folder: Path) -> Stamp:
    """Name, size and time of every file: changes when a pack on disk changes.

    Every judgement asks, so folders are listed anew only when one of them changed; files are looked at
    always.
    """
    known = _LISTED.get(folder)
    if known is None or any(_time_of(name) != at for name, at in known[0]):
        folders = [folder, *(found for found in folder.rglob("*") if found.is_dir())]
        times = [(found, _time_of(found)) for found in folders]
        files = sorted(file for found in folders for file in found.glob("*.yaml") if file.is_file())
        known = _LISTED[folder] = (times, files)
    return tuple(_file_stamp(name) for name in known[1])


def _time_of(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:
        return -1


def _file_stamp(file: Path) -> tuple[str, int, int]:
    try:
        told = file.stat()
    except FileNotFoundError:  # taken away since its folder was looked at
        return str(file), -1, -1
    return str(file), told.st_size, told.st_mtime_ns


@lru_cache(maxsize=16)
def _cached(folder: Path, _stamp: Stamp) -> LoadedPack:
    return load_pack(folder)


def current_pack(folder: Path) -> LoadedPack:
    """The pack as it stands on disk now; read again only when a file changed."""
    return _cached(folder, stamp(folder))
