"""Which class a business had at an instant: by the record, or by a challenger that never acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import moment
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.single import judge_by
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import Held
from zhunsheng.sensing.signals import queries as signals

Classify = Callable[[str, Sequence[Fact], int], tuple[str, int]]


def run_before(viewer: Viewer, known_at: datetime) -> dict[str, str]:
    """Subject → class of the monthly run before the last one."""
    runs = portraits.monthly_runs(viewer=viewer, until=known_at, rows_max=2)
    told = portraits.classes_of_run(viewer=viewer, run_id=runs[1].id) if len(runs) > 1 else ()
    return {subject: name for subject, name, _ in told}


def telling(stored: Mapping[str, Sequence[Held]]) -> Classify:
    """The class that was in effect at that instant."""

    def classify(subject: str, _facts: Sequence[Fact], at: int) -> tuple[str, int]:
        one = Held.last(stored.get(subject, ()), moment(at))
        return (one.class_name, one.sufficiency_permille) if one else ("", 0)

    return classify


def names_by(classify: Classify) -> Callable[[str, int], str]:
    """Only the class, for those that are told by the record and need no facts; '' for none."""
    return lambda subject, at: classify(subject, (), at)[0]


def judging(viewer: Viewer, pack: Pack, known_at: datetime) -> Classify:
    """The class that the challenger would have given from what was known at that instant, and no later."""
    judge, world = judge_by(pack).judge, signals.world(viewer=viewer, known_at=known_at)

    def classify(subject: str, facts: Sequence[Fact], at: int) -> tuple[str, int]:
        told = judge(subject, [f for f in facts if f.recorded_at <= at], world, at, at).models[0]
        return told.class_name, told.sufficiency_permille

    return classify
