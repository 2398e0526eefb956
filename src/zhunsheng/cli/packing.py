"""The rule pack that a command is about, and the four lists that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.core.packs.lists import PublicList, as_document, four_lists
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.packfiles import LoadedPack, load_pack, read_documents

LIST_POLICY = "zhunsheng.list-policy/1"
MEASURES = "zhunsheng.measures/1"
DEFAULT = "general"


def folder_of(given: Path | None) -> Path:
    """The folder named, or the installed one."""
    return given if given is not None else Path(settings.PACKS) / DEFAULT


def loaded(folder: Path) -> LoadedPack:
    """The pack of a folder; CannotRunError with the place of its first fault."""
    if not (folder / "pack.yaml").is_file():
        raise CannotRunError(_("%(folder)s 不是规则包：没有 pack.yaml") % {"folder": folder})
    try:
        return load_pack(folder)
    except PackError as error:
        raise CannotRunError(str(error)) from error


def lists_of(folder: Path, day: str) -> tuple[PublicList, ...]:
    """The four lists of a pack as they are printed on a day (ISO)."""
    pack, by_schema = loaded(folder), _documents(folder)
    try:
        policy, measures = by_schema[LIST_POLICY], by_schema[MEASURES]["measures"]
        return four_lists(pack.pack, pack.contracts, measures, policy, day)
    except KeyError as error:
        raise CannotRunError(_("规则包里没有 %(what)s") % {"what": error}) from error
    except PackError as error:
        raise CannotRunError(str(error)) from error


def drafts_of(folder: Path) -> list[dict[str, object]]:
    """The four lists as documents that can be drafted (`zhunsheng.list/1`)."""
    level = str(_documents(folder)[LIST_POLICY]["level"])
    made = lists_of(folder, "")
    return [as_document(told, level, loaded(folder).pack.content_hash) for told in made]


def write(documents: Iterable[tuple[str, Mapping[str, Any]]], to: Path) -> LoadedPack:
    """Documents as the files of a new folder, several of one name in one file; read back as a pack."""
    files: dict[str, list[Mapping[str, Any]]] = {}
    for name, document in documents:
        files.setdefault(name, []).append(document)
    for name, told in files.items():
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump_all(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return loaded(to)


def _documents(folder: Path) -> dict[str, dict[str, Any]]:
    return {str(document.get("schema")): dict(document) for _name, document in read_documents(folder)}
