"""Every branch of what must never be wrong is taken by a test, on one database or the other.

`[tool.zhunsheng.branches]` in pyproject.toml lists the packages and the tests that stand for them.
`make test` measures on both databases and judges both together: walls between districts are no code on
SQLite. `python -m tools.branches` runs just those tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import coverage

from tools import machine
from tools.bootstrap import say
from tools.postgres import start_server

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
FILE_VARIABLE = "BRANCHES_FILE"
PLUGIN = "tests.branches"
PERCENT_WANTED = 100.0


@dataclass(frozen=True)
class Watched:
    """The packages, and the beginnings of the names of the tests that are measured."""

    packages: tuple[str, ...]
    tests: tuple[str, ...]


def _read() -> Watched:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["zhunsheng"]
    told = told["branches"]
    return Watched(tuple(told["packages"]), tuple(told["tests"]))


WATCHED = _read()


def measuring(data_file: str, packages: Sequence[str] = WATCHED.packages) -> coverage.Coverage:
    """A measurement of branches of these packages; what to leave out is in pyproject.toml."""
    return coverage.Coverage(
        data_file=data_file,
        branch=True,
        source_pkgs=list(packages),
        config_file=str(ROOT / "pyproject.toml"),
        check_preimported=False,
    )


def data_file(share: str) -> Path:
    """Where a share of the suite leaves its measurement."""
    return BUILD / f"branches-{share}.data"


def holds(files: Sequence[Path], packages: Sequence[str] = WATCHED.packages) -> bool:
    """Judge measurements together; prints each line and branch that no test takes."""
    there = [str(path) for path in files if path.exists()]
    if len(there) < len(files):
        print("branches: a run left no measurement")
        return False
    whole = measuring(str(BUILD / "branches.data"), packages)
    whole.combine(there, keep=True)
    return whole.report(show_missing=True, skip_covered=True) >= PERCENT_WANTED


def _run(lane: str, database_url: str, arguments: list[str]) -> Path:
    path = data_file(lane)
    path.unlink(missing_ok=True)
    environment = {**os.environ, FILE_VARIABLE: str(path), "DATABASE_URL": database_url}
    command = [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return path


def main() -> int:
    """Run the listed tests on what databases there are, and judge."""
    BUILD.mkdir(exist_ok=True)
    places = list(dict.fromkeys(name.partition("::")[0] for name in WATCHED.tests))
    arguments = [*places, *sys.argv[1:]]
    files = [_run("sqlite", "", arguments)]
    lacking = machine.why_no_postgres()
    with ExitStack() as stack:
        if lacking:
            say(lacking)
        else:
            files.append(_run("postgresql", stack.enter_context(start_server()).url(), arguments))
    return 0 if holds(files) else 1


if __name__ == "__main__":
    sys.exit(main())
