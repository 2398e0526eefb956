"""Numbers without a gap: counted in the transaction of the issue, one at a time for each register."""

from __future__ import annotations

from django.db import connection
from django.db.models import F

from zhunsheng.foundation.documents.models import SerialBook


class OutsideTransactionError(RuntimeError):
    """A number was to be taken without the transaction of its document."""


def next_number(organ: str, year: int, serial_type: str) -> int:
    """The next number. Whoever else issues the same type waits until this transaction ends; if it is rolled
    back the number was never taken."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError(f"{organ} {serial_type} {year}")
    book = {"organ": organ, "year": year, "type": serial_type}
    SerialBook.objects.bulk_create([SerialBook(**book)], ignore_conflicts=True)
    row = SerialBook.objects.select_for_update().get(**book)
    SerialBook.objects.filter(id=row.id).update(last=F("last") + 1)
    return row.last + 1
