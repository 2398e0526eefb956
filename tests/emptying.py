"""Tests may empty tables that the program may not: append-only triggers rest while Django flushes.

pytest-django empties the database after a transactional test with the `flush` command. The triggers
would rightly refuse, so they are set aside for just that command and put back as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management.commands import flush
from django.db import connection

from zhunsheng.sensing.signals import parts


@contextmanager
def triggers_at_rest() -> Iterator[None]:
    """No append-only trigger fires inside."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            yield
            for _, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("SET session_replication_role = replica")
            yield
            # The names of facts are no model: a trigger fills them, so nothing but this empties them.
            cursor.execute(f"TRUNCATE {parts.NAMES}")
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture(scope="session", autouse=True)
def _flush_with_triggers_at_rest() -> Iterator[None]:
    emptied = flush.Command.handle

    def handle(self: flush.Command, *args: Any, **options: Any) -> None:
        with triggers_at_rest():
            emptied(self, *args, **options)

    with patch.object(flush.Command, "handle", handle):
        yield
