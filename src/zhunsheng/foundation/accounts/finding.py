"""Rows by their keys, or an error that says what is missing."""

from __future__ import annotations

from zhunsheng.foundation.accounts.models import Person, Unit


class NotFoundError(Exception):
    """There is no such person or unit; the text says which."""


def person_of(key: str) -> Person:
    """The person of a work number."""
    found = Person.objects.filter(key=key).first()
    if found is None:
        raise NotFoundError(f"{key}: 没有这个工号")
    return found


def standing_unit(key: str) -> Unit:
    """The unit that stands under this key, held until the transaction ends."""
    found = Unit.objects.select_for_update().filter(key=key, valid_to=None).first()
    if found is None:
        raise NotFoundError(f"{key}: 没有这个单位，或已撤销")
    return found
