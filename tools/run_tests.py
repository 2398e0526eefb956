"""`make test`: bring what the tests need, run the whole suite on SQLite and on PostgreSQL, sum up plainly.

The two runs go side by side, one per processor core. With CI set, or --refuse-skips, a skipped test or
a missing part is a failure.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from defusedxml import ElementTree

from tools import branches, check, machine
from tools.bootstrap import say
from tools.postgres import start_server
from zhunsheng.cli.fonts import has_chinese_font

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


@dataclass
class Lane:
    """One run of the suite on one database."""

    name: str
    process: subprocess.Popen[bytes]
    started: float
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    skips: Counter[str] = field(default_factory=Counter)

    @property
    def report(self) -> Path:
        """Where pytest writes its machine-readable report."""
        return BUILD / f"tests-{self.name}.xml"

    @property
    def log(self) -> Path:
        """Where pytest's words go."""
        return BUILD / f"tests-{self.name}.log"

    def read_report(self) -> None:
        """Counts and reasons for skips; a run that died before reporting has none."""
        if not self.report.exists():
            return
        suite = ElementTree.parse(self.report).getroot().find("testsuite")
        if suite is None:
            return
        self.counts = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        self.skips = Counter(skip.get("message", "") for skip in suite.iter("skipped"))


def missing_parts() -> dict[str, str]:
    """What the tests want and this machine lacks: the part and its Debian package."""
    wanted = {
        "PostgreSQL": ("postgresql", machine.postgres_folder() is not None),
        "Chromium": ("chromium", machine.chromium() is not None),
        "Chinese fonts": ("fonts-noto-cjk", has_chinese_font()),
        "strace": ("strace", machine.which("strace") is not None),
    }
    return {part: package for part, (package, there) in wanted.items() if not there}


def bring_parts() -> dict[str, str]:
    """Install what is missing where that is allowed; what is still missing afterwards."""
    missing = missing_parts()
    if missing and machine.may_install():
        say(f"apt-get: {', '.join(missing)} …")
        machine.apt_install([*missing.values(), "fontconfig"])
        missing = missing_parts()
    return missing


def start_lane(name: str, database_url: str, arguments: list[str], *, refuse_skips: bool) -> Lane:
    """Start pytest on one database; its words go to a file. A whole run also measures branches."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    report, log = BUILD / f"tests-{name}.xml", BUILD / f"tests-{name}.log"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "--durations=15", f"--junitxml={report}", *arguments]
    if not arguments:
        branches.data_file(name).unlink(missing_ok=True)
        environment[branches.FILE_VARIABLE] = str(branches.data_file(name))
        command += ["-p", branches.PLUGIN]
    if refuse_skips:
        command.append("--refuse-skips")
    with log.open("wb") as words:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=words, stderr=subprocess.STDOUT)
    return Lane(name, process, time.monotonic())


def wait_for(lanes: list[Lane]) -> None:
    """Show that the runs go on; print the words of each run when it ends."""
    waiting = list(lanes)
    ticks = 0
    while waiting:
        for lane in [lane for lane in waiting if lane.process.poll() is not None]:
            lane.seconds = time.monotonic() - lane.started
            lane.read_report()
            waiting.remove(lane)
            print(f"\n===== {lane.name} =====\n{lane.log.read_text(encoding='utf-8', errors='replace')}")
        time.sleep(0.2)
        ticks += 1
        if ticks % 75 == 0 and waiting:
            done = [f"{lane.name}: {progress_of(lane)}" for lane in waiting]
            say(f"{ticks // 5} s   " + "   ".join(done))


def progress_of(lane: Lane) -> str:
    """The last percentage that pytest wrote."""
    words = lane.log.read_text(encoding="utf-8", errors="replace")
    marks = [part.partition("]")[0].strip() for part in words.split("[")[1:]]
    return next((mark for mark in reversed(marks) if mark.endswith("%")), "0%")


def branches_hold(lanes: list[Lane], *, whole: bool) -> bool:
    """Whether the tests take every branch of the watched packages; judged only of a whole run on both."""
    if not whole or len(lanes) < 2:
        print("branches: not judged; that needs a whole run on both databases")
        return True
    print("\n===== branches =====")
    return branches.holds([branches.data_file(lane.name) for lane in lanes])


def summary(lanes: list[Lane], missing: dict[str, str], *, static_holds: bool) -> None:
    """What ran, what did not, and why."""
    print("\n===== summary =====")
    print(f"static checks: {'ok' if static_holds else 'FAILED'}")
    for lane in lanes:
        counts = lane.counts or {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        bad = counts["failures"] + counts["errors"]
        passed = counts["tests"] - bad - counts["skipped"]
        verdict = "ok" if lane.process.returncode == 0 else f"FAILED (exit {lane.process.returncode})"
        numbers = f"{passed} passed, {bad} failed, {counts['skipped']} skipped"
        print(f"{lane.name}: {verdict}: {numbers}, {lane.seconds:.0f} s")
        for reason, count in lane.skips.most_common():
            print(f"    skipped {count}: {reason}")
    for part, package in missing.items():
        print(f"not here: {part} — its tests did not run (as root: apt-get install {package})")


def main() -> int:
    """Everything; exit 0 only if all that could run has passed, and in CI only if nothing was left out."""
    parser = argparse.ArgumentParser(prog="make test ARGS=…", description=__doc__)
    parser.add_argument("--refuse-skips", action="store_true", default=bool(os.environ.get("CI")))
    parser.add_argument("--no-static", action="store_true", help="leave out lint, types and floors")
    options, arguments = parser.parse_known_args()
    BUILD.mkdir(exist_ok=True)
    missing = bring_parts()
    static_holds = options.no_static or check.checks_hold(check.STATIC)
    with ExitStack() as stack:
        say("SQLite …")
        lanes = [start_lane("sqlite", "", arguments, refuse_skips=options.refuse_skips)]
        lacking = machine.why_no_postgres()
        if lacking:
            missing["PostgreSQL"] = "postgresql"
            say(lacking)
        else:
            say("PostgreSQL …")
            url = stack.enter_context(start_server()).url()
            lanes.append(start_lane("postgresql", url, arguments, refuse_skips=options.refuse_skips))
        wait_for(lanes)
    taken = branches_hold(lanes, whole=not arguments)
    summary(lanes, missing, static_holds=static_holds)
    passed = static_holds and taken and all(lane.process.returncode == 0 for lane in lanes)
    return 0 if passed and not (missing and options.refuse_skips) else 1


if __name__ == "__main__":
    sys.exit(main())
