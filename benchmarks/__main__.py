"""`python -m benchmarks [--subjects N …] [--write]`: ratios in one run, answers compared before time is.
`--pages N [--keep FOLDER]` measures the officer's pages in a bureau with so many businesses instead,
`--nation M … [--keep FOLDER]` so many millions of businesses judged from files.

A hundred thousand and a million businesses, if nothing is said; ten millions take half an hour more.
Every contender runs in a child process of its own. Nothing here is a test: time is reported, not asserted.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import explaining, latency, replaying
from benchmarks.city import write_city
from benchmarks.durable import arriving_lines
from benchmarks.national import nation_lines
from benchmarks.pages import DATABASES, page_lines

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"
NATION_MARK = "<!-- a nation measured below by python -m benchmarks --nation 1 10 50 190 --write -->"
PAGES_MARK = "<!-- pages measured below by python -m benchmarks --pages N --write -->"
MARK = "<!-- measured below by python -m benchmarks --write -->"
MARKS = (NATION_MARK, PAGES_MARK, MARK)

CONTENDERS = {
    "kernel": "benchmarks.kernel",
    "decoding": "benchmarks.kernel",
    "DuckDB": "benchmarks.duck",
    "Polars": "benchmarks.frames",
}


def run(name: str, folder: Path) -> dict[str, Any]:
    """One contender in a child process."""
    command = [sys.executable, "-m", CONTENDERS[name], name, str(folder)]
    # Without bytecode on disk the imports of numba would be compiled anew in every child.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def batch(subjects: int, folder: Path) -> tuple[dict[str, dict[str, Any]], bool, int]:
    """All contenders on one city; whether they agree; the number of facts."""
    facts = write_city(folder, subjects)
    run("kernel", folder)  # machine code is made and kept before anything is timed
    reports = {name: run(name, folder) for name in CONTENDERS}
    answers = [reports[name].pop("digest") for name in ("kernel", "DuckDB", "Polars")]
    # SQL does not see a business without facts; ours is in the mildest class there.
    unseen = answers[0]["classes"][0] - answers[1]["classes"][0]
    answers[0]["classes"][0] -= unseen
    return reports, answers[0] == answers[1] == answers[2], facts


def batch_lines(subjects: int, folder: Path) -> tuple[list[str], float, bool]:
    """The table of one size, the kernel's CPU seconds, and whether answers agreed."""
    reports, agree, facts = batch(subjects, folder)
    own = reports["kernel"]
    lines = [
        f"### {subjects:,} businesses, {facts:,} facts",
        "",
        f"Answers agree: {'yes' if agree else 'NO'}.",
        "",
        "| engine | wall s | CPU s | peak MB | CPU × kernel |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, r in reports.items():
        ratio = r["cpu"] / own["cpu"]
        lines.append(f"| {name} | {r['wall']:.2f} | {r['cpu']:.2f} | {r['peak_mb']:.0f} | {ratio:.2f} |")
    return [*lines, ""], own["cpu"], agree


def online_lines(folder: Path) -> list[str]:
    """Latency in memory and of durable inserts."""
    lines = [
        "### One fact at a time",
        "",
        "| what (steps: best of five) | p50 µs | p99 µs | per second |",
        "|---|--:|--:|--:|",
    ]
    rows = {f"step in memory, {n:,} facts before": latency.steps(n) for n in (10, 1_000, 9_500)}
    rows |= {f"bare SQLite FULL, {g} a commit": latency.durable(folder, g) for g in (1, 10, 100)}
    for name, r in rows.items():
        lines.append(f"| {name} | {r['p50_us']:.1f} | {r['p99_us']:.1f} | {r['per_second']:,.0f} |")
    return [*lines, ""]


def replay_lines(subjects: int, folder: Path) -> list[str]:
    """Replay of two years of a city, and DuckDB's range windows on a small one; answers compared there."""
    few = 5_000
    write_city(folder, few)
    theirs, ours = replaying.duck(folder), replaying.kernel(subjects)
    agree = theirs["touched"] == replaying.touched_rows(few)
    lines = ["### Replay, judged at every fact and due instant", ""]
    lines += [f"Touched points at every fact agree: {'yes' if agree else 'NO'}.", ""]
    lines += ["| engine | facts | wall s | CPU s | facts a CPU second | ratio |", "|---|--:|--:|--:|--:|--:|"]
    slow = theirs["facts"] / theirs["cpu"]
    for name, r in (("kernel", ours), ("DuckDB range windows, facts only", theirs)):
        rate, spent = r["facts"] / r["cpu"], f"{r['wall']:.2f} | {r['cpu']:.2f}"
        lines.append(f"| {name} | {r['facts']:,.0f} | {spent} | {rate:,.0f} | {rate / slow:,.0f} |")
    return [*lines, ""]


def looking_lines(folder: Path) -> list[str]:
    """Explanations, a changed rule, a cold process."""
    lines = ["### Explanation with the way back, one subject", ""]
    lines += ["| facts | judged with shares, CPU ms | explained, CPU ms |", "|--:|--:|--:|"]
    for count in (10, 100, 500):
        judged, explained = explaining.explanation(count)
        lines.append(f"| {count} | {judged:.1f} | {explained:.1f} |")
    changed, made = explaining.changed_rule(folder)
    cold = explaining.cold_start()
    lines += ["", f"Changed rule, read again and judged by: {changed:.2f} CPU s, {made} machine codes made."]
    return [*lines, f"Cold process, started and judged by the general pack: {cold:.2f} CPU s.", ""]


def write_part(mark: str, lines: list[str]) -> None:
    """The part of the page below a mark, up to the next mark or the end."""
    head, rest = PAGE.read_text(encoding="utf-8").split(mark)
    ends = [place for other in MARKS if (place := rest.find(other)) >= 0]
    left = rest[min(ends) :] if ends else ""
    told = "\n".join(lines).rstrip() + "\n"
    PAGE.write_text(f"{head}{mark}\n\n{told}" + (f"\n{left}" if left else ""), encoding="utf-8")


def pages(subjects: int, keep: str, databases: list[str], write: bool) -> int:
    """0 when every page was as fast as is promised."""
    with tempfile.TemporaryDirectory(prefix="zs-pages-", dir="/tmp") as made:
        Path(made).chmod(0o755)  # the database server has an account of its own
        lines, slow = page_lines(subjects, Path(keep or made), databases)
    print("\n".join(lines))
    if write:
        write_part(PAGES_MARK, lines)
    return 1 if slow else 0


def nation(sizes: list[int], keep: str, write: bool) -> int:
    """0 when killed runs ended as the others and a day later only those were judged who had to be."""
    with tempfile.TemporaryDirectory(prefix="zs-nation-") as made:
        lines, right = nation_lines(Path(keep or made) / "facts", sorted(sizes))
    print("\n".join(lines))
    if write:
        write_part(NATION_MARK, [*machine_lines(), *lines])
    return 0 if right else 1


def machine_lines() -> list[str]:
    """On what was measured."""
    told = f"{platform.machine()}, {os.cpu_count()} cores, {platform.platform()}"
    return [f"Machine: {told}, Python {platform.python_version()}.", ""]


def main() -> int:
    """0 when the answers agreed at every size."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--subjects", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--write", action="store_true", help="write docs/reference/performance.md")
    parser.add_argument("--pages", type=int, help="businesses of the bureau whose pages are measured")
    parser.add_argument(
        "--nation", type=int, nargs="+", help="millions of businesses that are judged from files"
    )
    parser.add_argument("--keep", default="", help="folder with a short path where what was made is kept")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    options = parser.parse_args()
    if options.nation:
        return nation(options.nation, options.keep, options.write)
    if options.pages:
        return pages(options.pages, options.keep, options.databases, options.write)
    lines = machine_lines()
    costs, agreed = [], True

    def add(part: list[str]) -> None:
        lines.extend(part)
        print("\n".join(part), flush=True)

    with tempfile.TemporaryDirectory() as home:
        for subjects in options.subjects:
            folder = Path(home) / str(subjects)
            folder.mkdir()
            made, cpu, agree = batch_lines(subjects, folder)
            costs.append((subjects, cpu))
            agreed = agreed and agree
            add(made)
            shutil.rmtree(folder)
        add(online_lines(Path(home)))
        add(arriving_lines(Path(home)))
        add(replay_lines(max(options.subjects[:2]), Path(home)))
        add(looking_lines(Path(home)))
    (low, cheap), (high, dear) = costs[0], costs[-1]
    if high > low:
        slope = math.log(dear / cheap) / math.log(high / low)
        add([f"Growth: slope of log CPU on log size {slope:.2f}.", ""])
    if options.write:
        write_part(MARK, lines)
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
