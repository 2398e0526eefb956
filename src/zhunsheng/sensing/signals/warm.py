"""Timelines of subjects that were looked at lately, in the memory of whoever judges.

A cache and nothing more. Facts are never changed and their sequences are in the order of commits, so what
any process wrote since the last look is what has a larger sequence, and one query brings it. Facts of a
transaction that was rolled back, and a database that is not the one of before, are noticed: then
everything is forgotten and read anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

from django.db import connection, transaction
from django.db.models import QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.facts import Fact
from zhunsheng.core.merging import LINK
from zhunsheng.foundation import bulk
from zhunsheng.sensing.signals.models import StoredFact
from zhunsheng.sensing.signals.queries import arrived, timeline
from zhunsheng.sensing.signals.reading import COLUMNS, SEQUENCE, fact_of

FACTS_MAX = 400_000
NEWS_MAX = 20_000


class WarmTimelines:
    """Facts by subject, up to the sequence of the newest fact that was seen."""

    def __init__(self, facts_max: int = FACTS_MAX) -> None:
        self.facts_max, self._held = facts_max, 0
        self._own: OrderedDict[str, list[Fact]] = OrderedDict()
        self._newest: tuple[str, int, str] | None = None
        self._unsure: list[Callable[[], None]] = []
        self._news: dict[int, Fact] = {}

    def forget(self) -> None:
        """As if the process had just begun."""
        self._own.clear()
        self._news.clear()
        self._held, self._newest, self._unsure = 0, None, []

    def read(self, viewer: Viewer, subjects: Sequence[str]) -> dict[str, list[Fact]]:
        """What each subject is judged by, in order of arrival; only for those who see everything.

        Equal to `queries.timeline` for each. Lists are not to be changed.
        """
        if not viewer.sees_all:
            return {subject: timeline(viewer=viewer, subject=subject) for subject in subjects}
        self._catch_up()
        cold = [subject for subject in subjects if subject not in self._own]
        self._warm_up(cold)
        told = {}
        for subject in subjects:
            facts = self._own[subject]
            self._own.move_to_end(subject)
            # Mergers are followed in the store: what is carried over depends on others' timelines.
            linked = any(fact.kind == LINK for fact in facts)
            told[subject] = timeline(viewer=viewer, subject=subject) if linked else facts
        while self._held > self.facts_max and len(self._own) > 1:
            self._held -= len(self._own.popitem(last=False)[1])
        return told

    def arrived(self, viewer: Viewer, sequences: Sequence[int]) -> list[Fact]:
        """Equal to `queries.arrived`: mostly facts that the next look would have to read anyway."""
        if not viewer.sees_all:
            return arrived(viewer=viewer, sequences=sequences)
        self._catch_up()
        wanted = sorted(set(sequences))
        if all(sequence in self._news for sequence in wanted):
            return [self._news[sequence] for sequence in wanted]
        return arrived(viewer=viewer, sequences=wanted)

    def _catch_up(self) -> None:
        """Take in what was told since the last look, by whomever."""
        if self._rolled_back():
            self.forget()
        before, name = self._newest, str(connection.settings_dict["NAME"])
        rows = StoredFact.objects.order_by("sequence")
        if before is None or before[0] != name or not self._take_news(name, rows, before):
            self.forget()
            last = rows.values_list("sequence", "fact_id").last()
            self._newest = None if last is None else (name, *last)
        if self._newest != before and connection.in_atomic_block:
            self._unsure.append(partial(self._committed, len(self._unsure)))
            transaction.on_commit(self._unsure[-1])

    def _take_news(self, name: str, rows: QuerySet[StoredFact], before: tuple[str, int, str]) -> bool:
        """Whether the newest fact of before is there still; what came after it is added."""
        found = rows.filter(sequence__gte=before[1]).values_list(*COLUMNS).iterator(chunk_size=5_000)
        first = next(found, None)
        if first is None or fact_of(first).fact_id != before[2]:
            return False
        news: dict[str, list[Fact]] = {}
        if len(self._news) > NEWS_MAX:
            self._news.clear()
        for row in found:
            fact = self._news[row[SEQUENCE]] = fact_of(row)
            self._newest = (name, fact.sequence, fact.fact_id)
            if fact.subject in self._own:
                news.setdefault(fact.subject, []).append(fact)
        for subject, facts in news.items():
            # A list that was handed out is not changed under its reader's eyes.
            self._own[subject] = [*self._own[subject], *facts]
            self._held += len(facts)
        return True

    def _committed(self, _number: int) -> None:
        """What was seen in a transaction stands: all of them end together."""
        self._unsure = []

    def _rolled_back(self) -> bool:
        """Whether something seen in a transaction is neither committed nor still to be."""
        waiting = [entry[1] for entry in connection.run_on_commit]
        return any(not any(mark is entry for entry in waiting) for mark in self._unsure)

    def _warm_up(self, cold: Sequence[str]) -> None:
        if self._newest is None:
            self._own.update({subject: [] for subject in cold})
            return
        found: dict[str, list[Fact]] = {subject: [] for subject in cold}
        if cold:
            # Not beyond what was caught up with: what is committed meanwhile comes next time.
            rows = StoredFact.objects.filter(bulk.among("subject", cold), sequence__lte=self._newest[1])
            for row in rows.order_by("sequence").values_list(*COLUMNS).iterator(chunk_size=5_000):
                fact = fact_of(row)
                found[fact.subject].append(fact)
        self._own.update(found)
        self._held += sum(map(len, found.values()))


_OF_THREAD = threading.local()


def of_this_thread() -> WarmTimelines:
    """The memory of the thread, as its database connection is."""
    if not hasattr(_OF_THREAD, "warm"):
        _OF_THREAD.warm = WarmTimelines()
    warm: WarmTimelines = _OF_THREAD.warm
    return warm
