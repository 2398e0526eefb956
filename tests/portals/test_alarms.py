"""Supervision alarms: raised by real records, the same again for any earlier day, kept within districts,
and shown with their reasons to supervisors only."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.contexts.accounts import office
from tests.journeys.city import BUREAU, MACHINE, OFFICER, Bureau, at
from tests.portals.pages import E1, as_, staffed, stand_at
from zhunsheng.cli.main import main
from zhunsheng.core.actors import Audience, Scope, ScopeKind, Viewer
from zhunsheng.core.deadlines.regimes import Authority, PauseReason
from zhunsheng.foundation.accounts import tenancy
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter
from zhunsheng.judging.triggers.models import Touch, TouchStep
from zhunsheng.workflows.alarming import alarms
from zhunsheng.workflows.terms import clock_terms

pytestmark = pytest.mark.django_db
W1 = "91980103MA200C2D2N"
EAST, WEST = "980102", "980103"
IN_EAST = Viewer(Audience.BUREAU, "0031", scope=Scope(ScopeKind.UNIT_AND_BELOW, frozenset({EAST})))
IN_WEST = Viewer(Audience.BUREAU, "0032", scope=Scope(ScopeKind.UNIT_AND_BELOW, frozenset({WEST})))
LAST_DAY = "2026-07-20 10:00"


class Story:
    """Tells the days of a bureau, and keeps what the alarms were at the end of each."""

    def __init__(self) -> None:
        self.terms, self.bureau = clock_terms(), Bureau()
        self.was: dict[datetime, list[Any]] = {}

    def begin(self, key: str, day: str, clock: str, handler: str, subject: str = E1) -> None:
        of = Matter(key, f"subject:{subject}", f"期限 {key}", handler, subject)
        deadlines.open_deadline(
            by=MACHINE, at=at(day), of=of, clock=clock, started_at=at(day), terms=self.terms
        )

    def meet(self, key: str, day: str) -> None:
        deadlines.meet(by=OFFICER, at=at(day), key=key, met_at=at(day), terms=self.terms)

    def rest(self, key: str, first: str, last: str) -> None:
        days = {"first_on": date.fromisoformat(first), "last_on": date.fromisoformat(last)}
        reason = PauseReason.SUSPENSION
        deadlines.pause(by=OFFICER, at=at(last), key=key, reason=reason, terms=self.terms, **days)

    def extend(self, key: str, day: str, who: Authority, length: int | None = None) -> None:
        deadlines.extend(
            by=OFFICER,
            at=at(day),
            key=key,
            authority=who,
            decided_on=at(day).date(),
            reason="案情复杂",
            terms=self.terms,
            length=length,
        )

    def remember(self, *days: str) -> None:
        self.was |= {at(day): alarms(BUREAU, at(day)) for day in days}

    def raised(self, day: str, viewer: Viewer = BUREAU) -> list[str]:
        return [alarm.key for alarm in alarms(viewer, at(day))]


def decide(point: str, subject: str, step: str, day: str) -> None:
    touch = Touch.objects.create(
        subject=subject,
        item=point[:3],
        point=point,
        object=f"{Touch.objects.count()}",
        colour="RED",
        state="NORMAL",
        started_at=at(day),
        ended_at=at(day),
        pack_version="1",
        pack_hash="x",
    )
    TouchStep.objects.create(touch=touch, step=step, at=at(day), by_name="程岚", reason="看过")


@pytest.fixture
def story(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Story:
    stand_at(settings, LAST_DAY)
    staffed(monkeypatch)
    for key, unit in (("0031", EAST), ("0032", WEST)):
        office.hire(key, f"局长{key}", unit)
        office.give(key, "bureau_leader", unit)
        office.open_account(key, f"demo-{key}")
    told = Story()
    told.bureau.register(E1, "云汀电梯物业")
    told.bureau.register(W1, "西浦电梯维保", station="西浦所")
    return told


def test_each_fault_is_raised_and_every_day_can_be_told_again(story: Story) -> None:
    story.begin("a", "2026-06-15", "task.review", "汀前所")
    story.begin("w", "2026-06-15", "task.review", "西浦所", W1)
    story.begin("case", "2026-04-01", "case.decide", "0002")
    for n in range(3):
        story.begin(f"again{n}", f"2026-06-1{n + 6}", "task.recheck_due", "0002")
    story.remember("2026-06-29 10:00")
    assert story.raised("2026-06-29 10:00") == []

    story.extend("case", "2026-06-30", Authority.LEADER)
    story.meet("w", "2026-07-01")
    assert "overdue:980102/汀前所" in story.raised("2026-07-01 23:00")
    story.remember("2026-07-01 23:00")
    deadlines.assign(by=OFFICER, at=at("2026-07-02"), key="a", handler="0003")
    story.remember("2026-07-02 10:00")
    assert {"overdue:980103/西浦所", f"across-districts:{E1}"} <= set(story.raised("2026-07-02 10:00"))
    for n in range(3):
        story.meet(f"again{n}", "2026-07-06")
    story.extend("case", "2026-07-04", Authority.COLLECTIVE, 60)
    story.begin("stop", "2026-07-03", "task.review", "汀前所")
    for n in (4, 5, 6):
        story.rest("stop", f"2026-07-0{n}", f"2026-07-0{n}")
    facts = [
        story.bureau.tell(
            E1, "INSPECTION_RESULT", f"2026-0{n}-07", known="2026-07-07 09:00", result="NO_ISSUE"
        )
        for n in (4, 5, 6, 7)
    ]
    for n in range(5):
        decide("T01-1", E1, "EXPLAINED" if n else "FIXABLE", "2026-07-06")
        decide("T01-1", W1, "FIXABLE" if n else "EXPLAINED", "2026-07-06")
    story.remember("2026-07-07 10:00")
    assert story.raised("2026-07-07 10:00") == [
        "overdue:980103/西浦所",
        "extended:case",
        "paused:stop",
        "repeated-miss:0002/task.recheck_due",
        f"repeated-inspection:{E1}",
        "unequal:T01-1",
        f"across-districts:{E1}",
    ]
    (overdue, *_rest) = alarms(BUREAU, at("2026-07-07 10:00"))
    assert (overdue.value, overdue.line.at_least) == (1, 1)
    assert [record.key for record in overdue.records] == ["a"]
    assert overdue.line.version.startswith("2026.1·")

    # What comes later changes no earlier day: an act done, an extension, a fact taken back, a lift.
    story.meet("a", "2026-07-08")
    deadlines.lift(by=OFFICER, at=at("2026-07-09"), key="stop", reason="不再需要")
    story.bureau.tell(E1, "INSPECTION_RESULT", "2026-07-09", result="NO_ISSUE")
    decide("T01-1", E1, "FIXABLE", "2026-07-09")
    assert "overdue:980103/西浦所" not in story.raised("2026-07-09 10:00") and len(facts) == 4
    assert {day: alarms(BUREAU, day) for day in story.was} == story.was


def test_a_district_is_told_of_its_own_only_and_nothing_of_the_other_changes_it(story: Story) -> None:
    story.begin("a", "2026-06-15", "task.review", "汀前所")
    for _n in range(5):
        decide("T01-1", E1, "EXPLAINED", "2026-07-06")
    before = alarms(IN_EAST, at(LAST_DAY))
    story.begin("w", "2026-06-15", "task.review", "西浦所", W1)
    for n in (4, 5, 6, 7):
        story.bureau.tell(W1, "INSPECTION_RESULT", f"2026-0{n}-07", result="NO_ISSUE")
        decide("T01-1", W1, "FIXABLE", "2026-07-06")
    decide("T01-1", W1, "FIXABLE", "2026-07-06")
    assert alarms(IN_EAST, at(LAST_DAY)) == before
    assert [alarm.key for alarm in before] == ["overdue:980102/汀前所"]
    assert story.raised(LAST_DAY, IN_WEST) == ["overdue:980103/西浦所", f"repeated-inspection:{W1}"]
    assert "unequal:T01-1" in story.raised(LAST_DAY)
    for nobody in (Viewer.business(E1), Viewer(Audience.BUREAU, "0009")):
        with tenancy.within_wall(nobody):
            assert alarms(nobody, at(LAST_DAY)) == []


def test_supervisors_read_them_with_reasons_and_trails(story: Story, client: Client) -> None:
    assert "没有预警。期限久拖" in as_(Client(), "0007").get("/alarms/").content.decode()
    story.begin("a", "2026-06-15", "task.review", "汀前所")
    story.begin("w", "2026-06-15", "task.review", "西浦所", W1)
    assert as_(Client(), "0002").get("/alarms/").status_code == 404
    told = as_(client, "0007").get("/alarms/?kind=overdue&sort=most").content.decode()
    assert "汀前所：届满超过 5 个工作日仍未办结的期限 1 件，预警线 1 件" in told and "西浦所：" in told
    assert "共 2 条" in told and 'aria-current="page"' in told
    taken = client.post("/lists/alarms/export/", {"form": "csv", "query": "kind=overdue&sort=most"})
    rows = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert [row[1] for row in rows if row and row[0] == "超期未办结"] == ["汀前所", "西浦所"]

    page = client.get("/alarms/one/?key=overdue:980102/汀前所&on=2026-07-10").content.decode()
    assert "2026-07-10 23:59:59" in page and "期限 a" in page and "截至该日的经过" in page
    assert "target=deadline%3Aa&amp;at_to=2026-07-10&amp;sort=oldest" in page and "2026.1·" in page
    trail = client.get("/audit/?target=deadline%3Aa&at_to=2026-07-10&sort=oldest").content.decode()
    assert "deadline:a" in trail.partition("<table")[2]
    for wrong in ("key=overdue:x", "key=overdue:980102/汀前所&on=2026-06-20", "on=nonsense", ""):
        assert client.get(f"/alarms/one/?{wrong}").status_code == 404

    east = as_(Client(), "0031").get("/alarms/").content.decode()
    assert "汀前所" in east and "西浦所" not in east.partition("<main")[2]
    own = as_(Client(), "0031").get("/alarms/one/?key=overdue:980102/汀前所").content.decode()
    assert "截至该日的经过" in own and "/audit/?target" not in own
    assert "没有符合条件的记录" in client.get("/alarms/?on=2026-06-20").content.decode()
    assert client.get("/alarms/?on=nonsense").status_code == 200
    client.cookies["zhunsheng_language"] = "en"
    english = client.get("/alarms/?kind=overdue").content.decode()
    assert "Long overdue" in english and "5 workdays past their end" in english


def test_the_list_is_walked_in_parts(story: Story, client: Client) -> None:
    for n in range(60):
        story.begin(f"n{n:02d}", "2026-06-15", "task.review", f"科室{n:02d}")
    as_(client, "0007")
    first = client.get("/alarms/").content.decode()
    assert "科室00" in first and "科室49" in first and "科室50" not in first
    second = client.get("/alarms/?after=overdue:科室49").content.decode()
    assert "科室50" in second and "科室59" in second and "科室49" not in second.partition("<main")[2]
    again = client.get("/alarms/?before=overdue:科室50").content.decode()
    assert "科室00" in again and "科室49" in again and "科室50" not in again.partition("<table")[2]


def test_the_command_tells_them_as_data(story: Story) -> None:
    story.begin("a", "2026-06-15", "task.review", "汀前所")
    run = CliRunner().invoke(main, ["alarms", "--as-of", "2026-07-10", "--json"])
    assert run.exit_code == 1, run.output
    told = json.loads(run.stdout)
    (alarm,) = told if isinstance(told, list) else told["records"]
    assert (alarm["key"], alarm["value"], alarm["line"]) == ("overdue:980102/汀前所", 1, 1)
    assert alarm["records"][0][:3] == ["deadline", "a", f"subject:{E1}"]
    assert CliRunner().invoke(main, ["alarms", "--as-of", "2026-06-16"]).exit_code == 0
