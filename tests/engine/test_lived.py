"""Versions that follow each other: three ways to the same touches, and what began ends under its version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest

from tests.engine.facts import at
from tests.engine.test_closed import END, START, food, history
from zhunsheng.core.clock import SECONDS_PER_DAY
from zhunsheng.core.facts import Fact
from zhunsheng.engine import versions
from zhunsheng.engine.closed import counted, replay_closed
from zhunsheng.engine.generate import DAYS, FIRST_DAY, some_facts, some_pack, some_world
from zhunsheng.engine.judgement import Colour
from zhunsheng.engine.lived import live
from zhunsheng.engine.prove import Lived, Proof, prove_courses, some_snoozes
from zhunsheng.engine.replay import Touches, replay
from zhunsheng.engine.tracking import TouchChange, TouchEvent
from zhunsheng.engine.versions import Course, Snooze

BEGIN = at(f"{FIRST_DAY}")
UNTIL = BEGIN + (DAYS + 20) * SECONDS_PER_DAY


def cases(
    seeds: range, *, snoozed: bool = False
) -> Iterator[tuple[Course, list[Fact], list[Fact], int, int]]:
    """A version, another, and the first again, on random facts; with points that are snoozed for a while."""
    for seed in seeds:
        chance = Random(seed)
        one, two = (replace(some_pack(chance), content_hash=name) for name in ("one", "two"))
        turns = sorted(BEGIN + chance.randrange(DAYS * SECONDS_PER_DAY) for _ in range(2))
        parts = ((BEGIN, one), (turns[0], two), (turns[1], one))
        course = Course(parts, some_snoozes(chance, one, BEGIN) if snoozed else ())
        yield course, some_facts(chance, "S0"), some_world(chance), BEGIN, UNTIL


def test_online_replay_and_reference_agree_across_changes_and_roll_backs() -> None:
    """VERSION-3, VERSION-4: whatever the packs, the facts and the instants of change."""
    told = sum((prove_courses(*case) for case in cases(range(15))), Proof(0, 0, ()))
    assert told.mismatches == () and told.histories > 20


def test_they_agree_while_points_are_snoozed_and_when_a_snooze_ends() -> None:
    """SNOOZE-3: whatever the packs, the facts, the windows and the changes of version."""
    told = sum((prove_courses(*case) for case in cases(range(15), snoozed=True)), Proof(0, 0, ()))
    assert told.mismatches == () and told.histories > 20


def a_second_late(
    course: Course, facts: Sequence[Fact], world: Sequence[Fact], start: int, end: int
) -> Touches:
    parts = tuple((since + 1, pack) for since, pack in course.parts)
    return live(Course(parts), facts, world, start, end)


def nothing_is_bound(
    course: Course, facts: Sequence[Fact], world: Sequence[Fact], start: int, end: int
) -> Touches:
    with pytest.MonkeyPatch.context() as patch:
        advance = versions.advance_bound
        patch.setattr(
            "zhunsheng.engine.lived.advance_bound",
            lambda pack, _bound, *rest: advance(pack, {}, *rest),
        )
        return live(course, facts, world, start, end)


def last_version_only(
    course: Course, facts: Sequence[Fact], world: Sequence[Fact], start: int, end: int
) -> Touches:
    return replay(course.at(end), facts, world, start, end)


def the_snooze_is_ignored(
    course: Course, facts: Sequence[Fact], world: Sequence[Fact], start: int, end: int
) -> Touches:
    return live(Course(course.parts), facts, world, start, end)


def the_end_of_a_snooze_is_no_instant(
    course: Course, facts: Sequence[Fact], world: Sequence[Fact], start: int, end: int
) -> Touches:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Course, "turns", frozenset(since for since, _ in course.parts))
        return live(course, facts, world, start, end)


@pytest.mark.parametrize("fault", [the_snooze_is_ignored, the_end_of_a_snooze_is_no_instant])
def test_a_replay_that_forgets_a_snooze_is_caught(fault: Lived) -> None:
    assert any(fault(*case) != live(*case) for case in cases(range(25), snoozed=True))


@pytest.mark.parametrize("fault", [a_second_late, nothing_is_bound, last_version_only])
def test_a_planted_fault_is_caught(fault: Lived) -> None:
    assert any(fault(*case) != live(*case) for case in cases(range(25)))


def test_a_mismatch_is_made_small() -> None:
    one, two = replace(food(4), content_hash="one"), replace(food(2), content_hash="two")
    course = Course(((START, one), (at("2026-03-20"), two)))
    (found,) = prove_courses(course, history(), [], START, END, [("late", a_second_late)]).mismatches
    assert len(found.facts) == 2 and found.what == "late, versions"


def touches(course: Course, until: int = END) -> list[tuple[int, str, str]]:
    told: Sequence[TouchEvent] = replay_closed(course, history(), [], START, until)["S1"]
    return [(e.at, e.point, e.colour.value) for e in counted(told)]


def test_a_version_judges_from_the_very_second_and_counts_hits_from_before() -> None:
    """VERSION-1, VERSION-2."""
    strict, mild = replace(food(2), content_hash="strict"), replace(food(4), content_hash="mild")
    turn = at("2026-03-20")
    told = touches(Course(((START, mild), (turn, strict))))
    assert told[0] == (turn, "T09-1", "YELLOW"), "two hits were there already: the turn itself is an instant"
    late = touches(Course(((START, strict), (turn, mild))))
    assert late == touches(Course.of(strict)), "what began in March ends under its version, red and all"
    back = Course(((START, mild), (turn, strict), (at("2026-03-21"), mild)))
    assert touches(back)[0] == (turn, "T09-1", "YELLOW")
    assert Course.of(mild).version == mild.version and Course(((START, mild), (turn, strict))).within(
        turn, END
    ).packs == {"strict": strict}


def test_a_snoozed_point_starts_nothing_until_the_very_second_of_the_end() -> None:
    """SNOOZE-1, SNOOZE-2: worked out and told as snoozed, not acted on; at the end the ordinary start."""
    pack, since, until = food(2), START, at("2026-03-20")
    plain = touches(Course.of(pack))
    begun = plain[0][0]
    course = Course(((START, pack),), (Snooze("T09-1", since, until),))
    told = replay_closed(course, history(), [], START, END)["S1"]
    assert (told[0].at, told[0].change, told[0].colour) == (begun, TouchChange.SNOOZED, Colour.YELLOW)
    assert touches(course)[0][0] >= until and touches(course, until - 1) == []
    elsewhere = replace(course, snoozes=(Snooze("T09-1", since, until, "980102"),))
    assert touches(elsewhere) == plain, "a snooze of one division is none elsewhere"
    assert touches(replace(elsewhere, divisions={"S1": "980102"})) == touches(course)
    after = replace(course, snoozes=(Snooze("T09-1", begun + 1, until),))
    assert touches(after) == plain, "what had begun before goes on, red and all"
