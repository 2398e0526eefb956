"""Pages of a bureau with very many businesses, on both databases: `python -m benchmarks --pages N`.

Each database is made once in a folder that can be kept, by a child process, and asked by another one. On
PostgreSQL the pages are asked as the web server's role, which row security binds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools import machine
from tools.postgres import kept_server

Figures = dict[str, dict[str, dict[str, float]]]
MADE = "made"
ROLE = "zhunsheng_pages"
BEGIN = "import django; django.setup(); "
MIGRATE = BEGIN + "from django.core.management import call_command; call_command('migrate', verbosity=0)"
MAKE = BEGIN + "from benchmarks import crowd; crowd.make_crowd({subjects}); print(crowd.busiest())"
LET_IN = (
    BEGIN + "from django.db import connection as c; u = c.cursor().execute; "
    f"u('CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS'); "
    f"u('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}'); "
    f"u('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}')"
)
ASK = BEGIN + "from benchmarks import visiting; visiting.main({told!r})"
DATABASES = ("sqlite", "postgres")
REQUESTS, MEDIAN_MS, P99_MS = 100, 300, 1_000


def _child(code: str, home: Path, url: str) -> str:
    """The last line that a child prints."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "zhunsheng.config.settings",
        "ZHUNSHENG_HOME": str(home),
        "DATABASE_URL": url,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, env=environment
    )
    return (done.stdout.splitlines() or [""])[-1]


@contextmanager
def _database(name: str, folder: Path) -> Iterator[tuple[str, str]]:
    """(address for making, address for asking) of a database that lives in the folder."""
    if name == "sqlite":
        yield "", ""
        return
    with kept_server(folder / "server", "shared_buffers = 1GB", "max_wal_size = 4GB") as server:
        yield server.url(), server.url().replace("postgres@", f"{ROLE}@", 1)


def figures_of(name: str, subjects: int, keep: Path) -> Figures:
    """Make the database if the folder has none of this size yet, and ask its pages."""
    folder = keep / f"{name}-{subjects}"
    folder.mkdir(parents=True, exist_ok=True)
    home, note = folder / "home", folder / MADE
    home.mkdir(exist_ok=True)
    with _database(name, folder) as (making, asking):
        _child(MIGRATE, home, making)
        if not note.exists():
            busiest = _child(MAKE.format(subjects=subjects), home, making)
            if asking:
                _child(LET_IN, home, making)
            note.write_text(busiest, encoding="utf-8")
        told = [str(subjects), str(REQUESTS), note.read_text(encoding="utf-8")]
        figures: Figures = json.loads(_child(ASK.format(told=told), home, asking))
    return figures


def page_lines(subjects: int, keep: Path, databases: Sequence[str]) -> tuple[list[str], int]:
    """The table of all databases that this machine has, median and p99 in ms for each of the two people; and
    in how many cells more was measured than is promised."""
    there = [name for name in databases if name == "sqlite" or not machine.why_no_postgres()]
    figures = {name: figures_of(name, subjects, keep) for name in there}
    people = ("whole bureau", "one station")
    head = [f"{name}, {who}" for name in figures for who in people]
    lines = [
        f"### Pages with {subjects:,} businesses and about {10 * subjects:,} facts",
        "",
        f"Median and p99 in ms of {REQUESTS} requests, less what process and database waited for a CPU that",
        "other programs had.",
        "",
        "| page | " + " | ".join(head) + " |",
        "|---|" + "--:|" * len(head),
    ]
    slow = 0
    for page in next(iter(figures.values())):
        cells = [figures[name][page][who] for name in figures for who in people]
        slow += sum(cell["p50"] >= MEDIAN_MS or cell["p99"] >= P99_MS for cell in cells)
        lines.append(f"| {page} | " + " | ".join(f"{c['p50']:.0f}, {c['p99']:.0f}" for c in cells) + " |")
    lines += ["", f"Cells with a median of {MEDIAN_MS} ms or a p99 of {P99_MS} ms and more: {slow}.", ""]
    return lines, slow
