"""One subject judged whole, again and again: with facts left out, or on another day."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns, sealed
from zhunsheng.engine.fast.compile import Compiler
from zhunsheng.engine.fast.feeding import set_instant
from zhunsheng.engine.fast.frames import bind, kind_of, opener
from zhunsheng.engine.fast.jit import I64, compiled
from zhunsheng.engine.fast.judging import judge_points
from zhunsheng.engine.fast.kept import open_world
from zhunsheng.engine.fast.layout import tables_of
from zhunsheng.engine.fast.scoring import judge_model
from zhunsheng.engine.fast.scratch import Scratch, scratch_for
from zhunsheng.engine.fast.sparing import Verdicts, verdicts_like
from zhunsheng.engine.fast.tables import Tables
from zhunsheng.engine.fast.taking import take_facts


class Trial(NamedTuple):
    """One subject, the memory to judge it in, and what it gets; `rows`: (point, object, shown) by object."""

    tables: Tables
    columns: Columns
    scratch: Scratch
    out: Verdicts
    rows: I64


def trial_of(tables: Tables, columns: Columns, facts: int, objects: int) -> tuple[Trial, I64]:
    """Memory for the first subject of some columns, and its frame; `hidden` may be changed between trials."""
    rows = np.zeros((objects * len(tables.points), 3), dtype=np.int64)
    scratch, out = scratch_for(tables, facts, objects), verdicts_like(tables, 1)
    trial = Trial(tables, sealed(columns), scratch, out, rows)
    return trial, bind(TRIAL, trial)


@compiled
def try_once(frame: I64, world_memory: I64, as_of: int, known_at: int, with_models: bool) -> int:
    """Judge the models, or else the points; how many rows of per-object points there are."""
    trial, world = open_trial(frame), open_world(world_memory)
    tables, columns, scratch, out = trial.tables, trial.columns, trial.scratch, trial.out
    set_instant(tables, scratch, as_of, known_at)
    take_facts(tables, columns, scratch, world, 0)
    if not with_models:
        return judge_points(tables, columns, scratch, world, out.dense[0], trial.rows, 0)
    for m in range(len(tables.models)):
        points, reasons, rules = out.points[0], out.reasons[0], out.rules[0]
        judge_model(tables, columns, scratch, world, m, points, reasons, rules, out.models[0, m])
    return 0


def _kind() -> Any:
    words = Dictionary()
    tables = tables_of(Compiler(Pack("", "", "", (), (), {}), words))
    columns = sealed(FactColumns.of((), words).columns)
    return kind_of(Trial(tables, columns, scratch_for(tables, 1, 1), verdicts_like(tables, 1), z.grid([], 3)))


TRIAL = _kind()
open_trial = opener(TRIAL)
