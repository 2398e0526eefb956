"""Arriving facts on both databases, each in a child process with a home and a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tools import machine
from tools.postgres import start_server

START = "import django; django.setup(); from benchmarks import {name}; {name}.main()"
Figures = dict[str, dict[str, dict[str, float]]]


def child(name: str, home: Path, database_url: str, share: float) -> Figures:
    """What `arriving` or `delivering` prints: by what was done, by facts a commit or senders."""
    home.mkdir(exist_ok=True)
    # Without bytecode on disk imports would be compiled anew in every child.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "zhunsheng.config.settings",
        "ZHUNSHENG_HOME": str(home),
        "DATABASE_URL": database_url,
    }
    command = [sys.executable, "-c", START.format(name=name), str(share)]
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


def sending_table(name: str, figures: Figures) -> list[str]:
    """One database's deliveries by HTTP as a table in the page."""
    lines = [
        f"### Deliveries by HTTP, one fact each, one process ({name})",
        "",
        "| senders | commits | a second | p50 ms | p99 ms | deliveries a commit | CPU µs a delivery |",
        "|--:|---|--:|--:|--:|--:|--:|",
    ]
    words = {"alone": "one each", "gathered": "shared"}
    for senders in figures["gathered"]:
        for how, word in words.items():
            row = figures[how][senders]
            waited = f"{row['p50_ms']:.1f} | {row['p99_ms']:.1f} | {row['a_commit']:.1f}"
            lines.append(
                f"| {senders} | {word} | {row['per_second']:,.0f} | {waited} | {row['cpu_us']:,.0f} |"
            )
    return [*lines, ""]


def arriving_lines(folder: Path, share: float = 1.0) -> list[str]:
    """The tables of SQLite and, where a server can be started, of PostgreSQL."""
    lines = _of_database("SQLite, synchronous=FULL", folder / "home-sqlite", "", share)
    if machine.why_no_postgres():
        return lines
    with start_server() as server:
        name = "PostgreSQL, default durability"
        return lines + _of_database(name, folder / "home-postgres", server.url(), share)


def _of_database(name: str, home: Path, url: str, share: float) -> list[str]:
    sent = sending_table(name, child("delivering", home, url, share))
    return table(name, child("arriving", home, url, share)) + sent
