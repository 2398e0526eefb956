"""A replay is what was done: the version in force gives the touches that were; another gives others."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from tests.journeys.city import BUREAU, HOUSE, OFFICER, Bureau, at
from zhunsheng.cli.commands.replay import command
from zhunsheng.cli.commands.sweep import command as sweep
from zhunsheng.core.actors import PowerLackingError, Scope, ScopeKind
from zhunsheng.core.clock import FixedClock, instant, moment
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine import closed
from zhunsheng.engine.lived import STARTS
from zhunsheng.engine.packfiles import load_pack, read_text
from zhunsheng.judging.lab import actions as runs
from zhunsheng.judging.lab import queries as lab
from zhunsheng.judging.lab.lifecycle import LabStepError
from zhunsheng.judging.lab.queries import RunCard
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows import classing, replaying, trying
from zhunsheng.workflows.asking import Question, ask
from zhunsheng.workflows.impacting import asked_of, report
from zhunsheng.workflows.sweeping import Sweep, suggested

pytestmark = pytest.mark.django_db
LIFTS = ("91980102MA100A1B2U", "91980103MA200C2D2N")
ALL = Selection()
START, END, LATER = at("2026-01-31"), at("2026-06-30"), at("2026-08-01")


@pytest.fixture(scope="module")
def revised(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """T02 with a yellow line of three instead of two."""
    folder = tmp_path_factory.mktemp("packs") / "general"
    shutil.copytree(HOUSE / "packs" / "general", folder)
    item = folder / "items" / "T02-lift-faults.yaml"
    text = item.read_text(encoding="utf-8")
    assert OLD in text
    item.write_text(text.replace(OLD, OLD.replace("at_least: 2", "at_least: 3")), encoding="utf-8")
    return load_pack(folder).pack


OLD = "yellow: {count: ELEVATOR_TRAPPED, window: {days: 90}, at_least: 2}"


def lived(seed: int, turns: Mapping[str, Callable[[], object]] | None = None) -> Bureau:
    """Half a year of lifts that fail now and then, judged as it comes; `turns` happen on their days."""
    waiting = sorted((turns or {}).items())
    chance, bureau = Random(seed), Bureau()
    for number, key in enumerate(LIFTS):
        bureau.register(key, f"云汀物业{number}", station=f"{number % 2}所")
        bureau.enrol(key, "T02")
        for lift in ("L-1", "L-2"):
            bureau.tell(key, "ELEVATOR_RECORD", "2026-01-02", object=lift, inspection_due_on="2027-07-31")
    told = sorted(
        (chance.randrange(40, 170), chance.choice(LIFTS), chance.choice(("L-1", "L-2"))) for _ in range(12)
    )
    for number, (day, key, lift) in enumerate(told):
        when = f"{moment(instant(at('2026-01-01')) + day * 86_400):%Y-%m-%d} 08:{number:02d}"
        while waiting and waiting[0][0] <= when:
            turning_on, turn = waiting.pop(0)
            bureau.pass_time(turning_on)
            turn()
        bureau.pass_time(when)
        bureau.tell(key, "ELEVATOR_TRAPPED", when, object=lift, number=str(number))
    bureau.pass_time("2026-06-30")
    return bureau


Told = tuple[int, str, str, str]


def replayed(*packs: Pack, chosen: Selection = ALL) -> dict[str, Any]:
    return report(BUREAU, packs, asked_of((START, END), LATER, chosen))[0]


def online() -> set[Told]:
    """(at, subject, point/object, colour) of every touch that judging wrote down."""
    told = signals.told_of(viewer=BUREAU, subjects=LIFTS, kinds=["TOUCH"])
    return {(f.recorded_at, s, f.object, str(f.payload["colour"])) for s, own in told for f in own}


def offline(pack: Pack) -> set[Told]:
    events = report(BUREAU, [pack], asked_of((START, END), LATER, ALL))[1]
    return {
        (e.at, s, closed.place_of(e.point, e.object), e.colour.value)
        for s, e in events
        if e.change in STARTS and not e.covered
    }


def by_class(told: dict[str, Any]) -> set[str]:
    """The classes under which the touches of the first version are counted."""
    (table,) = (t for t in told["versions"][0]["tables"] if t["id"] == "class")
    return {row[0] for row in table["rows"]}


def joined(told: Told) -> bool:
    """Whether the place had an open touch at that instant already: people are told of it once."""
    when, subject, place, _ = told
    return any(
        instant(t.started_at) < when and (t.ended_at is None or when <= instant(t.ended_at))
        for t in triggers.touches(viewer=BUREAU, subject=subject)
        if f"{t.point}/{t.object}" == place
    )


def test_the_version_in_force_gives_the_touches_that_were_and_another_gives_others(revised: Pack) -> None:
    pack = lived(3).library.pack
    was, would = online(), offline(pack)
    assert len(was) > 3 and was <= would
    assert all(joined(told) for told in would - was), "more lines are touched only where a touch is open"
    told = replayed(revised, pack)
    new, old = told["versions"]
    assert old["touches"] == len(would) == sum(sum(values) for _, values in old["tables"][0]["rows"])
    assert (old["hash"], new["hash"]) == (pack.content_hash, revised.content_hash)
    assert new["touches"] < old["touches"] and told["gained"] == []
    assert {row["subject"] for row in told["lost"]} == touched(would) - touched(offline(revised))
    assert old["work"]["minutes"] > new["work"]["minutes"] > 0
    assert json.dumps(replayed(revised, pack)) == json.dumps(told), "the same inputs, the same bytes"
    assert (told["to"], told["known_at"]) == (END.isoformat(), LATER.isoformat())
    one = replayed(pack, chosen=Selection(stations=("1所",)))
    assert one["register"] == 1 and one["versions"][0]["touches"] == len(
        [t for t in would if t[1] == LIFTS[1]]
    )
    assert replayed(pack, chosen=Selection(divisions=("980109",)))["register"] == 0
    assert by_class(told) == {"未分类"}, "nobody was classed in that half-year"
    words = ["--from", START.isoformat(), "--to", END.isoformat(), "--known-at", LATER.isoformat()]
    shell = [str(HOUSE / "packs" / "general"), *words, "--against", pack.content_hash[:9]]
    assert json.loads(CliRunner().invoke(command, [*shell, "--json"]).stdout)["report"] == json.loads(
        json.dumps(replayed(pack))
    )
    spoken = CliRunner().invoke(command, shell).stdout
    assert f"触线 {len(would)} 次" in spoken and "期末积压（人日）" in spoken
    assert CliRunner().invoke(command, [*shell[:-1], "0000"]).exit_code != 0
    shell = ["T02-1", "yellow.at_least", "2,3", *words, "--json"]
    curve = json.loads(CliRunner().invoke(sweep, shell).stdout)
    assert [row["touches"] for row in curve["rows"]] == [old["touches"], new["touches"]]
    assert [row["hash"] for row in curve["rows"]] == [pack.content_hash, revised.content_hash]
    assert (curve["now"], curve["suggested"]) == (2, None), "nobody has decided anything yet"
    lost = CliRunner().invoke(sweep, ["T02-1", "yellow.line", "2:3", *words])
    assert lost.exit_code != 0 and "yellow.at_least=2" in lost.output


def test_what_is_suggested_misses_nothing_that_was_borne_out() -> None:
    def row(value: int, touches: int, *borne_out: int) -> dict[str, Any]:
        return {"value": value, "touches": touches, "precision": [{"borne_out": n} for n in borne_out]}

    rows = [row(2, 9, 3, 1), row(3, 6, 3, 1), row(4, 4, 2, 1)]
    assert suggested(rows) == 3
    assert suggested([row(2, 9, 0), row(3, 6, 0)]) is None
    assert suggested([row(2, 9, 1), row(4, 4, 2)]) == 4


def touched(told: set[Told]) -> set[str]:
    return {subject for _, subject, _, _ in told}


def worked_off(run_id: int, *, until: int = 9_999) -> RunCard:
    """Turns of the loop until the run waits no more, or so many."""
    for _ in range(until):
        card = lab.run(viewer=BUREAU, run_id=run_id)
        assert card is not None
        if not card.at_work:
            break
        assert trying.work_off(FixedClock(LATER)) == 1
    found = lab.run(viewer=BUREAU, run_id=run_id)
    assert found is not None
    return found


def test_the_lab_stopped_anywhere_gives_the_bytes_of_the_command(
    revised: Pack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(replaying, "SUBJECTS_AT_ONCE", 1)
    pack = lived(3).library.pack
    question = Question((START, END), LATER, line=Sweep("T02-1", "yellow.at_least", (3,)))
    number = ask(OFFICER, LATER, BUREAU, None, question)
    card = worked_off(number, until=1)
    assert (card.state, card.done, card.versions[1][1]) == ("RUNNING", 1, pack.content_hash)
    assert card.versions[0][1] == revised.content_hash, "one definition, whoever moves the line"
    runs.stop(by=OFFICER, at=LATER, run_id=number)
    assert trying.work_off(FixedClock(LATER)) == 0 and lab.report(viewer=BUREAU, run_id=number) is None
    late = {"run_id": number, "after": "", "last": card.last_key, "count": 1, "text": "{}"}
    assert not runs.keep_part(by=OFFICER, at=LATER, **late), "a part that comes late counts for nothing"
    with pytest.raises(LabStepError):
        runs.stop(by=OFFICER, at=LATER, run_id=number)
    runs.go_on(by=OFFICER, at=LATER, run_id=number)
    card = worked_off(number)
    text = lab.report_text(viewer=BUREAU, run_id=number)
    assert (card.state, card.percent) == ("DONE", 100)
    assert card.content_hash == hashlib.sha256(text.encode()).hexdigest()
    folder, target = tmp_path / "general", tmp_path / "report.json"
    shutil.copytree(HOUSE / "packs" / "general", folder)
    item = folder / "items" / "T02-lift-faults.yaml"
    item.write_text(item.read_text("utf-8").replace(OLD, OLD.replace("at_least: 2", "at_least: 3")), "utf-8")
    words = ["--from", START.isoformat(), "--to", END.isoformat(), "--known-at", LATER.isoformat()]
    assert CliRunner().invoke(command, [str(folder), *words, "--report", str(target)]).exit_code == 0
    assert target.read_text("utf-8") == text
    fresh = list(read_text("mine.yaml", item.read_text("utf-8")))
    same = ask(OFFICER, LATER, BUREAU, None, Question((START, END), LATER, fresh=fresh))
    worked_off(same)
    assert lab.report_text(viewer=BUREAU, run_id=same) == text, "a file of one's own, the same version"
    several = Question((START, END), LATER, line=Sweep("T02-1", "yellow.at_least", (2, 3)))
    curve = ask(OFFICER, LATER, BUREAU, None, several)
    worked_off(curve)
    told = lab.report(viewer=BUREAU, run_id=curve)
    assert told is not None and [row["hash"] for row in told["rows"]] == [
        pack.content_hash,
        revised.content_hash,
    ]


def test_a_question_that_is_none_is_refused_and_a_grant_that_ended_stops_the_work() -> None:
    lived(3)
    future = Question((START, LATER), LATER)
    for wrong in (future, Question((END, START), LATER), Question((START, END), START)):
        with pytest.raises(LabStepError):
            ask(OFFICER, END, BUREAU, None, wrong)
    with pytest.raises(PackError):
        ask(OFFICER, LATER, BUREAU, None, Question((START, END), LATER, base="0" * 64))
    with pytest.raises(PowerLackingError):
        ask(replace(OFFICER, powers=frozenset()), LATER, BUREAU, None, Question((START, END), LATER))
    card = worked_off(ask(OFFICER, LATER, BUREAU, 999, Question((START, END), LATER)))
    assert (card.state, card.content_hash) == ("FAILED", "") and "授权" in card.reason
    assert lab.runs(viewer=replace(BUREAU, key="0009", scope=Scope(ScopeKind.OWN))) == []


def test_touches_are_counted_by_the_class_that_was_in_effect() -> None:
    """And a part of the register is chosen by it: as it was when the period began, not as it is today."""
    bureau = lived(3)
    classing.run_classes(START, classing.judge_all(START, START))
    names = set(portraits.class_names(viewer=BUREAU).values())
    pack = bureau.library.pack
    assert by_class(replayed(pack)) == names and names <= {"A", "B", "C", "D"}
    assert replayed(pack, chosen=Selection(classes=tuple(names)))["register"] == len(LIFTS)
    assert replayed(pack, chosen=Selection(classes=("E",)))["register"] == 0
