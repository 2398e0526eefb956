"""F-15: what a district sees does not depend on anything that another district has or does.

Two worlds run the same sequence of acts of district A; in one of them B lives too. Whatever A's officer
is shown must be the same, byte for byte. Row numbers of the database are shared by all districts and are
left out (`id`, `sequence`); that they would tell is shown below, so they must not stand on a page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.contexts.accounts.office import EAST, FOUNDED, NOW, SHELL, TODAY, WEST
from tests.halves import half, share_of
from zhunsheng.core.actors import Audience, FieldLevel, Scope, ScopeKind, Viewer
from zhunsheng.core.listing import Part
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts import tenancy
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.models import AreaAlert, DataAlarm, Touch, VisitEntry
from zhunsheng.registers.registry import actions, queries, scoping
from zhunsheng.registers.registry.actions import SubjectRecord
from zhunsheng.registers.registry.queries import SubjectFilter
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals.models import StoredFact
from zhunsheng.sensing.signals.new_facts import NewFact

pytestmark = pytest.mark.django_db
EVERYTHING = Viewer.bureau("test")
IN_EAST = Viewer(
    Audience.BUREAU,
    "0001",
    scope=Scope(ScopeKind.UNIT_AND_BELOW, frozenset({EAST})),
    clearance=FieldLevel.INTERNAL,
)
KEYS = {
    EAST: ("91980102MA100A1B2U", "92980102MA400G4H2X", "91980102MA010W0X5G"),
    WEST: ("91980103MA200C2D2N", "91980103MA800Q8R47", "92980103MA900T9U5K"),
}
Act = tuple[str, str, int, int]
WANTED = (SubjectFilter(), SubjectFilter(text="商行1"), SubjectFilter(division=WEST))


def act(step: Act) -> None:
    """One thing that happens in a district; `n` varies it."""
    district, what, place, n = step
    key = KEYS[district][place]
    if what == "register":
        record = SubjectRecord(
            key, "ENTERPRISE", f"商行{n}", district, "5211", FOUNDED, station=f"{n % 2}所", phone="0900000"
        )
        actions.record_subject(by=SHELL, at=NOW, record=record)
    elif not queries.known_keys(viewer=EVERYTHING, keys={key}):
        return
    elif what == "tell":
        payload = {"number": f"{key}-{n}", "topic": "OTHER", "excluded": False, "elderly": True}
        fact = NewFact("COMPLAINT", key, NOW - timedelta(days=n), payload)
        contracts = open_library(settings.PACKS).contracts
        signals.record_facts(by=SHELL, at=NOW, facts=[fact], source="12315", contracts=contracts)
    elif what == "touch" and not Touch.objects.filter(subject=key, point=f"T01-{n % 3}").exists():
        Touch.objects.create(
            subject=key,
            item="T01",
            point=f"T01-{n % 3}",
            colour="RED",
            state="OFFSITE_REVIEW",
            started_at=NOW,
            pack_version="1",
            pack_hash="x",
        )
        DataAlarm.objects.create(subject=key, point="T01-1", object=str(n), raised_at=NOW)
        VisitEntry.objects.create(subject=key, reason="x", asked_at=NOW)
        AreaAlert.objects.get_or_create(
            point="T01-1", area=f"5211/{district}", defaults={"subjects": [key], "raised_at": NOW}
        )
    elif what == "assign":
        actions.assign_officer(by=SHELL, at=NOW, viewer=EVERYTHING, key=key, officer=f"000{n % 3}")


def answers(viewer: Viewer, *, with_numbers: bool = False) -> str:
    """Everything a viewer can ask for, about the own and about the other district's subjects."""
    every = [key for keys in KEYS.values() for key in keys]
    lists: list[Iterable[Any]] = [
        *(queries.listed(viewer=viewer, wanted=wanted, part=Part("key")).rows for wanted in WANTED),
        [queries.number(viewer=viewer)],
        queries.find(viewer=viewer, text="商行1"),
        triggers.touches(viewer=viewer),
        triggers.visit_list(viewer=viewer),
        triggers.data_alarms(viewer=viewer),
        triggers.area_alerts(viewer=viewer),
        portraits.runs(viewer=viewer),
        told.timelines(viewer=viewer),
        told.quarantine(viewer=viewer),
        sorted(queries.known_keys(viewer=viewer, keys=set(every))),
    ]
    counts: list[object] = [
        triggers.counts(viewer=viewer),
        triggers.states(viewer=viewer),
        portraits.distribution(viewer=viewer),
        told.freshness(viewer=viewer),
    ]
    singles: list[object] = [
        (
            queries.get(viewer=viewer, key=key),
            queries.links(viewer=viewer, key=key),
            queries.belongings(viewer=viewer, key=key),
            queries.why_visible(viewer=viewer, keys=[key], on=TODAY),
            queries.canonical(viewer=viewer, key=key, on=TODAY),
            told.timeline(viewer=viewer, subject=key),
            triggers.enrolments(viewer=viewer, subject=key),
            portraits.history(viewer=viewer, subject=key),
        )
        for key in every
    ]
    numbers = set() if with_numbers else {"id", "sequence"}

    def plain(value: Any) -> Any:
        if hasattr(value, "__dataclass_fields__"):
            return {k: v for k, v in asdict(value).items() if k not in numbers}
        return str(value)

    # Counters have tuples as keys, which JSON does not know.
    flat = [sorted((str(k), str(v)) for k, v in dict(count).items()) for count in counts]  # type: ignore[call-overload]
    return json.dumps([[list(rows) for rows in lists], flat, singles], default=plain, ensure_ascii=False)


