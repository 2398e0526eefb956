"""Which encoding a text file is in: a fixed ladder, never a guess."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from zhunsheng.foundation.tabular.limits import Limits, TableRefusedError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ALLOWED = {
    "utf-8": "utf-8-sig",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}
SAMPLE_BYTES = 1 << 16
ASK = "指明文件编码（utf-8、gb18030、utf-16），或用表格软件另存为 UTF-8"


def encoding_of(path: Path, given: str, limits: Limits) -> str:
    """A Python codec name for the whole file; TableRefusedError when the ladder ends without an answer."""
    if given:
        if given.lower() not in ALLOWED:
            raise TableRefusedError("ENCODING_UNKNOWN", f"不支持编码 {given}", ASK)
        return ALLOWED[given.lower()]
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE_BYTES)
        for mark, name in MARKS:
            if sample.startswith(mark):
                return name
        if b"\x00" in sample:
            return _utf16_without_mark(sample)
        stream.seek(0)
        return _utf8_or_gb18030(stream, limits)


def _utf16_without_mark(sample: bytes) -> str:
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    pairs = max(1, len(sample) // 2)
    # Delimiters and digits have a zero half; no text has zeros in both halves of its pairs.
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if others == 0 and zeros * 20 >= pairs and len(sample) % 2 == 0:
            return name
    raise TableRefusedError("NUL", "文件含有空字符（0x00），不是文本文件", ASK)


def _utf8_or_gb18030(stream: BinaryIO, limits: Limits) -> str:
    first_bad, first_utf8, first_maybe, bad_gb = 0, 0, 0, 0
    for number, line in enumerate(_byte_lines(stream, limits), start=1):
        if line.isascii():
            continue
        told = _utf8_verdict(line)
        if told == "CUT":
            raise TableRefusedError(
                "TRUNCATED", "文件在一个汉字中间断开，可能没有传完", "重新导出或重新上传", f"第 {number} 行"
            )
        if told == "UTF8":
            first_utf8 = first_utf8 or number
        elif told == "OTHER":
            first_bad = first_bad or number
        else:
            first_maybe = first_maybe or number
        if not bad_gb and not _is_gb18030(line):
            bad_gb = number
    if not first_bad:
        if first_maybe and not first_utf8:
            where = f"第 {first_maybe} 行"
            raise TableRefusedError("AMBIGUOUS", "按 UTF-8 和 GB18030 都读得通，字却不同", ASK, where)
        return "utf-8"
    if first_utf8:
        what = f"文件混用了编码：第 {first_utf8} 行是 UTF-8，第 {first_bad} 行不是"
        raise TableRefusedError("MIXED_ENCODINGS", what, ASK, f"第 {max(first_bad, first_utf8)} 行")
    if bad_gb:
        raise TableRefusedError("ENCODING_UNKNOWN", "既不是 UTF-8 也不是 GB18030", ASK, f"第 {bad_gb} 行")
    return "gb18030"


def _byte_lines(stream: BinaryIO, limits: Limits) -> Iterator[bytes]:
    longest = limits.line_characters * 4
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) > longest:
            raise TableRefusedError(
                "LINE_TOO_LONG",
                f"一行超过 {limits.line_characters} 字符",
                "检查换行符与引号",
                f"第 {number} 行",
            )
        yield line


def _utf8_verdict(line: bytes) -> str:
    """UTF8: surely; MAYBE: valid, yet two-byte pairs that GB18030 also has; CUT: ends inside; OTHER."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        head = line[: error.start].decode("utf-8", "ignore")
        if error.end == len(line) and error.reason == "unexpected end of data" and _has_wide(head):
            return "CUT"
        return "OTHER"
    return "UTF8" if _has_wide(text) else "MAYBE"


def _has_wide(text: str) -> bool:
    return any(ord(character) > 0x7FF for character in text)


def _is_gb18030(line: bytes) -> bool:
    try:
        text = line.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return not any(0xE000 <= ord(c) <= 0xF8FF or 0x80 <= ord(c) < 0xA0 for c in text)
