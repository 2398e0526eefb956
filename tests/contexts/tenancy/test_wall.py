"""F-16: PostgreSQL keeps a viewer inside its districts, whatever a query forgets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from tests.contexts.accounts import office
from tests.contexts.accounts.office import EAST, FOUNDED, NOW, SHELL, WEST
from zhunsheng.cli import health
from zhunsheng.core.actors import Actor, ActorKind, Audience, Scope, ScopeKind, Viewer
from zhunsheng.foundation.accounts import tenancy
from zhunsheng.foundation.accounts.actions import work
from zhunsheng.judging.triggers.models import Touch, TouchStep
from zhunsheng.registers.registry import actions, walls
from zhunsheng.registers.registry.actions import SubjectRecord
from zhunsheng.registers.registry.models import Subject
from zhunsheng.sensing.signals.models import StoredFact

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
ROLE = "zhunsheng_wall_test"
IN_EAST = Viewer(Audience.BUREAU, "0001", scope=Scope(ScopeKind.UNIT_AND_BELOW, frozenset({EAST})))
FIRM = Viewer.business("W1")
NOBODY = Viewer(Audience.PUBLIC, "")
TENANT_TABLES = """
WITH RECURSIVE behind AS (
    SELECT c.oid, c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
    AND a.attname IN ('division', 'subject', 'shared_with', 'area') AND t.typname = 'varchar'
    UNION
    SELECT c.oid, c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN behind b ON b.oid = k.confrelid WHERE k.contype = 'f'
)
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
    (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
     AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)
FROM behind b JOIN pg_class c ON c.oid = b.oid ORDER BY 1
"""


def faults() -> list[str]:
    """Tables with rows of a district that lack any part of the wall, by PostgreSQL's own catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(TENANT_TABLES)
        return [name for name, *parts in cursor.fetchall() if not all(parts)]


@pytest.fixture
def app_role() -> Iterator[None]:
    """A role as the web server's should be: neither owner nor superuser, bound by row security."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
        for key, division in (("E1", EAST), ("E2", EAST), ("W1", WEST)):
            record = SubjectRecord(key, "ENTERPRISE", key, division, "5211", FOUNDED)
            actions.record_subject(by=SHELL, at=NOW, record=record)
            new_touch(key)
            new_fact(key)
        new_fact("@world")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")
        transaction.set_rollback(True)


def new_touch(key: str) -> None:
    touch = Touch.objects.create(
        subject=key,
        item="T01",
        point="T01-1",
        colour="RED",
        state="OFFSITE_REVIEW",
        started_at=NOW,
        pack_version="1",
        pack_hash="x",
    )
    TouchStep.objects.create(touch=touch, step="OPEN", at=NOW, by_name="x")


def new_fact(key: str) -> None:
    StoredFact.objects.create(
        fact_id=f"f-{key}-{StoredFact.objects.count()}",
        kind="COMPLAINT",
        subject=key,
        occurred_at=NOW,
        recorded_at=NOW,
        stated_at=NOW,
        source="x",
    )


def seen() -> tuple[list[str], list[str], int, list[str]]:
    """What unscoped reads bring up: subjects, touches, steps, facts."""
    return (
        list(Subject.objects.values_list("key", flat=True)),
        sorted(Touch.objects.values_list("subject", flat=True)),
        TouchStep.objects.count(),
        sorted(StoredFact.objects.values_list("subject", flat=True)),
    )


ALL = (["E1", "E2", "W1"], ["E1", "E2", "W1"], 3, ["@world", "E1", "E2", "W1"])


def test_every_table_with_rows_of_a_district_stands_behind_the_wall() -> None:
    assert faults() == []
    with connection.cursor() as cursor:
        cursor.execute(TENANT_TABLES)
        assert {name for name, *_ in cursor.fetchall()} == set(walls.walls())


@pytest.mark.parametrize(
    "fault",
    [
        "ALTER TABLE triggers_touch NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE triggers_touch DISABLE ROW LEVEL SECURITY",
        "DROP POLICY zhunsheng_wall ON triggers_touch",
        "CREATE TABLE registry_new (id bigint, division varchar(6))",
        "CREATE TABLE registry_new (id bigint, touch_id bigint REFERENCES triggers_touch)",
    ],
)
def test_a_gap_in_the_wall_is_seen_and_closed(fault: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(fault)
        assert faults()
        transaction.set_rollback(True)


@pytest.mark.usefixtures("app_role")
def test_unscoped_reads_bring_up_ones_districts_only() -> None:
    with tenancy.within_wall(Viewer.bureau("x")):
        assert seen() == ALL
    with tenancy.within_wall(IN_EAST):
        assert seen() == (["E1", "E2"], ["E1", "E2"], 2, ["@world", "E1", "E2"])
    with tenancy.within_wall(FIRM):
        assert seen() == (["W1"], ["W1"], 1, ["@world", "W1"])
    with tenancy.within_wall(NOBODY):
        assert seen() == ([], [], 0, ["@world"])
    assert seen() == ALL


@pytest.mark.usefixtures("app_role")
def test_a_wall_within_a_wall_is_its_own_and_the_outer_one_comes_back() -> None:
    with tenancy.within_wall(IN_EAST):
        with tenancy.within_wall(FIRM):
            assert seen()[0] == ["W1"]
        assert seen()[0] == ["E1", "E2"]


@pytest.mark.usefixtures("app_role")
@pytest.mark.parametrize("table", ["touch", "fact", "subject"])
def test_nothing_is_written_into_another_district(table: str) -> None:
    def write() -> None:
        if table == "subject":
            Subject.objects.filter(key="E1").update(division=WEST)
        else:
            (new_touch if table == "touch" else new_fact)("W1")

    refused = pytest.raises(DatabaseError, match="row-level security")
    with tenancy.within_wall(IN_EAST), refused, transaction.atomic():
        write()
    with tenancy.within_wall(IN_EAST):
        assert Touch.objects.filter(subject="W1").update(colour="YELLOW") == 0


@pytest.mark.usefixtures("app_role")
def test_the_owner_without_force_would_see_everything() -> None:
    """The planted fault of the calibration: ENABLE alone does not bind the owner of a table."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"ALTER TABLE registry_subject OWNER TO {ROLE}")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        with tenancy.within_wall(IN_EAST):
            assert seen()[0] == ["E1", "E2"]
            cursor.execute("ALTER TABLE registry_subject NO FORCE ROW LEVEL SECURITY")
            assert seen()[0] == ["E1", "E2", "W1"]


