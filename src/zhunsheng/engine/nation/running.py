"""The run: file after file, block after block; what is finished stays finished, whenever it is killed.

TO/run.json               the question: pack, as of, known at, world, former result
TO/peers/NAME.parquet     how often each value occurs among peers (with `peers` only), first pass
TO/judgements/NAME.parquet  a row a subject (`results.schema_of`), second pass, a mark beside each file
TO/done.json              totals, written last
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zhunsheng.core.facts import CircularCorrectionError, Fact, in_force
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast.batch import Yardstick, judge_batch
from zhunsheng.engine.fast.columns import Dictionary
from zhunsheng.engine.fast.compile import Compiler
from zhunsheng.engine.fast.layout import Layout as Tables
from zhunsheng.engine.nation import encoding, keeping, layout, peering, results
from zhunsheng.engine.nation.former import Former, known_of, spans_of
from zhunsheng.engine.peers import PeerStatistic, peer_measures

RESULT = "zhunsheng.nation-result/1"
RUN, DONE, JUDGEMENTS, PEERS, STATISTICS = "run.json", "done.json", "judgements", "peers", "peers.parquet"
# Beyond so many texts a new dictionary is begun: it would grow with the number of objects.
TEXTS_MAX = 400_000
Advance = Callable[[int], None]


class OtherRunError(ValueError):
    """The folder holds the result of another question; `told` is that question, `asked` this one."""

    def __init__(self, folder: Path, told: dict[str, Any], asked: dict[str, Any]) -> None:
        self.folder, self.told, self.asked = folder, told, asked
        super().__init__(", ".join(sorted(k for k in asked if told.get(k) != asked[k])))


class UnfinishedError(ValueError):
    """A former result that is not finished, or is not one of this pack, or is later than the question."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `peers`: whether the statistics are computed first; else those of the world stand."""

    pack: Pack
    as_of: int
    known_at: int
    peers: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run did. `judged` were judged, `carried` taken over from the former result."""

    shards: int
    subjects: int
    facts: int
    judged: int
    carried: int
    resumed: int
    classes: dict[str, int]


def fields_read(pack: Pack) -> frozenset[str]:
    """The payload fields that some part of the pack reads; nothing else needs to be read from files."""
    read = Compiler(pack, Dictionary())
    Tables(read)
    freezes = [node.frozen_while for model in pack.models for node in model.indicators if node.frozen_while]
    return frozenset(read.fields) | {test.field for select in freezes for test in select.where}


def world_of(told: layout.Layout) -> tuple[Fact, ...]:
    """The facts of no subject."""
    path = layout.file_of(told.folder)
    if not path.exists():
        return ()
    layout.check_schema(path, pq.read_schema(path))
    table = layout.as_one_chunk(pq.read_table(path))
    return tuple(encoding.facts_of(table))


def said_by(world: Sequence[Fact], as_of: int, known_at: int) -> str:
    """A digest of what the world says at an instant: the latest of each kind and object, and what comes."""
    standing = in_force(world, known_at)
    latest = {f"{f.kind}/{f.object}": dict(f.payload) for f in standing if f.occurred_at <= as_of}
    coming = [[f.occurred_at, f.kind, f.object, dict(f.payload)] for f in standing if f.occurred_at > as_of]
    return keeping.digest_of([latest, coming])


class Judging:
    """Judges blocks of subjects by one pack at one instant."""

    def __init__(self, asked: Question, world: Sequence[Fact], former: Former | None) -> None:
        self.asked, self.world, self.former = asked, world, former
        self._ready: Yardstick | None = None
        self.begin()

    def begin(self) -> None:
        """Count anew, for the next file."""
        self.counts: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()

    def block(self, path: Path, table: pa.Table) -> pa.Table:
        """The rows of a block, in the order of its subjects."""
        encoding.check_order(path, table)
        encoding.check_fields(path, table)
        firsts = encoding.firsts_of(table)
        facts, newest = known_of(
            encoding.instants(table.column(layout.RECORDED)), firsts, self.asked.known_at
        )
        subjects = encoding.subjects_of(table, firsts)
        kept: pa.Table | None = None
        if self.former is not None:
            stays, kept = self.former.taken_over(subjects, facts, newest, self.asked.as_of)
            table = table.filter(pa.array(np.repeat(~stays, np.diff(firsts)))).combine_chunks()
            facts = facts[~stays]
        parts = [self._judged(path, table, facts)] if table.num_rows else []
        self.counts["judged"] += len(facts)
        if kept is not None and kept.num_rows:
            self.counts["carried"] += kept.num_rows
            parts.append(kept.cast(results.schema_of(self.asked.pack)))
        told = pa.concat_tables(parts)
        if len(parts) > 1:
            told = told.sort_by("subject")
        self.counts["subjects"] += told.num_rows
        self._count(told)
        return told

    def _judged(self, path: Path, table: pa.Table, facts: Any) -> pa.Table:
        if self._ready is None or len(self._ready.compiler.words.texts) > TEXTS_MAX:
            self._ready = Yardstick.of(self.asked.pack, Dictionary())
        ready = self._ready
        columns = encoding.columns_of(table, ready.compiler.words)
        try:
            told = judge_batch(
                self.asked.pack, columns, self.world, self.asked.as_of, self.asked.known_at, ready
            )
        except CircularCorrectionError as error:
            cure = "更正和撤回不能互相指向"
            raise layout.LayoutError(path, f"更正成环：{error}", cure, column=layout.SUPERSEDES) from error
        return results.table_of(told, facts)

    def _count(self, told: pa.Table) -> None:
        name = f"{self.asked.pack.models[0].id}.class"
        for row in told.column(name).unify_dictionaries().combine_chunks().value_counts().to_pylist():
            self.classes[row["values"]] += row["counts"]


def hold(to: Path, question: dict[str, Any]) -> None:
    """Note the question that a folder holds the answer to; OtherRunError when it holds another."""
    held = keeping.read_json(to / RUN)
    if held is not None and held != question:
        raise OtherRunError(to, held, question)
    keeping.write_json(to / RUN, question)


def published(
    to: Path, statistics: Sequence[PeerStatistic], asked: Question, world: Sequence[Fact]
) -> list[Fact]:
    """The statistics as facts that follow those of the world, kept beside the result."""
    after = max((fact.sequence for fact in world), default=0)
    facts = peering.as_facts(statistics, asked.as_of, asked.known_at, after)
    table = encoding.table_of(facts, sorted(encoding.fields_in(facts)))
    keeping.write_parquet(to / STATISTICS, table.schema, [table])
    return facts


class Run:
    """One question to one layout, answered into one folder."""

    def __init__(self, told: layout.Layout, to: Path, asked: Question, since: Path | None = None) -> None:
        self.told, self.to, self.asked = told, to, asked
        self.since = since
        self.world = world_of(told)
        self.judgements = keeping.Pieces(to / JUDGEMENTS)
        self.fields = fields_read(asked.pack)
        self._digests: dict[str, str] = {}

    def question(self) -> dict[str, Any]:
        """The question as it is kept: two runs with equal questions give equal answers on equal files."""
        pack = self.asked.pack
        return {
            "schema": RESULT,
            "pack": pack.id,
            "version": pack.version,
            "content_hash": pack.content_hash,
            "as_of": self.asked.as_of,
            "known_at": self.asked.known_at,
            "peers": self.asked.peers,
            "world": said_by(self.world, self.asked.as_of, self.asked.known_at),
            "since": keeping.digest_of_file(self.since / DONE) if self.since else "",
        }

    def go(self, advance: Advance) -> Totals:
        """Do what is left to do; OtherRunError, UnfinishedError or LayoutError before anything is judged."""
        former_done = self._former_done()
        with keeping.alone_in(self.to):
            question = self.question()
            hold(self.to, question)
            world = (*self.world, *self._peer_facts(advance)) if self.asked.peers else self.world
            said = said_by(world, self.asked.as_of, self.asked.known_at)
            former = self._former(former_done, said)
            self.judgements.keep_only(shard.name for shard in self.told.shards)
            judging = Judging(self.asked, world, former)
            marks, resumed = [], 0
            for shard in self.told.shards:
                key = keeping.digest_of([question, said, self._input(shard), former.digest if former else ""])
                mark = self.judgements.done(shard.name, key)
                if mark is None:
                    mark = self._judge(shard, key, judging, advance)
                else:
                    resumed += 1
                    advance(shard.rows)
                marks.append(mark)
            totals = totals_of(marks, resumed)
            keeping.write_json(
                self.to / DONE,
                {**{k: v for k, v in asdict(totals).items() if k != "resumed"}, "said": said, **_sums(marks)},
            )
            return totals

    def _input(self, shard: layout.Shard) -> str:
        if shard.name not in self._digests:
            self._digests[shard.name] = keeping.digest_of_file(shard.path)
        return self._digests[shard.name]

    def _judge(self, shard: layout.Shard, key: str, judging: Judging, advance: Advance) -> dict[str, Any]:
        def tables() -> Iterator[pa.Table]:
            for block in layout.blocks(shard, self.fields):
                yield judging.block(shard.path, block)
                advance(block.num_rows)

        judging.begin()
        told: dict[str, Any] = {"name": shard.name, "facts": shard.rows}
        schema = results.schema_of(self.asked.pack)
        self.judgements.keep(
            shard.name, key, schema, _then(tables(), lambda: told.update(_of(judging))), told
        )
        return self.judgements.told(shard.name) or {}

    def _peer_facts(self, advance: Advance) -> list[Fact]:
        if not peer_measures(self.asked.pack):
            return []
        pieces = keeping.Pieces(self.to / PEERS)
        pieces.keep_only(shard.name for shard in self.told.shards)
        whole: peering.Counts = {}
        for shard in self.told.shards:
            key = keeping.digest_of([self.question(), self._input(shard)])
            if pieces.done(shard.name, key) is None:
                table = peering.as_table(self._counted(shard))
                pieces.keep(shard.name, key, table.schema, [table], {"facts": shard.rows})
            peering.add(whole, peering.from_table(pq.read_table(pieces.file(shard.name))))
            advance(0)
        return published(self.to, peering.statistics_of(whole), self.asked, self.world)

    def _counted(self, shard: layout.Shard) -> peering.Counts:
        fields, found = fields_read(peering.measuring_pack(self.asked.pack)), peering.Counts()
        for block in layout.blocks(shard, fields):
            counts = peering.counts_in(self.asked.pack, block, self.asked.as_of, self.asked.known_at)
            peering.add(found, counts)
        return found

    def _former_done(self) -> dict[str, Any] | None:
        if self.since is None:
            return None
        done, run = (keeping.read_json(self.since / name) for name in (DONE, RUN))
        if done is None or run is None:
            raise UnfinishedError(f"{self.since} 里没有做完的结果")
        if done.get("engine"):
            raise UnfinishedError(f"{self.since} 是另一引擎的结果，没有各文件的摘要")
        if run["content_hash"] != self.asked.pack.content_hash:
            raise UnfinishedError(f"{self.since} 用的是另一版规则")
        if run["as_of"] > self.asked.as_of or run["known_at"] > self.asked.known_at:
            raise UnfinishedError(f"{self.since} 截至的时间更晚")
        return {**done, "known_at": run["known_at"]}

    def _former(self, done: dict[str, Any] | None, said: str) -> Former | None:
        """The former result, if the world still says what it said then; else everybody is judged."""
        if self.since is None or done is None or done["said"] != said:
            return None
        pieces = keeping.Pieces(self.since / JUDGEMENTS)
        files = {pieces.file(name): sha256 for name, sha256 in sorted(done["sha256"].items())}
        for path, sha256 in files.items():
            if not path.exists() or keeping.digest_of_file(path) != sha256:
                raise UnfinishedError(f"{path} 与当时写下的不同")
        return Former(int(done["known_at"]), keeping.digest_of(done), spans_of(files))


def _of(judging: Judging) -> dict[str, Any]:
    numbers = {name: judging.counts[name] for name in ("subjects", "judged", "carried")}
    return {**numbers, "classes": dict(sorted(judging.classes.items()))}


def _sums(marks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"sha256": {mark["name"]: mark["sha256"] for mark in marks}}


def _then(tables: Iterable[pa.Table], afterwards: Callable[[], None]) -> Iterator[pa.Table]:
    yield from tables
    afterwards()


def question_of(to: Path) -> dict[str, Any] | None:
    """The question that a folder holds answers to."""
    return keeping.read_json(to / RUN)


def progress_of(to: Path) -> tuple[bool, Totals]:
    """Whether a run has ended, and the sums of its finished files."""
    done = keeping.read_json(to / DONE)
    if done is not None and done.get("engine"):
        return True, Totals(
            resumed=0, **{f.name: done[f.name] for f in fields(Totals) if f.name != "resumed"}
        )
    pieces = keeping.Pieces(to / JUDGEMENTS)
    names = sorted(path.stem for path in pieces.folder.glob("*.json"))
    marks = [mark for name in names if (mark := pieces.told(name)) is not None]
    return done is not None and done["sha256"] == _sums(marks)["sha256"], totals_of(marks)


def totals_of(marks: Sequence[dict[str, Any]], resumed: int = 0) -> Totals:
    """The sums of finished files."""
    classes: Counter[str] = Counter()
    for mark in marks:
        classes.update(mark["classes"])
    sums = {name: sum(mark[name] for mark in marks) for name in ("subjects", "facts", "judged", "carried")}
    return Totals(shards=len(marks), resumed=resumed, classes=dict(sorted(classes.items())), **sums)
