"""Facts as files of the layout: streamed, taken up again after a kill, the same bytes from the same facts.

Where a file ends is decided by the subjects themselves (a digest of the last one), not by counting from the
front, so a new business changes the file it stands in and leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhunsheng.core.facts import Fact
from zhunsheng.engine.nation import keeping
from zhunsheng.engine.nation import layout as n
from zhunsheng.engine.nation.encoding import fields_in, table_of
from zhunsheng.engine.nation.raw import Fields, checked

GROUP_FACTS = 250_000
SUBJECTS_A_FILE = 100_000
STATE = "export.json"


@dataclass(frozen=True, slots=True)
class Sizes:
    """About how many subjects a file holds, and after how many facts a row group ends."""

    subjects: int = SUBJECTS_A_FILE
    group: int = GROUP_FACTS


USUAL = Sizes()


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be written. `behind` gives the rows of the subjects behind one ('': of all), in order.

    `fields` are the payload columns (family, field); `upto` the last order of arrival that counts.
    """

    known_at: int
    fields: Fields
    world: Sequence[Fact]
    behind: Callable[[str], Iterable[pa.Table]]
    joined: bool = False
    upto: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """What a copy holds, the digest of all of it, and how many files an earlier run had finished."""

    files: int
    subjects: int
    facts: int
    sha256: str
    resumed: int


@dataclass
class _Piece:
    """A file while it is written, and what is kept of it."""

    subjects: int = 0
    facts: int = 0
    last: str = ""
    ended: bool = False

    def tables(self, cuts: Iterator[_Cut]) -> Iterator[pa.Table]:
        """The row groups of this file; those of the next stay with whoever hands them out."""
        while not self.ended:
            cut = next(cuts, None)
            if cut is None:
                return
            self.subjects += cut.subjects
            self.facts += cut.table.num_rows
            self.last, self.ended = cut.last, cut.ends_file
            yield cut.table


@dataclass(frozen=True, slots=True)
class _Cut:
    table: pa.Table
    subjects: int
    last: str
    ends_file: bool


@dataclass
class _Progress:
    """What of a copy is finished: kept in a small file beside it until everything is."""

    path: Path
    told: dict[str, Any]
    pieces: list[dict[str, Any]] = field(default_factory=list)

    def take_up(self, facts: Path) -> None:
        """Count what a killed run for the same question finished, as long as its bytes are still there."""
        held = keeping.read_json(self.path)
        if held is None or held.get("key") != self.told["key"]:
            return
        for piece in held["pieces"]:
            path = facts / str(piece["name"])
            if not path.exists() or keeping.digest_of_file(path) != piece["sha256"]:
                return
            self.pieces.append(piece)

    def keep(self) -> None:
        """Say how far it has come."""
        keeping.write_json(self.path, {**self.told, "pieces": self.pieces})


def unfinished(folder: Path) -> tuple[int, int] | None:
    """(known_at, upto) of a copy that was begun in a folder and not finished."""
    held = keeping.read_json(folder / STATE)
    return None if held is None else (int(held["known_at"]), int(held["upto"]))


def write_layout(
    folder: Path, told: Telling, advance: Callable[[int], None] = lambda _: None, sizes: Sizes = USUAL
) -> Written:
    """Write everything; `advance` hears of subjects that are on the disk.

    A run that was killed is taken up again behind its last finished file; what another question left is
    replaced file by file. Rests are taken away, `layout.json` comes last.
    """
    asked = {"known_at": told.known_at, "upto": told.upto, "joined": told.joined}
    with keeping.alone_in(folder):
        columns = sorted(told.fields)
        key = keeping.digest_of([asked, columns, sizes.subjects, sizes.group])
        done = _Progress(folder / STATE, {**asked, "key": key})
        done.take_up(folder / n.FACTS)
        resumed = len(done.pieces)
        advance(sum(piece["subjects"] for piece in done.pieces))
        (folder / n.ABOUT).unlink(missing_ok=True)
        done.keep()
        schema = table_of((), columns).schema
        cuts = _cut(told.behind(done.pieces[-1]["last"] if resumed else ""), sizes)
        for first in cuts:
            name, piece = f"part-{len(done.pieces):05d}.parquet", _Piece()
            path = folder / n.FACTS / name
            keeping.write_parquet(path, schema, piece.tables(chain((first,), cuts)), n.IDS)
            sha256 = keeping.digest_of_file(path)
            kept = {"subjects": piece.subjects, "facts": piece.facts, "last": piece.last}
            done.pieces.append({"name": name, "sha256": sha256, **kept})
            done.keep()
            advance(piece.subjects)
        return _finish(folder, told, done, resumed)


