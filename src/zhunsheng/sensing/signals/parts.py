"""The table of facts in parts, on PostgreSQL: each part a stretch of the order of arrival, so of time.

Whatever asks for what came lately, by its place in the order or as a foreign key does, touches one part; the
indexes that grow are those of the newest part and stay in memory; an old part never changes again. The
timeline of a subject is one look at an index for each part, so parts are large and few.

A unique constraint over all parts would have to hold the order of arrival. So the ids of facts stand once
more in a narrow table that a trigger fills in the same statement: an id told twice is still refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FACTS, EVIDENCE, NAMES = "signals_storedfact", "signals_factevidence", "signals_factname"
ID, KEY, REFUSE = "fact_id", "sequence", f"{FACTS}_refuse"
LOCK_TIMEOUT = "2s"
CLOSED = "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
GUARD = (
    "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {REFUSE}()"
)
TOLD = f"INSERT INTO {NAMES} SELECT {ID}, {KEY} FROM"
NAMED = f"""
CREATE TABLE {NAMES} ({ID} varchar(100) PRIMARY KEY, {KEY} bigint NOT NULL);
{TOLD} {FACTS};
ALTER TABLE {NAMES} ENABLE ROW LEVEL SECURITY;
CREATE TRIGGER {NAMES}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {NAMES}
FOR EACH STATEMENT EXECUTE FUNCTION {REFUSE}();
CREATE FUNCTION {NAMES}_tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$ BEGIN {TOLD} fresh; RETURN NULL; END $$;
CREATE TRIGGER {NAMES}_told AFTER INSERT ON {FACTS} REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION {NAMES}_tell();
"""  # noqa: S608
PARTS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), pg_total_relation_size(c.oid)
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass ORDER BY c.oid
"""
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = %s
"""
INDEXES = """
SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %s::regclass AND NOT i.indisunique AND c.relname NOT LIKE '%%\\_like'
"""
LAST = """
SELECT coalesce(pg_sequence_last_value(seqrelid), seqstart - 1) FROM pg_sequence
WHERE seqrelid = pg_get_serial_sequence(%s, %s)::regclass
"""
PATTERNS = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %s::regclass AND c.relname LIKE '%%\\_like'
"""
POLICY = """
SELECT polname, pg_get_expr(polqual, polrelid), obj_description(polrelid, 'pg_class')
FROM pg_policy WHERE polrelid = %s::regclass
"""
POINTING = """
SELECT polname, p.polrelid::regclass::text, pg_get_expr(polqual, polrelid) FROM pg_policy p
WHERE polrelid <> %s::regclass AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass
AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = %s::regclass)
"""
GRANTS = """
SELECT quote_ident(g.rolname), string_agg(a.privilege_type, ', ')
FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles g ON g.oid = a.grantee
WHERE c.oid = %s::regclass AND a.grantee <> c.relowner GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: facts whose place in the order of arrival is at least `low` (None: any) and below `high`."""

    name: str
    low: int | None
    high: int
    size_bytes: int


def parts(cursor: Any) -> list[Part]:
    """All parts, oldest first."""
    cursor.execute(PARTS, [FACTS])
    found = []
    for name, bound, size in cursor.fetchall():
        low, high = (end.strip("'() ") for end in bound.removeprefix("FOR VALUES FROM ").split(" TO "))
        found.append(Part(name, None if low == "MINVALUE" else int(low), int(high), size))
    return found


