"""The files that a nation's facts stand in, and what is wrong with files that are no such thing.

    DIR/layout.json           optional: {"schema": "zhunsheng.nation/1", "known_at": instant, "joined": bool}
    DIR/world.parquet         optional: the facts of no subject (peer statistics, state of sources)
    DIR/facts/*.parquet       the facts of the subjects

Rows of a file are ordered by (subject, occurred_at, sequence); file after file, in order of their names, the
subjects go on rising, so each stands in one file. A row group has at most ROWS_MAX rows: it is what is held
in memory at once. Texts are compared byte by byte in UTF-8, which is also the order of their characters.

Columns: `subject`, `kind` (text), `occurred_at`, `recorded_at` (a timestamp with a zone, or whole epoch
seconds), and where they are wanted `object`, `fact_id`, `supersedes`, `retracts` (text), `sequence` (integer;
without it the order of the rows is the order of arrival), `stated_at`. Every other column is a field of the
payload under the name of its type: `number.NAME`, `text.NAME`, `flag.NAME`; null is a field that the fact
does not have.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SCHEMA = "zhunsheng.nation/1"
ABOUT, WORLD, FACTS = "layout.json", "world.parquet", "facts"
ROWS_MAX = 2_000_000
SUBJECT, KIND, OBJECT, OCCURRED, RECORDED = "subject", "kind", "object", "occurred_at", "recorded_at"
FACT_ID, SUPERSEDES, RETRACTS, SEQUENCE, STATED = "fact_id", "supersedes", "retracts", "sequence", "stated_at"
NEEDED = (SUBJECT, KIND, OCCURRED, RECORDED)
TEXTS = (SUBJECT, KIND, OBJECT, FACT_ID, SUPERSEDES, RETRACTS)
IDS = (FACT_ID, SUPERSEDES, RETRACTS)
INSTANTS = (OCCURRED, RECORDED, STATED)
ENVELOPE = (*TEXTS, *INSTANTS, SEQUENCE)
NUMBER_FIELD, TEXT_FIELD, FLAG_FIELD = "number", "text", "flag"


class LayoutError(ValueError):
    """Files that break the layout: file, row group (-1: all), column, what is wrong, and the cure."""

    def __init__(
        self, path: Path, message_zh: str, cure_zh: str, *, group: int = -1, column: str = ""
    ) -> None:
        self.path, self.group, self.column = path, group, column
        self.message_zh, self.cure_zh = message_zh, cure_zh
        where = path.name + (f" 行组 {group}" if group >= 0 else "") + (f" 列 {column}" if column else "")
        super().__init__(f"{where}：{message_zh}；{cure_zh}")


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of facts with its first and last subject ('' when it is empty)."""

    path: Path
    rows: int
    first: str
    last: str

    @property
    def name(self) -> str:
        """The name of the file without its ending; what is made of it bears the same."""
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Layout:
    """A folder that was looked through. `known_at`: later than that nothing is told (None: not said)."""

    folder: Path
    shards: tuple[Shard, ...]
    known_at: int | None
    joined: bool

    @property
    def rows(self) -> int:
        """How many facts of subjects there are."""
        return sum(shard.rows for shard in self.shards)


def open_layout(folder: Path) -> Layout:
    """Look through the footers of all files; LayoutError for what breaks the layout already there."""
    known_at, joined = about(folder)
    paths = sorted((folder / FACTS).glob("*.parquet"), key=lambda path: path.name)
    if not paths:
        raise LayoutError(folder / FACTS, "没有 *.parquet 文件", "用 nation export 生成，或按布局说明存放")
    shards = [_shard(path) for path in paths]
    told = [shard for shard in shards if shard.rows]
    for before, after in zip(told, told[1:], strict=False):
        if after.first <= before.last:
            message = f"主体 {after.first} 不在 {before.path.name} 的主体 {before.last} 之后"
            raise LayoutError(after.path, message, "各文件按主体连续分段，文件名按段排序", column=SUBJECT)
    return Layout(folder, tuple(shards), known_at, joined)


def about(folder: Path) -> tuple[int | None, bool]:
    """What `layout.json` says: until when facts were known (None: not said), whether mergers were joined."""
    path = folder / ABOUT
    if not path.exists():
        return None, False
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["schema"] != SCHEMA:
            raise LayoutError(path, f"schema 是 {told['schema']}", f"本版本读 {SCHEMA}")
        return int(told["known_at"]), bool(told["joined"])
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, LayoutError):
            raise
        raise LayoutError(path, f"读不出：{error}", "重新导出，或删去此文件") from error


