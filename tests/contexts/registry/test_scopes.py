"""Five scopes, applied once: what an officer sees of lists, counts, files, classes, facts and touches."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.contexts.accounts import office
from tests.contexts.accounts.office import EAST, NOW, SHELL, TODAY, WEST
from zhunsheng.core.actors import Audience, PowerLackingError, Scope, ScopeKind, Viewer
from zhunsheng.core.listing import Part
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.actions import grants, organisation, work
from zhunsheng.foundation.accounts.actions.organisation import NewUnit
from zhunsheng.foundation.accounts.revealing import RevealError
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter, Opening
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.models import ClassRun, SubjectClass
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.models import AreaAlert, DataAlarm, SupervisionTask, Touch, VisitEntry
from zhunsheng.registers.registry import actions, queries, scoping
from zhunsheng.registers.registry.actions import SubjectRecord, UnknownSubjectError
from zhunsheng.registers.registry.queries import SubjectFilter
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.sensing.signals.models import FactEvidence, StoredFact
from zhunsheng.workflows.terms import clock_terms

pytestmark = pytest.mark.django_db
PHONE = "09000000001"
FIRMS = {
    "E1": (EAST, "城东所"),
    "E2": (EAST, "城南所"),
    "E3": (EAST, ""),
    "W1": (WEST, "西浦所"),
}
EVERYONE = set(FIRMS)


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    office.found_bureau()
    office.hire("0001", "程岚", "980102/城东所")
    office.hire("0002", "苏禾", "980102/城东所")
    office.certify("0001", date(2030, 1, 1))
    run = ClassRun.objects.create(
        cause="MONTHLY",
        as_of=NOW,
        known_at=NOW,
        pack_version="1",
        pack_hash="x",
        state="EFFECTIVE",
        subjects=4,
        moved=0,
        made_at=NOW,
    )
    for n, (key, (division, station)) in enumerate(FIRMS.items(), 1):
        record = SubjectRecord(
            key, "ENTERPRISE", f"{key}商行", division, "5211", office.FOUNDED, station=station, phone=PHONE
        )
        actions.record_subject(by=SHELL, at=NOW, record=record)
        fact = StoredFact.objects.create(
            fact_id=f"f-{key}",
            kind="COMPLAINT",
            subject=key,
            occurred_at=NOW,
            recorded_at=NOW,
            stated_at=NOW,
            source="test",
        )
        Touch.objects.create(
            subject=key,
            item="T01",
            point="T01-1",
            colour="RED",
            state="OFFSITE_REVIEW",
            started_at=NOW,
            pack_version="1",
            pack_hash="x",
        )
        FactEvidence.objects.create(
            fact=fact, source="test", reference="1", content_hash="x", received_at=NOW
        )
        VisitEntry.objects.create(subject=key, reason="x", asked_at=NOW)
        DataAlarm.objects.create(subject=key, point="T01-1", raised_at=NOW)
        SubjectClass.objects.create(
            run=run,
            subject=key,
            model="general",
            class_name="A",
            class_by_score="A",
            score=n,
            items=[],
            rules=[],
            sufficiency_permille=1000,
            insufficient=False,
            current=True,
        )
    rows = [Opening(Matter(f"x:{key}", "x", key, "x", key), "touch.reply", NOW) for key in FIRMS]
    deadlines.open_all(by=SHELL, at=NOW, openings=rows, terms=clock_terms())
    for division in (EAST, WEST):
        firms = [key for key, (place, _) in FIRMS.items() if place == division]
        AreaAlert.objects.create(point="T01-1", area=f"5211/{division}", subjects=firms, raised_at=NOW)


def granted(role: str, unit: str, scope: ScopeKind | None = None, units: tuple[str, ...] = ()) -> Acting:
    return office.at_work(office.give("0001", role, unit, scope, units))


CASES = [
    ("bureau_leader", "9801", ScopeKind.ALL, (), EVERYONE),
    ("bureau_leader", "9801", ScopeKind.UNIT_AND_BELOW, (), EVERYONE),
    ("unit_head", EAST, ScopeKind.UNIT_AND_BELOW, (), {"E1", "E2", "E3"}),
    ("officer", EAST, ScopeKind.UNIT, (), {"E3"}),
    ("officer", "980102/城东所", ScopeKind.UNIT, (), {"E1"}),
    ("officer", "980102/城东所", ScopeKind.UNIT_AND_BELOW, (), {"E1"}),
    ("officer", "980102/城东所", ScopeKind.OWN, (), set()),
    ("officer", "980102/城东所", ScopeKind.CUSTOM, ("980102/城南所", WEST), {"E2", "W1"}),
    ("list_editor", "9801", ScopeKind.NONE, (), set()),
]


def listed(viewer: Viewer) -> list[str]:
    return [card.key for card in queries.listed(viewer=viewer, wanted=SubjectFilter(), part=Part()).rows]


@pytest.mark.parametrize(("role", "unit", "scope", "units", "open_to"), CASES)
def test_every_list_and_every_count_holds_what_the_scope_opens(
    role: str, unit: str, scope: ScopeKind, units: tuple[str, ...], open_to: set[str]
) -> None:
    viewer = granted(role, unit, scope, units).viewer
    n = len(open_to)
    assert (set(listed(viewer)), queries.number(viewer=viewer)) == (open_to, n)
    assert {k for k in FIRMS if queries.get(viewer=viewer, key=k)} == open_to
    assert queries.known_keys(viewer=viewer, keys=EVERYONE) == open_to
    assert set(queries.areas(viewer=viewer, keys=EVERYONE)) == open_to
    assert {k for k in FIRMS if signals.timeline(viewer=viewer, subject=k)} == open_to
    assert {key for key, _ in signals.timelines(viewer=viewer)} == open_to
    assert {k for k in FIRMS if signals.evidences(viewer=viewer, fact_id=f"f-{k}")} == open_to
    assert sum(count for count, _ in signals.freshness(viewer=viewer).values()) == n
    assert {t.subject for t in triggers.touches(viewer=viewer)} == open_to
    assert sum(triggers.counts(viewer=viewer).values()) == sum(triggers.states(viewer=viewer).values()) == n
    assert {s for s, _, _ in triggers.visit_list(viewer=viewer)} == open_to
    assert {s for s, _, _, _ in triggers.data_alarms(viewer=viewer)} == open_to
    assert sum(firms for _, _, firms, _ in triggers.area_alerts(viewer=viewer)) == n
    assert sum(portraits.distribution(viewer=viewer).values()) == n
    assert set(portraits.subjects_of(viewer=viewer, classes=frozenset("A"))) == open_to
    assert {k for k in FIRMS if portraits.current(viewer=viewer, subject=k)} == open_to
    ids = {t.id: t.subject for t in triggers.touches(viewer=Viewer.bureau("test"))}
    assert {s for i, s in ids.items() if triggers.touch(viewer=viewer, touch_id=i)} == open_to
    assert bool(portraits.runs(viewer=viewer)) is viewer.sees_all
    asked = {"viewer": viewer, "at": NOW, "terms": clock_terms()}
    due = clocks.due_list(**asked, narrowed=lambda rows: scoping.within(rows, viewer))
    of_one = clocks.of_matters(**asked, matters=["x"], narrowed=lambda rows: scoping.within(rows, viewer))
    assert {card.title for card in due} == {card.title for card in of_one.get("x", ())} == open_to
    assert bool(clocks.due_list(**asked)) is viewer.sees_all


def test_own_means_in_ones_charge_and_within_ones_unit() -> None:
    viewer = granted("officer", EAST, ScopeKind.OWN).viewer
    for key in ("E2", "W1"):
        actions.assign_officer(by=SHELL, at=NOW, viewer=Viewer.bureau("x"), key=key, officer="0001")
    assert listed(viewer) == ["E2"]


def test_two_roles_never_add_up() -> None:
    station = granted("officer", "980102/城东所").viewer
    office.give("0001", "bureau_leader", "9801")
    assert queries.number(viewer=station) == 1


def test_a_renamed_station_keeps_the_files_of_its_old_name() -> None:
    grant = office.give("0001", "officer", "980102/城东所")
    new = NewUnit("980102/东门所", "东门所", "东门所")
    organisation.rename_unit(
        by=SHELL, at=NOW, key="980102/城东所", successor=new, on=date(2026, 3, 1), reason="更名"
    )
    viewer = office.at_work(grant).viewer
    assert listed(viewer) == ["E1"]


def test_a_viewer_made_by_hand_sees_nothing() -> None:
    bare = Viewer(Viewer.bureau("x").audience, "somebody")
    assert (listed(bare), queries.number(viewer=bare)) == ([], 0)
    assert triggers.touches(viewer=bare) == []
    empty = Viewer(bare.audience, "somebody", scope=Scope(ScopeKind.CUSTOM))
    assert (listed(empty), queries.number(viewer=empty)) == ([], 0)


def test_a_telephone_number_is_masked_until_a_purpose_is_on_record() -> None:
    me = granted("officer", "980102/城东所")
    card = queries.get(viewer=me.viewer, key="E1")
    assert card is not None and card.phone == "*******0001"
    with pytest.raises(RevealError, match="用途"):
        actions.reveal(
            by=me.actor, at=NOW, viewer=me.viewer, key="E1", field="phone", purpose="CURIOUS", words="x"
        )
    with pytest.raises(RevealError, match="用途"):
        actions.reveal(
            by=me.actor, at=NOW, viewer=me.viewer, key="E1", field="phone", purpose="CONTACT", words=" "
        )
    told = actions.reveal(
        by=me.actor, at=NOW, viewer=me.viewer, key="E1", field="phone", purpose="CONTACT", words="约定上门"
    )
    assert told == PHONE
    last = evidence.entries_of(target="subject:E1", viewer=Viewer.bureau("test"))[-1]
    assert (last.actor, last.action, last.detail["purpose"]) == (
        "程岚",
        "FIELD_REVEALED",
        "联系企业或约定上门：约定上门",
    )
    with pytest.raises(UnknownSubjectError):
        actions.reveal(
            by=me.actor, at=NOW, viewer=me.viewer, key="W1", field="phone", purpose="CONTACT", words="好奇"
        )
    reviewer = office.at_work(office.give("0002", "case_reviewer", EAST))
    with pytest.raises(PowerLackingError):
        actions.reveal(
            by=reviewer.actor,
            at=NOW,
            viewer=reviewer.viewer,
            key="E1",
            field="phone",
            purpose="CONTACT",
            words="x",
        )


def test_a_changed_telephone_number_does_not_go_into_the_audit_trail() -> None:
    record = SubjectRecord(
        "E1", "ENTERPRISE", "E1商行", EAST, "5211", office.FOUNDED, station="城东所", phone="1"
    )
    actions.record_subject(by=SHELL, at=NOW, record=record)
    last = evidence.entries_of(target="subject:E1", viewer=Viewer.bureau("test"))[-1]
    assert last.detail == {"changed": {"phone": ["*", "*"]}}


def test_who_can_see_this_and_why() -> None:
    me = granted("officer", "980102/城东所")
    office.give("0002", "unit_head", EAST)
    told = queries.why_visible(viewer=me.viewer, keys=["E1", "E2"], on=TODAY)
    assert told == {
        "E1": (
            "程岚：城东所执法人员，数据范围“本单位”包含本记录",
            "苏禾：汀前区局办案机构负责人，数据范围“本单位及以下”包含本记录",
        )
    }
    assert len(queries.why_visible(viewer=Viewer.bureau("x"), keys=["E2"], on=TODAY)["E2"]) == 1


def test_who_can_see_this_is_asked_once_however_many_work_here() -> None:
    def looks() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            told = queries.why_visible(viewer=Viewer.bureau("x"), keys=FIRMS, on=TODAY)
        return len(asked), sum(map(len, told.values()))

    granted("officer", "980102/城东所")
    few, before = looks()
    for number in range(9):
        person = office.hire(f"1{number:03d}", f"新人{number}", "980102/城东所")
        office.certify(person, TODAY)
        office.give(person, "unit_head" if number % 2 else "officer", EAST)
    many, after = looks()
    assert many <= few <= 6 and after > before + 9


def test_what_is_said_of_one_record_is_what_the_lists_do() -> None:
    """Two statements of the scopes, in rows and in words, that must never part."""
    for role, unit, scope, units, open_to in CASES:
        grant = office.give("0001", role, unit, scope, units)
        told = queries.why_visible(viewer=Viewer.bureau("x"), keys=FIRMS, on=TODAY)
        assert {key for key, why in told.items() if why} == open_to
        grants.take_back(by=SHELL, at=NOW, grant_id=grant, reason="下一个")


def test_everything_open_goes_to_the_successor() -> None:
    for key in ("E1", "E2", "W1"):
        actions.assign_officer(by=SHELL, at=NOW, viewer=Viewer.bureau("x"), key=key, officer="0001")
    with pytest.raises(work.HandOverError, match="有效"):
        work.hand_over(by=SHELL, at=NOW, owner="0001", to="0002", reason="退休")
    office.give("0002", "officer", "980102/城东所")
    touch = Touch.objects.get(subject="E1")
    SupervisionTask.objects.create(
        touch=touch, kind="REVIEW", holder="0001", scope={}, opened_at=NOW, due_on=TODAY, due_why="x"
    )
    (task,) = triggers.tasks(viewer=Viewer.bureau("x"))
    of = Matter(f"task:{task.id}", "x", "核查", "0001", "E1")
    deadlines.open_all(by=SHELL, at=NOW, openings=[Opening(of, "task.review", NOW)], terms=clock_terms())
    moved = work.hand_over(by=SHELL, at=NOW, owner="0001", to="0002", reason="退休")
    assert moved == {"registry": 3, "triggers": 1}
    assert [t.holder for t in triggers.tasks(viewer=Viewer.bureau("x"))] == ["0002"]
    handed = clocks.due_list(viewer=Viewer.bureau("x"), at=NOW, terms=clock_terms(), handler="0002")
    assert [card.key for card in handed] == [of.key]
    again = work.hand_over(by=SHELL, at=NOW, owner="0001", to="0002", reason="退休")
    assert not any(again.values())


def test_a_business_opens_its_own_file_and_no_list_of_others() -> None:
    firm = Viewer.business("E1")
    assert {row.key for row in scoping.subjects(firm)} == {"E1"}
    assert {row.subject for row in scoping.within(StoredFact.objects.all(), firm)} == {"E1"}
    assert scoping.opens(firm, "E1") and not scoping.opens(firm, "E2")
    assert scoping.opened(firm, "E2") == firm
    assert scoping.shown(firm, "phone", "") == ""


@pytest.mark.only_on("sqlite")
def test_sqlite_has_no_second_wall_and_the_scopes_stand_alone() -> None:
    with within_wall(Viewer.business("E1")):
        assert StoredFact.objects.count() == len(FIRMS)
        assert scoping.within(StoredFact.objects.all(), Viewer.business("E1")).count() == 1


VIEWERS = (
    Viewer.bureau("test"),
    *(
        Viewer(Audience.BUREAU, "0001", scope=Scope(ScopeKind.UNIT_AND_BELOW, **told))
        for told in (
            {"districts": frozenset({EAST})},
            {"stations": frozenset({(EAST, "城东所"), (WEST, "西浦所")})},
        )
    ),
    Viewer.business("E1"),
)


@pytest.mark.parametrize("seed", range(5))
def test_the_number_of_subjects_is_that_of_the_rows_after_any_order_of_changes(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        key, (division, station) = chance.choice(
            [*FIRMS.items(), (f"N{chance.randrange(3)}", (EAST, "城东所"))]
        )
        match chance.randrange(3):
            case 0:
                actions.withdraw(by=SHELL, at=NOW, keys=[key], reason="撤回")
            case 1:
                place = chance.choice([division, WEST])
                record = SubjectRecord(key, "ENTERPRISE", key, place, "5211", office.FOUNDED, station=station)
                actions.record_subject(by=SHELL, at=NOW, record=record)
            case _:
                actions.withdraw(by=SHELL, at=NOW, keys=[*FIRMS][: chance.randrange(4)], reason="撤回")
        for viewer in VIEWERS:
            assert queries.number(viewer=viewer) == len(listed(viewer))


@pytest.mark.only_on("sqlite")
def test_what_a_head_reads_first_is_counted_from_indexes_alone() -> None:
    """A million rows are not read to be counted; a count that reads them is seen."""

    def read(ask: Callable[[], object]) -> list[str]:
        with CaptureQueriesContext(connection) as told:
            ask()
        asked = [query["sql"] for query in told.captured_queries if "COUNT" in query["sql"]]
        assert asked
        with connection.cursor() as cursor:
            plans = [cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall() for sql in asked]
        return [line[3] for plan in plans for line in plan if "COVERING INDEX" not in line[3]]

    for viewer in VIEWERS[:2]:
        assert read(lambda viewer=viewer: queries.number(viewer=viewer)) == []  # type: ignore[misc]
    assert read(lambda: portraits.distribution(viewer=VIEWERS[0])) == []
    assert read(lambda: scoping.subjects(VIEWERS[0]).filter(withdrawn_at=None).count()) != []
