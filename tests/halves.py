"""What a whole run on both databases shares out between them, because the answer does not depend on which.

ZS_HALF is set by tools/shares.py. A run by hand takes the whole.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")
HALVES = {"first": 0, "second": 1}


def half() -> int | None:
    """0 or 1 in a whole run on both databases; None where everything is to be done here."""
    return HALVES.get(os.environ.get("ZS_HALF", ""))


def share_of(count: int) -> int:
    """So many of so many trials; the two runs draw different ones when they use `half()` as their seed."""
    return count if half() is None else -(-count // 2)


def every_other(cases: Sequence[Case], start: int = 0) -> list[Case]:
    """The cases of this half; `start` says which of them the first half begins with."""
    mine = half()
    return [case for n, case in enumerate(cases, start) if mine is None or n % 2 == mine]
