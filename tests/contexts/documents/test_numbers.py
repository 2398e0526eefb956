"""Numbers without a gap when an issue fails; what the database itself refuses."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.documents.office import BUREAU, CHIEF, NOW, TERMS, approved, issued
from zhunsheng.core.documents.composing import IncompleteError
from zhunsheng.foundation.documents import serials
from zhunsheng.foundation.documents.actions import issuing
from zhunsheng.foundation.documents.models import SerialBook
from zhunsheng.foundation.documents.queries import registers


def register() -> registers.Register:
    return registers.register(viewer=BUREAU, organ="980102", year=2026, serial_type="责改")


@pytest.mark.django_db
def test_an_issue_that_fails_leaves_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    first = issued()
    document = approved()

    def fail(*_given: object, **_more: object) -> None:
        raise IncompleteError("planted")

    with monkeypatch.context() as broken:
        broken.setattr(issuing, "content_hash", fail)
        with pytest.raises(IncompleteError):
            issuing.issue(by=CHIEF, at=NOW, document_id=document, terms=TERMS)
    assert register().last == 1
    issuing.issue(by=CHIEF, at=NOW, document_id=document, terms=TERMS)
    assert [card.serial for card in register().numbers][-1] == "汀前市监责改〔2026〕2号"
    assert first != document


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"last": 5}, {"last": 0}, {"year": 2025}, {"organ": "980103"}])
def test_the_database_lets_a_book_grow_by_one_only(change: dict[str, object]) -> None:
    issued()
    book = SerialBook.objects.get(type="责改")
    with pytest.raises(DatabaseError), transaction.atomic():
        SerialBook.objects.filter(id=book.id).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        book.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        SerialBook.objects.filter(id=book.id).update(last=book.last)


@pytest.mark.django_db
def test_a_lost_row_would_be_seen_as_a_gap() -> None:
    issued()
    SerialBook.objects.filter(type="责改").update(last=2)
    assert register().missing == (2,)


@pytest.mark.django_db(transaction=True)
def test_a_number_is_never_taken_outside_a_transaction() -> None:
    with pytest.raises(serials.OutsideTransactionError):
        serials.next_number("980102", 2026, "责改")
