"""The table of facts in parts on PostgreSQL: made from a table with rows, and what still holds afterwards."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from zhunsheng.cli import health
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation import bulk
from zhunsheng.foundation.accounts.tenancy import wall_statements
from zhunsheng.foundation.evidence.append_only import POSTGRES
from zhunsheng.registers.registry import walls
from zhunsheng.sensing.signals import actions, parts, queries
from zhunsheng.sensing.signals.models import FactEvidence, ImportBatch, StoredFact
from zhunsheng.sensing.signals.storing import FACT

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
AT = dt.datetime(2026, 1, 1, tzinfo=SHANGHAI)
BUREAU, ROLE = Viewer.bureau("test"), "zhunsheng_parts_test"
A_PART = 10


@pytest.fixture
def cursor(settings: Any) -> Iterator[Any]:
    """A schema with facts as they were kept before, a role that reads them, and 25 rows."""
    settings.FACTS_A_PART = A_PART
    models = (ImportBatch, StoredFact, FactEvidence)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA former")
        cursor.execute("SET LOCAL search_path = former, public")
        with connection.schema_editor() as editor:
            for model in models:
                editor.create_model(model)
        for table in (parts.FACTS, parts.EVIDENCE):
            cursor.execute(POSTGRES.format(table=table))
            for statement in wall_statements(table, walls.walls()[table]):
                cursor.execute(statement)
            cursor.execute(f"COMMENT ON TABLE {table} IS 'as it was'")
        cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS")
        cursor.execute(f"GRANT USAGE ON SCHEMA former TO {ROLE}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA former TO {ROLE}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA former TO {ROLE}")
        tell(range(1, 26))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield cursor


def tell(numbers: Sequence[int]) -> None:
    """Facts with these numbers of six subjects, each with an evidence."""
    drawn = bulk.draw(StoredFact, len(numbers))
    rows = [
        (s, f"f{k}", "K", f"S{k % 6}", "", AT, AT, AT, {"k": k}, None, None, "test", None)
        for s, k in zip(drawn, numbers, strict=True)
    ]
    bulk.insert(StoredFact, FACT, rows)
    FactEvidence.objects.bulk_create(
        FactEvidence(fact_id=s, source="test", reference="", content_hash="", received_at=AT) for s in drawn
    )


def answers() -> list[Any]:
    """What is asked of facts: everything, a timeline, what came since, evidences, who told."""
    return [
        list(StoredFact.objects.values_list()),
        queries.timeline(viewer=BUREAU, subject="S3"),
        queries.arrived(viewer=BUREAU, sequences=range(18, 26)),
        queries.evidences(viewer=BUREAU, fact_id="f7"),
        queries.who_told(viewer=BUREAU, fact_ids=["f1", "f24"]),
    ]


def scanned(cursor: Any, condition: str) -> set[str]:
    """The parts that a question touches, and that it touches them by an index."""
    cursor.execute("SET LOCAL enable_seqscan = off")
    cursor.execute(f"EXPLAIN SELECT * FROM {parts.FACTS} WHERE {condition} ORDER BY sequence")
    plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    return set(re.findall(rf" on ({parts.FACTS}_\d+) ", plan))


def refused(cursor: Any, statement: str, words: str) -> None:
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_table_with_rows_becomes_parts_and_answers_as_before(cursor: Any) -> None:
    before = answers()
    parts.split(cursor, A_PART)
    assert answers() == before
    held = [(part.low, part.high) for part in parts.parts(cursor)]
    assert held == [(None, 30), (30, 40)], "the rows stay, as one part; one more is free"
    tell(range(26, 31))
    told = list(StoredFact.objects.filter(sequence__gt=24).values_list("sequence", "fact_id"))
    assert told == [(k, f"f{k}") for k in range(25, 31)], "the order of arrival goes on"


def test_what_the_database_refuses_it_refuses_over_all_parts(cursor: Any) -> None:
    parts.split(cursor, A_PART)
    tell(range(26, 36))
    assert StoredFact.objects.filter(sequence__gte=30).count() == 6
    with pytest.raises(IntegrityError, match=parts.NAMES), transaction.atomic():
        tell([3])
    evidence = f"INSERT INTO {parts.EVIDENCE} (fact_id, source, reference, content_hash, received_at)"
    refused(cursor, f"{evidence} VALUES (999, 'x', 'x', 'x', now())", "foreign key")
    both = "('x', 'K', 'S1', '', now(), now(), now(), '{}', 'a', 'b', 'x', NULL)"
    names = ", ".join((*FACT[1:-1], "batch_id"))
    refused(cursor, f"INSERT INTO {parts.FACTS} ({names}) VALUES {both}", "corrects_or_retracts")
    for table in (parts.FACTS, f"{parts.FACTS}_0", f"{parts.FACTS}_1", parts.NAMES):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET fact_id = ''", f"TRUNCATE {table}"):
            refused(cursor, statement, "append-only|foreign key")


def test_a_question_touches_the_parts_that_can_answer_it(cursor: Any) -> None:
    parts.split(cursor, A_PART)
    for start in (26, 36):
        tell(range(start, start + 10))
        actions.keep_parts_ahead(by=Actor.service("test"), at=AT)
    newest = [f"{parts.FACTS}_{k}" for k in range(len(parts.parts(cursor)))]
    assert len(newest) == 4
    assert scanned(cursor, "sequence = 35") == {newest[1]}
    assert scanned(cursor, "sequence > 41") == {*newest[2:]}
    assert scanned(cursor, "subject = 'S3'") == {*newest}, "one look at an index for each part"


def test_parts_are_made_ahead_and_their_end_is_told_before_it_comes(cursor: Any) -> None:
    parts.split(cursor, A_PART)
    assert [f.level for f in health.parts_of_facts()] == [health.Level.OK]
    tell(range(26, 37))
    assert [f.level for f in health.parts_of_facts()] == [health.Level.WARN]
    assert actions.keep_parts_ahead(by=Actor.service("test"), at=AT) == 1
    assert actions.keep_parts_ahead(by=Actor.service("test"), at=AT) == 0
    assert [f.level for f in health.parts_of_facts()] == [health.Level.OK]
    with pytest.raises(IntegrityError, match="no partition"), transaction.atomic():
        tell(range(37, 60))


def test_the_wall_stands_before_the_whole_and_nobody_goes_around_it_by_a_part(cursor: Any) -> None:
    parts.split(cursor, A_PART)
    tell(range(26, 36))

    def seen(table: str) -> int:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])

    for schema in ("former", "public"):
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {ROLE}")
    cursor.execute(f"SET LOCAL ROLE {ROLE}")
    cursor.execute("SELECT set_config('zhunsheng.bureau', 'on', true)")
    assert (seen(parts.FACTS), seen(parts.EVIDENCE)) == (35, 35)
    tell([36])
    assert seen(parts.FACTS) == 36, "the web server's role tells facts as before"
    assert seen(f"{parts.FACTS}_0") == seen(f"{parts.FACTS}_1") == seen(parts.NAMES) == 0
    cursor.execute("SELECT set_config('zhunsheng.bureau', 'off', true)")
    assert (seen(parts.FACTS), seen(parts.EVIDENCE)) == (0, 0)
    cursor.execute("RESET ROLE")
