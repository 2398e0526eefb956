"""The child that reads: limits itself first, then turns one file into frames on standard output.

A frame is one line of JSON: ["row", number, cells], ["bad", number, reason, cure], ["refused", code, what,
cure, where] or ["end", rows]. Nothing else is written; a child that dies without an end says nothing.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from zhunsheng.foundation.tabular.limits import Limits, Row, TableRefusedError

MAGIC = {
    b"PK\x03\x04": "xlsx",
    b"PAR1": "parquet",
    b"%PDF": "pdf",
    b"\xd0\xcf\x11\xe0": "xls",
    b"\x89PNG": "png",
    b"GIF8": "gif",
    b"\x1f\x8b": "gz",
    b"MZ": "exe",
    b"\xff\xd8\xff": "jpg",
}
FORMATS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
FORMATS |= {".xlsx": "xlsx", ".parquet": "parquet"}
# pyarrow maps far more address space than it uses; its data is bounded by the check of row group sizes.
ADDRESS_SPACE_FACTOR = {"parquet": 8, "xlsx": 4}


def format_of(path: Path, limits: Limits) -> str:
    """csv, jsonl, xlsx or parquet; name and first bytes must agree, so that no file is two things."""
    wanted = FORMATS.get(path.suffix.lower(), "")
    if not wanted:
        raise TableRefusedError(
            "FORMAT",
            f"不认识的文件类型 {path.suffix or '（无扩展名）'}",
            "使用 .csv、.xlsx、.jsonl 或 .parquet",
        )
    size = path.stat().st_size
    if size > limits.file_bytes and wanted != "csv":
        raise TableRefusedError("FILE_TOO_LARGE", f"文件超过 {limits.file_bytes >> 20} MB", "拆分文件")
    with path.open("rb") as stream:
        head = stream.read(16)
    if not head:
        raise TableRefusedError("EMPTY", "文件是空的", "检查导出是否成功")
    told = next((name for magic, name in MAGIC.items() if head.startswith(magic)), "text")
    if told != (wanted if wanted in {"xlsx", "parquet"} else "text"):
        raise TableRefusedError("FORMAT", f"扩展名是 {path.suffix}，内容却不是", "用表格软件重新另存")
    return wanted


def _rows(path: Path, kind: str, encoding: str, limits: Limits) -> Iterator[Row]:
    # Parsers are imported only now: text needs none of them, and their address space counts.
    place = "workbooks" if kind in {"xlsx", "parquet"} else "texts"
    reader = getattr(import_module(f"zhunsheng.foundation.tabular.{place}"), f"{kind}_rows")
    yield from reader(path, limits) if place == "workbooks" else reader(path, encoding, limits)


def _say(*frame: object) -> None:
    sys.stdout.write(json.dumps(frame, ensure_ascii=True) + "\n")


def _limit(kind: str, limits: Limits) -> None:
    space = limits.memory_bytes * ADDRESS_SPACE_FACTOR.get(kind, 1)
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """child PATH ENCODING LIMITS-AS-JSON."""
    path, encoding, numbers = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    limits = Limits(**numbers)
    count = 0
    try:
        kind = format_of(path, limits)
        _limit(kind, limits)
        for row in _rows(path, kind, encoding, limits):
            count += 1
            if count > limits.rows:
                raise TableRefusedError("ROWS", f"超过 {limits.rows} 行", "拆分文件")
            if row.reason_zh:
                _say("bad", row.number, row.reason_zh, row.cure_zh)
            else:
                _say("row", row.number, row.cells)
        _say("end", count)
    except TableRefusedError as error:
        _say("refused", error.code, error.what_zh, error.cure_zh, error.where_zh)
    except MemoryError:
        _say("refused", "MEMORY", "读取需要的内存超过上限", "拆分文件", "")
    except OSError as error:
        _say("refused", "OS", f"文件无法读取：{error.strerror}", "检查路径与权限", "")


if __name__ == "__main__":
    main()
