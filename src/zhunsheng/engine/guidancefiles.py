"""The shipped lists of guidance and self-check sheets; read again only when a file changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.statutes.guidance import check_entries
from zhunsheng.core.statutes.lists import SCHEMA
from zhunsheng.engine.packfiles import FILE_BYTES_MAX, plain_document, read_documents, stamp

FOLDER = "guidance"
HEAD = ("list", "title_zh", "issuer", "level", "entries")


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for _name, document in read_documents(folder):
        check_entries(document)
        found[str(document["list"])] = document
    return found


def shipped_list(packs: Path, key: str) -> Mapping[str, Any]:
    """A list below a folder of packs as it stands now; PackError says entry, field and cure."""
    folder = packs / FOLDER
    return _read(folder, stamp(folder))[key]


def list_from(name: str, content: bytes) -> dict[str, Any]:
    """A list out of a file that somebody handed in; PackError with what to do."""
    if len(content) > FILE_BYTES_MAX:
        raise PackError(name, f"文件超过 {FILE_BYTES_MAX} 字节")
    document = plain_document(name, content)
    if document.get("schema") != SCHEMA:
        raise PackError(f"{name} schema", f"请写成 {SCHEMA}")
    lacking = [key for key in HEAD if not document.get(key)]
    if lacking:
        raise PackError(name, f"缺少 {'、'.join(lacking)}，请补上")
    entries = document["entries"]
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise PackError(f"{name} entries", "应是一条条的键值对")
    for number, entry in enumerate(entries, start=1):
        if not entry.get("code") or not entry.get("type"):
            raise PackError(f"{name} 第 {number} 条", "请写上 code 和 type")
    check_entries(document)
    return document


def as_file(content: Mapping[str, Any]) -> str:
    """A list as the file that can be changed and handed in again."""
    return yaml.safe_dump({"schema": SCHEMA, **content}, allow_unicode=True, sort_keys=False, width=110)
