"""Officers who issue documents at the same time, each in a process of its own."""

from __future__ import annotations

from multiprocessing.connection import Connection

from django.db import transaction

from tests.contexts.documents.office import BUREAU, CHIEF, NOW, TERMS, approved
from zhunsheng.foundation.documents import serials
from zhunsheng.foundation.documents.actions import issuing
from zhunsheng.foundation.documents.models import SerialBook
from zhunsheng.foundation.documents.queries import registers


class GaveUpError(Exception):
    """The officer's transaction fails after the number was taken."""


def furnish(line: Connection, number: int) -> None:
    """So many approved documents; their ids."""
    line.send([approved(owner=f"case:{n}") for n in range(number)])


def issue_all(line: Connection, documents: list[int], every: int) -> None:
    """Wait for the word, then issue one after the other; every so many first fails and is tried again."""
    line.send("ready")
    line.recv()
    for count, document in enumerate(documents):
        try:
            with transaction.atomic():
                issuing.issue(by=CHIEF, at=NOW, document_id=document, terms=TERMS)
                if count % every == 0:
                    raise GaveUpError
        except GaveUpError:
            issuing.issue(by=CHIEF, at=NOW, document_id=document, terms=TERMS)
    line.send("done")


def register() -> tuple[int, list[int], list[int]]:
    """Last number, numbers given, gaps."""
    told = registers.register(viewer=BUREAU, organ="980102", year=2026, serial_type="责改")
    return told.last, [card.number for card in told.numbers], list(told.missing)


def count_without_the_lock() -> None:
    """Planted fault: the last number is read without holding the book."""

    def careless(organ: str, year: int, serial_type: str) -> int:
        book, _created = SerialBook.objects.get_or_create(organ=organ, year=year, type=serial_type)
        SerialBook.objects.filter(id=book.id).update(last=book.last + 1)
        return book.last + 1

    issuing.next_number = careless
    assert serials.next_number is not careless
