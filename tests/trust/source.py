"""A source of signals as a careful client writes it: pipelined, and told again until acknowledged."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from tests.trust import intake
from tests.trust.children import Child


@dataclass
class Source:
    """Has signals to tell, keeps eight under way, tells again what was not acknowledged."""

    waiting: deque[int]
    under_way: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    resent: int = 0

    def push(self, child: Child) -> None:
        """Fill the pipeline."""
        with suppress(OSError):
            while self.waiting and len(self.under_way) < intake.PIPELINE:
                number = self.waiting.popleft()
                self.under_way.add(number)
                child.line.send(number)

    def note(self, numbers: list[int]) -> None:
        """These were acknowledged."""
        self.acknowledged |= set(numbers)
        self.under_way -= set(numbers)

    def lose(self) -> None:
        """The other side is gone: what is under way must be told again."""
        self.resent += len(self.under_way)
        self.waiting.extendleft(sorted(self.under_way, reverse=True))
        self.under_way.clear()
