"""The yardstick by our kernel from our own store; `python -m benchmarks.kernel kernel|decoding FOLDER`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numba.core.registry import cpu_target

from benchmarks import yardstick as y
from benchmarks.city import AS_OF
from benchmarks.contending import Digest, compete
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast.batch import Yardstick, judge_batch
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.fast.store import read_store


def kernel(folder: Path) -> Digest:
    """Block by block; points, indicators and classes of every subject are written out."""
    pack, ready = y.pack(), None
    classes, touched, scores = np.zeros(4, np.int64), np.zeros((64, 2), np.int64), 0
    for block in read_store(folder / "facts.arrow"):
        ready = ready or Yardstick.of(pack, block.dictionary)
        result = judge_batch(pack, block, [], AS_OF, AS_OF, ready)
        classes += np.bincount(result.models[:, 0, 2], minlength=4)
        scores += int(result.models[:, 0, 0].sum(dtype=np.int64))
        shown = result.dense.reshape(-1) & 7
        at = np.flatnonzero(shown >= c.C_YELLOW)
        touched += np.bincount(at % 64 * 2 + (shown[at] == c.C_RED), minlength=128).reshape(64, 2)
    return {"classes": classes.tolist(), "touched": touched.tolist(), "scores": scores}


def decoding(folder: Path) -> Digest:
    """Only the reading of our store."""
    total = 0
    for block in read_store(folder / "facts.arrow"):
        arrays: FactColumns = block
        total += int(arrays.columns.occurred[-1]) + len(arrays.subjects)
    return {"read": total}


def finish_imports() -> None:
    """What numba puts off until its first call: half a second of imports, no part of judging."""
    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()


if __name__ == "__main__":
    finish_imports()
    compete({"kernel": kernel, "decoding": decoding})
