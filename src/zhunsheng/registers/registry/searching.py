"""Subjects by part of a name, first letters of its pinyin, any number or the telephone, without a scan.

Everything is cut into words in ASCII, so that both databases' full-text indexes take it: FTS5 on SQLite, a
tsvector with GIN on PostgreSQL. A name becomes a word for each pair of characters, and a part of a name is a
phrase of such words; a telephone is kept as a fingerprint. The table lies before the wall, because PostgreSQL
searches nothing behind it by index: what it finds, ids only, is looked up in `Subject`, in scope.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from zhunsheng.registers.registry.models import Subject

TABLE, SUBJECTS = "registry_searchwords", Subject._meta.db_table
FEW = 5_000
GAP = "z"
CHARACTERS_MAX = 20
NUMBER_CHARACTERS_MIN, PHONE_DIGITS_MIN = 4, 7


@lru_cache(maxsize=1)
def _pinyin() -> Any:
    """Imported on first use: its dictionaries take most of a second, and most commands index nothing."""
    return import_module("pypinyin")


def letters(name: str) -> str:
    """The first letters of the pinyin, phrases considered (重庆 is cq); what is no Chinese stays."""
    told = _pinyin().lazy_pinyin(name, style=_pinyin().Style.FIRST_LETTER)
    return "".join(told).lower()


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def _pairs(mark: str, text: str) -> list[str]:
    codes = [f"{ord(c):05x}" for c in text]
    return [f"{mark}{a}{b}" for a, b in zip(codes, [*codes, ""][1:], strict=True)]


@dataclass(frozen=True, slots=True)
class Known:
    """What a subject can be found by: all its names, all its numbers and those of its belongings."""

    id: int
    names: Sequence[str]
    numbers: Sequence[str] = ()
    phone: str = ""


def words_of(known: Known) -> str:
    """What is indexed for a subject."""
    told: list[str] = []
    for name in known.names:
        plain = _plain(name)
        told += [*_pairs("n", plain), GAP, *_pairs("p", _plain(letters(name))), GAP]
    told += [word for number in known.numbers if (word := _number(number))]
    return " ".join([*told, *([_fingerprint(known.phone)] if known.phone else [])])


def _number(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isascii() and c.isalnum())
    return f"c{plain}" if len(plain) >= NUMBER_CHARACTERS_MIN else ""


def _fingerprint(phone: str) -> str:
    digits = "".join(c for c in phone if c.isdigit())
    return f"t{hashlib.sha256(digits.encode()).hexdigest()[:20]}"


def _phrases(text: str, *, phones: bool) -> list[list[str]]:
    """The phrases of which one must occur; the last word of each may go on."""
    plain = _plain(text)[:CHARACTERS_MAX]
    marks = ["n", "p"] if plain.isascii() and plain.isalpha() else ["n"]
    # The last character begins a pair whose second half is not known.
    told = [(words[:-1] if len(words) > 1 else words) for mark in marks if (words := _pairs(mark, plain))]
    if any(c.isdigit() for c in text) and (word := _number(text)):
        told.append([word])
    digits = "".join(c for c in text if c.isdigit())
    if phones and len(digits) >= PHONE_DIGITS_MIN:
        told.append([_fingerprint(digits)])
    return told


def found_by(rows: QuerySet[Subject], text: str, *, phones: bool = False) -> QuerySet[Subject] | None:
    """Those of the subjects that this text finds, by telephone only if `phones`; None when it says nothing.

    Few are looked up by number. Of many it is asked one by one while a list is walked, for PostgreSQL must
    read a row to tell whether words follow each other, and would read all of them first.
    """
    phrases = _phrases(text, phones=phones)
    if not phrases:
        return None
    query, match = _query(phrases)
    number = "id" if connection.vendor == "postgresql" else "rowid"
    first = f"SELECT {number} FROM {TABLE} WHERE {match} LIMIT {FEW + 1}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(first, [query])
        ids = [number for (number,) in cursor.fetchall()]
    if len(ids) <= FEW:
        return rows.filter(id__in=ids)
    if connection.vendor == "postgresql":
        each = f"EXISTS (SELECT 1 FROM {TABLE} w WHERE w.id = {SUBJECTS}.id AND w.{match} OFFSET 0)"  # noqa: S608
        return rows.filter(RawSQL(each, [query], output_field=BooleanField()))  # noqa: S611
    return rows.filter(id__in=RawSQL(f"SELECT rowid FROM {TABLE} WHERE {match}", [query]))  # noqa: S608, S611


def _query(phrases: list[list[str]]) -> tuple[str, str]:
    """The phrases in the database's own language, and the condition that takes them."""
    if connection.vendor == "postgresql":
        told = " | ".join(f"({' <-> '.join([*words[:-1], f'{words[-1]}:*'])})" for words in phrases)
        return told, "words @@ to_tsquery('simple', %s)"
    return " OR ".join(
        f"({' + '.join([*words[:-1], f'{words[-1]}*'])})" for words in phrases
    ), "words MATCH %s"


def index(subjects: Iterable[Known]) -> None:
    """Bring the index in step for these subjects, in the caller's transaction."""
    rows = [(known.id, words_of(known)) for known in subjects]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(
                f"INSERT INTO {TABLE} (id, words) VALUES (%s, to_tsvector('simple', %s)) "  # noqa: S608
                "ON CONFLICT (id) DO UPDATE SET words = excluded.words",
                rows,
            )
        else:
            cursor.executemany(f"INSERT OR REPLACE INTO {TABLE} (rowid, words) VALUES (%s, %s)", rows)  # noqa: S608


def index_all(subjects: Any, rows_at_once: int = 1_000) -> int:
    """Index a query set of subjects from what is recorded of them; how many."""
    kept = subjects.order_by("id").prefetch_related("names", "identifiers", "belongings")
    found, count = iter(kept.iterator(chunk_size=rows_at_once)), 0
    while part := list(islice(found, rows_at_once)):
        index(
            Known(
                row.id,
                [row.name, *{name.name for name in row.names.all()} - {row.name}],
                [
                    row.key,
                    *(i.number for i in row.identifiers.all()),
                    *(b.number for b in row.belongings.all()),
                ],
                row.phone,
            )
            for row in part
        )
        count += len(part)
    return count
