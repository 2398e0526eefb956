"""Challengers fitted, walked forward in time, tried against leaks, and written down as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from threadpoolctl import threadpool_limits

from evaluations.boosting import Boosted, Ints, as_pack, broken_directions, fit, table
from evaluations.calibrate import fitted_points
from evaluations.cities import City
from evaluations.features import Definition, Matrix, definitions, features, values
from evaluations.judged import FactBook, Row, judge_rows, one_hot, read_pack, scores
from evaluations.leaks import leaking_columns, refuse_overlap
from evaluations.measures import Visits, auc_within
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import ModelResult

FOLDER = Path(__file__).parent / "challengers"
BLOCKS, BLOCKS_RANKED = 6, 4
ROWS_TRIED = 200
SEED = 20261128
SCORECARD, ADDITIVE, JOINT = "the scorecard", "challenger, additive", "challenger, joint"
SHUFFLES = 20
CONTROL = f"control: outcomes shuffled before fitting (mean of {SHUFFLES})"


@dataclass(frozen=True)
class Challenge:
    """What the challengers of a city reached: scores of the test rows, walks forward, leaks, broken rules.

    `controls`: scores of the test rows after fitting to shuffled outcomes, one for each shuffle.
    """

    scores: dict[str, Matrix]
    controls: list[Matrix]
    walked: dict[str, float]
    leaking: list[int]
    rows_tried: int
    broken: list[str]


@dataclass(frozen=True)
class Case:
    """A city's rows with their inputs; `one_of` says which bin of the scorecard each row fell into."""

    pack: Pack
    inputs: tuple[Definition, ...]
    rows: Sequence[Row]
    x: Matrix
    one_of: Matrix

    @property
    def found(self) -> Ints:
        """Outcomes as 0 and 1."""
        return np.array([int(r.found) for r in self.rows], dtype=np.int64)

    def fit(self, past: Ints, found: Ints, *, additive: bool) -> Boosted:
        """Fit on these rows with these outcomes."""
        groups = [self.rows[i].group for i in past]
        return fit(self.x[past], groups, found[past], self.inputs, additive=additive)


