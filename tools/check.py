"""`make check`: format, lint, types, floors, migrations, architecture and docs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
STATIC = {
    "lint": ("ruff", "check", "-q", "."),
    "format": ("ruff", "format", "--check", "-q", "."),
    "floors": ("lint-imports", "--no-cache"),
    "types": ("mypy", "--no-error-summary"),
    "migrations": ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
}
IN_STEP = {"architecture and docs": ("python", "-m", "pytest", "-q", "tests/architecture", "tests/docs")}


@dataclass(frozen=True)
class Verdict:
    """One check: its name, whether it holds, what it said, how long it took."""

    name: str
    holds: bool
    words: str
    seconds: float


def run(name: str, command: tuple[str, ...], home: str) -> Verdict:
    """Run one check with a home folder that is thrown away."""
    started = time.monotonic()
    environment = {**os.environ, "ZHUNSHENG_HOME": home}
    done = subprocess.run(
        [str(PROGRAMS / command[0]), *command[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Verdict(name, done.returncode == 0, done.stdout + done.stderr, time.monotonic() - started)


def checks_hold(checks: dict[str, tuple[str, ...]]) -> bool:
    """Run the checks two at a time and print each verdict; the words of those that fail are shown."""
    holds = True
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(max_workers=2) as pool:
        runs = [pool.submit(run, name, command, home) for name, command in checks.items()]
        for future in runs:
            verdict = future.result()
            holds = holds and verdict.holds
            print(
                f"{'ok  ' if verdict.holds else 'FAIL'} {verdict.name} ({verdict.seconds:.1f} s)", flush=True
            )
            if not verdict.holds:
                print(verdict.words)
    return holds


def main() -> int:
    """All of them."""
    return 0 if checks_hold({**IN_STEP, **STATIC}) else 1


if __name__ == "__main__":
    sys.exit(main())
