"""Threads that come together go through together: one answer each, nobody's error is another's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from zhunsheng.foundation import gathering
from zhunsheng.foundation.gathering import Gathering

LONG = 60.0


class Poison(Exception):  # noqa: N818 - what is thrown is the point
    """What cannot be taken."""


class Store:
    """All or nothing, as a transaction; the first group waits until so many more have come."""

    def __init__(self, poison: Sequence[int] = (), *, weight_max: int = 100, window: float = LONG) -> None:
        self.poison, self.window, self.now = poison, window, 0.0
        self.groups: list[list[int]] = []
        self.kept: list[int] = []
        self.awaited, self.came = 0, Event()
        self.gathering: Gathering[int, str] = Gathering(
            self.take, weigh=self.weigh, weight_max=weight_max, clock=lambda: self.now
        )

    def weigh(self, _item: int) -> int:
        self.awaited -= 1
        if self.awaited < 0:
            self.came.set()
        return 1

    def take(self, items: Sequence[int]) -> list[str]:
        self.groups.append(list(items))
        assert self.came.wait(60)
        for item in items:
            if item in self.poison:
                raise Poison(item)
        self.kept += items
        return [f"took {item}" for item in items]

    def hand_in(self, item: int) -> str:
        return self.gathering.hand_in(item, window_seconds=self.window)


def all_come(store: Store, count: int) -> list[Future[str]]:
    """So many threads; whoever is first is still at work when the last has come."""
    store.awaited = count - 1
    with ThreadPoolExecutor(count) as pool:
        return [pool.submit(store.hand_in, item) for item in range(count)]


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(*_told: object) -> bool:
        raise AssertionError("it waits for company")

    monkeypatch.setattr(gathering, "Event", type("Event", (Event,), {"wait": wait}))


@pytest.mark.usefixtures("nobody_waits")
def test_who_is_alone_does_not_wait() -> None:
    store = Store()
    store.came.set()
    assert [store.hand_in(n) for n in range(3)] == ["took 0", "took 1", "took 2"]
    assert store.groups == [[0], [1], [2]]


def test_who_comes_meanwhile_goes_together_and_has_the_own_answer() -> None:
    store = Store()
    told = all_come(store, 16)
    assert [one.result() for one in told] == [f"took {n}" for n in range(16)]
    assert [len(group) for group in store.groups] == [1, 15]


def test_after_company_as_many_are_waited_for_but_not_after_a_pause() -> None:
    store = Store()
    all_come(store, 16)
    all_come(store, 15)
    assert [len(group) for group in store.groups] == [1, 15, 15]
    store.now += LONG
    assert store.hand_in(99) == "took 99"


def errors(told: Sequence[Future[str]]) -> set[int]:
    """Who was answered by an error."""
    return {n for n, one in enumerate(told) if one.exception()}


def test_poison_sinks_nobody_else() -> None:
    store = Store(poison=(3, 11))
    assert errors(all_come(store, 16)) == {3, 11}
    assert sorted(store.kept) == [n for n in range(16) if n not in store.poison]


def test_planted_fault_a_group_that_leaves_something_behind_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(poison=(3,))
    take: Callable[[Sequence[int]], list[str]] = store.take

    def half(items: Sequence[int]) -> list[str]:
        store.kept += items[:1]
        return take(items)

    monkeypatch.setattr(store.gathering, "_take", half)
    all_come(store, 16)
    assert sorted(store.kept) != [n for n in range(16) if n != 3]


def test_a_leader_who_is_interrupted_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    take: Callable[[Sequence[int]], list[str]] = store.take

    def interrupted(items: Sequence[int]) -> list[str]:
        answers = take(items)
        if len(items) == 15:
            raise KeyboardInterrupt
        return answers

    monkeypatch.setattr(store.gathering, "_take", interrupted)
    assert len(errors(all_come(store, 16))) == 1
    store.now += LONG
    assert store.hand_in(99) == "took 99"


def test_a_group_has_a_weight() -> None:
    store = Store(weight_max=4, window=0)
    told = all_come(store, 16)
    assert not errors(told)
    assert [len(group) for group in store.groups] == [1, 4, 4, 4, 3]
