"""The list of a package's files has one spelling."""

from __future__ import annotations

import pytest

from zhunsheng.core.tlog.notes import NoteError
from zhunsheng.core.tlog.packages import HEADER, MANIFEST, Manifest, listed, read_manifest

LIST = Manifest("yunting.example/log/1", "2026-09-30T09:00:00+08:00", (listed("a", b"1"), listed("b", b"22")))
A, B = (file.line for file in LIST.files)


def test_what_is_written_is_read() -> None:
    assert read_manifest(LIST.text) == LIST


@pytest.mark.parametrize(
    "broken",
    [
        "",
        LIST.text.replace(HEADER, "zhunsheng evidence package/2"),
        LIST.text.replace("log ", "log: ", 1),
        LIST.text.replace(A + B, B + A),
        LIST.text + B,
        LIST.text.removesuffix("\n"),
        LIST.text + listed(MANIFEST, b"").line,
        LIST.text + "folder c\n",
        LIST.text + listed("c", b"").line.replace("file", "link"),
        LIST.text.replace(" 1 a", " 01 a"),
    ],
)
def test_any_other_spelling_is_refused(broken: str) -> None:
    with pytest.raises(NoteError):
        read_manifest(broken)
