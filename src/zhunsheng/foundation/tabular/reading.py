"""Reading a table in a child that may die without harm."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhunsheng.foundation.tabular.limits import Limits, Row, TableRefusedError

FRAMES_BYTES = 1 << 16


def read_table(path: Path, *, encoding: str = "", limits: Limits | None = None) -> Iterator[Row]:
    """Rows as they come. TableRefusedError may come after good rows: a text file is read as it streams,
    so a caller that must not keep half a file takes the rows in one transaction."""
    bounds = limits or Limits()
    with _child(path, encoding, bounds) as output:
        for line in _lines(output, bounds):
            frame = json.loads(line)
            match frame[0]:
                case "row":
                    yield Row(frame[1], frame[2])
                case "bad":
                    yield Row(frame[1], {}, frame[2], frame[3])
                case "refused":
                    raise TableRefusedError(*frame[1:])
                case "end":
                    return
    raise TableRefusedError("READER_DIED", "读取该文件时超出内存或时间上限", "拆分文件，或改用 CSV")


@contextmanager
def _child(path: Path, encoding: str, limits: Limits) -> Iterator[int]:
    environment = {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    words = ["-I", "-m", "zhunsheng.foundation.tabular.child", str(path.absolute()), encoding]
    process = subprocess.Popen(  # noqa: S603 our own interpreter and module, the path is one argument
        [sys.executable, *words, json.dumps(limits.as_numbers())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    if process.stdout is None:
        raise RuntimeError("pipe")
    try:
        yield process.stdout.fileno()
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _lines(descriptor: int, limits: Limits) -> Iterator[bytes]:
    rest = b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], limits.silent_seconds)
        if not ready:
            raise TableRefusedError("TOO_SLOW", f"{limits.silent_seconds:g} 秒内没有读出内容", "拆分文件")
        chunk = os.read(descriptor, FRAMES_BYTES)
        if not chunk:
            return
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