def world(acts: list[Act], ask: Callable[[], str]) -> str:
    """The answer after all acts, in a world that is forgotten afterwards."""
    with transaction.atomic():
        for step in acts:
            act(step)
        with tenancy.within_wall(IN_EAST):
            seen = ask()
        transaction.set_rollback(True)
    return seen


def acts_of(district: str) -> st.SearchStrategy[Act]:
    what = st.sampled_from(["register", "register", "tell", "touch", "assign"])
    return st.tuples(st.just(district), what, st.integers(0, 2), st.integers(0, 9))


SEQUENCES = st.lists(st.one_of(acts_of(EAST), acts_of(WEST)), min_size=4, max_size=10)
MANY = how(
    max_examples=share_of(200),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BUSY: list[Act] = [
    (district, what, place, n)
    for n, what in enumerate(("register", "tell", "touch", "assign"))
    for place in range(3)
    for district in (WEST, EAST)
]


def both_worlds(acts: list[Act], *, with_numbers: bool = False) -> tuple[str, str]:
    def ask() -> str:
        return answers(IN_EAST, with_numbers=with_numbers)

    return world([a for a in acts if a[0] == EAST], ask), world(acts, ask)


@pytest.mark.slow
@MANY
@seed(half() or 0)
@given(acts=SEQUENCES)
def test_a_district_is_told_the_same_whatever_another_does(acts: list[Act]) -> None:
    alone, together = both_worlds(acts)
    assert alone == together


def test_a_busy_neighbour_leaves_no_trace() -> None:
    alone, together = both_worlds(BUSY)
    assert alone == together
    assert KEYS[EAST][0] in together and "商行" in together and '"COMPLAINT"' in together


@pytest.mark.parametrize(
    "query", ["registers.registry.scoping.within", "registers.registry.scoping.opens", "subjects"]
)
def test_one_unscoped_query_is_seen(query: str) -> None:
    """The planted fault: rows of any scope. On PostgreSQL the second wall would hide it, so it is opened."""
    faults: dict[str, Any] = {
        "registers.registry.scoping.within": patch.object(scoping, "within", lambda rows, *_: rows),
        "registers.registry.scoping.opens": patch.object(scoping, "opens", lambda *_: True),
        "subjects": patch.object(scoping, "subjects", lambda _viewer: actions.Subject.objects.all()),
    }
    with faults[query], patch.object(tenancy, "within_wall", lambda _viewer: transaction.atomic()):
        alone, together = both_worlds(BUSY)
    assert alone != together


def test_a_shared_sequence_in_an_answer_would_tell() -> None:
    """The planted fault: a number of the database where everybody can read it."""
    alone, together = both_worlds(BUSY, with_numbers=True)
    assert alone != together


def test_the_acts_really_happen() -> None:
    for step in BUSY:
        act(step)
    assert (StoredFact.objects.count(), Touch.objects.count(), AreaAlert.objects.count()) == (6, 6, 2)
    assert answers(EVERYTHING) != answers(IN_EAST)
