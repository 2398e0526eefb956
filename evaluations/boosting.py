"""Challengers beside the scorecard: boosted trees that keep the directions of `directions.yaml`.

Who inspected is fitted as one more input that may not interact with the others, and is then left out, so
its strictness is taken off exactly. The *additive* challenger lets no two indicators interact: it is a sum
of one step function each, is written down as a table of whole hundredths, and is judged by the product's own
interpreter like any scorecard. The *joint* challenger lets them interact; its attribution walks from a
business that nothing is known about to this one, one indicator after the other in the order of the pack.
Neither acts: what they say is published as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from evaluations.features import Definition, Direction, Matrix
from zhunsheng.core.rules.tree import Bin, Pack

HUNDREDTHS_PER_LOGIT = 1_000
LOWEST = -(10**12)
ROUNDS = 150
SEED = 20261128
Ints = NDArray[np.int64]
# One thread everywhere: small trees wait for each other more than they work, and sums keep one order.


@dataclass(frozen=True)
class Boosted:
    """A fitted challenger; the inspector's term is held still, so it moves no ranking."""

    trees: HistGradientBoostingClassifier
    inputs: int

    def hundredths(self, x: Matrix) -> NDArray[np.float64]:
        """Risk in hundredths of a point against a business of which nothing is known; not yet rounded."""
        return self._logits(x) - self._logits(np.full((1, self.inputs), np.nan))

    def _logits(self, x: Matrix) -> NDArray[np.float64]:
        with_group = np.hstack([x, np.full((len(x), 1), np.nan)])
        with threadpool_limits(1):
            told: NDArray[np.float64] = HUNDREDTHS_PER_LOGIT * self.trees.decision_function(with_group)
        return told

    def attribution(self, row: Matrix) -> Ints:
        """Whole hundredths by indicator; they sum to the rounded score of the row, whatever the trees do."""
        walk = np.full((self.inputs + 1, self.inputs), np.nan)
        for step in range(1, self.inputs + 1):
            walk[step:, step - 1] = row[step - 1]
        told = self._logits(walk)
        steps: Ints = np.diff(np.rint(told - told[0]).astype(np.int64))
        return steps


def fit(
    x: Matrix,
    groups: Sequence[str],
    found: Ints,
    inputs: Sequence[Definition],
    *,
    additive: bool,
    rounds: int = ROUNDS,
) -> Boosted:
    """Fit on these rows; every row given must be known before the rows that are ranked later."""
    number = {name: float(at) for at, name in enumerate(sorted(set(groups)))}
    last = len(inputs)
    apart = [{n} for n in range(last)] if additive else [set(range(last))]
    trees = HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.05,
        max_leaf_nodes=15,
        min_samples_leaf=40,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=SEED,
        categorical_features=[last],
        monotonic_cst=[*(int(d.direction) for d in inputs), 0],
        interaction_cst=[*apart, {last}],
    )
    column = np.array([[number[g]] for g in groups])
    with threadpool_limits(1):
        return Boosted(trees.fit(np.hstack([x, column]), found), last)


def table(model: Boosted, x: Matrix) -> list[tuple[Bin, ...]]:
    """The additive challenger as bins of whole hundredths; `x` are the rows it was fitted on."""
    return [_steps(model, x, column) for column in range(model.inputs)]


def _steps(model: Boosted, x: Matrix, column: int) -> tuple[Bin, ...]:
    seen = np.unique(x[:, column][~np.isnan(x[:, column])])
    if not len(seen):
        return (Bin(LOWEST, 0),)
    alone = np.full((len(seen), model.inputs), np.nan)
    alone[:, column] = seen
    worth = np.rint(model.hundredths(alone)).astype(np.int64).tolist()
    # Trees part two seen values in their middle; a whole number above the middle is the edge of a bin.
    edges = [LOWEST, *(int(np.floor((a + b) / 2)) + 1 for a, b in pairwise(seen.tolist()))]
    bins = [Bin(edges[0], worth[0])]
    for edge, points in zip(edges[1:], worth[1:], strict=True):
        if points != bins[-1].points:
            bins.append(Bin(edge, points))
    return tuple(bins)


def as_pack(pack: Pack, bins: Sequence[tuple[Bin, ...]]) -> Pack:
    """The same definitions with the challenger's points, for the product's interpreter."""
    (model,) = pack.models
    indicators = tuple(replace(n, bins=b) for n, b in zip(model.indicators, bins, strict=True))
    return replace(pack, models=(replace(model, indicators=indicators),))


def broken_directions(inputs: Sequence[Definition], bins: Sequence[tuple[Bin, ...]]) -> list[str]:
    """Indicators whose points move against their direction: read off the table, whoever fitted it."""
    return [
        d.indicator
        for d, steps in zip(inputs, bins, strict=True)
        if d.direction is not Direction.FREE
        and any(int(d.direction) * (b.points - a.points) < 0 for a, b in pairwise(steps))
    ]