def _finish(folder: Path, told: Telling, done: _Progress, resumed: int) -> Written:
    names = {piece["name"] for piece in done.pieces}
    for path in sorted((folder / n.FACTS).glob("*")):
        if path.name not in names:
            path.unlink()
    world = table_of(told.world, sorted(fields_in(told.world)))
    keeping.write_parquet(n.file_of(folder), world.schema, [world])
    digests = [*(piece["sha256"] for piece in done.pieces), keeping.digest_of_file(n.file_of(folder))]
    subjects, facts = (sum(piece[name] for piece in done.pieces) for name in ("subjects", "facts"))
    written = Written(len(names), subjects, facts, keeping.digest_of(digests), resumed)
    about = {"schema": n.SCHEMA, "known_at": told.known_at, "joined": told.joined, "sha256": written.sha256}
    keeping.write_json(folder / n.ABOUT, {**about, "files": len(names), "subjects": subjects, "facts": facts})
    done.path.unlink()
    return written


def of_timelines(
    timelines: Sequence[tuple[str, Sequence[Fact]]], fields: Fields
) -> Callable[[str], Iterator[pa.Table]]:
    """Facts by subject, in order of subject, as what a `Telling` asks for."""

    def behind(subject: str) -> Iterator[pa.Table]:
        for name, facts in timelines:
            if name > subject:
                told = checked(sorted(facts, key=lambda fact: fact.order), fields)
                yield table_of(told, sorted(fields))

    return behind


def _cut(tables: Iterable[pa.Table], sizes: Sizes) -> Iterator[_Cut]:
    """Row groups of whole subjects. Where they end depends on the subjects of their file alone, so it does
    not matter how the rows come nor with which file one begins."""
    held: pa.Table | None = None
    for table in tables:
        held = table if held is None else pa.concat_tables([held, table])
        held = yield from _groups(held.combine_chunks(), sizes, last=False)
    if held is not None and held.num_rows:
        yield from _groups(held.combine_chunks(), sizes, last=True)


def _groups(held: pa.Table, sizes: Sizes, *, last: bool) -> Generator[_Cut, None, pa.Table]:
    """The finished groups; what is left over is returned. The last subject may go on unless it is `last`."""
    told = held.column(n.SUBJECT).combine_chunks()
    ends = np.flatnonzero(pc.not_equal(told[1:], told[:-1]).to_numpy(zero_copy_only=False)) + 1
    if last:
        ends = np.append(ends, held.num_rows)
    names = told.take(pa.array(ends - 1)).to_pylist()
    files = [k for k, name in enumerate(names) if crc32(name.encode()) % sizes.subjects == 0]
    begin, first = 0, 0
    while first < len(ends):
        full = int(np.searchsorted(ends, begin + sizes.group))
        edge = next((k for k in files if k >= first), len(ends))
        stop = min(full, edge, len(ends) - 1 if last else len(ends))
        if stop == len(ends):
            break
        table = held.slice(begin, int(ends[stop]) - begin).combine_chunks()
        yield _Cut(table, stop + 1 - first, names[stop], stop == edge)
        begin, first = int(ends[stop]), stop + 1
    return held.slice(begin)
