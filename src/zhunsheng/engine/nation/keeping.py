"""A folder in which finished pieces stay finished: a file is there in full with its mark, or does not count.

A piece is a Parquet file with a mark beside it. The mark names what the piece was made from (its key) and
the digest of the file; it is written after the file, and both are written elsewhere, brought to the disk and
then renamed. So a run that is killed at any moment leaves pieces that are whole and others that do not count.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PARTIAL = ".part"
Told = Mapping[str, Any]


class BusyError(RuntimeError):
    """Another process is writing into the folder."""


def digest_of(told: object) -> str:
    """SHA-256 of a value as canonical JSON."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def settle(partial: Path, path: Path) -> None:
    """Bring a finished file to the disk and give it its name; also the name reaches the disk."""
    for place, flags in ((partial, os.O_RDONLY), (path.parent, os.O_RDONLY)):
        if place == path.parent:
            partial.replace(path)
        handle = os.open(place, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_json(path: Path, told: object) -> None:
    """Write a small file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + PARTIAL)
    partial.write_text(
        json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    settle(partial, path)


def read_json(path: Path) -> dict[str, Any] | None:
    """What stands in a small file; None when it is not there or not to be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def write_parquet(
    path: Path, schema: pa.Schema, tables: Iterable[pa.Table], unique: Collection[str] = ()
) -> None:
    """A row group a table, zstd; whole or not at all. `unique`: columns of texts that hardly repeat.

    Only texts have dictionaries: numbers and instants hardly repeat, and looking for that in them costs
    more than everything else that writing does. They stand as differences: smaller, and sooner read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + PARTIAL)
    leaves = [leaf for field in schema for leaf in _leaves(field.name, field.type)]
    options: dict[str, Any] = {
        "use_dictionary": [name for name, told in leaves if not _is_whole(told) and name not in unique],
        "column_encoding": {name: "DELTA_BINARY_PACKED" for name, told in leaves if _is_whole(told)},
    }
    with pq.ParquetWriter(partial, schema, compression="zstd", **options) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
    settle(partial, path)


def _leaves(name: str, told: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    """The columns of a file that a field becomes, by their path."""
    if pa.types.is_list(told):
        yield from _leaves(f"{name}.list.element", told.value_type)
    elif pa.types.is_struct(told):
        for field in told:
            yield from _leaves(f"{name}.{field.name}", field.type)
    else:
        yield name, told


def _is_whole(told: pa.DataType) -> bool:
    return bool(pa.types.is_integer(told) or pa.types.is_timestamp(told))


class Pieces:
    """The pieces of one kind, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str) -> Path:
        """The Parquet file of a piece."""
        return self.folder / f"{name}.parquet"

    def _mark(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def told(self, name: str) -> dict[str, Any] | None:
        """The mark of a piece; None when there is none."""
        return read_json(self._mark(name))

    def done(self, name: str, key: str) -> dict[str, Any] | None:
        """The mark of a piece that was made from just this and is whole."""
        told = self.told(name)
        if told is None or told.get("key") != key or not self.file(name).exists():
            return None
        return told if digest_of_file(self.file(name)) == told.get("sha256") else None

    def keep(self, name: str, key: str, schema: pa.Schema, tables: Iterable[pa.Table], told: Told) -> None:
        """Write a piece. `told` goes into its mark and is read after the last table was taken."""
        write_parquet(self.file(name), schema, tables, ("subject",))
        write_json(self._mark(name), {**told, "key": key, "sha256": digest_of_file(self.file(name))})

    def keep_only(self, names: Iterable[str]) -> None:
        """Take away what belongs to no piece of these names: rests of a killed run, files since renamed."""
        wanted = {path.name for name in names for path in (self.file(name), self._mark(name))}
        for path in sorted(self.folder.glob("*")) if self.folder.exists() else ():
            if path.name not in wanted:
                path.unlink()


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else writes into the folder meanwhile; BusyError when somebody does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(str(folder)) from error
        yield
