"""The two databases: SQLite in a file by default, PostgreSQL by DATABASE_URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# Decision 2 of the trust design: without FULL an acknowledged fact can vanish in a power cut,
# without IMMEDIATE two writers deadlock on the upgrade from reader to writer. trusted_schema stays on:
# Django's JSON columns carry a CHECK with JSON_VALID, which SQLite refuses when it is off.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA busy_timeout=20000;PRAGMA secure_delete=ON;"
)

POSTGRES = "django.db.backends.postgresql"
CONNECT_SECONDS = 5  # a standby that is away must not keep anybody waiting


class DatabaseUrlError(ValueError):
    """DATABASE_URL names something that is neither SQLite nor PostgreSQL."""


def sqlite_database(path: Path | str) -> dict[str, Any]:
    """SQLite in WAL mode, synced at each commit, immediate transactions."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
    }


def postgres_database(url: str) -> dict[str, Any]:
    """PostgreSQL from postgresql://user:password@host:port/name?option=value."""
    parts = urlsplit(url)
    return {
        "ENGINE": POSTGRES,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def database_from_url(url: str, home: Path) -> dict[str, Any]:
    """Empty: SQLite under home. Else sqlite:///path or postgresql://…; anything else is an error."""
    if not url:
        return sqlite_database(home / "zhunsheng.sqlite3")
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return sqlite_database(urlsplit(url).path)
    if scheme in {"postgres", "postgresql"}:
        return postgres_database(url)
    raise DatabaseUrlError(f"DATABASE_URL 只支持 sqlite:/// 与 postgresql://，收到的是 {scheme}://")


def databases_from_urls(url: str, replica: str, home: Path) -> dict[str, dict[str, Any]]:
    """The database, and its standby if one is named; only PostgreSQL has one."""
    told = {"default": database_from_url(url, home)}
    if replica:
        told["replica"] = database_from_url(replica, home)
        if any(held["ENGINE"] != POSTGRES for held in told.values()):
            raise DatabaseUrlError("ZHUNSHENG_REPLICA_URL: 主库与备用库都须是 postgresql://")
        told["replica"]["OPTIONS"].setdefault("connect_timeout", CONNECT_SECONDS)
    return told
