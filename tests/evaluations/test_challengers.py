"""Challengers: no future, no broken direction, no inspector, and an explanation that adds up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import yaml

from evaluations.boosting import Boosted, as_pack, broken_directions, fit, table
from evaluations.challenging import FOLDER, folds
from evaluations.features import Definition, Direction, Matrix, definitions, features
from evaluations.judged import FactBook, Row, judge_rows, read_pack, scores
from evaluations.leaks import LeakError, leaking_columns, refuse_overlap
from evaluations.measures import auc
from zhunsheng.core.rules.tree import Bin

PACK = read_pack("minneapolis")
ROUNDS = 40
DAY = dt.date(2012, 3, 1)
TWO = (Definition("A", Direction.RISES), Definition("B", Direction.FREE))


@pytest.fixture(scope="module")
def book() -> FactBook:
    book = FactBook()
    for number in range(6):
        for month in range(1, 7):
            found = (number * month) % 5
            payload = {"critical": found, "violations": found, "critical_excess": 900 * found, "risk": 1}
            day = dt.date(2012, month, 1 + number)
            book.tell(f"s{number}", "ROUTINE_RESULT", day, payload | {"violations_excess": 700 * found})
    book.settle()
    return book


ROWS = [Row(f"s{n}", dt.date(2012, 4, 1 + n), n % 2, "x", False) for n in range(6)]


def _make(book: FactBook, rows: Sequence[Row]) -> Matrix:
    return features(PACK, book, rows)


def test_the_indicators_own_values_know_nothing_of_the_future(book: FactBook) -> None:
    assert leaking_columns(_make, book, ROWS) == []
    assert np.isfinite(_make(book, ROWS)).any()


def _of_any_time(book: FactBook, rows: Sequence[Row]) -> list[float]:
    return [float(len(book.by_subject[r.subject])) for r in rows]


def _of_the_day_itself(book: FactBook, rows: Sequence[Row]) -> list[float]:
    ends = [dt.datetime.combine(r.day, dt.time(23), dt.UTC).timestamp() for r in rows]
    return [
        float(sum(f.occurred_at <= end for f in book.by_subject[r.subject]))
        for r, end in zip(rows, ends, strict=True)
    ]


def _of_the_outcome(book: FactBook, rows: Sequence[Row]) -> list[float]:
    return [float(r.found) for r in rows]


@pytest.mark.parametrize("leak", [_of_any_time, _of_the_day_itself, _of_the_outcome])
def test_a_planted_leak_is_caught(book: FactBook, leak: object) -> None:
    assert callable(leak)

    def planted(book: FactBook, rows: Sequence[Row]) -> Matrix:
        return np.hstack([_make(book, rows), np.array(leak(book, rows))[:, None]])

    assert leaking_columns(planted, book, ROWS) == [len(PACK.models[0].indicators)]


def test_a_fact_that_was_told_later_is_not_yet_known() -> None:
    book = FactBook()
    book.tell("s", "ROUTINE_RESULT", DAY, {"critical": 1, "critical_excess": 1, "risk": 1})
    (fact,) = book.by_subject["s"]
    late = replace(fact, recorded_at=fact.recorded_at + 90 * 86_400)
    book.by_subject["s"] = [late]
    (row,) = _make(book, [Row("s", DAY + dt.timedelta(days=30), 0, "x", False)])
    (after,) = _make(book, [Row("s", DAY + dt.timedelta(days=120), 0, "x", False)])
    assert np.isnan(row[0]) and not np.isnan(after[0])


def test_no_fit_may_know_what_it_ranks() -> None:
    early, late = Row("s", DAY, 0, "x", False), Row("s", DAY + dt.timedelta(days=1), 0, "x", True)
    refuse_overlap([early], [late])
    with pytest.raises(LeakError):
        refuse_overlap([early, late], [late])


def test_walking_forward_never_cuts_a_day() -> None:
    rows = [Row("s", DAY + dt.timedelta(days=n // 7), 0, "x", False) for n in range(300)]
    walks = folds(rows)
    assert len(walks) == 4
    for past, then in walks:
        assert max(rows[i].day for i in past) < min(rows[i].day for i in then)


def _world(seed: int) -> tuple[Matrix, list[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """A really rises except for a planted dip at 5; B rises beyond 10; the strict inspector finds more."""
    random = np.random.default_rng(seed)
    a, b = random.integers(0, 10, 3000), random.integers(0, 20, 3000)
    strict = random.integers(0, 2, 3000)
    logit = 0.4 * a - 3 * (a == 5) + 1.0 * (b > 10) + 2.5 * strict - 4.5
    found = (random.random(3000) < 1 / (1 + np.exp(-logit))).astype(np.int64)
    x = np.stack([a, b], axis=1).astype(np.float64)
    x[random.random(3000) < 0.1, 1] = np.nan
    return x, ["strict" if s else "mild" for s in strict], found


@pytest.fixture(scope="module", params=[True, False], ids=["additive", "joint"])
def fitted(request: pytest.FixtureRequest) -> Boosted:
    x, groups, found = _world(1)
    return fit(x, groups, found, TWO, additive=request.param, rounds=ROUNDS)


def test_a_finding_never_lowers_the_risk_though_the_data_dip(fitted: Boosted) -> None:
    for b in (0.0, 15.0, np.nan):
        risk = fitted.hundredths(np.array([[a, b] for a in range(10)], dtype=np.float64))
        assert (np.diff(risk) >= 0).all()


def test_who_inspected_is_not_in_the_score(fitted: Boosted) -> None:
    x, groups, found = _world(2)
    strict = np.array([g == "strict" for g in groups]).astype(np.int64)
    assert abs(auc(fitted.hundredths(x), strict) - 0.5) < 0.03
    assert auc(fitted.hundredths(x), found) > 0.6


def test_the_steps_of_an_explanation_sum_to_the_score(fitted: Boosted) -> None:
    x, _, _ = _world(3)
    for row in x[:6]:
        told = fitted.attribution(row)
        assert told.dtype == np.int64
        assert told.sum() == round(float(fitted.hundredths(row[None, :])[0]))


def test_the_additive_one_is_its_table() -> None:
    x, groups, found = _world(4)
    model = fit(x, groups, found, TWO, additive=True, rounds=ROUNDS)
    bins = table(model, x)
    assert broken_directions(TWO, bins) == []
    for row in x[:6]:
        points = sum(
            max((b for b in steps if v >= b.at_least), key=lambda b: b.at_least).points
            for v, steps in zip(row, bins, strict=True)
            if not np.isnan(v)
        )
        assert abs(points - model.hundredths(row[None, :])[0]) <= len(TWO) / 2
        alone = [model.attribution(np.where(np.arange(2) == n, row, np.nan))[n] for n in range(2)]
        assert abs(sum(alone) - points) <= len(TWO)


def test_points_against_their_direction_are_named() -> None:
    dip = (Bin(0, 5), Bin(3, 4))
    assert broken_directions(TWO, [dip, dip]) == ["A"]
    assert broken_directions((Definition("A", Direction.FALLS), TWO[1]), [dip, dip]) == []


@pytest.mark.parametrize("name", ["chicago", "sf", "minneapolis"])
def test_published_challengers_are_data_that_the_engine_judges_and_keep_the_directions(
    name: str, book: FactBook
) -> None:
    pack = read_pack(name)
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    bins = [tuple(Bin(at, points) for at, points in steps) for steps in content["points"].values()]
    assert list(content["points"]) == [n.id for n in pack.models[0].indicators]
    assert broken_directions(definitions(pack, name), bins) == []
    judged = judge_rows(as_pack(pack, bins), book, ROWS)
    assert scores(judged).tolist() == [sum(i.points for i in one.indicators) for one in judged]
