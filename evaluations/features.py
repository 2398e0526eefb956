"""Inputs of a challenger: the indicators' own values as of the eve of each visit, by the one engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from evaluations.judged import FactBook, Row, judge_rows
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import ModelResult

Matrix = NDArray[np.float64]
DIRECTIONS = Path(__file__).parent / "directions.yaml"


class Direction(IntEnum):
    """How risk may move when the value rises; the numbers are those of scikit-learn's constraint."""

    FALLS = -1
    FREE = 0
    RISES = 1


@dataclass(frozen=True)
class Definition:
    """One input: an indicator of the pack and the way it may move the risk."""

    indicator: str
    direction: Direction


def definitions(pack: Pack, name: str) -> tuple[Definition, ...]:
    """The indicators of the pack in their order, each with its direction; KeyError for an unknown name."""
    said = yaml.safe_load(DIRECTIONS.read_text(encoding="utf-8"))[name]
    (model,) = pack.models
    known = [n.id for n in model.indicators]
    if unknown := {*said["rises"], *said["falls"]} - set(known):
        raise KeyError(f"{name}: {sorted(unknown)}")
    way = dict.fromkeys(said["rises"], Direction.RISES) | dict.fromkeys(said["falls"], Direction.FALLS)
    return tuple(Definition(n, way.get(n, Direction.FREE)) for n in known)


def values(results: Sequence[ModelResult]) -> Matrix:
    """Rows × indicators, whole numbers (a fraction is rounded down, as a bin's edge reads it).

    What cannot be told is NaN: it is never zero.
    """
    return np.array(
        [
            [np.nan if told.value is None else told.value[0] // told.value[1] for told in result.indicators]
            for result in results
        ],
        dtype=np.float64,
    )


def features(pack: Pack, book: FactBook, rows: Sequence[Row]) -> Matrix:
    """The inputs of these rows, each as known on the eve of its visit."""
    return values(judge_rows(pack, book, rows))