def split(cursor: Any, facts_a_part: int) -> None:
    """Make the table of facts, with the rows it has, the first part of a table in parts. In one transaction.

    The rows stay where they are. Nobody reads or writes facts meanwhile: every row is looked at once for
    the bound, once for its name, once for the foreign key of its evidences.
    """
    old = f"{FACTS}_0"
    cursor.execute(f"LOCK TABLE {FACTS}, {EVIDENCE} IN ACCESS EXCLUSIVE MODE")
    found = {name: _all(cursor, sql, FACTS, *more) for name, sql, *more in _CATALOGUE}
    pointing = [(n, told) for n, told in _all(cursor, CONSTRAINTS, EVIDENCE, "f") if FACTS in told]
    walls = _all(cursor, POINTING, FACTS, FACTS)
    ((sequence,),) = _all(cursor, _SEQUENCE, FACTS, KEY)
    ((following,),) = _all(cursor, "SELECT nextval(%s)", sequence)
    found["drawing"] = _all(cursor, GRANTS, sequence)
    for name, _ in pointing:
        cursor.execute(f"ALTER TABLE {EVIDENCE} DROP CONSTRAINT {name}")
    cursor.execute(f"ALTER TABLE {FACTS} ALTER {KEY} DROP IDENTITY")
    for name, _ in found["unique"]:
        cursor.execute(f"ALTER TABLE {FACTS} DROP CONSTRAINT {name}")
    _drop_pattern_indexes(cursor)
    cursor.execute(f"ALTER TABLE {FACTS} RENAME TO {old}")
    for name, _ in [*found["index"], *found["primary"]]:
        cursor.execute(f"ALTER INDEX {name} RENAME TO {name}_0")
    for name, table in [*((name, old) for name, *_ in found["policy"]), *(wall[:2] for wall in walls)]:
        cursor.execute(f"DROP POLICY {name} ON {table}")
    for role, _ in found["grants"]:
        cursor.execute(f"REVOKE ALL ON {old} FROM {role}")
    _whole(cursor, old, found, following)
    high = (following // facts_a_part + 1) * facts_a_part
    cursor.execute(f"ALTER TABLE {FACTS} ATTACH PARTITION {old} FOR VALUES FROM (MINVALUE) TO ({high})")
    cursor.execute(CLOSED.format(table=old))
    cursor.execute(NAMED)
    for name, told in pointing:
        cursor.execute(f"ALTER TABLE {EVIDENCE} ADD CONSTRAINT {name} {told}")
    for name, table, shown in walls:
        cursor.execute(f"CREATE POLICY {name} ON {table} USING ({shown}) WITH CHECK ({shown})")
    make_ahead(cursor, facts_a_part)


_CATALOGUE: Sequence[tuple[str, ...]] = (
    ("foreign", CONSTRAINTS, "f"),
    ("primary", CONSTRAINTS, "p"),
    ("unique", CONSTRAINTS, "u"),
    ("index", INDEXES),
    ("policy", POLICY),
    ("grants", GRANTS),
)
_SEQUENCE = "SELECT pg_get_serial_sequence(%s, %s)"


def _all(cursor: Any, sql: str, *params: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql, params)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _drop_pattern_indexes(cursor: Any) -> None:
    """Indexes for LIKE, which nothing asks for, and which names make needless."""
    for (name,) in _all(cursor, PATTERNS, FACTS):
        cursor.execute(f"DROP INDEX {name}")


def _whole(cursor: Any, old: str, found: dict[str, list[tuple[Any, ...]]], following: int) -> None:
    """The table as a whole, still without parts: what the old one was, under the same names."""
    like = f"LIKE {old} INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    cursor.execute(f"CREATE TABLE {FACTS} ({like}) PARTITION BY RANGE ({KEY})")
    cursor.execute(
        f"ALTER TABLE {FACTS} ALTER {KEY} ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {following})"
    )
    for name, told in [*found["primary"], *found["foreign"]]:
        cursor.execute(f"ALTER TABLE {FACTS} ADD CONSTRAINT {name} {told}")
    for _, told in found["index"]:
        cursor.execute(told)
    cursor.execute(f"CREATE INDEX {FACTS}_{ID} ON {FACTS} ({ID})")
    cursor.execute(GUARD.format(table=FACTS))
    for name, shown, words in found["policy"]:
        cursor.execute(CLOSED.format(table=FACTS))
        cursor.execute(f"CREATE POLICY {name} ON {FACTS} USING ({shown}) WITH CHECK ({shown})")
        cursor.execute(f"COMMENT ON TABLE {FACTS} IS %s", [words])
    for role, privileges in found["grants"]:
        cursor.execute(f"GRANT {privileges} ON {FACTS} TO {role}")
    ((sequence,),) = _all(cursor, _SEQUENCE, FACTS, KEY)
    for role, privileges in found["drawing"]:
        cursor.execute(f"GRANT {privileges} ON SEQUENCE {sequence} TO {role}")


def make_ahead(cursor: Any, facts_a_part: int) -> int:
    """See to it that a whole part is free behind the one that is being filled; how many were made.

    Making one does not disturb readers or writers: an empty table is made and then attached.
    """
    made = 0
    while facts_left(cursor) < facts_a_part:
        held = parts(cursor)
        _make(cursor, f"{FACTS}_{len(held)}", held[-1].high, facts_a_part)
        made += 1
    return made


def facts_left(cursor: Any) -> int:
    """For how many more facts there are parts."""
    cursor.execute(LAST, [FACTS, KEY])
    (last,) = cursor.fetchone()
    return parts(cursor)[-1].high - 1 - int(last)


def _make(cursor: Any, name: str, low: int, count: int) -> None:
    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    cursor.execute(f"CREATE TABLE {name} (LIKE {FACTS} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    cursor.execute(CLOSED.format(table=name))
    cursor.execute(GUARD.format(table=name))
    cursor.execute(f"ALTER TABLE {FACTS} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({low + count})")
