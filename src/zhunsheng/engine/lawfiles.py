"""The laws that packs cite, where, and for which conduct; read again only when a file changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from zhunsheng.core.statutes.provisions import Provision, read_provisions
from zhunsheng.core.statutes.references import Citation, LawRecord, citations, read_records
from zhunsheng.engine.packfiles import read_documents, stamp

STATUTES = "statutes"
LIST_LIFE = "zhunsheng.list-life/1"


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> dict[str, LawRecord]:
    return read_records(read_documents(folder))


def law_records(packs: Path) -> dict[str, LawRecord]:
    """Records by short name, below a folder of packs, as they stand now."""
    folder = packs / STATUTES
    return _read(folder, stamp(folder))


@lru_cache(maxsize=4)
def _cited(packs: Path, _stamp: object) -> tuple[Citation, ...]:
    return tuple(c for name, document in read_documents(packs) for c in citations(name, document))


def pack_citations(packs: Path) -> tuple[Citation, ...]:
    """Every citation below a folder of packs, in the order of the files; one written twice stands twice."""
    return _cited(packs, stamp(packs))


@lru_cache(maxsize=4)
def _provisions(folder: Path, _stamp: object) -> dict[str, Provision]:
    return read_provisions(read_documents(folder))


def pack_provisions(packs: Path) -> dict[str, Provision]:
    """Kinds of conduct by id, below a folder of packs."""
    folder = packs / STATUTES
    return _provisions(folder, stamp(folder))


@lru_cache(maxsize=4)
def _lay_words(folder: Path, _stamp: object) -> dict[str, list[str]]:
    told = read_documents(folder)
    return {word: legal for _name, document in told for word, legal in document.get("words", {}).items()}


def lay_words(packs: Path) -> dict[str, list[str]]:
    """What people say → words of the law that widen a search."""
    folder = packs / STATUTES
    return _lay_words(folder, stamp(folder))


def list_evaluation_months(packs: Path) -> int:
    """After how many months in force a list must have been evaluated (M01)."""
    told = read_documents(packs / STATUTES)
    return next(int(d["evaluate_within_months"]) for _name, d in told if d.get("schema") == LIST_LIFE)
