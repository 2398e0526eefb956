"""Counting failed attempts: by log-in name and source, and by name over all sources.

Names that nobody has count too, so that a lock tells nothing about who exists.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from zhunsheng.foundation.accounts.models import SignInFailures
from zhunsheng.foundation.accounts.policies import LogInPolicy

EVERYWHERE = "*"


def locked_until(name: str, source: str, at: datetime) -> datetime | None:
    """Until when attempts on this name from this source are refused unread."""
    rows = SignInFailures.objects.filter(name=name, source__in=[source, EVERYWHERE], locked_until__gt=at)
    return max((row.locked_until for row in rows if row.locked_until), default=None)


def locked_anywhere(name: str, at: datetime) -> datetime | None:
    """Until when this name is locked from at least one source."""
    rows = SignInFailures.objects.filter(name=name, locked_until__gt=at)
    return max((row.locked_until for row in rows if row.locked_until), default=None)


def count_failure(name: str, source: str, at: datetime, policy: LogInPolicy) -> None:
    """One more failure; with the last one allowed the lock closes and counting begins anew."""
    for place, most in ((source, policy.failures_max), (EVERYWHERE, policy.failures_all_sources_max)):
        SignInFailures.objects.get_or_create(name=name, source=place, defaults={"last_at": at})
        row = SignInFailures.objects.select_for_update().get(name=name, source=place)
        if at - row.last_at > policy.lock:
            row.count = 0
        row.count, row.last_at = row.count + 1, at
        if row.count >= most:
            row.count, row.locked_until = 0, at + policy.lock
        row.save()


def forget_failures(name: str, source: str) -> None:
    """After a success this source begins anew; the count over all sources goes down by what it held."""
    row = SignInFailures.objects.filter(name=name, source=source).first()
    if row is not None:
        SignInFailures.objects.filter(name=name, source=EVERYWHERE, count__gte=row.count).update(
            count=F("count") - row.count
        )
        SignInFailures.objects.filter(id=row.id).update(count=0)


def forget_all(name: str) -> None:
    """No lock and no failure of this name is left, from whatever source."""
    SignInFailures.objects.filter(name=name).update(count=0, locked_until=None)
