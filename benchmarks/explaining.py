"""Why, and the way back, for one subject; and how soon a changed rule and a cold process judge."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks import yardstick as y
from benchmarks.city import AS_OF, HISTORY_SECONDS
from zhunsheng.core.facts import Fact
from zhunsheng.engine.explain import explain
from zhunsheng.engine.fast.batch import judge_batch
from zhunsheng.engine.packfiles import load_pack
from zhunsheng.engine.reference import judge
from zhunsheng.engine.single import SingleJudge

PACKS = Path(__file__).parent.parent / "packs"
RUNS = 15


def history(count: int, seed: int) -> list[Fact]:
    """Facts of one subject as the generated city spreads them."""
    chance = np.random.default_rng(seed)
    occurred = np.sort(AS_OF - chance.integers(0, HISTORY_SECONDS, count))
    kinds = np.minimum(chance.exponential(9, count).astype(int), y.KINDS - 1)
    severities = np.minimum(chance.geometric(0.6, count) - 1, y.SEVERITIES - 1)
    amounts = chance.integers(1, 60_000, count)
    return [
        Fact(
            *(f"S-{k}", f"K{kinds[k]}", "S", int(occurred[k]), int(occurred[k]), k),
            payload={"amount": int(amounts[k]), "severity": int(severities[k])},
        )
        for k in range(count)
    ]


def explanation(count: int) -> tuple[float, float]:
    """CPU milliseconds (median) of the judgement with its shares, and of its traces with all ways back."""
    pack, judged, explained = y.pack(), [], []
    for seed in range(RUNS + 1):
        facts = history(count, seed)
        began = time.process_time()
        judgement = judge(pack, "S", facts, [], AS_OF, AS_OF)
        between = time.process_time()
        explain(pack, judgement, facts, [])
        judged.append(between - began)
        explained.append(time.process_time() - between)
    return statistics.median(judged[1:]) * 1_000, statistics.median(explained[1:]) * 1_000


def changed_rule(folder: Path) -> tuple[float, int]:
    """CPU seconds from a changed file to the first judgement by it, and machine codes made meanwhile."""
    shutil.copytree(PACKS / "general", folder / "general")
    facts = history(10, 1)
    SingleJudge(load_pack(folder / "general").pack).judge("S", facts, (), AS_OF, AS_OF)
    kernels = _machine_codes()
    item = next((folder / "general" / "items").glob("T02-*.yaml"))
    item.write_text(
        item.read_text(encoding="utf-8").replace("at_least: 2}", "at_least: 4}"), encoding="utf-8"
    )
    began = time.process_time()
    SingleJudge(load_pack(folder / "general").pack).judge("S", facts, (), AS_OF, AS_OF)
    return time.process_time() - began, _machine_codes() - kernels


def _machine_codes() -> int:
    from_batch = vars(sys.modules[judge_batch.__module__])
    return sum(len(f.overloads) for f in from_batch.values() if hasattr(f, "overloads"))


def cold_start() -> float:
    """CPU seconds of a process from start to its first judgement by the general pack, bytecode on disk."""
    code = (
        "from benchmarks.explaining import *;"
        "SingleJudge(load_pack(PACKS / 'general').pack).judge('S', history(10, 1), (), AS_OF, AS_OF)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for _ in range(4):
        before = os.times()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        after = os.times()
        taken.append(after.children_user + after.children_system)
        taken[-1] -= before.children_user + before.children_system
    return min(taken[1:])
