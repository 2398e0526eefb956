"""Points for the bins of an evaluation pack, fitted on training rows only.

A ridge logistic regression on "which bin of which indicator", with the inspector group as a nuisance
term that is fitted and then dropped. The strength of the ridge is chosen by fitting on the past and
looking at the next block of time, four times within the training rows, by the mean AUC inside groups;
the test rows are never looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evaluations.judged import Row
from evaluations.measures import Visits, auc_within

STRENGTHS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
BLOCKS = 6
BLOCKS_TRIED = 4
HUNDREDTHS_PER_LOGIT = 10_000
Matrix = NDArray[np.float64]


def _fit(x: Matrix, nuisance: Matrix, y: NDArray[np.int64], strength: float) -> Matrix:
    model = LogisticRegression(C=strength, max_iter=3000)
    model.fit(np.hstack([x, 2 * nuisance]), y)
    coefficients: Matrix = model.coef_[0][: x.shape[1]]
    return coefficients


def fitted_points(x: Matrix, rows: Sequence[Row]) -> NDArray[np.int64]:
    """Hundredths of a point for each column of x, from the rows that are not test rows."""
    groups = np.array([r.group for r in rows])
    nuisance = (groups[:, None] == np.unique(groups)[None, :]).astype(np.float64)
    y = np.array([r.found for r in rows])
    train = np.flatnonzero([not r.test for r in rows])
    by_time = train[np.argsort([rows[i].day.toordinal() for i in train.tolist()], kind="stable")]
    blocks = np.array_split(by_time, BLOCKS)

    def quality(strength: float) -> float:
        told = []
        for number in range(BLOCKS - BLOCKS_TRIED, BLOCKS):
            past, then = np.concatenate(blocks[:number]), blocks[number]
            days = np.array([rows[i].day.toordinal() for i in then])
            score = x[then] @ _fit(x[past], nuisance[past], y[past], strength)
            told.append(auc_within(score, Visits(days, y[then], groups[then])))
        return float(np.mean(told))

    best = max(STRENGTHS, key=quality)
    coefficients = _fit(x[train], nuisance[train], y[train], best)
    return np.rint(coefficients * HUNDREDTHS_PER_LOGIT).astype(np.int64)
