"""Judging from files: sharded = whole = reference, restarted = uninterrupted, peers, errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from zhunsheng.core.clock import SECONDS_PER_DAY
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.generate import some_facts, some_instant, some_pack, some_world
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.nation import keeping
from zhunsheng.engine.nation.encoding import facts_of, fields_in
from zhunsheng.engine.nation.layout import LayoutError, blocks, open_layout
from zhunsheng.engine.nation.running import Question, Run, Totals, UnfinishedError
from zhunsheng.engine.nation.writing import Sizes, Telling, of_timelines, write_layout
from zhunsheng.engine.peers import peer_measures, peer_statistics
from zhunsheng.engine.reference import judge

FOR_EVER = 1 << 40
Timelines = dict[str, list[Fact]]


def row_of(told: Judgement) -> dict[str, object]:
    """What a result says of a judgement."""
    row: dict[str, object] = {"subject": told.subject, "next_due": told.next_due}
    for model in told.models:
        row |= {
            f"{model.model}.class": model.class_name,
            f"{model.model}.class_by_score": model.class_by_score,
        }
        row |= {f"{model.model}.points": model.score, f"{model.model}.rules": list(model.rules)}
        row |= {f"{model.model}.sufficiency_permille": model.sufficiency_permille}
        row |= {f"{model.model}.insufficient": model.insufficient}
    row["items"] = [
        {"model": m.model, "indicator": r.indicator, "points": r.points}
        for m in told.models
        for r in m.indicators
        if r.points
    ]
    row["touches"] = [
        {"point": p.point, "object": p.object, "colour": p.colour.value}
        for p in told.points
        if p.colour.touched
    ]
    return row


def rows_in(folder: Path) -> list[dict[str, Any]]:
    """The rows of a result, without when they were judged and from how many facts."""
    found = []
    for path in sorted((folder / "judgements").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            due = row["next_due"]
            row["next_due"] = None if due is None else int(due.timestamp())
            found.append({name: value for name, value in row.items() if name not in {"as_of", "facts"}})
    return found


def write(folder: Path, told: Timelines, world: Sequence[Fact], *, subjects: int = 3, group: int = 7) -> Path:
    fields = sorted(fields_in(fact for facts in told.values() for fact in facts))
    held = sorted((subject, facts) for subject, facts in told.items() if facts)
    telling = Telling(FOR_EVER, fields, world, of_timelines(held, fields))
    write_layout(folder, telling, sizes=Sizes(subjects, group))
    return folder


def run(source: Path, to: Path, asked: Question, since: Path | None = None) -> Totals:
    return Run(open_layout(source), to, asked, since).go(lambda _: None)


def case(seed: int, subjects: int = 12) -> tuple[Pack, Timelines, list[Fact], int, int]:
    chance = Random(seed)
    pack, world = some_pack(chance), some_world(chance)
    told = {f"主体{k:02}": some_facts(chance, f"主体{k:02}") for k in range(subjects)}
    as_of = some_instant(chance)
    return pack, told, world, as_of, as_of if chance.random() < 0.5 else some_instant(chance)


@pytest.mark.parametrize("seed", range(8))
def test_from_files_is_what_the_reference_says_however_they_are_cut(tmp_path: Path, seed: int) -> None:
    pack, told, world, as_of, known_at = case(seed)
    right = [
        row_of(judge(pack, subject, facts, world, as_of, known_at))
        for subject, facts in sorted(told.items())
        if facts
    ]
    for subjects, group in ((3, 7), (1_000_000, 1_000_000)):
        source = write(tmp_path / f"facts{subjects}", told, world, subjects=subjects, group=group)
        to = tmp_path / f"result{subjects}"
        totals = run(source, to, Question(pack, as_of, known_at))
        assert rows_in(to) == right
        assert totals.subjects == totals.judged == len(right)


class KilledError(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_killed_before_any_file_gets_its_name_a_run_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack, told, world, as_of, known_at = case(3, subjects=8)
    source, asked = write(tmp_path / "facts", told, world), Question(pack, as_of, known_at, peers=True)
    whole = run(source, tmp_path / "whole", asked)
    right, settle, moments = bytes_in(tmp_path / "whole"), keeping.settle, 0
    assert whole.shards > 1
    for after in (False, True):
        for moment in range(int(after), 100, 2):
            left = moment

            def killed(partial: Path, path: Path, after: bool = after) -> None:
                nonlocal left
                if left == 0 and not after:
                    raise KilledError
                settle(partial, path)
                if left == 0:
                    raise KilledError
                left -= 1

            to = tmp_path / f"killed-{after}-{moment}"
            with monkeypatch.context() as patched:
                patched.setattr(keeping, "settle", killed)
                try:
                    run(source, to, asked)
                    break
                except KilledError:
                    moments += 1
            run(source, to, asked)
            assert bytes_in(to) == right
    assert moments > whole.shards


def test_a_finished_file_is_not_judged_again_unless_its_facts_or_its_bytes_changed(tmp_path: Path) -> None:
    pack, told, world, as_of, known_at = case(3)
    source, to, asked = (
        write(tmp_path / "facts", told, world),
        tmp_path / "to",
        Question(pack, as_of, known_at),
    )
    first = run(source, to, asked)
    right = bytes_in(to)
    assert run(source, to, asked).resumed == first.shards
    damaged = sorted((to / "judgements").glob("*.parquet"))[0]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    assert run(source, to, asked).resumed == first.shards - 1
    assert bytes_in(to) == right


@pytest.mark.parametrize("seed", range(4))
def test_judged_anew_are_those_who_changed_and_whose_time_came_and_nobody_else_differs(
    tmp_path: Path, seed: int
) -> None:
    pack, told, _, as_of, _ = case(seed, subjects=20)
    later = as_of + Random(seed).choice((3_600, 5 * SECONDS_PER_DAY))
    source = write(tmp_path / "facts", told, [])
    run(source, tmp_path / "before", Question(pack, as_of, as_of))
    asked = Question(pack, later, later)
    totals = run(source, tmp_path / "since", asked, since=tmp_path / "before")
    whole = run(source, tmp_path / "whole", asked)
    assert totals.judged + totals.carried == whole.judged
    changed = {s for s, facts in told.items() if any(as_of < f.recorded_at <= later for f in facts)}
    due = {
        r["subject"] for r in rows_in(tmp_path / "before") if int(str(r["next_due"] or later + 1)) <= later
    }
    assert judged_at(tmp_path / "since", later) == changed | due
    anew = rows_in(tmp_path / "since")
    for row, right in zip(anew, rows_in(tmp_path / "whole"), strict=True):
        assert (row["subject"], row["touches"], row["next_due"]) == (
            right["subject"],
            right["touches"],
            right["next_due"],
        )


def judged_at(folder: Path, as_of: int) -> set[str]:
    """The subjects of a result that were judged at this instant; the others were taken over."""
    rows = [row for path in folder.rglob("judgements/*.parquet") for row in pq.read_table(path).to_pylist()]
    return {row["subject"] for row in rows if int(row["as_of"].timestamp()) == as_of}


def test_one_late_fact_touches_one_business(tmp_path: Path) -> None:
    pack, told, _, as_of, _ = case(1, subjects=20)
    quiet = {s: [f for f in facts if f.occurred_at <= as_of] for s, facts in told.items()}
    known = {
        s: [Fact(**{**_of(f), "recorded_at": min(f.recorded_at, as_of)}) for f in facts]
        for s, facts in quiet.items()
    }
    source = write(tmp_path / "facts", known, [])
    first = run(source, tmp_path / "before", Question(pack, as_of, as_of))
    name = next(s for s, facts in known.items() if facts)
    late = Fact("late", "K0", name, as_of - 5, as_of + 1, 999)
    source = write(tmp_path / "more", {**known, name: [*known[name], late]}, [])
    asked = Question(pack, as_of, as_of + 1)
    totals = run(source, tmp_path / "since", asked, since=tmp_path / "before")
    assert (totals.judged, totals.carried) == (1, first.subjects - 1)
    run(source, tmp_path / "whole", asked)
    assert rows_in(tmp_path / "since") == rows_in(tmp_path / "whole")


def _of(fact: Fact) -> dict[str, object]:
    return {name: getattr(fact, name) for name in Fact.__slots__}


def test_a_former_result_must_be_finished_and_of_the_same_rules(tmp_path: Path) -> None:
    pack, told, world, as_of, known_at = case(3)
    source, asked = write(tmp_path / "facts", told, world), Question(pack, as_of, known_at)
    with pytest.raises(UnfinishedError):
        run(source, tmp_path / "to", asked, since=tmp_path / "nothing")
    run(source, tmp_path / "before", asked)
    with pytest.raises(UnfinishedError):
        run(source, tmp_path / "to", Question(pack, as_of - 1, known_at), since=tmp_path / "before")


@pytest.mark.parametrize("seed", range(4))
def test_statistics_of_peers_are_the_same_from_files(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    pack = next(p for p in (some_pack(chance) for _ in range(500)) if _has_peers(p))
    told = {f"S{k:03}": some_facts(chance, f"S{k:03}") for k in range(60)}
    as_of = some_instant(chance)
    source = write(tmp_path / "facts", told, [], subjects=9)
    run(source, tmp_path / "to", Question(pack, as_of, as_of, peers=True))
    right = peer_statistics(pack, [facts for _, facts in sorted(told.items())], as_of, as_of)
    rows = pq.read_table(tmp_path / "to" / "peers.parquet").to_pylist()
    assert [row["object"] for row in rows] == [f"{s.measure_id}/{s.group}" for s in right]
    assert [row.get("number.MEDIAN") for row in rows] == [s.values["MEDIAN"] for s in right]


def _has_peers(pack: Pack) -> bool:
    try:
        return bool(peer_measures(pack))
    except ValueError:  # two measures under one name
        return False


def test_what_breaks_the_layout_is_named_with_its_cure(tmp_path: Path) -> None:
    _, told, world, _, _ = case(3)
    source = write(tmp_path / "facts", told, world, subjects=1_000_000, group=1_000_000)
    (path,) = (source / "facts").glob("*.parquet")
    table = pq.read_table(path)

    def refused(changed: object) -> LayoutError:
        pq.write_table(changed, path)
        with pytest.raises(LayoutError) as caught:
            for shard in open_layout(source).shards:
                list(blocks(shard))
        return caught.value

    assert refused(table.drop_columns(["kind"])).column == "kind"
    assert refused(table.rename_columns({"number.n": "n"})).column == "n"
    error = refused(table.take(list(range(table.num_rows - 1, -1, -1))))
    assert (error.group, error.column) == (0, "subject")
    assert "排序" in error.cure_zh
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LayoutError, match="Parquet"):
        open_layout(source)


def test_facts_come_back_from_files_as_they_were_but_for_fields_without_a_value(tmp_path: Path) -> None:
    _, told, world, _, _ = case(5)
    facts = [fact for _, own in sorted(told.items()) for fact in sorted(own, key=lambda f: f.order)]
    source = write(tmp_path / "facts", told, world, group=4)
    back = [f for shard in open_layout(source).shards for block in blocks(shard) for f in facts_of(block)]
    assert len(back) == len(facts)
    for one, other in zip(back, facts, strict=True):
        payload = {name: value for name, value in other.payload.items() if value is not None}
        assert (one.subject, one.kind, one.object, one.order, dict(one.payload)) == (
            *(other.subject, other.kind, other.object, other.order, payload),
        )
    first = bytes_in(source)
    write(tmp_path / "facts", told, world, group=4)
    assert bytes_in(source) == first
    assert json.loads(first["layout.json"])["facts"] == len(facts)