def _open(path: Path, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, read_dictionary=list(dictionaries))
    except (OSError, pa.ArrowInvalid) as error:
        raise LayoutError(path, f"不是完整的 Parquet 文件：{error}", "重新生成这个文件") from error


def _shard(path: Path) -> Shard:
    with _open(path) as source:
        schema, told = source.schema_arrow, source.metadata
        check_schema(path, schema)
        for group in range(told.num_row_groups):
            if told.row_group(group).num_rows > ROWS_MAX:
                message = f"行组有 {told.row_group(group).num_rows} 行，上限 {ROWS_MAX}"
                raise LayoutError(path, message, "写文件时把行组大小设小", group=group)
        place = schema.names.index(SUBJECT)
        groups = [k for k in range(told.num_row_groups) if told.row_group(k).num_rows]
        if not groups:
            return Shard(path, 0, "", "")
        ends = []
        for group in (groups[0], groups[-1]):
            known = told.row_group(group).column(place).statistics
            if known is not None and known.has_min_max:
                ends.append((str(known.min), str(known.max)))
            else:
                held = source.read_row_group(group, [SUBJECT]).column(0).cast(pa.string())
                ends.append((held[0].as_py() or "", held[-1].as_py() or ""))
        return Shard(path, told.num_rows, ends[0][0], ends[-1][1])


def _is_plain_text(told: pa.DataType) -> bool:
    return not pa.types.is_dictionary(told) and _is_text(told)


def _is_text(told: pa.DataType) -> bool:
    value = told.value_type if pa.types.is_dictionary(told) else told
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value))


def check_schema(path: Path, schema: pa.Schema) -> None:
    """Every column is one of the layout and of its type; LayoutError names the first that is not."""
    for name in NEEDED:
        if name not in schema.names:
            raise LayoutError(path, "缺少这一列", "补上这一列", column=name)
    for held in schema:
        wanted, fits = _fit(held.name, held.type)
        if not wanted:
            cure = "改名为 number.字段、text.字段 或 flag.字段，或去掉这一列"
            raise LayoutError(path, "布局里没有这一列", cure, column=held.name)
        if not fits:
            raise LayoutError(path, f"类型是 {held.type}", f"改为{wanted}", column=held.name)
    if len(set(schema.names)) != len(schema.names):
        raise LayoutError(path, "有两列同名", "去掉一列")
    if (SUPERSEDES in schema.names or RETRACTS in schema.names) and FACT_ID not in schema.names:
        raise LayoutError(path, "有更正或撤回而没有事实编号", "补上这一列", column=FACT_ID)


def _fit(name: str, told: pa.DataType) -> tuple[str, bool]:
    """What a column should be ('' for one that is not of the layout), and whether it is."""
    family, _, field = name.partition(".")
    if name in TEXTS or (family == TEXT_FIELD and field):
        return "文本（string）", _is_text(told)
    whole = bool(pa.types.is_integer(told))
    if name in INSTANTS:
        zoned = pa.types.is_timestamp(told) and told.tz is not None
        return "带时区的 timestamp 或整秒数 int64", whole or bool(zoned)
    if name == SEQUENCE or (family == NUMBER_FIELD and field):
        return "整数（int64）", whole
    if family == FLAG_FIELD and field:
        return "布尔（bool）", bool(pa.types.is_boolean(told))
    return "", False


def blocks(shard: Shard, fields: Collection[str] | None = None) -> Iterator[pa.Table]:
    """Whole subjects, a row group at a time, with the envelope and these fields (None: all of them).

    What is checked: nulls where none may be, and the order of subjects within and between row groups.
    """
    with _open(shard.path) as source:
        schema, ends = source.schema_arrow, _subjects_end(source.metadata)
        idle = set() if _has_corrections(source.metadata) else {*IDS, STATED}
    names = [n for n in schema.names if n in ENVELOPE or fields is None or n.partition(".")[2] in fields]
    names = [n for n in names if n not in idle]
    texts = [n for n in names if _is_text(schema.field(n).type) and n not in IDS]

    def tables() -> Iterator[tuple[pa.Table, bool]]:
        with _open(shard.path, texts) as source:
            for group, ends_here in enumerate(ends):
                try:
                    yield source.read_row_group(group, names), ends_here
                except (OSError, pa.ArrowInvalid) as error:
                    raise LayoutError(
                        shard.path, f"读不出：{error}", "重新生成这个文件", group=group
                    ) from error

    yield from whole_subjects(shard.path, tables())


