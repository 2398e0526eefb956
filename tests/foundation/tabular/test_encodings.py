"""F-36: exact text or an explicit refusal, never wrong characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhunsheng.foundation.tabular.encodings import encoding_of
from zhunsheng.foundation.tabular.limits import Limits, TableRefusedError
from zhunsheng.foundation.tabular.reading import read_table

TEXT = "姓名,地址\n李四,云汀市滨河路1号\n王五,𠮷祥巷\n"


def write(folder: Path, content: bytes) -> Path:
    path = folder / "x.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_accepted_encoding_gives_the_exact_text(tmp_path: Path, encoding: str) -> None:
    rows = [row.cells for row in read_table(write(tmp_path, TEXT.encode(encoding)))]
    assert rows == [{"姓名": "李四", "地址": "云汀市滨河路1号"}, {"姓名": "王五", "地址": "𠮷祥巷"}]


def test_a_name_that_is_valid_in_two_encodings_follows_the_rest_of_the_file(tmp_path: Path) -> None:
    (row,) = read_table(write(tmp_path, "公司\n联通\n".encode("gb18030")))
    assert row.cells == {"公司": "联通"}


def test_mixed_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    mixed = "姓名\n李四\n".encode() + "王五\n".encode("gb18030")
    with pytest.raises(TableRefusedError, match="第 3 行") as caught:
        list(read_table(write(tmp_path, mixed)))
    assert caught.value.code == "MIXED_ENCODINGS"


def test_a_file_cut_inside_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableRefusedError) as caught:
        list(read_table(write(tmp_path, "姓名\n李四".encode()[:-1])))
    assert caught.value.code == "TRUNCATED"


def test_what_the_ladder_cannot_tell_is_asked(tmp_path: Path) -> None:
    path = write(tmp_path, b"a\n\xff\xff\n")
    with pytest.raises(TableRefusedError, match="指明文件编码"):
        list(read_table(path))
    path = write(tmp_path, "a\n李四\n".encode("gb18030"))
    with pytest.raises(TableRefusedError) as caught:
        list(read_table(path, encoding="utf-8"))
    assert caught.value.code == "ENCODING_WRONG"
    with pytest.raises(TableRefusedError, match="不支持编码"):
        list(read_table(path, encoding="big5"))


NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(NAMES, min_size=1, max_size=5), encoding=st.sampled_from(["utf-8", "gb18030"]))
def test_chinese_names_are_never_read_wrongly(
    lines: list[str], encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write(tmp_path_factory.mktemp("names"), "\n".join(lines).encode(encoding))
    try:
        found = encoding_of(path, "", Limits())
    except TableRefusedError:
        return
    assert path.read_bytes().decode(found) == "\n".join(lines)
