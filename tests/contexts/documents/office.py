"""An office with an author, a reviewer, a chief and a business to write to."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.documents.clauses import Clause, citation_words, clause_key
from zhunsheng.core.documents.composing import accepted, laws_of
from zhunsheng.engine.documentfiles import open_catalogue
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.documents.actions import drafting, issuing
from zhunsheng.foundation.documents.actions.drafting import NewDocument, Recipient
from zhunsheng.foundation.documents.terms import DocumentTerms

PACKS = Path(__file__).resolve().parents[3] / "packs"
TERMS = DocumentTerms(open_catalogue(PACKS), open_library(PACKS).clocks, "云汀市市场监督管理局", "0900-12345")
POWERS = frozenset({"document.draft", "document.review", "document.issue", "document.serve"})
AUTHOR = Actor(ActorKind.PERSON, "9801-07", "程岚", POWERS)
REVIEWER = Actor(ActorKind.PERSON, "9801-09", "闻笛", POWERS)
CHIEF = Actor(ActorKind.PERSON, "9801-01", "柏舟", POWERS)
MACHINE = Actor.service("remind")
BUREAU = Viewer.bureau("test")
SHOP = Recipient("99980102MA0KITE001", "柳汀纸鸢店", "99980102MA0KITE001", "980102", "柳汀所")
OTHER = Recipient("99980102MA0KITE002", "晴岚茶馆", "99980102MA0KITE002", "980105", "")
NOW = dt.datetime(2026, 6, 30, 10, tzinfo=SHANGHAI)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def sample(kind: str, **changes: object) -> dict[str, object]:
    return {**TERMS.catalogue.template(kind).sample, **changes}


def clauses(kind: str, values: dict[str, Any]) -> dict[str, Clause]:
    template = TERMS.catalogue.template(kind)
    return {
        clause_key(one): Clause(
            one["law"], one["article"], citation_words(**one), "条文。", dt.date(2022, 3, 1)
        )
        for one in laws_of(template, accepted(template, values))
    }


def begin(
    kind: str = "correction_order",
    *,
    owner: str = "case:1",
    recipient: Recipient = SHOP,
    corrects: int | None = None,
    by: Actor = AUTHOR,
    when: dt.datetime = NOW,
    **changes: object,
) -> int:
    values = sample(kind, **changes)
    new = NewDocument(kind, "980102", owner, recipient, values, dt.date(2026, 6, 1), corrects)
    return drafting.draft(by=by, at=when, new=new, clauses=clauses(kind, values), terms=TERMS)


def approved(kind: str = "correction_order", **more: Any) -> int:
    document = begin(kind, **more)
    when = more.get("when", NOW)
    if TERMS.catalogue.template(kind).review:
        drafting.submit(by=AUTHOR, at=when, document_id=document, terms=TERMS)
        drafting.review(by=REVIEWER, at=when, document_id=document, approve=True)
    return document


def issued(kind: str = "correction_order", **more: Any) -> int:
    document = approved(kind, **more)
    issuing.issue(by=CHIEF, at=more.get("when", NOW), document_id=document, terms=TERMS)
    return document
