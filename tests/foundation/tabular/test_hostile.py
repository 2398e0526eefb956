"""F-32 to F-37, F-40: the worst files end in one sentence, soon, in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.foundation.tabular import strangers
from zhunsheng.foundation.tabular.limits import MIB, Limits, Row, TableRefusedError
from zhunsheng.foundation.tabular.reading import read_table

SECONDS_MAX = 10
MEMORY_KIB_MAX = 256 * 1024


PROGRAM = """
import json, resource, sys, time
from pathlib import Path
from zhunsheng.foundation.tabular.limits import Limits, TableRefusedError
from zhunsheng.foundation.tabular.reading import read_table
limits = Limits(**{**Limits().as_numbers(), **json.loads(sys.argv[2])})
started, told = time.monotonic(), []
try:
    rows = sum(1 for _ in read_table(Path(sys.argv[1]), limits=limits))
except TableRefusedError as error:
    told = [error.code, error.what_zh, error.cure_zh]
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([told, memory, time.monotonic() - started]))
"""


def measured(path: Path, **limits: int) -> tuple[list[str], int, float]:
    """(code, what, cure or nothing), peak KiB of the child and seconds; in a process of its own."""
    words = [sys.executable, "-c", PROGRAM, str(path), json.dumps(limits)]
    told, memory, seconds = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    return told, memory, seconds


def refusal(path: Path) -> str:
    told, memory, seconds = measured(path)
    assert memory < MEMORY_KIB_MAX and seconds < SECONDS_MAX
    code, what, cure = told
    assert what and cure and "Traceback" not in what + cure
    return str(code)


def cells(path: Path, **options: str) -> list[dict[str, str]]:
    rows = list(read_table(path, **options))
    assert not any(row.reason_zh for row in rows)
    return [row.cells for row in rows]


HEAD = f'<row r="1">{strangers.cell("A1", "a")}</row>'


def test_a_workbook_bomb_is_refused_by_what_it_really_inflates_to(tmp_path: Path) -> None:
    bomb = strangers.raw_workbook(tmp_path / "bomb.xlsx", HEAD, padding=624 * MIB)
    assert bomb.stat().st_size < 2 * MIB
    assert refusal(bomb) == "BOMB"


def test_planted_fault_without_the_count_a_bomb_takes_more_memory_than_allowed(tmp_path: Path) -> None:
    bomb = strangers.raw_workbook(tmp_path / "bomb.xlsx", HEAD, padding=300 * MIB)
    told, memory, _ = measured(bomb, inflated_bytes=1 << 40)
    assert told[:1] != ["BOMB"] and memory > MEMORY_KIB_MAX


def test_a_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    row = f'{HEAD}<row r="1048576">{strangers.cell("XFD1048576", "x")}</row>'
    assert refusal(strangers.raw_workbook(tmp_path / "sparse.xlsx", row)) == "SHEET_TOO_LARGE"


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
def test_entities_in_a_workbook_are_refused(tmp_path: Path, prolog: str) -> None:
    assert refusal(strangers.raw_workbook(tmp_path / "x.xlsx", HEAD, prolog=prolog)) == "XML_ENTITY"


def test_a_line_of_ten_gigabytes_is_refused_at_its_first_megabytes(tmp_path: Path) -> None:
    assert refusal(strangers.sparse_file(tmp_path / "zero.csv", b"a,b\n", 10 << 30)) == "NUL"
    long = tmp_path / "long.csv"
    long.write_bytes(b"a,b\n" + b"x" * (64 * MIB))
    assert refusal(long) == "LINE_TOO_LONG"
    strangers.sparse_file(tmp_path / "late.csv", b"a,b\n" + b"1,2\n" * 40_000, 10 << 30)
    assert refusal(tmp_path / "late.csv") == "LINE_TOO_LONG"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pdf.csv", b"%PDF-1.7\na,b\n1,2\n"),
        ("zip.csv", b"PK\x03\x04a,b\n1,2\n"),
        ("png.csv", b"\x89PNG\r\n\x1a\n<html>"),
        ("gif.jsonl", b'GIF89a\n{"a":1}\n'),
        ("text.xlsx", b"a,b\n1,2\n"),
        ("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("text.parquet", b"a,b\n1,2\n"),
        ("no_extension", b"a,b\n1,2\n"),
    ],
)
def test_a_file_that_is_two_things_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path) == "FORMAT"


def test_truncated_and_empty_files_are_refused(tmp_path: Path) -> None:
    whole = strangers.workbook(tmp_path / "whole.xlsx", [["a"], ["b"]]).read_bytes()
    for share in (8, 2):
        (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) * share // 10])
        assert refusal(tmp_path / "cut.xlsx") == "BROKEN"
    (tmp_path / "cut.parquet").write_bytes(b"PAR1" + b"\x00" * 100)
    assert refusal(tmp_path / "cut.parquet") == "BROKEN"
    (tmp_path / "empty.csv").write_bytes(b"")
    assert refusal(tmp_path / "empty.csv") == "EMPTY"
    assert refusal(tmp_path / "missing.csv") == "OS"
    (tmp_path / "open.csv").write_text('a,b\n1,"2\n3,4\n', encoding="utf-8")
    assert refusal(tmp_path / "open.csv") == "CSV"


@pytest.mark.parametrize("extra", ["xl/vbaProject.bin", "xl/workbook.xml"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_macros_and_repeated_entries_are_refused(tmp_path: Path, extra: str) -> None:
    path = strangers.raw_workbook(tmp_path / "x.xlsx", HEAD, extra=extra)
    assert refusal(path) in {"MACRO", "ZIP"}


def test_a_million_tiny_entries_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(str(number), b"")
    assert refusal(path) == "ZIP"


def test_repeated_and_missing_headers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "twice.csv").write_text("a,a\n1,2\n", encoding="utf-8")
    assert refusal(tmp_path / "twice.csv") == "DUPLICATE_HEADER"
    (tmp_path / "none.csv").write_text(",,\n1,2,3\n", encoding="utf-8")
    assert refusal(tmp_path / "none.csv") == "NO_HEADER"
    (tmp_path / "wide.csv").write_text(",".join(map(str, range(300))) + "\n", encoding="utf-8")
    assert refusal(tmp_path / "wide.csv") == "COLUMNS"


def test_formulas_come_in_as_text(tmp_path: Path) -> None:
    sheet = f'{HEAD}<row r="2"><c r="A2"><f>HYPERLINK("http://x")</f><v>7</v></c></row>'
    assert cells(strangers.raw_workbook(tmp_path / "f.xlsx", sheet)) == [{"a": '=HYPERLINK("http://x")'}]
    (tmp_path / "f.csv").write_text("a\n=1+1\n\"=cmd|'/c calc'!A0\"\n", encoding="utf-8")
    assert cells(tmp_path / "f.csv") == [{"a": "=1+1"}, {"a": "=cmd|'/c calc'!A0"}]


@pytest.mark.parametrize(
    "line",
    [
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": ' + "9" * 400 + "}",
        "[" * 100_000,
        '{"a": {"b": 1}}',
        "[1]",
        "{",
        '"' + "\\" * 1001,
    ],
)
def test_bad_json_is_a_bad_row_and_the_good_ones_are_kept(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f'{{"a": 1}}\n{line}\n{{"a": true}}\n', encoding="utf-8")
    good, bad, last = list(read_table(path))
    assert (good, last) == (Row(1, {"a": "1"}), Row(3, {"a": "true"}))
    assert bad.number == 2 and bad.reason_zh and bad.cure_zh


def test_a_silent_child_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "slow.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(TableRefusedError) as caught:
        list(read_table(path, limits=replace(Limits(), silent_seconds=0.0)))
    assert caught.value.code == "TOO_SLOW"


def test_a_child_out_of_memory_is_a_refusal(tmp_path: Path) -> None:
    path = strangers.workbook(tmp_path / "x.xlsx", [["a"], ["b"]])
    with pytest.raises(TableRefusedError) as caught:
        list(read_table(path, limits=replace(Limits(), memory_bytes=8 * MIB)))
    assert caught.value.code in {"MEMORY", "READER_DIED"}
