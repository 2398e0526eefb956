"""The monthly run from the queue of due times; the breaker; late data; repaired and annulled decisions."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests.contexts.accounts import office
from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at
from zhunsheng.cli.main import main
from zhunsheng.core.actors import HumanDecisionRequiredError
from zhunsheng.core.clock import FixedClock
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.portraits import queries as classes
from zhunsheng.judging.portraits.actions import RunNotHeldError
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows import handlers, monthly, running

FIRMS = [make("91", "980102", f"MA1{n:02d}A1B") for n in range(10)]
pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    city = Bureau()
    for n, key in enumerate(FIRMS):
        city.register(key, f"云汀第{n}户")
    return city


def turn(when: str) -> None:
    running.turn_inside(FixedClock(at(when)), handlers())


def class_of(subject: str) -> str:
    card = classes.current(viewer=BUREAU, subject=subject)
    assert card is not None
    return card.class_name


def causes() -> list[str]:
    return [run.cause for run in reversed(classes.runs(viewer=BUREAU))]


def test_a_turn_of_the_dispatcher_sets_the_first_of_the_month_and_keeps_it(bureau: Bureau) -> None:
    turn("2026-01-15 10:00")
    assert clocks.instants_of(topic=monthly.TOPIC, viewer=BUREAU) == {"general": at("2026-02-01")}
    turn("2026-01-31 23:59")
    assert classes.runs(viewer=BUREAU) == []
    turn("2026-02-01 00:00")
    (run,) = classes.runs(viewer=BUREAU)
    assert (run.cause, run.as_of, run.subjects) == ("MONTHLY", at("2026-02-01"), 10)
    assert clocks.instants_of(topic=monthly.TOPIC, viewer=BUREAU) == {"general": at("2026-03-01")}
    turn("2026-02-01 00:05")
    assert len(classes.runs(viewer=BUREAU)) == 1


def test_after_an_outage_every_missed_month_is_judged_as_of_its_own_midnight(bureau: Bureau) -> None:
    turn("2026-11-20")
    turn("2027-01-05 09:00")
    runs = list(reversed(classes.runs(viewer=BUREAU)))
    assert [str(run.as_of.astimezone(at("2026-01-01").tzinfo).date()) for run in runs] == [
        "2026-12-01",
        "2027-01-01",
    ]
    assert {run.made_at for run in runs} == {at("2027-01-05 09:00")}


def test_a_run_that_would_move_too_many_is_held_until_a_person_releases_it(bureau: Bureau) -> None:
    monthly.run(at("2026-02-01"), at("2026-02-01"))
    for key in FIRMS[:3]:
        fact = NewFact("PENALTY", key, at("2026-02-10"), {"severity": "SEVERE"}, f"罚-{key}")
        signals.record_facts(
            by=MACHINE,
            at=at("2026-02-10"),
            facts=[fact],
            source="case",
            contracts=bureau.library.contracts,
            announce=False,
        )
    monthly.run(at("2026-03-01"), at("2026-03-01"))
    held = classes.runs(viewer=BUREAU)[0]
    assert (held.state, held.moved) == ("HELD", 3)
    assert class_of(FIRMS[0]) == "A"
    with pytest.raises(HumanDecisionRequiredError):
        monthly.release(MACHINE, at("2026-03-02"), held.id, "核对无误")
    with pytest.raises(RunNotHeldError):
        monthly.release(OFFICER, at("2026-03-02"), held.id, " ")
    monthly.release(OFFICER, at("2026-03-02"), held.id, "三份决定书已核对")
    assert class_of(FIRMS[0]) == "C"
    assert classes.distribution(viewer=BUREAU) == {"A": 7, "C": 3}
    with pytest.raises(RunNotHeldError):
        monthly.release(OFFICER, at("2026-03-03"), held.id, "再放行")


def test_late_data_are_judged_as_of_then_and_the_earlier_run_stays(bureau: Bureau) -> None:
    monthly.run(at("2026-02-01"), at("2026-02-01"))
    first = classes.history(viewer=BUREAU, subject=FIRMS[0])
    bureau.tell(FIRMS[0], "INSPECTION_RESULT", "2026-01-20", known="2026-02-09 10:00", result="OBSTRUCTED")
    told = classes.history(viewer=BUREAU, subject=FIRMS[0])
    assert told[:1] == first
    assert (told[1].cause, told[1].as_of, told[1].known_at) == (
        "LATE_DATA",
        at("2026-02-01"),
        at("2026-02-09 10:00"),
    )
    assert dict(told[1].items)["I26"] == 600
    bureau.tell(FIRMS[0], "LETTER_RETURNED", "2026-01-21", known="2026-02-09 11:00")
    bureau.tell(FIRMS[0], "INSPECTION_RESULT", "2026-02-09 12:00", result="CORRECTED")
    assert causes() == ["MONTHLY", "LATE_DATA"]


def test_late_data_with_a_veto_make_one_run_and_not_two(bureau: Bureau) -> None:
    monthly.run(at("2026-02-01"), at("2026-02-01"))
    bureau.tell(FIRMS[0], "PENALTY", "2026-01-20", known="2026-02-09", object="罚-1", severity="SEVERE")
    assert causes() == ["MONTHLY", "VETO"]
    assert class_of(FIRMS[0]) == "C"


@pytest.mark.parametrize(
    ("began", "ended", "worse"),
    [
        (("PENALTY", {"severity": "ORDINARY", "published": True}), {"published": False}, "B"),
        (("SERIOUS_LIST", {"state": "LISTED"}), {"state": "REMOVED"}, "D"),
        (("CORRECTION", {"state": "OVERDUE"}), {"state": "DONE"}, "B"),
        (("RECALL", {"manner": "REFUSED"}), {"manner": "COMPLETED"}, "C"),
        (
            ("SAMPLING_RESULT", {"field": "OTHER", "result": "FAIL", "nature": "SAFETY"}),
            {"result": "PASS"},
            "C",
        ),
    ],
)
def test_what_is_repaired_removed_or_rechecked_ends_its_floor_the_same_day(
    bureau: Bureau, began: tuple[str, dict[str, str | bool]], ended: dict[str, str | bool], worse: str
) -> None:
    kind, payload = began
    monthly.run(at("2026-02-01"), at("2026-02-01"))
    fact = bureau.tell(FIRMS[0], kind, "2026-02-10", object="号-1", **payload)
    assert class_of(FIRMS[0]) == worse
    repaired = NewFact(
        kind,
        FIRMS[0],
        at("2026-02-10") if kind == "PENALTY" else at("2026-03-10 09:00"),
        {**payload, **ended},
        "号-1",
        supersedes=fact if kind == "PENALTY" else "",
    )
    signals.record_facts(
        by=MACHINE,
        at=at("2026-03-10 09:00"),
        facts=[repaired],
        source="repair",
        contracts=bureau.library.contracts,
    )
    bureau.work(at("2026-03-10 09:00"))
    card = classes.current(viewer=BUREAU, subject=FIRMS[0])
    assert card is not None
    assert (card.class_name, card.rules, card.as_of) == ("A", (), at("2026-03-10 09:00"))


def test_a_held_run_is_released_on_the_command_line_by_name_and_reason(bureau: Bureau) -> None:
    monthly.run(at("2026-02-01"), at("2026-02-01"))
    for key in FIRMS[:3]:
        fact = NewFact("PENALTY", key, at("2026-02-10"), {"severity": "SEVERE"}, f"罚-{key}")
        contracts = bureau.library.contracts
        signals.record_facts(
            by=MACHINE, at=at("2026-02-10"), facts=[fact], source="case", contracts=contracts, announce=False
        )
    monthly.run(at("2026-03-01"), at("2026-03-01"))
    run = classes.runs(viewer=BUREAU)[0]

    def runs(*words: str) -> int:
        return CliRunner().invoke(main, ["runs", *words]).exit_code

    office.employ("9801-1", "程岚", "bureau_leader")
    office.employ("980102-1", "闻笛", "bureau_leader", unit=office.EAST)
    assert runs() == 1
    assert runs("--release", str(run.id)) == 2
    assert runs("--release", str(run.id), "--by", "980102-1", "--reason", "核对无误") == 4
    assert runs("--release", "999", "--by", "9801-1", "--reason", "核对无误") == 4
    assert runs("--release", str(run.id), "--by", "9801-1", "--reason", "核对无误") == 0
    settled = classes.runs(viewer=BUREAU)[0]
    assert (settled.state, settled.settled_by, settled.settled_reason) == ("EFFECTIVE", "程岚", "核对无误")
