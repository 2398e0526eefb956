"""The second wall: PostgreSQL itself keeps a viewer inside its districts, whatever a query forgets.

Three settings say who looks: `zhunsheng.bureau` (on: everything), `zhunsheng.districts` and
`zhunsheng.keys`, both lists with commas. They are set with `set_config(…, true)`, so they end with the
transaction and a pooled connection carries nothing over. What holds outside of such a transaction is set
once per connection: on for the command line and the workers, nothing at all for a web server.
SQLite has no such wall; there the scopes in the queries stand alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zhunsheng.core.actors import Viewer

BUREAU = "current_setting('zhunsheng.bureau', true) = 'on'"
DISTRICTS = "string_to_array(current_setting('zhunsheng.districts', true), ',')"
KEYS = "string_to_array(current_setting('zhunsheng.keys', true), ',')"
SETTINGS = (
    "SELECT set_config('zhunsheng.bureau', %s, %s), "
    "set_config('zhunsheng.districts', %s, %s), set_config('zhunsheng.keys', %s, %s)"
)
POLICY = "zhunsheng_wall"


class _Process:
    """Whether new connections of this process begin with everything open."""

    opens_wide = True


def close_by_default() -> None:
    """For web servers: a request that forgets to say who looks sees nothing. Before the first connection."""
    _Process.opens_wide = False


def greet(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """What holds on a fresh connection outside of `within_wall`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(SETTINGS, _settings(_Process.opens_wide, frozenset(), frozenset(), local=False))


def _settings(
    wide: bool, districts: frozenset[str], keys: frozenset[str], *, local: bool
) -> list[str | bool]:
    told = ("on" if wide else "off", ",".join(sorted(districts)), ",".join(sorted(keys)))
    return [part for text in told for part in (text, local)]


@contextmanager
def within_wall(viewer: Viewer) -> Iterator[None]:
    """One transaction in which the database shows this viewer's districts, or own keys, and no others.

    On SQLite nothing happens: an immediate transaction around a page that only reads would queue readers.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('zhunsheng.bureau', true), "
            "current_setting('zhunsheng.districts', true), current_setting('zhunsheng.keys', true)"
        )
        before = [part for text in cursor.fetchone() for part in (text or "", True)]
        scope = viewer.scope if viewer.is_staff else None
        tenants = scope.tenants if scope else frozenset()
        cursor.execute(SETTINGS, _settings(viewer.sees_all, tenants, viewer.subjects, local=True))
        yield
        cursor.execute(SETTINGS, before)


def wall_statements(table: str, condition: str) -> list[str]:
    """What puts a table behind the wall; `condition` says when a row is open to a limited viewer."""
    shown = f"({BUREAU}) OR ({condition})"
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS {POLICY} ON {table}",
        f"CREATE POLICY {POLICY} ON {table} USING ({shown}) WITH CHECK ({shown})",
    ]
