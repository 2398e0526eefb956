"""Rows by their keys, or an error that says what is missing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhunsheng.foundation.accounts.models import Person, Unit


class NotFoundError(Exception):
    """There is no such person or unit; the text says which."""


def person_of(key: str) -> Person:
    """The person of a work number."""
    found = Person.objects.filter(key=key).first()
    if found is None:
        raise NotFoundError(_("%(key)s: 没有这个工号") % {"key": key})
    return found


def standing_unit(key: str) -> Unit:
    """The unit that stands under this key, held until the transaction ends."""
    found = Unit.objects.select_for_update().filter(key=key, valid_to=None).first()
    if found is None:
        raise NotFoundError(_("%(key)s: 没有这个单位，或已撤销") % {"key": key})
    return found
