"""Short ways to hold the published pack against a handful of facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from tests.engine.facts import Ledger, at
from zhunsheng.core.contracts import check_payload
from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.packfiles import load_pack
from zhunsheng.engine.reference import judge

FOLDER = Path(__file__).parents[3] / "packs/general"
LOADED = load_pack(FOLDER)
AS_OF = "2026-07-01 12:00"
Told = tuple[str, str, str, dict[str, Scalar]]


def ago(days: int) -> str:
    """So many times 24 hours before AS_OF."""
    moment = dt.datetime.fromisoformat(AS_OF) - dt.timedelta(days=days)
    return moment.isoformat(sep=" ", timespec="seconds")


def day(days: int) -> str:
    """The date so many days after (negative: before) the day of AS_OF."""
    return (dt.date.fromisoformat(AS_OF[:10]) + dt.timedelta(days=days)).isoformat()


def f(kind: str, when: int | str = 1, object: str = "", **payload: Scalar) -> Told:
    """A fact so many days before AS_OF (or at a written time)."""
    return (kind, ago(when) if isinstance(when, int) else when, object, payload)


def ledger_of(facts: Sequence[Told]) -> list[Fact]:
    """The facts, each of which must keep its contract: a test must not prove what cannot arrive."""
    ledger = Ledger()
    for kind, when, thing, payload in facts:
        contract = LOADED.contracts.get(kind)
        assert contract is not None, kind
        assert check_payload(contract, payload) == [], (kind, payload)
        ledger.tell(kind, when, payload, object=thing)
    return ledger.facts


def judged(
    facts: Sequence[Told],
    *,
    world: Sequence[Told] = (),
    enrolled: bool = True,
    as_of: str = AS_OF,
) -> Judgement:
    """The whole judgement, enrolled in every item unless said otherwise."""
    enrolment = [f("ENROLMENT", 600, item.id, state="ENROLLED") for item in LOADED.pack.items]
    told = [*(enrolment if enrolled else []), *facts]
    return judge(LOADED.pack, "S1", ledger_of(told), ledger_of(world), at(as_of), at(as_of))


def shown(
    point: str,
    facts: Sequence[Told],
    *,
    world: Sequence[Told] = (),
    enrolled: bool = True,
    as_of: str = AS_OF,
    object: str | None = None,
) -> str:
    """The colour of one point, for one object or the only one; NONE when no object is named by any fact."""
    results = [
        r
        for r in judged(facts, world=world, enrolled=enrolled, as_of=as_of).points
        if r.point == point and (object is None or r.object == object)
    ]
    assert len(results) <= 1, [r.object for r in results]
    return results[0].colour.value if results else "NONE"


def points_of(
    indicator: str,
    facts: Sequence[Told],
    world: Sequence[Told] = (),
    as_of: str = AS_OF,
) -> int | None:
    """Hundredths of points of one indicator; None when it cannot be told."""
    for result in judged(facts, world=world, as_of=as_of).models[0].indicators:
        if result.indicator == indicator:
            return result.points if result.known else None
    raise LookupError(indicator)
