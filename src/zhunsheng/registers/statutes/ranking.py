"""One definition of relevance for every database: BM25 over fields with weights, from stored postings.

No Django here: the evaluation ranks with exactly this code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhunsheng.core.statutes.tokens import tokens

K1, B = 1.2, 0.5
NAME_WEIGHT, DIVISION_WEIGHT, EXPANSION_WEIGHT = 2.0, 1.0, 0.3
# Single characters find what is said in other words that share a part; pairs of them say more.
CHARACTER_WEIGHT = 0.35
CHARACTER = re.compile("[一-鿿]")
# A question is more often answered by a statute than by a local rule; the first pattern that fits counts.
RANKS = (
    (re.compile(r"法典$"), 1.8),
    (re.compile(r"法$"), 1.4),
    (re.compile(r"^最高人民法院"), 1.2),
    (re.compile(r"^(?!中华人民共和国).*(?:省|市|自治区|自治州|县)"), 0.7),
    (re.compile(r""), 1.0),
)
POSTING = np.dtype([("document", "<i4"), ("weight", "<f4")])
Postings = NDArray[np.void]
Fetch = Callable[[Iterable[str]], Mapping[str, Postings]]


@dataclass(frozen=True, slots=True)
class Field:
    """What of an article is searched."""

    text: str
    name: str
    division: str


def weights(field: Field) -> tuple[dict[str, float], float]:
    """Token → weighted frequency, and the length of the article in tokens."""
    counted: Counter[str] = Counter(tokens(field.text))
    length = float(sum(counted.values()))
    counted |= Counter(CHARACTER.findall(field.text))
    found: dict[str, float] = dict(counted)
    for part, weight in ((field.name, NAME_WEIGHT), (field.division, DIVISION_WEIGHT)):
        for token in set(tokens(part)):
            found[token] = found.get(token, 0.0) + weight
    return found, length


def standing_of(name: str) -> float:
    """How much the kind of a law, told from its full name, counts."""
    return next(factor for pattern, factor in RANKS if pattern.search(name))


def build(fields: Iterable[tuple[int, Field]]) -> dict[str, Postings]:
    """Postings of all tokens; each weight is saturated and length-corrected, ready to be summed."""
    raw: dict[str, list[tuple[int, float]]] = {}
    lengths: dict[int, float] = {}
    factors: dict[int, float] = {}
    for document, field in fields:
        factors[document] = standing_of(field.name)
        found, lengths[document] = weights(field)
        for token, weight in found.items():
            raw.setdefault(token, []).append((document, weight))
    mean = sum(lengths.values()) / max(len(lengths), 1) or 1.0
    built: dict[str, Postings] = {}
    for token, pairs in raw.items():
        rarity = np.log(1 + (len(lengths) - len(pairs) + 0.5) / (len(pairs) + 0.5))
        rows = np.empty(len(pairs), POSTING)
        rows["document"] = [document for document, _ in pairs]
        frequency = np.array([weight for _, weight in pairs])
        length = np.array([lengths[document] for document, _ in pairs])
        factor = np.array([factors[document] for document, _ in pairs])
        saturated = frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / mean))
        share = CHARACTER_WEIGHT if CHARACTER.fullmatch(token) else 1.0
        rows["weight"] = share * rarity * saturated * factor
        built[token] = rows
    return built


def query_weights(question: str, expansions: Mapping[str, Iterable[str]], weight: float) -> dict[str, float]:
    """Tokens of a question, and of the words of law that its everyday words stand for.

    What stands for no word of law (“怎么办”) only asks, and is left out.
    """
    for asking in sorted((word for word, legal in expansions.items() if not legal), key=len, reverse=True):
        question = question.replace(asking, " ")
    found: Counter[str] = Counter(tokens(question))
    wanted = {token: min(float(n), 2.0) for token, n in found.items()}
    wanted |= dict.fromkeys(CHARACTER.findall(question), 1.0)
    for everyday, legal in expansions.items():
        if everyday in question:
            for word in legal:
                for token in tokens(word):
                    wanted[token] = max(wanted.get(token, 0.0), weight)
    return wanted


def rank(wanted: Mapping[str, float], fetch: Fetch, *, top: int) -> list[tuple[int, float]]:
    """(document, score) of the best, ties by the lower document."""
    postings = fetch(wanted)
    if not postings:
        return []
    size = max(int(rows["document"].max()) for rows in postings.values() if len(rows)) + 1
    scores = np.zeros(size)
    for token, rows in postings.items():
        scores[rows["document"]] += rows["weight"] * wanted[token]  # each document once a token
    best = np.lexsort((np.arange(size), -scores))[:top]
    return [(int(i), float(scores[i])) for i in best if scores[i] > 0]
