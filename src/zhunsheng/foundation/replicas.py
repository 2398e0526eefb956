"""Heavy reading from a standby of PostgreSQL: only where the program says so, never behind what is known.

Pages and whatever writes read the primary, so everybody sees what he has just done. Work that only reads, and
much of it (an export, a replay), is handed to `prefer`. It notes how far the primary is and waits until the
standby is as far; then nothing that was committed before is missing, and an answer "as known now" is true. A
standby that is away, too late or none at all is not used; one that goes away in the middle is replaced.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections

T = TypeVar("T")
REPLICA, PAUSE_SECONDS = "replica", 0.05
PLACE = "SELECT pg_current_wal_lsn()::text, system_identifier FROM pg_control_system()"
CAUGHT_UP = """
SELECT system_identifier, pg_is_in_recovery(),
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() >= %s::pg_lsn END
FROM pg_control_system()
"""
log = logging.getLogger(__name__)


def is_set() -> bool:
    """Whether a standby is named in the settings."""
    return REPLICA in connections.databases


def fault(wait_seconds: float | None = None) -> str:
    """Why the standby cannot answer for what is known here; empty when it can.

    It may take `wait_seconds` (ZHUNSHENG_REPLICA_WAIT_SECONDS) to come up to where the primary is now.
    """
    patience = settings.REPLICA_WAIT_SECONDS if wait_seconds is None else wait_seconds
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(PLACE)
            place, system = cursor.fetchone()
        connections[REPLICA].close_if_unusable_or_obsolete()
        with connections[REPLICA].cursor() as cursor:
            for look in range(int(patience / PAUSE_SECONDS) + 1):
                if look:
                    time.sleep(PAUSE_SECONDS)
                cursor.execute(CAUGHT_UP, [place])
                told, stands_by, there = cursor.fetchone()
                if told != system or not stands_by:
                    return "不是本库的备用库"
                if there:
                    return ""
        return "落后于主库"
    except DatabaseError as error:
        with suppress(DatabaseError):
            connections[REPLICA].close()
        return str(error).strip().splitlines()[0]


def prefer(work: Callable[[], T]) -> tuple[T, bool]:
    """What `work` answers, and whether the standby was read. `work` only reads, and may be done twice."""
    if not is_set() or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return work(), False
    why = fault()
    if not why:
        try:
            with _standing_in():
                return work(), True
        except OperationalError as error:
            why = str(error).strip()
    log.warning("the standby is not read: %s", why)
    return work(), False


@contextmanager
def _standing_in() -> Iterator[None]:
    """In this thread the standby is the database; whoever writes is refused by it."""
    primary = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[REPLICA]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary
