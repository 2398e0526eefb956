"""Facts as files of the layout: streamed, and the same bytes each time from the same facts.

Where a file ends is decided by the subjects themselves (a digest of the last one), not by counting from the
front, so a new business changes the file it stands in and leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from zhunsheng.core.facts import Fact
from zhunsheng.engine.nation import keeping
from zhunsheng.engine.nation import layout as n
from zhunsheng.engine.nation.encoding import FAMILIES, fields_in, table_of

Timelines = Iterable[tuple[str, Sequence[Fact]]]
Fields = Sequence[tuple[str, str]]
GROUP_FACTS = 250_000
SUBJECTS_A_FILE = 100_000
EDGE = 1 << 63


class CannotCarryError(ValueError):
    """A number beyond 64 bits, or a field that came meanwhile; subject, kind and field are named."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """About how many subjects a file holds, and after how many facts a row group ends."""

    subjects: int = SUBJECTS_A_FILE
    group: int = GROUP_FACTS


USUAL = Sizes()


def write_layout(
    folder: Path,
    timelines: Timelines,
    world: Sequence[Fact],
    fields: Iterable[tuple[str, str]],
    known_at: int,
    *,
    joined: bool,
    sizes: Sizes = USUAL,
) -> tuple[int, int, int]:
    """Write everything; (files, subjects, facts). Timelines come in order of subject.

    What a former call left is replaced file by file; rests are taken away, `layout.json` comes last.
    """
    with keeping.alone_in(folder):
        (folder / n.ABOUT).unlink(missing_ok=True)
        columns = sorted(fields)
        names, subjects, facts = list[str](), 0, 0
        for part in _files(timelines, sizes):
            counted = [0, 0]
            name = f"part-{len(names):05d}.parquet"
            tables = (table_of(_checked(group, columns), columns) for group in _groups(part, sizes, counted))
            keeping.write_parquet(folder / n.FACTS / name, table_of((), columns).schema, tables, n.IDS)
            names.append(name)
            subjects, facts = subjects + counted[0], facts + counted[1]
        for path in sorted((folder / n.FACTS).glob("*")):
            if path.name not in names:
                path.unlink()
        told = table_of(world, sorted(fields_in(world)))
        keeping.write_parquet(n.file_of(folder), told.schema, [told])
        about = {"schema": n.SCHEMA, "known_at": known_at, "joined": joined}
        keeping.write_json(
            folder / n.ABOUT, {**about, "files": len(names), "subjects": subjects, "facts": facts}
        )
        return len(names), subjects, facts


def _files(timelines: Timelines, sizes: Sizes) -> Iterator[Iterator[Sequence[Fact]]]:
    """The timelines of one file after the other; each must be read to its end before the next."""
    source = iter(timelines)
    first = next(source, None)
    while first is not None:
        following: list[tuple[str, Sequence[Fact]] | None] = [None]

        def part(
            held: tuple[str, Sequence[Fact]], following: list[tuple[str, Sequence[Fact]] | None] = following
        ) -> Iterator[Sequence[Fact]]:
            while True:
                yield held[1]
                after = next(source, None)
                if after is None or crc32(held[0].encode()) % sizes.subjects == 0:
                    following[0] = after
                    return
                held = after

        yield part(first)
        first = following[0]


def _groups(part: Iterator[Sequence[Fact]], sizes: Sizes, counted: list[int]) -> Iterator[list[Fact]]:
    held: list[Fact] = []
    for facts in part:
        counted[0] += 1
        counted[1] += len(facts)
        held += sorted(facts, key=lambda fact: fact.order)
        if len(held) >= sizes.group:
            yield held
            held = []
    if held:
        yield held


def _checked(held: list[Fact], columns: Fields) -> list[Fact]:
    """The same facts; CannotCarryError for a field without a column or a number beyond 64 bits."""
    known = set(columns)
    for fact in held:
        for name, value in fact.payload.items():
            if value is None:
                continue
            family = FAMILIES[type(value)][0]
            if (family, name) not in known or (family == n.NUMBER_FIELD and not -EDGE <= int(value) < EDGE):
                raise CannotCarryError(f"{fact.subject} {fact.kind} {name}")
    return held
