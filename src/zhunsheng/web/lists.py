"""One definition for each list: columns, filters, sorting, rows. Page, address, file and view follow from it.

What is chosen stands in the address, so that what is seen can be sent to a colleague. Nothing is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Generic, TypeVar

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import ROWS_A_PAGE, Listed, Part

Row = TypeVar("Row")
Text = str | Promise
TEXT_CHARACTERS_MAX = 100
CURSORS = ("after", "before")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its text on the page and in a file, where it leads, how it is coloured."""

    key: str
    label: Text
    text: Callable[[Row], object]
    address: Callable[[Row], str] | None = None
    tone: Callable[[Row], str] | None = None
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values. `choices` are (value, words), asked for each time because packs change."""

    name: str
    label: Text
    choices: Callable[[], Sequence[tuple[str, Text]]]

    @property
    def names(self) -> tuple[str, ...]:
        """The words that stand in the address."""
        return (self.name,)

    def good(self, name: str, text: str) -> str:
        """The text if it is one of the values."""
        return text if text in {value for value, _words in self.choices()} else ""

    def said(self, chosen: Mapping[str, str]) -> str:
        """What is chosen, in words."""
        return next((str(words) for value, words in self.choices() if value == chosen[self.name]), "")


@dataclass(frozen=True, slots=True)
class Words:
    """Free text."""

    name: str
    label: Text
    hint: Text = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The words that stand in the address."""
        return (self.name,)

    def good(self, name: str, text: str) -> str:
        """The text without what no database takes."""
        return text.replace("\0", "").strip()[:TEXT_CHARACTERS_MAX]

    def said(self, chosen: Mapping[str, str]) -> str:
        """What is chosen, in words."""
        return chosen[self.name]


