"""A copy of the whole database as it stands, and the way back to it: for the demo, on SQLite only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection


def demo_start() -> Path:
    """Where the demo keeps its city as it was first told."""
    return Path(settings.HOME) / "demo-start.sqlite3"


def can_keep() -> bool:
    """Whether this database can be copied as a whole from here."""
    return connection.vendor == "sqlite"


def keep(path: Path) -> None:
    """Copy the database into a file; an older copy is overwritten."""
    with closing(sqlite3.connect(path)) as target:
        _live().backup(target)


def bring_back(path: Path) -> None:
    """Make the database what it was when the copy was made, up to date as to its tables."""
    with closing(sqlite3.connect(path)) as source:
        source.backup(_live())
    call_command("migrate", interactive=False, verbosity=0)


def _live() -> sqlite3.Connection:
    connection.ensure_connection()
    raw = connection.connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError(connection.vendor)
    return raw
