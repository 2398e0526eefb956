"""Importing statute texts, ending laws, building the search."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.statutes.parsing import ParsedLaw
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.registers.statutes import ranking
from zhunsheng.registers.statutes.models import Article, DateSource, Law, LawVersion, SearchToken


class UndatedLawError(ValueError):
    """A text without any date, and none was given."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: `new` is false when this text was known."""

    law: str
    valid_from: date
    date_source: str
    articles: int
    new: bool
    findings: tuple[str, ...]


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _dated(parsed: ParsedLaw, given: date | None) -> tuple[date, DateSource]:
    """A text amended after the day it states is in force from later: its last date is only a guess."""
    if given is not None:
        return given, DateSource.GIVEN
    stated, last = parsed.in_force_on, parsed.last_date
    if stated is not None and (last is None or last <= stated):
        return stated, DateSource.STATED
    if last is not None:
        return last, DateSource.LAST_DATE
    raise UndatedLawError(f"{parsed.name}：文本没有日期，请指明施行日期")


def import_law(
    *, by: Actor, at: datetime, parsed: ParsedLaw, source: str, valid_from: date | None = None
) -> Imported:
    """Keep one text as a version of its law; the same text again changes nothing.

    Raises UndatedLawError; another text of the same law and day is refused by the database.
    """
    name = "".join(parsed.name.split())
    bodies = [
        (a.number, a.branch, a.division, [[p.text, list(p.items)] for p in a.paragraphs])
        for a in parsed.articles
    ]
    content_hash = _hash(bodies)
    with transaction.atomic():
        law, _created = Law.objects.get_or_create(name=name)
        known = law.versions.filter(content_hash=content_hash).first()
        if known is not None:
            return Imported(name, known.valid_from, known.date_source, len(bodies), False, parsed.findings)
        day, how = _dated(parsed, valid_from)
        version = LawVersion.objects.create(
            law=law,
            valid_from=day,
            date_source=how.value,
            content_hash=content_hash,
            source=source,
            findings=list(parsed.findings),
            imported_at=at,
            imported_by=by.name,
        )
        Article.objects.bulk_create(
            Article(version=version, number=n, branch=b, division=d[:200], paragraphs=p)
            for n, b, d, p in bodies
        )
        detail = {"valid_from": str(day), "articles": len(bodies), "hash": content_hash}
        evidence.record(by=by, at=at, action="LAW_IMPORTED", target=f"law:{name}", detail=detail)
    return Imported(name, day, how.value, len(bodies), True, parsed.findings)


def repeal(*, by: Actor, at: datetime, law: str, on: date, reason: str) -> None:
    """A person records the first day on which a statute is no longer law."""
    by.require_person("记录法律废止")
    with transaction.atomic():
        Law.objects.filter(name=law).update(repealed_on=on)
        detail = {"on": str(on), "reason": reason}
        evidence.record(by=by, at=at, action="LAW_REPEALED", target=f"law:{law}", detail=detail)


def index_again(*, by: Actor, at: datetime) -> int:
    """Build the search anew from all articles; how many there are. A derived table: not audited."""
    del by, at
    rows = Article.objects.select_related("version__law")
    fields = [(row.id, ranking.Field(row.text, row.version.law.name, row.division)) for row in rows]
    built = ranking.build(fields)
    with transaction.atomic():
        SearchToken.objects.all().delete()
        SearchToken.objects.bulk_create(
            (SearchToken(token=token, postings=rows.tobytes()) for token, rows in built.items()),
            batch_size=2_000,
        )
    return len(fields)
