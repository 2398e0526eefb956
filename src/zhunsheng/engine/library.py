"""Everything a bureau decides with, read from disk as one: pack, contracts, clocks, texts, policies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.deadlines import WorkCalendar
from zhunsheng.core.deadlines.book import read_book
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.core.messages import MessagePolicy, Template
from zhunsheng.core.packs.findings import Policy, read_policy
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.rules.tree import Pack, TriggerPoint
from zhunsheng.engine.packfiles import load_pack, read_documents, stamp

GENERAL = "general"
CALENDAR = "calendar"
DEADLINES = "deadlines"
FORBIDDEN = "zhunsheng.forbidden-features/1"
_HELD: ContextVar[tuple[Path, Library] | None] = ContextVar("held library", default=None)


@dataclass(frozen=True, eq=False)
class Library:
    """The general pack with what stands around it.

    `policies` are documents by their schema, `measures` names of the published measures by their codes.
    """

    pack: Pack
    contracts: ContractSet
    calendar: WorkCalendar
    clocks: ClockTerms
    message_policy: MessagePolicy
    templates: dict[str, Template]
    policies: dict[str, Document]
    points: dict[str, TriggerPoint]
    measures: dict[str, str]

    def policy(self, schema: str) -> Document:
        """The one document of a schema; PackError if the folder has none."""
        if schema not in self.policies:
            raise PackError(schema, "规则包里没有这份政策文件")
        return self.policies[schema]


def proof_policy(folder: Path) -> Policy:
    """What no yardstick may do; PackError where nothing says it."""
    for _name, document in read_documents(folder / "policy"):
        if document.get("schema") == FORBIDDEN:
            return read_policy(document)
    raise PackError(FORBIDDEN, "没有禁用特征清单，无法证明规则包")


@lru_cache(maxsize=8)
def _read(folder: Path, _stamp: object) -> Library:
    loaded = load_pack(folder / GENERAL)
    documents = [document for _, document in read_documents(folder / GENERAL)]
    policies = {str(d.get("schema")): d for d in documents if "policy" in str(d.get("schema"))}
    message_policy = MessagePolicy.read(policies["zhunsheng.message-policy/1"])
    calendar = WorkCalendar.read(document for _, document in read_documents(folder / CALENDAR))
    texts = (d for d in documents if d.get("schema") == "zhunsheng.message/1")
    return Library(
        loaded.pack,
        loaded.contracts,
        calendar,
        ClockTerms(calendar, *read_book(read_documents(folder / DEADLINES))),
        message_policy,
        {template.id: template for template in (Template.read(d, message_policy) for d in texts)},
        policies,
        {point.id: point for item in loaded.pack.items for point in item.points},
        {code: m["name_zh"] for d in documents for code, m in d.get("measures", {}).items()},
    )


def open_library(folder: Path) -> Library:
    """The library as it stands on disk now; read again only when a file changed."""
    held = _HELD.get()
    if held is not None and held[0] == folder:
        return held[1]
    return _read(folder, stamp(folder))


@contextmanager
def held_library(folder: Path) -> Iterator[Library]:
    """What is decided within the block is decided by one library, looked for on disk once."""
    library = open_library(folder)
    token = _HELD.set((folder, library))
    try:
        yield library
    finally:
        _HELD.reset(token)
