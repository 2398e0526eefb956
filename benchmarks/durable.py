"""Arriving facts on both databases, each in a child process with a home and a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tools import machine
from tools.postgres import start_server

START = "import django; django.setup(); from benchmarks import arriving; arriving.main()"
Figures = dict[str, dict[str, dict[str, float]]]


def child(home: Path, database_url: str, share: float) -> Figures:
    """What `arriving` prints: by what was done, by facts a commit."""
    home.mkdir()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "zhunsheng.config.settings",
        "ZHUNSHENG_HOME": str(home),
        "DATABASE_URL": database_url,
    }
    command = [sys.executable, "-c", START, str(share)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def table(name: str, figures: Figures) -> list[str]:
    """One database's figures as a table in the page."""
    lines = [
        f"### Arriving facts, durable, judged and warned of ({name})",
        "",
        "| what | facts a commit | facts/s | of bare | µs a fact | CPU µs | ack p50 ms | ack p99 ms |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    words = {
        "bare": "the fact's row alone",
        "stored": "stored with inbox, evidence, outbox, audit",
        "quiet": "stored and judged, touching nothing",
        "touching": "stored, judged, touch and warning written",
    }
    for what, groups in figures.items():
        for group, row in groups.items():
            share = row["per_second"] / figures["bare"][group]["per_second"]
            lines.append(
                f"| {words[what]} | {group} | {row['per_second']:,.0f} | {share:.0%} | {row['done_us']:,.0f} "
                f"| {row['cpu_us']:,.0f} | {row['p50_ms']:.2f} | {row['p99_ms']:.2f} |"
            )
    return [*lines, ""]


def arriving_lines(folder: Path, share: float = 1.0) -> list[str]:
    """The tables of SQLite and, where a server can be started, of PostgreSQL."""
    lines = table("SQLite, synchronous=FULL", child(folder / "home-sqlite", "", share))
    if machine.why_no_postgres():
        return lines
    with start_server() as server:
        figures = child(folder / "home-postgres", server.url(), share)
    return lines + table("PostgreSQL, default durability", figures)
