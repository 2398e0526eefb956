"""Nothing of the future may reach a feature or a fit: what could be peeked at is taken away and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from evaluations.features import Matrix
from evaluations.judged import FactBook, Row
from zhunsheng.core.clock import day_end

Maker = Callable[[FactBook, Sequence[Row]], Matrix]


class LeakError(Exception):
    """A model would have been fitted on what only became known later."""


def leaking_columns(make: Maker, book: FactBook, rows: Sequence[Row]) -> list[int]:
    """The columns that look into the future.

    Each row is made twice: with the whole book, and with only what was known on its eve and another
    outcome. A column that differs has read a later fact, a fact told later, or the outcome itself.
    """
    whole = make(book, rows)
    blind = np.vstack([make(_known_before(book, row), [replace(row, found=1 - row.found)]) for row in rows])
    same = (whole == blind) | (np.isnan(whole) & np.isnan(blind))
    return np.flatnonzero(~same.all(axis=0)).tolist()


def _known_before(book: FactBook, row: Row) -> FactBook:
    eve = day_end(row.day - dt.timedelta(days=1))
    short = FactBook()
    short.by_subject = {
        subject: [f for f in facts if max(f.occurred_at, f.recorded_at) <= eve]
        for subject, facts in book.by_subject.items()
        if subject == row.subject
    }
    return short


def refuse_overlap(past: Sequence[Row], then: Sequence[Row]) -> None:
    """LeakError when an outcome to learn from was not known before the first visit to be ranked."""
    latest, first = max(r.day for r in past), min(r.day for r in then)
    if latest >= first:
        raise LeakError(f"{latest} >= {first}")
