"""Clauses that a document relies on: how they are cited, and their text of the day of the act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.statutes.numerals import write_number
from zhunsheng.core.statutes.references import Place, read_place


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as it goes into a document. Without text, `missing_zh` is the bureau's notice and why.

    `words` is the citation as written. `valid_from` is the first day of the text that was used.
    """

    law: str
    article: str
    words: str
    text: str
    valid_from: dt.date | None
    missing_zh: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values for storing."""
        day = self.valid_from.isoformat() if self.valid_from else None
        return {
            "law": self.law,
            "article": self.article,
            "words": self.words,
            "text": self.text,
            "valid_from": day,
            "missing_zh": self.missing_zh,
        }

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Clause:
        """From `as_json`."""
        day = body["valid_from"]
        first = dt.date.fromisoformat(day) if day else None
        return cls(body["law"], body["article"], body["words"], body["text"], first, str(body["missing_zh"]))


def clause_key(reference: Mapping[str, Any]) -> str:
    """Under which name a clause is kept: law and article as the reference gives them."""
    return f"{reference['law']}#{reference['article']}"


def citation_words(law: str, article: str, *, paragraphs: int | None = None) -> str:
    """A citation in full: 第八十三条第二款第四项. What is not a place is written as it stands.

    A single number in brackets is a paragraph or an item of the only list. With `paragraphs`, how many the
    article has, it is told apart; without, the number stays in brackets.
    """
    place = read_place(article)
    name = law if law.startswith("《") else f"《{law}》"
    if place is None:
        return f"{name}{article}"
    text = f"{name}第{write_number(place.number)}条"
    if place.branch:
        text += f"之{write_number(place.branch)}"
    return text + _inner(place, paragraphs)


def _inner(place: Place, paragraphs: int | None) -> str:
    numbers = [write_number(number) for number in place.inner]
    match numbers:
        case []:
            return ""
        case [only] if paragraphs is None:
            return f"（{only}）"
        case [only]:
            return (
                f"第{only}款"
                if paragraphs is not None and place.inner[0] <= paragraphs > 1
                else f"第{only}项"
            )
        case [paragraph, item, *_rest]:
            return f"第{paragraph}款第{item}项"
    return ""


def places_within(key: str, paragraphs: Sequence[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, str]]:
    """Every place of an article that can be cited, as (reference, its text): the whole, paragraphs, items.

    `key` is the article as references write it (83, 83-1); `paragraphs` are its text as [text, [item, …]].
    """
    yield key, ""
    for number, (text, items) in enumerate(paragraphs, 1):
        paragraph = f"{key}({number})" if len(paragraphs) > 1 else key
        if paragraph != key:
            yield paragraph, text
        yield from ((f"{paragraph}({item})", words) for item, words in enumerate(items, 1))
