"""From what a point shows at an instant to what happened: touches with hysteresis, over time.

A judgement has no memory; this fold has. It is fed with the point results of successive instants
(every arriving fact, every due instant) and tells when a touch starts, grows worse or ends. Online,
replay and proof use this one function, so they cannot differ.

Rules. A touch starts when its colour has shown without a break for `hold_days` (critical: at once).
YELLOW does not start within `cooldown_days` of the end of the last touch; YELLOW and RED do not start
within `once_per_days` of the start of the last one; CRITICAL always starts. A touch never grows milder:
it ends when the point shows NONE and is cleared. What cannot be told neither starts nor ends a touch,
and breaks a hold. Within one item a touch whose deciding facts already carry an equal or more severe
touch of another point is *covered*: it is remembered, and nobody is told twice.
A point that is snoozed starts nothing: what would have started is told as SNOOZED and carries no colour,
so it covers nothing. What runs goes on, and what is critical starts all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum

from zhunsheng.core.clock import SECONDS_PER_DAY
from zhunsheng.core.rules.tree import Pack, TriggerPoint
from zhunsheng.engine.judgement import SEVERITY, Colour, PointResult

Key = tuple[str, str]
Deciding = Callable[[PointResult], AbstractSet[str]]


class FactsBehind(AbstractSet[str]):
    """Ids of the facts behind a touch, looked for when somebody asks: a second look is no tax on judging."""

    __slots__ = ("_find", "_found")

    def __init__(self, find: Callable[[], AbstractSet[str]]) -> None:
        self._find = find
        self._found: frozenset[str] | None = None

    def known(self) -> AbstractSet[str]:
        """The ids."""
        if self._found is None:
            self._found = frozenset(self._find())
        return self._found

    def __contains__(self, name: object) -> bool:
        return name in self.known()

    def __iter__(self) -> Iterator[str]:
        return iter(self.known())

    def __len__(self) -> int:
        return len(self.known())

    def __hash__(self) -> int:
        return hash(self.known())

    def __repr__(self) -> str:
        return repr(self.known())


class TouchChange(StrEnum):
    """What happened to a touch."""

    START = "START"
    ESCALATE = "ESCALATE"
    CLEAR = "CLEAR"
    NO_DATA_START = "NO_DATA_START"
    NO_DATA_END = "NO_DATA_END"
    SNOOZED = "SNOOZED"


@dataclass(frozen=True, slots=True)
class TouchEvent:
    """One change of one point for one object; `facts` are the ids of the deciding facts."""

    at: int
    point: str
    object: str
    change: TouchChange
    colour: Colour
    facts: AbstractSet[str] = frozenset()
    covered: bool = False


@dataclass(frozen=True, slots=True)
class PointState:
    """What is remembered of one point and object. `colour` is the touch that runs, or NONE.

    `snoozed` is the worst colour that would have started while the point is snoozed, or NONE.
    """

    colour: Colour = Colour.NONE
    showing_since: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    no_data: bool = False
    facts: AbstractSet[str] = frozenset()
    snoozed: Colour = Colour.NONE


UNTOUCHED = PointState()
# What shows these where nothing is remembered moves nothing and tells nothing.
STILL = frozenset({Colour.NONE, Colour.UNKNOWN})
# Changes of which it is told which facts are behind them, and whether another touch covers them.
WEIGHED = frozenset({TouchChange.START, TouchChange.ESCALATE, TouchChange.SNOOZED})


@dataclass(frozen=True, slots=True)
class PointIndex:
    """Points by id, the item each belongs to, and the points that a touch can make wait for an instant."""

    points: Mapping[str, TriggerPoint]
    items: Mapping[str, str]
    waiting: frozenset[str]

    @classmethod
    def of(cls, pack: Pack) -> PointIndex:
        """Made once for a pack."""
        pairs = [(point, item.id) for item in pack.items for point in item.points]
        waiting = {p.id for p, _ in pairs if p.hold_days or p.cooldown_days or p.once_per_days}
        return cls({p.id: p for p, _ in pairs}, {p.id: item for p, item in pairs}, frozenset(waiting))


@dataclass(frozen=True, slots=True)
class Advance:
    """The states after an instant, the events in it, and the next instant the memory itself waits for."""

    states: Mapping[Key, PointState]
    events: tuple[TouchEvent, ...]
    next_due: int | None


def advance(
    index: PointIndex,
    states: Mapping[Key, PointState],
    results: Sequence[PointResult],
    at: int,
    deciding: Deciding,
    *,
    changed_only: bool = False,
    snoozed: AbstractSet[str] = frozenset(),
) -> Advance:
    """Fold one instant in. `deciding` names the facts behind a result; asked only when a touch starts.
    `snoozed`: the points that start nothing now.

    With `changed_only` the results are those that differ from the instant before, and every other point
    shows what it showed: it moves nothing, as long as the memory itself waits for no instant up to `at`.
    """
    after = dict(states)
    events: list[TouchEvent] = []
    shown = {(r.point, r.object): r for r in results}
    gone = [
        PointResult(point, key, Colour.NONE, cleared=True)
        for point, key in (() if changed_only else states)
        if (point, key) not in shown and point in index.points
    ]
    telling = [r for r in results if r.colour not in STILL or (r.point, r.object) in states]
    for result in sorted([*telling, *gone], key=lambda r: (-SEVERITY[r.colour], r.point, r.object)):
        key = (result.point, result.object)
        state = after.get(key, UNTOUCHED)
        quiet = result.point in snoozed
        if state.snoozed is not Colour.NONE and not quiet:
            state = replace(state, snoozed=Colour.NONE)
        moved, event = _step(index.points[result.point], state, result, at, quiet)
        if event is not None and event.change in WEIGHED:
            facts = deciding(result)
            covered = _covered(index, after, key, event.colour, facts)
            if event.change is not TouchChange.SNOOZED:
                moved = replace(moved, facts=facts)
            event = replace(event, facts=facts, covered=covered)
        if event is not None:
            events.append(event)
        if moved != UNTOUCHED:
            after[key] = moved
        else:
            after.pop(key, None)
    waits = ((key, s) for key, s in after.items() if key[0] in index.waiting) if index.waiting else ()
    due = [t for key, s in waits for t in _waits(index.points[key[0]], s) if t > at]
    return Advance(after, tuple(events), min(due, default=None))


def _step(
    point: TriggerPoint, state: PointState, result: PointResult, at: int, quiet: bool
) -> tuple[PointState, TouchEvent | None]:
    def event(change: TouchChange, colour: Colour) -> TouchEvent:
        return TouchEvent(at, result.point, result.object, change, colour)

    if result.colour is Colour.NO_DATA:
        told = None if state.no_data else event(TouchChange.NO_DATA_START, Colour.NO_DATA)
        return replace(state, showing_since=None, no_data=True), told
    if state.no_data and result.colour is not Colour.UNKNOWN:
        resumed, change = _step(point, replace(state, no_data=False), result, at, quiet)
        return resumed, change or event(TouchChange.NO_DATA_END, Colour.NO_DATA)
    if result.colour is Colour.UNKNOWN:
        return replace(state, showing_since=None), None
    if result.colour is Colour.NONE:
        if state.colour is Colour.NONE or not result.cleared:
            over = Colour.NONE if result.cleared else state.snoozed
            return replace(state, showing_since=None, snoozed=over), None
        ended = PointState(started_at=state.started_at, ended_at=at)
        return ended, event(TouchChange.CLEAR, state.colour)
    since = at if state.showing_since is None else state.showing_since
    showing = replace(state, showing_since=since)
    if SEVERITY[result.colour] <= SEVERITY[state.colour]:
        return showing, None
    if not _may_start(point, showing, result.colour, at):
        return showing, None
    if state.colour is Colour.NONE and quiet and result.colour is not Colour.CRITICAL:
        if SEVERITY[result.colour] <= SEVERITY[state.snoozed]:
            return showing, None
        return replace(showing, snoozed=result.colour), event(TouchChange.SNOOZED, result.colour)
    if state.colour is Colour.NONE:
        started = replace(showing, colour=result.colour, started_at=at, snoozed=Colour.NONE)
        return started, event(TouchChange.START, result.colour)
    return replace(showing, colour=result.colour), event(TouchChange.ESCALATE, result.colour)


def _may_start(point: TriggerPoint, state: PointState, colour: Colour, at: int) -> bool:
    if colour is Colour.CRITICAL:
        return True
    since = at if state.showing_since is None else state.showing_since
    if at - since < point.hold_days * SECONDS_PER_DAY:
        return False
    if state.colour is not Colour.NONE:
        return True
    if state.started_at is not None and at < state.started_at + point.once_per_days * SECONDS_PER_DAY:
        return False
    cooling = state.ended_at is not None and at < state.ended_at + point.cooldown_days * SECONDS_PER_DAY
    return not (cooling and colour is Colour.YELLOW)


def _covered(
    index: PointIndex,
    states: Mapping[Key, PointState],
    key: Key,
    colour: Colour,
    facts: AbstractSet[str],
) -> bool:
    item = index.items[key[0]]
    return any(
        SEVERITY[state.colour] >= SEVERITY[colour] and bool(facts) and facts <= state.facts
        for other, state in states.items()
        if other[0] != key[0] and index.items.get(other[0]) == item
    )


def _waits(point: TriggerPoint, state: PointState) -> list[int]:
    """Instants at which a hold is served, a cooldown or a once-per ends: the point is judged again then."""
    waits = []
    if state.showing_since is not None and point.hold_days:
        waits.append(state.showing_since + point.hold_days * SECONDS_PER_DAY)
    if state.showing_since is not None and state.colour is Colour.NONE:
        if state.ended_at is not None:
            waits.append(state.ended_at + point.cooldown_days * SECONDS_PER_DAY)
        if state.started_at is not None:
            waits.append(state.started_at + point.once_per_days * SECONDS_PER_DAY)
    return waits
