"""The suite, cut into shares that are each a pytest of their own, a few of them at once.

Much of a test is waiting: for a sync, a gateway, a browser. Two shares alone leave a third of two cores idle,
so a few more run at once. What asks for no database runs once; the rest runs on both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from defusedxml import ElementTree

from tools import branches
from tools.bootstrap import ROOT, say
from tools.branches import BUILD
from tools.postgres import start_server

SHARES_FOR_EACH_CORE = 2
LOOK_SECONDS, WORD_SECONDS = 0.2, 15.0
# With both databases each takes one half of what does not depend on the database (tests/halves.py).
HALVES = {"postgresql": "second", "sqlite": "first"}
HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@dataclass(frozen=True)
class Cut:
    """Places of tests: those without a database, those long enough to be shares of their own, and those that
    need a server which keeps its promises."""

    once: tuple[str, ...]
    apart: tuple[str, ...]
    durable: tuple[str, ...]


def read_cut() -> Cut:
    """What pyproject.toml says."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["zhunsheng"]["shares"]
    return Cut(tuple(told["once"]), tuple(told["apart"]), tuple(told["durable"]))


@dataclass(frozen=True)
class Share:
    """Some tests on one database: the words for pytest. `measured`: it has tests that stand for branches."""

    name: str
    database: str
    arguments: tuple[str, ...]
    durable: bool = True
    measured: bool = True

    @property
    def report(self) -> Path:
        """Where pytest writes its machine-readable report."""
        return BUILD / f"tests-{self.name}.xml"

    @property
    def log(self) -> Path:
        """Where pytest's words go."""
        return BUILD / f"tests-{self.name}.log"


def whole_suite() -> list[Share]:
    """All tests, the longest shares first."""
    cut = read_cut()
    once, apart = ([f"--ignore={place}" for place in places] for places in (cut.once, cut.apart))
    return [
        *(
            Share(
                *(f"{base}-{Path(folder).name}", base, (folder, *once)),
                durable=folder in cut.durable,
                measured=any(name.startswith(f"{folder}/") for name in branches.WATCHED.tests),
            )
            for folder in cut.apart
            for base in HALVES
        ),
        Share("no-database", "sqlite", cut.once),
        *(Share(base, base, (*once, *apart), durable=False) for base in HALVES),
    ]


def part_of_it(arguments: Sequence[str]) -> list[Share]:
    """What somebody asked for by name, on both databases."""
    return [Share(base, base, tuple(arguments)) for base in HALVES]


@dataclass
class Run:
    """A share that runs or has run."""

    share: Share
    stack: ExitStack
    process: subprocess.Popen[bytes]
    started: float
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    skips: Counter[str] = field(default_factory=Counter)

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.returncode

    def end(self) -> None:
        """Stop its server and read the report; a run that died before reporting has none."""
        self.seconds = time.monotonic() - self.started
        self.stack.close()
        words = self.share.log.read_text(encoding="utf-8", errors="replace")
        print(f"\n===== {self.share.name} =====\n{words}")
        if not self.share.report.exists():
            return
        root = ElementTree.parse(self.share.report).getroot()
        suite = None if root is None else root.find("testsuite")
        if suite is None:
            return
        self.counts = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        self.skips = Counter(skip.get("message", "") for skip in suite.iter("skipped"))

    def progress(self) -> str:
        """The last percentage that pytest wrote."""
        words = self.share.log.read_text(encoding="utf-8", errors="replace")
        marks = [part.partition("]")[0].strip() for part in words.split("[")[1:]]
        return next((mark for mark in reversed(marks) if mark.endswith("%")), "0%")


def start(share: Share, *, whole: bool, refuse_skips: bool) -> Run:
    """Start pytest, on a PostgreSQL of its own where the share wants one; its words go to a file.

    In a whole run on both databases branches are measured, and each takes its half of what can be shared out.
    """
    stack = ExitStack()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if share.database == "postgresql":
        server = start_server() if share.durable else start_server(*HASTY)
        environment["DATABASE_URL"] = stack.enter_context(server).url()
    BUILD.mkdir(exist_ok=True)
    share.report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "--durations=15", f"--junitxml={share.report}"]
    if whole:
        environment |= {"ZS_HALF": HALVES[share.database]}
    if whole and share.measured:
        data = branches.data_file(share.name)
        data.unlink(missing_ok=True)
        environment |= {branches.FILE_VARIABLE: str(data)}
        command += ["-p", branches.PLUGIN]
    if refuse_skips:
        command.append("--refuse-skips")
    say(f"{share.name} …")
    with share.log.open("wb") as words:
        process = subprocess.Popen(
            [*command, *share.arguments], cwd=ROOT, env=environment, stdout=words, stderr=subprocess.STDOUT
        )
    return Run(share, stack, process, time.monotonic())


def run_shares(shares: Sequence[Share], *, whole: bool, refuse_skips: bool) -> list[Run]:
    """All shares, a few at once, in order; shows that they go on, and the words of each when it ends."""
    waiting, running, done = list(shares), list[Run](), list[Run]()
    at_once = max(2, round((os.cpu_count() or 2) * SHARES_FOR_EACH_CORE))
    began = told = time.monotonic()
    while waiting or running:
        while waiting and len(running) < at_once:
            running.append(start(waiting.pop(0), whole=whole, refuse_skips=refuse_skips))
        for run in [run for run in running if run.process.poll() is not None]:
            run.end()
            running.remove(run)
            done.append(run)
        time.sleep(LOOK_SECONDS)
        if running and time.monotonic() - told >= WORD_SECONDS:
            told = time.monotonic()
            words = "   ".join(f"{run.share.name}: {run.progress()}" for run in running)
            say(f"{told - began:.0f} s   {words}")
    return done