@pytest.mark.usefixtures("app_role")
def test_the_doctor_tells_an_account_that_no_wall_binds() -> None:
    assert [f.level for f in health.database_role()] == [health.Level.OK]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        assert [f.level for f in health.database_role()] == [health.Level.WARN]


def current() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('zhunsheng.districts', true)")
        return str(cursor.fetchone()[0] or "")


@pytest.mark.django_db(transaction=True)
def test_a_connection_carries_nothing_over_to_the_next_request() -> None:
    with tenancy.within_wall(IN_EAST):
        assert current() == EAST
    assert current() == ""
    with pytest.raises(ZeroDivisionError), tenancy.within_wall(IN_EAST):
        1 / 0  # noqa: B018
    assert current() == ""


@pytest.mark.django_db(transaction=True)
def test_a_plain_set_would_leak() -> None:
    """The planted fault: a setting of the session instead of the transaction."""
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute("SELECT set_config('zhunsheng.districts', %s, false)", [EAST])
        assert current() == EAST
        cursor.execute("SELECT set_config('zhunsheng.districts', '', false)")


def test_a_web_server_begins_with_everything_closed() -> None:
    told = []
    with connection.cursor() as cursor:
        for wide in (True, False):
            if not wide:
                tenancy.close_by_default()
            try:
                tenancy.greet(connection)
            finally:
                tenancy._Process.opens_wide = True
            cursor.execute("SELECT current_setting('zhunsheng.bureau', true)")
            told.append(cursor.fetchone()[0])
    tenancy.greet(connection)
    assert told == ["on", "off"]


def test_an_administrator_without_any_scope_hands_over_work_in_every_district(app_role: None) -> None:
    """What row security hides from her would stay behind with somebody who has left."""
    with tenancy.within_wall(Viewer.bureau("test")):
        Subject.objects.update(officer="0001")
    office.found_bureau()
    for key in ("0001", "0002"):
        office.hire(key, "程岚", "980102/城东所")
        office.give(key, "officer", "980102/城东所")
    admin = Actor(ActorKind.PERSON, "0009", "石安", frozenset({"work.hand_over"}))
    with tenancy.within_wall(NOBODY):
        assert work.open_work(by=admin, at=NOW, owner="0001")["registry"] == 3
        moved = work.hand_over(by=admin, at=NOW, owner="0001", to="0002", reason="调离")
        assert moved["registry"] == 3 and not Subject.objects.exists()
    with tenancy.within_wall(Viewer.bureau("test")):
        assert set(Subject.objects.values_list("officer", flat=True)) == {"0002"}
