"""What several threads hand in within a short time goes through together, such as one commit for all.

Who comes while nobody is at work goes at once: being alone costs nothing. Who comes while others are at work
waits for them and then goes with everybody who came meanwhile. Only when the group before had company, and
ended less than a window ago, does the next one wait for as many again, for a window at most.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Place(Generic[Item, Answer]):
    """A place in the queue. `answers` holds the one answer; empty: it has to go alone."""

    item: Item
    weight: int
    leads: bool = False
    woken: Event = field(default_factory=Event)
    answers: Sequence[Answer] = ()


class Gathering(Generic[Item, Answer]):
    """One queue in one process, worked off by the threads that stand in it, one group after the other.

    `take` does all or nothing and gives the answers in order. When it fails with several items, each thread
    takes its own alone: nobody's error is another's. A group is one item or weighs no more than `weight_max`.
    """

    def __init__(
        self,
        take: Callable[[Sequence[Item]], Sequence[Answer]],
        *,
        weigh: Callable[[Item], int],
        weight_max: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._take, self._weigh, self._weight_max, self._clock = take, weigh, weight_max, clock
        self._lock, self._enough = Lock(), Event()
        self._queue: deque[_Place[Item, Answer]] = deque()
        self._at_work, self._company, self._ended = False, 1, clock()

    def hand_in(self, item: Item, *, window_seconds: float) -> Answer:
        """The answer, after `take` has returned; or what `take` raises for this item alone."""
        place: _Place[Item, Answer] = _Place(item, self._weigh(item))
        with self._lock:
            place.leads = not self._at_work
            self._at_work = True
            self._queue.append(place)
            if len(self._queue) >= self._company:
                self._enough.set()
        if not place.leads:
            place.woken.wait()
        if place.leads:
            self._lead(window_seconds)
        if not place.answers:
            place.answers = self._take([item])
        (answer,) = place.answers
        return answer

    def _lead(self, window_seconds: float) -> None:
        """Take the head of the queue through, this thread's place first in it; then wake who waits."""
        group: list[_Place[Item, Answer]] = []
        try:
            if self._company > 1 and self._clock() - self._ended < window_seconds:
                self._enough.wait(window_seconds)
            self._begin(group)
            answers = self._take([place.item for place in group])
            for place, answer in zip(group, answers, strict=True):
                place.answers = (answer,)
        except Exception:
            if len(group) < 2:
                raise
            log.exception("%d items failed together, now one by one", len(group))
        finally:
            self._end(group)

    def _begin(self, group: list[_Place[Item, Answer]]) -> None:
        weight = 0
        with self._lock:
            while self._queue and (not group or weight + self._queue[0].weight <= self._weight_max):
                group.append(self._queue.popleft())
                weight += group[-1].weight

    def _end(self, group: Sequence[_Place[Item, Answer]]) -> None:
        """The first who waits leads the next group; nobody waits for who has ended, however that was."""
        with self._lock:
            self._company, self._ended = len(group), self._clock()
            self._at_work = bool(self._queue)
            following = [self._queue[0]] if self._queue else []
            for place in following:
                place.leads = True
            self._enough.clear()
            if len(self._queue) >= self._company:
                self._enough.set()
        for place in (*group, *following):
            place.woken.set()