def challenge(city: City, rows: Sequence[Row], book: FactBook, results: Sequence[ModelResult]) -> Challenge:
    """Fit on the training rows, rank the test rows, walk forward, look for leaks, write the additive one."""
    pack = read_pack(city.pack)
    case = Case(pack, definitions(pack, city.pack), rows, values(results), one_hot(pack, results)[0])
    past = np.flatnonzero([not r.test for r in rows])
    then = np.flatnonzero([r.test for r in rows])
    refuse_overlap(taken(rows, past), taken(rows, then))
    additive = case.fit(past, case.found, additive=True)
    bins = table(additive, case.x[past])
    judged = as_pack(pack, bins)
    told = {
        ADDITIVE: scores(judge_rows(judged, book, taken(rows, then))),
        JOINT: case.fit(past, case.found, additive=False).hundredths(case.x[then]),
    }
    _write(city, judged, max(row.day for row in taken(rows, past)))
    tried = taken(rows, then[:: max(1, len(then) // ROWS_TRIED)])
    return Challenge(
        told,
        [
            case.fit(past, found, additive=True).hundredths(case.x[then])
            for found in shuffled(case.found, past)
        ],
        {name: _walked(case, score) for name, score in _walkers(case).items()},
        leaking_columns(lambda b, r: features(pack, b, r), book, tried),
        len(tried),
        broken_directions(case.inputs, bins),
    )


def taken(rows: Sequence[Row], places: Ints) -> list[Row]:
    """The rows at these places, in their order."""
    return [rows[place] for place in places.tolist()]


def shuffled(found: Ints, past: Ints) -> Iterator[Ints]:
    """Outcomes with those of the past dealt out anew, once for each shuffle; the rest stays as it was."""
    generator = np.random.default_rng(SEED)
    for _ in range(SHUFFLES):
        dealt = found.copy()
        dealt[past] = generator.permutation(dealt[past])
        yield dealt


def _walkers(case: Case) -> dict[str, Callable[[Ints, Ints], Matrix]]:
    def scorecard(past: Ints, then: Ints) -> Matrix:
        marked = [replace(case.rows[i], test=False) for i in past]
        with threadpool_limits(1):
            return case.one_of[then] @ fitted_points(case.one_of[past], marked)

    def boosted(additive: bool) -> Callable[[Ints, Ints], Matrix]:
        return lambda past, then: case.fit(past, case.found, additive=additive).hundredths(case.x[then])

    return {SCORECARD: scorecard, ADDITIVE: boosted(True), JOINT: boosted(False)}


def folds(rows: Sequence[Row]) -> list[tuple[Ints, Ints]]:
    """(past, then): blocks of time, each ranked by what was known before its first day; days are not cut."""
    days = np.array([r.day.toordinal() for r in rows])
    edges = np.quantile(days, np.arange(1, BLOCKS) / BLOCKS, method="lower")
    block = np.searchsorted(edges, days, side="right")
    told = [
        (np.flatnonzero(block < number), np.flatnonzero(block == number))
        for number in range(BLOCKS - BLOCKS_RANKED, BLOCKS)
    ]
    for past, then in told:
        refuse_overlap(taken(rows, past), taken(rows, then))
    return told


def _walked(case: Case, score: Callable[[Ints, Ints], Matrix]) -> float:
    """Mean AUC within groups over the blocks, everything fitted anew before each."""
    told = []
    for past, then in folds(case.rows):
        rows = taken(case.rows, then)
        visits = Visits(
            np.array([r.day.toordinal() for r in rows]), case.found[then], np.array([r.group for r in rows])
        )
        told.append(auc_within(score(past, then), visits))
    return float(np.mean(told))


def _write(city: City, pack: Pack, known_until: dt.date) -> None:
    """The additive challenger as data: directions kept, points in hundredths, nothing that acts on it."""
    (model,) = pack.models
    content = {
        "schema": "zhunsheng.challenger/1",
        "pack": city.pack,
        "outcomes_known_until": known_until,
        "points": {n.id: [[b.at_least, b.points] for b in n.bins] for n in model.indicators},
    }
    text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=110)
    (FOLDER / f"{city.pack}.yaml").write_text(text, encoding="utf-8")


WORDS = """## Challengers

Boosted trees (scikit-learn, the optional extra `learning`) on the indicators' own values as of the eve of
each visit, judged by the same interpreter. What was found and proved may only raise the risk
(`evaluations/directions.yaml`); who inspected is an input that may not interact and is then left out. The
additive one is a table of whole hundredths (`evaluations/challengers`), so its points are its explanation;
the joint one is explained by a walk through the indicators whose steps sum to the score. They act on nothing:
the scorecard stays the default, and a challenger is published, if at all, as a pack through a rule's life.

Walk-forward: six blocks of time over all rows, the last four ranked, everything fitted anew on what was known
before each; mean AUC within groups. Leaks: rows made again from what was known on the eve alone, with another
outcome; an input that changes has read the future. The scorecard's bins were cut by looking at all earlier
rows, which flatters its walk a little. **Walking forward, the scorecard leads in all three cities.** On the
test rows the additive challenger has the higher AUC within in Chicago and both have it in Minneapolis; the
intervals of the days overlap everywhere. The control learns nothing, but its directions still hold: they
alone rank better than chance, and in Minneapolis they bring half and more of a challenger's gain in days.
"""


def section(told: Sequence[tuple[str, Challenge]]) -> str:
    """The figures of all cities."""
    heads = ("city", SCORECARD, ADDITIVE, JOINT, "tried for leaks", "leaking inputs", "broken directions")
    rows = [heads, ("---", *["--:"] * 6)]
    for title, one in told:
        walked = [f"{one.walked[name]:.3f}" for name in (SCORECARD, ADDITIVE, JOINT)]
        counts = (str(one.rows_tried), str(len(one.leaking)), str(len(one.broken)))
        rows.append((title, *walked, *counts))
    return "\n".join([WORDS, *(f"| {' | '.join(row)} |" for row in rows), ""])
