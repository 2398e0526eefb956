"""Facts in, points out: every row of an evaluation is judged by the product's own interpreter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from zhunsheng.core.clock import day_end, day_start
from zhunsheng.core.contracts import ContractSet, parse_contracts
from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.core.packs.load import assemble
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import ModelResult, Timeline
from zhunsheng.engine.reference.classes import judge_model
from zhunsheng.engine.reference.measures import Evaluator

PACKS = Path(__file__).parent / "packs"
NOWHERE = Timeline((), ())


@dataclass(frozen=True)
class Row:
    """One visit to be ranked: whose, when, what was found, by which group, fitted on or tested."""

    subject: str
    day: dt.date
    found: int
    group: str
    test: bool


class FactBook:
    """The facts of an evaluation by subject; ids and sequence by order of telling."""

    def __init__(self) -> None:
        self.by_subject: dict[str, list[Fact]] = {}
        self._told = 0

    def tell(self, subject: str, kind: str, day: dt.date, payload: Mapping[str, Scalar]) -> None:
        """A fact known on the evening of its day."""
        self._told += 1
        at = day_start(day)
        fact = Fact(f"f{self._told}", kind, subject, at, at, self._told, payload=payload, stated_at=at)
        self.by_subject.setdefault(subject, []).append(fact)

    def settle(self) -> None:
        """Put every timeline in order once; no fact is corrected here."""
        for facts in self.by_subject.values():
            facts.sort(key=lambda f: f.order)


def read_pack(name: str) -> Pack:
    """One pack of this folder: its contracts, model and indicators."""
    documents: list[tuple[str, Any]] = []
    contracts: dict[str, Any] = {}
    for path in sorted((PACKS / name).glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "kinds" in document:
            contracts |= {c.kind: c for c in parse_contracts(document, where=path.name)}
        else:
            documents += [(path.name, part) for part in document.get("documents", [document])]
    return assemble(documents, ContractSet(contracts))


def judge_rows(pack: Pack, book: FactBook, rows: Sequence[Row]) -> list[ModelResult]:
    """The model's result for each row as of the evening before the visit."""
    (model,) = pack.models
    results = []
    for row in rows:
        eve = day_end(row.day - dt.timedelta(days=1))
        told = book.by_subject.get(row.subject, ())
        past = tuple(f for f in told if max(f.occurred_at, f.recorded_at) <= eve)
        results.append(judge_model(model, Evaluator(Timeline(past, ()), NOWHERE, eve, pack.sources)))
    return results


def scores(results: Iterable[ModelResult]) -> NDArray[np.float64]:
    """The sum of indicator points, before the floor at zero, as numbers to rank by."""
    return np.array([r.score - r.floor_adjustment for r in results], dtype=np.float64)


def one_hot(pack: Pack, results: Sequence[ModelResult]) -> tuple[NDArray[np.float64], list[tuple[str, int]]]:
    """Which bin of which indicator each row fell into, for calibration: columns (indicator, bin)."""
    (model,) = pack.models
    columns = [(n.id, k) for n in model.indicators for k in range(len(n.bins))]
    at = {name: index for index, name in enumerate(columns)}
    matrix = np.zeros((len(results), len(columns)))
    for number, result in enumerate(results):
        for node, told in zip(model.indicators, result.indicators, strict=True):
            if told.value is None:
                continue
            top, bottom = told.value
            reached = [k for k, b in enumerate(node.bins) if top >= b.at_least * bottom]
            if reached:
                matrix[number, at[(node.id, reached[-1])]] = 1.0
    return matrix, columns
