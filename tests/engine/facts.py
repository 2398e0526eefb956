"""Short ways to write facts in tests: local times as text, sequence by position."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.core.facts import Fact, Scalar


def at(text: str) -> int:
    """'2026-07-01' or '2026-07-01 09:30' in Asia/Shanghai as an instant."""
    return instant(dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


class Ledger:
    """Collects facts in the order in which they are told."""

    def __init__(self, subject: str = "S1") -> None:
        self.subject = subject
        self.facts: list[Fact] = []

    def tell(
        self,
        kind: str,
        when: str,
        payload: Mapping[str, Scalar] | None = None,
        *,
        object: str = "",
        known: str | None = None,
        supersedes: str | None = None,
        retracts: str | None = None,
        fact_id: str | None = None,
    ) -> Fact:
        """Add one fact; known (recorded) when it happened unless said otherwise."""
        number = len(self.facts) + 1
        fact = Fact(
            fact_id or f"f{number}",
            kind,
            self.subject,
            at(when),
            at(known or when),
            number,
            object,
            payload or {},
            supersedes,
            retracts,
            at(known or when),
        )
        self.facts.append(fact)
        return fact
