"""A part of a table in an order, by comparing never by counting: the last page is as cheap as the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model, Q, QuerySet

from zhunsheng.core.listing import Listed, Part

M = TypeVar("M", bound=Model)
Card = TypeVar("Card")
MARK = "~"
ID_MAX = 10**18 - 1
FEW = 2_000


def seek(rows: QuerySet[M], part: Part, card: Callable[[M], Card]) -> Listed[Card]:
    """The rows of a part as cards. `part.field` must not be null in any of the rows."""
    downwards = part.descending is not part.backwards
    here = _place(rows, part)
    if here is not None:
        rows = rows.filter(_behind(part.field, here, downwards))
    sign = "-" if downwards else ""
    order = ["id"] if part.field == "id" else [part.field, "id"]
    found = list(rows.order_by(*(f"{sign}{name}" for name in order))[: part.rows_max + 1])
    more, found = len(found) > part.rows_max, found[: part.rows_max]
    if part.backwards:
        found.reverse()
    follows = bool(found) and (more if not part.backwards else here is not None)
    precedes = bool(found) and (more if part.backwards else here is not None)
    return Listed(
        tuple(map(card, found)),
        _cursor(found[-1], part) if follows else "",
        _cursor(found[0], part) if precedes else "",
    )


def few_first(rows: QuerySet[M]) -> QuerySet[M]:
    """The same rows, by number where they are few.

    A list is walked along the index of its order, which finds many wanted rows soon and goes through the
    whole table for a handful. So the handful is looked up by what it is wanted for, and put in order then.
    """
    found = list(rows.order_by().values_list("id", flat=True)[: FEW + 1])
    return rows if len(found) > FEW else rows.model._default_manager.filter(id__in=found)


def behind(value: str) -> str:
    """The cursor of a part by a text, behind every row with this value, whether there is one or not."""
    return f"{value}{MARK}{ID_MAX}"


def beginning(field: str, text: str) -> dict[str, str]:
    """The filter for texts that begin so, in the form that each database can answer from a plain index.

    PostgreSQL has one for LIKE beside every index of text (Django makes it); SQLite compares by bytes.
    """
    if connection.vendor == "postgresql":
        return {f"{field}__startswith": text}
    return {f"{field}__gte": text, f"{field}__lt": text[:-1] + chr(ord(text[-1]) + 1)}


def _behind(field: str, here: tuple[Any, int], downwards: bool) -> Q:
    """Rows after a place. The first condition lets an index begin there, the second settles ties."""
    word, (value, number) = ("lt" if downwards else "gt"), here
    if field == "id":
        return Q(**{f"id__{word}": number})
    ties = Q(**{field: value, f"id__{word}": number}) | Q(**{f"{field}__{word}": value})
    return Q(**{f"{field}__{word}e": value}) & ties


def _cursor(row: Model, part: Part) -> str:
    value = getattr(row, part.field)
    return f"{value.isoformat() if hasattr(value, 'isoformat') else value}{MARK}{row.pk}"


def _place(rows: QuerySet[Any], part: Part) -> tuple[Any, int] | None:
    text, mark, number = part.cursor.rpartition(MARK)
    if not mark or not (number.isascii() and number.isdigit()) or len(number) > 18 or "\0" in text:
        return None
    try:
        return rows.model._meta.get_field(part.field).to_python(text), int(number)
    except (ValidationError, ValueError, OverflowError):
        return None
