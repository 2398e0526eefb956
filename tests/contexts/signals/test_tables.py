"""Facts as Arrow tables from the database: what `timelines` tells, in whatever portions it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
from django.db import transaction

from tests.engine.test_nation import KilledError, bytes_in
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.engine.nation import keeping, layout
from zhunsheng.engine.nation.encoding import facts_of
from zhunsheng.engine.nation.raw import CannotCarryError, as_layout
from zhunsheng.engine.nation.writing import Sizes
from zhunsheng.sensing.signals import queries, tables
from zhunsheng.sensing.signals.models import StoredFact
from zhunsheng.workflows.exporting import export

pytestmark = pytest.mark.django_db
BUREAU = Viewer.bureau("test")
START = dt.datetime(2026, 1, 1, tzinfo=SHANGHAI)
LATER = START + dt.timedelta(days=30)
ODD_TEXTS = ("", "云汀\n市", '引"号', "a,b", "\\", "2026-01-01", "2026-01-01 08:00:00", "😀", "null")


def tell(seed: int, payloads: Callable[[Random], dict[str, Scalar]], count: int = 120) -> None:
    """Facts of a dozen subjects, out of order, some later than LATER."""
    chance = Random(seed)
    for k in range(count):
        at = START + dt.timedelta(hours=chance.randrange(1000), seconds=chance.randrange(2))
        StoredFact.objects.create(
            fact_id=f"f{k}",
            kind=f"K{chance.randrange(3)}",
            subject=f"S{chance.choice('AbZ9-')}{chance.randrange(3)}",
            object=chance.choice(ODD_TEXTS),
            occurred_at=at,
            recorded_at=at + dt.timedelta(hours=chance.randrange(3)),
            stated_at=at,
            payload=payloads(chance),
            supersedes=f"f{k - 1}" if k and chance.random() < 0.1 else None,
            source="test",
        )


def odd(chance: Random) -> dict[str, Scalar]:
    told: dict[str, Scalar] = {"n": chance.randrange(-5, 1 << 62), "b": chance.random() < 0.5}
    told["t"] = chance.choice(ODD_TEXTS)
    told |= {name: None for name in told if chance.random() < 0.3}
    return {name: value for name, value in told.items() if chance.random() < 0.7}


def mixed(chance: Random) -> dict[str, Scalar]:
    return {"x": chance.choice((1, "one", True, None))}


@pytest.mark.parametrize("payloads", [odd, mixed])
def test_tables_tell_what_timelines_tell_in_whatever_portions(
    payloads: Callable[[Random], dict[str, Scalar]],
) -> None:
    tell(1, payloads)

    def plain(fact: Fact) -> tuple[object, ...]:
        payload = {name: value for name, value in fact.payload.items() if value is not None}
        return (fact.fact_id, fact.kind, fact.subject, fact.object, fact.order, fact.recorded_at, payload) + (
            *(fact.supersedes, fact.retracts, fact.stated_at),
        )

    right = dict(queries.timelines(viewer=BUREAU, known_at=LATER))
    wanted = [plain(f) for s in sorted(right) for f in sorted(right[s], key=lambda f: f.order)]
    assert 0 < len(wanted) < StoredFact.objects.count()
    stock = queries.stock(viewer=BUREAU, known_at=LATER)
    assert stock is not None
    whole = tables.tables
    for rows_max in (1, 7, 10_000):
        with patch.object(queries, "stored_tables", partial(whole, rows_max=rows_max)):
            read = [as_layout(t, stock.fields) for t in queries.tables(viewer=BUREAU, of=stock)]
        blocks = [layout.as_one_chunk(table) for table in read if table.num_rows]
        assert [plain(f) for block in blocks for f in facts_of(block)] == wanted
        assert (rows_max == 10_000) == (len(blocks) == 1)
    behind = sorted(right)[5]
    rest = [t.column("subject").to_pylist() for t in queries.tables(viewer=BUREAU, of=stock, behind=behind)]
    assert sorted(set(sum(rest, []))) == sorted(right)[6:]
    narrow = Viewer.business("SA0")
    assert queries.stock(viewer=narrow, known_at=LATER) is None
    assert list(queries.tables(viewer=narrow, of=stock)) == []


def test_a_number_that_no_file_can_hold_is_named() -> None:
    tell(2, lambda _chance: {"n": 1 << 64}, count=1)
    stock = queries.stock(viewer=BUREAU, known_at=LATER + dt.timedelta(days=30))
    assert stock is not None
    with pytest.raises(CannotCarryError, match=r"S.* K.* n"):
        [as_layout(table, stock.fields) for table in queries.tables(viewer=BUREAU, of=stock)]


def test_a_copy_that_was_killed_anywhere_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    tell(3, odd)
    sizes, settle = Sizes(subjects=2, group=9), keeping.settle
    whole, at = export(tmp_path / "whole", LATER, LATER, lambda _: None, sizes)
    right, resumed = bytes_in(tmp_path / "whole"), set()
    assert whole.files > 3
    for moment in range(100):
        to, left = tmp_path / f"killed{moment}", [moment]

        def killed(partial: Path, path: Path, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KilledError
            settle(partial, path)

        with patch.object(keeping, "settle", killed):
            try:
                export(to, LATER, LATER, lambda _: None, sizes)
                break
            except KilledError:
                pass
        # Whoever does not say an instant means the one that was begun, and what came since is not in it.
        with transaction.atomic():
            tell_more(moment)
            again, again_at = export(to, None if moment else LATER, START, lambda _: None, sizes)
            transaction.set_rollback(True)
        if moment:
            assert (bytes_in(to), again.sha256, again_at) == (right, whole.sha256, at)
            resumed.add(again.resumed)
        else:
            assert again.facts == whole.facts + 1
    assert resumed == set(range(whole.files + 1))


def tell_more(number: int) -> None:
    """A fact that the clock dates before the copy, taken in while it was being made."""
    StoredFact.objects.create(
        fact_id=f"more{number}",
        kind="K9",
        subject="SA0",
        occurred_at=START,
        recorded_at=LATER,
        stated_at=START,
        payload={"late": number},
        source="test",
    )
