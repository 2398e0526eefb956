"""Rows by their keys, or an error that says what is missing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhunsheng.foundation.accounts.models import Person, Side, Unit


class NotFoundError(Exception):
    """There is no such person or unit; the text says which."""


def person_of(key: str) -> Person:
    """The colleague of a work number; somebody of a business has none and gets no role here."""
    found = Person.objects.filter(key=key, side=Side.BUREAU).first()
    if found is None:
        raise NotFoundError(_("%(key)s: 没有这个工号") % {"key": key})
    return found


def outsider(key: str) -> Person:
    """Somebody of a business."""
    found = Person.objects.filter(key=key, side=Side.BUSINESS).first()
    if found is None:
        raise NotFoundError(f"{key}: 没有这名经办人")
    return found


def standing_unit(key: str) -> Unit:
    """The unit that stands under this key, held until the transaction ends."""
    found = Unit.objects.select_for_update().filter(key=key, valid_to=None).first()
    if found is None:
        raise NotFoundError(_("%(key)s: 没有这个单位，或已撤销") % {"key": key})
    return found
