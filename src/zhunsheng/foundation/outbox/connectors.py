"""What may be concluded about a call: the class of a connector decides, not hope.

KEYED: the target accepts our key and does a thing once however often it is asked: an unclear call is
repeated. QUERYABLE: the target can be asked by our key: it is asked before anything is repeated. BLIND:
neither: an unclear call ends in UNKNOWN, for a person to settle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class ConnectorClass(StrEnum):
    """How far an effect can be made to happen exactly once."""

    KEYED = "KEYED"
    QUERYABLE = "QUERYABLE"
    BLIND = "BLIND"


class Verdict(StrEnum):
    """What an answer proves. UNCLEAR proves nothing: a time-out, a 5xx, a cut line, an odd body."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    NOT_SENT = "NOT_SENT"
    UNCLEAR = "UNCLEAR"


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with the target's own reference or words."""

    verdict: Verdict
    note: str = ""


class Connector(Protocol):
    """One target for the rows of one topic."""

    @property
    def topic(self) -> str:
        """The topic whose rows it sends."""
        ...

    @property
    def kind(self) -> ConnectorClass:
        """What its target can do for us."""
        ...

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        """Make the call. Must not raise for anything the target does."""
        ...

    def ask(self, key: str) -> Answer:
        """QUERYABLE only: ACCEPTED if the target knows the key, NOT_SENT if it surely does not."""
        ...
