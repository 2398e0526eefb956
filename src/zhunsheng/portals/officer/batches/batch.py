"""One act on many rows of a list: what each list has to say about its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.web.fields import Field

Text = str | Promise
Moved = list[tuple[str, str, str]]


class BatchError(Exception):
    """An act that cannot be done with these rows; the text says why."""


class Batch(ABC):
    """The acts that may be done with many rows at once.

    `name` is under which an act is kept, `power` who may, `back` the page to return to. What is in `undoable`
    can be undone; `consequence` says before the act what follows and whether there is a way back.
    """

    name: ClassVar[str]
    here: ClassVar[str]
    back: ClassVar[str]
    power: ClassVar[str]
    unit: ClassVar[Text]
    acts: ClassVar[Mapping[str, Text]]
    heads: ClassVar[tuple[Text, ...]]
    undoable: ClassVar[frozenset[str]] = frozenset()
    consequence: ClassVar[Mapping[str, Text]]
    left_out: ClassVar[Text]

    @abstractmethod
    def rows(self, acting: Acting, ids: tuple[int, ...]) -> Sequence[Any]:
        """The rows of these numbers that are open to this grant."""

    @abstractmethod
    def fits(self, act: str, row: Any, acting: Acting) -> bool:
        """Whether the act can be done with a row."""

    @abstractmethod
    def cells(self, row: Any) -> tuple[int, tuple[object, ...]]:
        """The number of a row, and what the preview shows of it."""

    @abstractmethod
    def fields(self, act: str, acting: Acting) -> tuple[Field, ...]:
        """What has to be filled in for the act."""

    @abstractmethod
    def do(
        self, act: str, rows: Sequence[Any], told: Mapping[str, str], acting: Acting, at: datetime
    ) -> Moved:
        """Do it with every row, in the transaction of the caller: (number, before, after) of each.

        BatchError when it cannot be done; then it is done with none.
        """

    def put_back(self, moved: Moved, acting: Acting, at: datetime) -> None:
        """Undo an act among `undoable`, row by row, where nothing happened since."""
        raise NotImplementedError
