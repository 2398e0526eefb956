"""Who was classed in a run, with what was known of each when it was made, for counts and lists; no names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.reporting.credit import Classed
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import RunCard
from zhunsheng.sensing.signals import queries as signals

VIEWER = Viewer.bureau("report")
SUBJECTS_AT_ONCE = 2_000
KINDS = ("REGISTRATION", "INSPECTION_RESULT")


def rows_of(run: RunCard, before: RunCard | None) -> Iterator[tuple[str, Classed]]:
    """(subject, row) of everybody whom a run classed, in order of subject."""
    told = list(portraits.classes_of_run(viewer=VIEWER, run_id=run.id))
    for start in range(0, len(told), SUBJECTS_AT_ONCE):
        yield from part_of(run, before, told[start : start + SUBJECTS_AT_ONCE])


def part_of(
    run: RunCard, before: RunCard | None, part: Sequence[tuple[str, str, int]]
) -> Iterator[tuple[str, Classed]]:
    """The same for some (subject, class, sufficiency): the class in the run before, the checks since then."""
    keys = [subject for subject, *_ in part]
    old: dict[str, str] = {}
    if before is not None:
        old = {s: c for s, c, _ in portraits.classes_of_run(viewer=VIEWER, run_id=before.id, among=keys)}
    since = instant(before.as_of) if before else instant(run.as_of)
    facts = dict(signals.told_of(viewer=VIEWER, subjects=keys, kinds=KINDS))
    for subject, class_name, sufficiency in part:
        known = in_force(facts.get(subject, []), instant(run.known_at))
        period = (since, instant(run.as_of))
        yield subject, _row(class_name, old.get(subject, ""), sufficiency, known, period)


def _row(
    class_name: str, before: str, sufficiency: int, known: Sequence[Fact], period: tuple[int, int]
) -> Classed:
    own = [f for f in known if f.kind == "REGISTRATION" and f.occurred_at <= period[1]]
    said = own[-1].payload if own else {}
    since, until = period
    checks = [f for f in known if f.kind == "INSPECTION_RESULT" and since < f.occurred_at <= until]
    established, staff = said.get("established_on"), said.get("staff")
    return Classed(
        class_name,
        before,
        str(said.get("division") or ""),
        str(said.get("industry") or ""),
        date.fromisoformat(str(established)) if established else None,
        int(staff) if staff is not None else None,
        sufficiency,
        bool(checks),
        any(f.payload.get("result") != "NO_ISSUE" for f in checks),
    )
