"""`make test`: bring what the tests need, run the whole suite on SQLite and on PostgreSQL, sum up plainly.

A whole run is cut into shares (tools/shares.py) of which a few run at once; a part of the suite runs as one
share a database. With CI set, or --refuse-skips, a skipped test or a missing part is a failure.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from tools import bootstrap, branches, check, machine
from tools.bootstrap import CannotSetUpError, say
from tools.shares import Run, part_of_it, run_shares, whole_suite
from zhunsheng.cli.fonts import has_chinese_font

SPARK = "spark"


def missing_parts() -> dict[str, str]:
    """What the tests want and this machine lacks: the part and its Debian package."""
    wanted = {
        "PostgreSQL": ("postgresql", machine.postgres_folder() is not None),
        "Chromium": ("chromium", machine.chromium() is not None),
        "Chinese fonts": ("fonts-noto-cjk", has_chinese_font()),
        "strace": ("strace", machine.which("strace") is not None),
        "Java": ("default-jre-headless", machine.which("java") is not None),
    }
    return {part: package for part, (package, there) in wanted.items() if not there}


def bring_parts() -> dict[str, str]:
    """Install what is missing where that is allowed; what is still missing afterwards."""
    missing = missing_parts()
    if missing and machine.may_install():
        say(f"apt-get: {', '.join(missing)} …")
        if "Chromium" in missing and machine.apt_install([machine.SHELL]):  # not every Debian has it
            missing = missing_parts()
        machine.apt_install([*missing.values(), "fontconfig"])
        missing = missing_parts()
    return missing


def branches_hold(done: Sequence[Run], *, whole: bool) -> bool:
    """Whether the tests take every branch of the watched packages; judged only of a whole run on both."""
    if not whole:
        print("branches: not judged; that needs a whole run on both databases")
        return True
    print("\n===== branches =====")
    return branches.holds([branches.data_file(run.share.name) for run in done if run.share.measured])


def summary(done: Sequence[Run], missing: dict[str, str], *, static_holds: bool) -> None:
    """What ran, what did not, and why."""
    print("\n===== summary =====")
    print(f"static checks: {'ok' if static_holds else 'FAILED'}")
    for run in done:
        counts = run.counts or {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        bad = counts["failures"] + counts["errors"]
        passed = counts["tests"] - bad - counts["skipped"]
        verdict = "ok" if run.exit_code == 0 else f"FAILED (exit {run.exit_code})"
        numbers = f"{passed} passed, {bad} failed, {counts['skipped']} skipped"
        print(f"{run.share.name}: {verdict}: {numbers}, {run.seconds:.0f} s")
        for reason, count in run.skips.most_common():
            print(f"    skipped {count}: {reason}")
    for part, package in missing.items():
        cure = package if part == SPARK else f"as root: apt-get install {package}"
        print(f"not here: {part} — its tests did not run ({cure})")


def prepare(pool: Executor) -> dict[str, str]:
    """The engine's machine code and the parts of the machine side by side, for each leaves a core idle; what
    is missing."""
    engine = pool.submit(bootstrap.make_engine)
    spark = pool.submit(bootstrap.bring, SPARK, "pyspark")
    missing = bring_parts()
    if not spark.result():
        missing[SPARK] = "requirements/spark.txt"
    engine.result()
    return missing


def run_all(arguments: Sequence[str], *, static: bool, refuse_skips: bool) -> int:
    """Prepare, run what was asked for, judge. Static checks go on beside the first tests: nothing waits for
    their verdict."""
    with ThreadPoolExecutor() as pool:
        checks = pool.submit(check.checks_hold, check.STATIC if static else {})
        missing = prepare(pool)
        lacking = machine.why_no_postgres()
        if lacking:
            missing["PostgreSQL"] = "postgresql"
            say(lacking)
        cut = whole_suite() if not arguments else part_of_it(arguments)
        chosen = [share for share in cut if share.database == "sqlite" or not lacking]
        whole = not arguments and not lacking
        done = run_shares(chosen, whole=whole, refuse_skips=refuse_skips)
        static_holds = checks.result()
    taken = branches_hold(done, whole=whole)
    summary(done, missing, static_holds=static_holds)
    passed = static_holds and taken and all(run.exit_code == 0 for run in done)
    return 0 if passed and not (missing and refuse_skips) else 1


def main() -> int:
    """Everything; exit 0 only if all that could run has passed, and in CI only if nothing was left out."""
    parser = argparse.ArgumentParser(prog="make test ARGS=…", description=__doc__)
    parser.add_argument("--refuse-skips", action="store_true", default=bool(os.environ.get("CI")))
    parser.add_argument("--no-static", action="store_true", help="leave out lint, types and floors")
    options, arguments = parser.parse_known_args()
    try:
        return run_all(arguments, static=not options.no_static, refuse_skips=options.refuse_skips)
    except CannotSetUpError as error:
        say(str(error))
        return 4


if __name__ == "__main__":
    sys.exit(main())