def whole_subjects(path: Path, tables: Iterable[tuple[pa.Table, bool]]) -> Iterator[pa.Table]:
    """Rows in order, cut anew between subjects; with each table comes whether its last subject ends with it.

    LayoutError for nulls where none may be and for subjects that do not rise; `path` is named in it.
    """
    carried: pa.Table | None = None
    before: pa.Scalar | None = None
    for group, (table, ends_here) in enumerate(tables):
        _check_nulls(path, group, table)
        if carried is not None:
            table = pa.concat_tables([_alone(carried), table])
            carried = None
        table = as_one_chunk(table)
        if table.num_rows == 0:
            continue
        start = _check_subjects(path, group, table.column(SUBJECT).chunk(0), before)
        if not ends_here:
            carried, table = table.slice(start), table.slice(0, start)
        if table.num_rows:
            before = table.column(SUBJECT)[-1]
            yield table


def _alone(table: pa.Table) -> pa.Table:
    """Few rows with dictionaries of their own, in place of those of the table that they were cut from."""
    columns = [
        column.cast(column.type.value_type).dictionary_encode()
        if pa.types.is_dictionary(column.type)
        else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _subjects_end(told: pq.FileMetaData) -> list[bool]:
    """By row group whether the footer says that its last subject has no more rows: then nothing is cut."""
    place = told.schema.names.index(SUBJECT)
    known = [told.row_group(group).column(place).statistics for group in range(told.num_row_groups)]
    spans = [(str(k.min), str(k.max)) if k is not None and k.has_min_max else None for k in known]
    apart = [a is not None and b is not None and a[1] < b[0] for a, b in zip(spans, spans[1:], strict=False)]
    return [*apart, True][: len(spans)]


def has_corrections(shard: Shard) -> bool:
    """Whether some fact of the file may name another."""
    with _open(shard.path) as source:
        return _has_corrections(source.metadata)


def _has_corrections(told: pq.FileMetaData) -> bool:
    """False when the footer says that no fact names another: then nobody needs to read their names."""
    for place in range(told.num_columns):
        if told.schema.column(place).path in {SUPERSEDES, RETRACTS}:
            for group in range(told.num_row_groups):
                known = told.row_group(group).column(place).statistics
                if known is None or known.null_count != told.row_group(group).num_rows:
                    return True
    return False


def as_one_chunk(table: pa.Table) -> pa.Table:
    """The table with every column in one piece and every text as a place in a dictionary."""
    columns = [
        column.dictionary_encode() if name not in IDS and _is_plain_text(column.type) else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    made = pa.Table.from_arrays(columns, names=table.column_names)
    return made.unify_dictionaries().combine_chunks()


def _check_nulls(path: Path, group: int, table: pa.Table) -> None:
    for name in NEEDED:
        if table.column(name).null_count:
            raise LayoutError(path, "有空值", "这一列每行都要有值", group=group, column=name)


def _check_subjects(path: Path, group: int, subjects: pa.DictionaryArray, before: pa.Scalar | None) -> int:
    """Where the last subject begins; LayoutError unless subjects rise, also from the one `before`."""
    steps = pc.not_equal(subjects.indices[1:], subjects.indices[:-1])
    firsts = pc.indices_nonzero(steps)
    names = subjects.dictionary.take(subjects.indices.take(pc.add(firsts, pa.scalar(1, firsts.type))))
    heads = [subjects.dictionary.take(subjects.indices[:1]), names]
    if before is not None:
        heads.insert(0, pa.array([before.as_py()], subjects.dictionary.type))
    names = pa.concat_arrays(heads)
    if not pc.all(pc.less(names[:-1], names[1:]), min_count=0).as_py():
        falling = pc.index(pc.less(names[:-1], names[1:]), False).as_py()
        message = f"主体 {names[falling + 1]} 排在 {names[falling]} 之后"
        raise LayoutError(
            path, message, "按 (subject, occurred_at, sequence) 排序", group=group, column=SUBJECT
        )
    return int(firsts[-1].as_py()) + 1 if len(firsts) else 0


def file_of(folder: Path) -> Path:
    """Where the facts of no subject stand."""
    return folder / WORLD