@dataclass(frozen=True, slots=True)
class Span:
    """Two days, both included; either may be left out."""

    name: str
    label: Text

    @property
    def names(self) -> tuple[str, ...]:
        """The words that stand in the address."""
        return (f"{self.name}_from", f"{self.name}_to")

    def good(self, name: str, text: str) -> str:
        """The text if it is a day."""
        return _good_day(text)

    def said(self, chosen: Mapping[str, str]) -> str:
        """What is chosen, in words."""
        since, until = (chosen[name] for name in self.names)
        return (
            _("%(since)s 至 %(until)s") % {"since": since or "…", "until": until or "…"}
            if since or until
            else ""
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One day; left out, it is today."""

    name: str
    label: Text

    @property
    def names(self) -> tuple[str, ...]:
        """The words that stand in the address."""
        return (self.name,)

    def good(self, name: str, text: str) -> str:
        """The text if it is a day."""
        return _good_day(text)

    def said(self, chosen: Mapping[str, str]) -> str:
        """What is chosen, in words."""
        return chosen[self.name]


def _good_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


Filter = Choice | Words | Span | Day


@dataclass(frozen=True, slots=True)
class Sort:
    """An order by a field that is null in no row of the list."""

    key: str
    label: Text
    field: str
    descending: bool = True


@dataclass(frozen=True)
class ListDefinition(Generic[Row]):
    """A list. `rows` gets viewer, what is chosen, and the part; `key_of` names a row for batch actions.

    `empty` says what would appear here and how to get it. `power` is the permission that opens the list.
    `grows`: keys are numbers that grow, so that rows which are new since a look can be told.
    """

    key: str
    title: Text
    power: str
    columns: tuple[Column[Row], ...]
    filters: tuple[Filter, ...]
    sorts: tuple[Sort, ...]
    rows: Callable[[Viewer, Mapping[str, str], Part], Listed[Row]]
    key_of: Callable[[Row], str]
    empty: Text
    grows: bool = True

    def asked(self, query: QueryDict) -> Asked[Row]:
        """What an address asks for; nonsense is left out."""
        chosen = {name: one.good(name, query.get(name, "")) for one in self.filters for name in one.names}
        sorts = {sort.key: sort for sort in self.sorts}
        sort = sorts.get(query.get("sort", ""), self.sorts[0])
        backwards = bool(query.get("before"))
        cursor = query.get("before" if backwards else "after", "")[:300]
        return Asked(self, chosen, sort, cursor, backwards)

    def chosen_columns(self, keys: Sequence[str]) -> list[Column[Row]]:
        """The columns of these keys in this order; the usual ones when none is known."""
        known = {column.key: column for column in self.columns}
        told = [known[key] for key in keys if key in known]
        return told or [column for column in self.columns if column.shown]


@dataclass(frozen=True)
class Asked(Generic[Row]):
    """A list as an address asks for it."""

    definition: ListDefinition[Row]
    chosen: Mapping[str, str]
    sort: Sort
    cursor: str = ""
    backwards: bool = False

    def part(self, rows_max: int = ROWS_A_PAGE) -> Part:
        """The part of the list to show."""
        return Part(self.sort.field, self.sort.descending, self.cursor, self.backwards, rows_max)

    def listed(self, viewer: Viewer) -> Listed[Row]:
        """Its rows."""
        return self.definition.rows(viewer, self.chosen, self.part())

    def all_rows(self, viewer: Viewer, rows_max: int, rows_at_once: int = 1_000) -> Iterator[Row]:
        """Every row from the first one on, up to a number."""
        asked, left = replace(self, cursor="", backwards=False), rows_max
        while left > 0:
            told = self.definition.rows(viewer, asked.chosen, asked.part(min(rows_at_once, left)))
            yield from told.rows
            left -= len(told.rows)
            if not told.next:
                return
            asked = replace(asked, cursor=told.next)

    def newest(self, viewer: Viewer) -> int:
        """The number of the newest row; 0 when there is none, or when the list's keys are no numbers."""
        return max(self._numbers(viewer, 1), default=0)

    def news(self, viewer: Viewer, seen: int, rows_max: int) -> int:
        """How many rows are newer than the one seen last, counted up to a number."""
        return sum(number > seen for number in self._numbers(viewer, rows_max))

    def _numbers(self, viewer: Viewer, rows_max: int) -> list[int]:
        if not self.definition.grows:
            return []
        told = self.definition.rows(viewer, self.chosen, Part("id", True, rows_max=rows_max))
        return [int(self.definition.key_of(row)) for row in told.rows]

    def query(self, **cursor: str) -> str:
        """The address's end: what is chosen and how it is sorted, with a cursor if one is given."""
        told = QueryDict(mutable=True)
        told.update({name: text for name, text in self.chosen.items() if text})
        if self.sort is not self.definition.sorts[0]:
            told["sort"] = self.sort.key
        told.update({name: text for name, text in cursor.items() if text})
        return told.urlencode()

    def said(self) -> list[str]:
        """Each filter that is set, and the order, in words."""
        told = [(one.label, one.said(self.chosen)) for one in self.definition.filters]
        words = [f"{label}：{text}" for label, text in told if text]
        return [*words, _("排序：%(sort)s") % {"sort": self.sort.label}]

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(self.chosen.values())


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as a page shows it."""

    text: str
    address: str = ""
    tone: str = ""


@dataclass
class Shown:
    """A list ready for its template."""

    asked: Asked[Any]
    columns: list[Column[Any]]
    rows: list[tuple[str, list[Cell]]] = field(default_factory=list)
    next_query: str = ""
    previous_query: str = ""

    @property
    def query(self) -> str:
        """What is chosen, without a place in the list."""
        return self.asked.query()

    @property
    def filters(self) -> list[dict[str, Any]]:
        """For the form: every filter with what is chosen in it."""
        told: list[dict[str, Any]] = []
        for one in self.asked.definition.filters:
            fields = [(name, self.asked.chosen[name]) for name in one.names]
            choices = list(one.choices()) if isinstance(one, Choice) else []
            kind = type(one).__name__.lower()
            hint = one.hint if isinstance(one, Words) else ""
            told.append(
                {"kind": kind, "label": one.label, "fields": fields, "choices": choices, "hint": hint}
            )
        return told

    @property
    def column_choices(self) -> list[tuple[Column[Any], int]]:
        """Every column with its place, 0 for those not shown; the shown ones first."""
        places = {column.key: place for place, column in enumerate(self.columns, 1)}
        known = self.asked.definition.columns
        return sorted(
            ((column, places.get(column.key, 0)) for column in known),
            key=lambda one: one[1] or len(known) + 1,
        )


def shown(asked: Asked[Row], viewer: Viewer, columns: Sequence[str]) -> Shown:
    """A page of the list for somebody who wants these columns."""
    told = asked.listed(viewer)
    kept = asked.definition.chosen_columns(columns)
    rows = [(asked.definition.key_of(row), [_cell(column, row) for column in kept]) for row in told.rows]
    return Shown(
        asked,
        list(kept),
        rows,
        asked.query(after=told.next) if told.next else "",
        asked.query(before=told.previous) if told.previous else "",
    )


def _cell(column: Column[Row], row: Row) -> Cell:
    address = column.address(row) if column.address else ""
    return Cell(str(column.text(row)), address, column.tone(row) if column.tone else "")
