"""Up to which number every audit entry is decided: there, or never to be.

PostgreSQL gives numbers at the insert and shows rows at the commit, so a lower number may appear after a
higher one, and numbers of transactions that failed never appear. An insert holds a lock on the table before
it draws its number and until its transaction ends. So: read the highest number drawn, then who holds that
lock; when none of them holds it any more, everything up to that number is decided. Writers pay nothing for
it. SQLite has one writer at a time: numbers appear in order.
"""

from __future__ import annotations

from django.db import connection

from zhunsheng.foundation.evidence.models import AuditEvent, LogEra

DRAWN = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM evidence_auditevent_id_seq"
WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE relation = 'evidence_auditevent'::regclass AND mode = 'RowExclusiveLock'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def look(era: LogEra) -> int:
    """The number up to which everything visible from now on is all there will be; notes whom to wait for.

    The caller reads the entries after this call and may settle the number only once it has taken them all.
    """
    if connection.vendor == "sqlite":
        return AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(DRAWN)
        drawn = int(cursor.fetchone()[0])
        cursor.execute(WRITERS)
        writing = sorted({name for (name,) in cursor.fetchall()})
    if not writing:
        era.watched_id, era.watched = drawn, []
        return drawn
    decided = era.settled_id
    if not set(era.watched) & set(writing):
        decided = max(decided, era.watched_id)
        era.watched_id, era.watched = drawn, writing
    return decided
