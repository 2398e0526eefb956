"""`python -m benchmarks --nation 1 10 50 190`: so many million businesses judged, killed and taken up again.

Every run is a process of its own (`benchmarks.nation`). Asked are CPU seconds a fact, peak memory, whether a
run that was killed in the middle ends with the bytes of one that was not, and what a day later costs.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.city import AS_OF
from benchmarks.nation import CHANGED_EVERY, DAY, SHARD, write_shard
from zhunsheng.engine.nation import layout as n
from zhunsheng.engine.nation import results as r
from zhunsheng.engine.nation.running import JUDGEMENTS

# Up to so many million businesses a run is made twice: once undisturbed, once killed.
TWICE_MAX = 10
DAY_LATER = 10
Report = dict[str, Any]


def tell(words: str) -> None:
    """A line of progress: these runs take long."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def generate(folder: Path, shards: int, *, later: bool = False) -> None:
    """Files that are not there yet; each is whole or not there."""
    for number in range(shards):
        if not (folder / n.FACTS / f"part-{number:05d}.parquet").exists():
            tell(f"{folder.name}: {write_shard(folder, number, SHARD, later=later):,} facts in file {number}")


def first_of(folder: Path, shards: int) -> Path:
    """A layout of the first files of another, without copying them."""
    made = folder.with_name(f"{folder.name}-{shards}")
    (made / n.FACTS).mkdir(parents=True, exist_ok=True)
    for path in sorted((folder / n.FACTS).glob("*.parquet"))[:shards]:
        if not (made / n.FACTS / path.name).exists():
            os.link(path, made / n.FACTS / path.name)
    return made


def judge(
    folder: Path, to: Path, since: Path | None = None, *, later: bool = False, kill_at: int = 101
) -> Report:
    """One run in a child process; killed when it says that so many percent are done."""
    words = [sys.executable, "-m", "benchmarks.nation", str(folder), str(to)]
    words += [*(["--since", str(since)] if since else []), *(["--later"] if later else [])]
    told: Report = {}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout or ():
            told = json.loads(line)
            if "percent" in told:
                if told["percent"] % 10 == 0:
                    tell(f"{to.name}: {told}")
                if told["percent"] >= kill_at:
                    child.kill()
    if kill_at > 100 and child.returncode:
        raise subprocess.CalledProcessError(child.returncode, words)
    return told


def taken_up(folder: Path, to: Path) -> Report:
    """A run that is killed in the middle and started again; what both spent is added up."""
    before = judge(folder, to, kill_at=50)
    report = judge(folder, to)
    report["cpu"] += before["cpu"]
    report["wall"] += before["wall"]
    report["peak_mb"] = max(report["peak_mb"], before["peak_mb"])
    return report


def sums(to: Path) -> dict[str, str]:
    """The digest of every file of a result."""
    told: dict[str, str] = json.loads((to / "done.json").read_text(encoding="utf-8"))["sha256"]
    return told


def growth(folder: Path, sizes: Sequence[int]) -> tuple[list[str], bool]:
    """The table of all sizes, and whether killed runs ended as the others."""
    lines = [
        "| businesses | facts | CPU s | CPU ns a fact | wall s | peak MB | killed in the middle |",
        "|--:|--:|--:|--:|--:|--:|---|",
    ]
    costs, undisturbed, right = [], dict[str, str](), True
    for size in sizes:
        source, to = first_of(folder, size), folder.with_name(f"result-{size}")
        last = size == sizes[-1] and len(sizes) > 1
        report = taken_up(source, to) if last else judge(source, to)
        told = sums(to)
        if not last and size <= TWICE_MAX:
            again = to.with_name(f"again-{size}")
            files = taken_up(source, again)["resumed"]
            same = sums(again) == told
            said = f"a second run, {files} files kept; {'same bytes' if same else 'OTHER BYTES'}"
            shutil.rmtree(again)
        elif last:
            shared = [name for name in undisturbed if name in told]
            same = all(told[name] == undisturbed[name] for name in shared)
            files = report["resumed"]
            said = f"this run, {files} files kept; {len(shared)} {'same' if same else 'OTHER'} as before"
        else:
            same, said = True, "–"
        undisturbed |= told
        right = right and same
        costs.append((report["facts"], report["cpu"]))
        each = report["cpu"] * 1e9 / report["facts"]
        spent = f"{report['cpu']:.1f} | {each:.0f} | {report['wall']:.0f} | {report['peak_mb']:.0f}"
        lines.append(f"| {report['subjects']:,} | {report['facts']:,} | {spent} | {said} |")
        tell(lines[-1])
        if size != DAY_LATER:
            shutil.rmtree(to)
    if len(costs) > 1:
        (few, cheap), (many, dear) = costs[0], costs[-1]
        slope = math.log(dear / cheap) / math.log(many / few)
        lines += ["", f"Slope of log CPU on log size, first to last: {slope:.3f}."]
    return [*lines, ""], right


def _yes(told: bool) -> str:
    return "yes" if told else "NO"


def a_day_later(folder: Path, size: int) -> tuple[list[str], bool]:
    """One in a thousand has a new fact and a day has passed: who is judged, and is all as if judged whole."""
    before, later = folder.with_name(f"result-{size}"), folder.with_name("later")
    generate(later, size, later=True)
    whole, since = folder.with_name("whole"), folder.with_name("since")
    everybody, some = judge(later, whole, later=True), judge(later, since, before, later=True)
    told = [_compared(before, since, whole, name) for name in sorted(sums(since))]
    right_ones, equal = all(t.right_ones for t in told), all(t.equal for t in told)
    changed, due, moved = (sum(getattr(t, name) for t in told) for name in ("changed", "due", "moved"))
    for place in (before, later, whole, since):
        shutil.rmtree(place)
    lines = [
        "### A day later",
        "",
        f"- Of {everybody['subjects']:,} businesses {changed:,} had a new fact, {due:,} others were due.",
        f"- {some['judged']:,} were judged, {some['carried']:,} taken over, in {some['cpu']:.1f} CPU s.",
        f"- Judging everybody took {everybody['cpu']:.1f} CPU s.",
        f"- Judged were just those: {_yes(right_ones)}.",
        f"- Their rows, and touches, rules and due instants of all, are as judged whole: {_yes(equal)}.",
        f"- Of those taken over {moved:,} have another sum a day later, which the monthly run brings.",
        "",
    ]
    return lines, right_ones and equal


class Compared(NamedTuple):
    """Of one file: were the right ones judged, do rows agree; how many changed, were due, moved."""

    right_ones: bool
    equal: bool
    changed: int
    due: int
    moved: int


def _compared(before: Path, since: Path, whole: Path, name: str) -> Compared:
    was, anew, right = (pq.read_table(to / JUDGEMENTS / f"{name}.parquet") for to in (before, since, whole))
    numbers = pc.cast(pc.utf8_slice_codeunits(anew.column("subject"), 4), pa.int64()).to_numpy()
    changed = numbers % CHANGED_EVERY == 0
    instant = (AS_OF + DAY) * 1_000
    due = pc.cast(was.column(r.NEXT_DUE), pa.int64()).fill_null(1 << 62).to_numpy() <= instant
    judged = pc.cast(anew.column(r.AS_OF), pa.int64()).to_numpy() == instant
    known = [
        "subject",
        r.NEXT_DUE,
        r.FACTS,
        "touches",
        *(c for c in anew.column_names if c.endswith(".rules")),
    ]
    mask = pa.array(judged)
    equal = anew.select(known).equals(right.select(known)) and anew.filter(mask).equals(right.filter(mask))
    sums_of = [told.column("general.points").to_numpy() for told in (anew, right)]
    right_ones = bool((judged == (changed | due)).all())
    counts = (changed, due & ~changed, sums_of[0] != sums_of[1])
    return Compared(right_ones, equal, *(int(marks.sum()) for marks in counts))


def nation_lines(folder: Path, sizes: Sequence[int]) -> tuple[list[str], bool]:
    """Everything about these sizes (millions, rising); `folder` grows by 65 MB of files a million."""
    generate(folder, max(sizes))
    lines, right = growth(folder, sizes)
    if DAY_LATER in sizes:
        more, also = a_day_later(folder, DAY_LATER)
        lines, right = [*lines, *more], right and also
    for size in sizes:
        shutil.rmtree(folder.with_name(f"{folder.name}-{size}"))
    return [f"### Up to {max(sizes)} million businesses from files", "", *lines], right
