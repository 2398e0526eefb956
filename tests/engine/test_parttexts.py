"""The text of a definition comes from outside: read as data, within limits, and its places found again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhunsheng.core.packs.forms import fields_of
from zhunsheng.engine.parttexts import MisreadError, comments_in, line_of, read_part, written

WRONG = [
    ("id: [", 2, "不是合格的 YAML"),
    ("a: 1\nid: X\nid: Y", 3, "写了两次"),
    ("a: &x [1]\nb: *x", 2, "不用别名"),
    ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", 2, "不用别名"),
    ("[" * 5000, 1, "嵌套超过"),
    ("- " * 5000, 1, "嵌套超过"),
    ("x" * 100_001, 0, "超过 100000 字节"),
    ("id: !!python/object/apply:os.system [x]", 0, "不是合格的 YAML"),
    ("a: 1\n? [1]\n: 2", 2, "键应是一个词"),
    ("- 1", 0, "一份键值对"),
    ("a: 1\n---\nb: 2", 0, "一份键值对"),
    ("", 0, "一份键值对"),
    ('a: "\x07"', 0, "不是合格的 YAML"),
    ("a: " + "9" * 5000, 0, "不是合格的 YAML"),
]


@pytest.mark.parametrize(("text", "line", "words"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_definition_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(MisreadError, match=words) as told:
        read_part(text)
    assert told.value.line == line


NAMES = st.sampled_from(["yellow", "all", "count", "window", "points", "name_zh", "@x"])
LEAVES = st.one_of(st.integers(-(10**6), 10**6), st.booleans(), st.text("甲 #:'x-[]{}*&!|>%@\n", max_size=8))
LISTS = st.lists(LEAVES, max_size=3)
INNER = st.dictionaries(NAMES, st.one_of(LEAVES, LISTS), max_size=3)
NODES = st.dictionaries(NAMES, st.one_of(LEAVES, INNER, LISTS, st.lists(INNER, max_size=2)), max_size=4)


@given(NODES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_is_read_back_and_every_field_is_on_its_line(node: dict[str, object]) -> None:
    text = written(node)
    assert read_part(text) == node and comments_in(text) == []
    lines = text.splitlines()
    for field in fields_of(node):
        line, last = line_of(text, field.place), field.place.rpartition(".")[2]
        assert 1 <= line <= len(lines) and (last.isdigit() or last in lines[line - 1])


def test_comments_are_found_and_what_only_looks_like_one_is_not() -> None:
    text = "# 头\na: 'x # 不是' # 是\nb:\n# 中\n- 1\nc: |\n  # 在文字里\n  text\n# 尾\n"
    assert comments_in(text) == ["# 头", "# 是", "# 中", "# 尾"]


def test_a_place_that_is_not_there_is_on_the_line_of_what_is_around_it() -> None:
    text = "id: X\nyellow:\n  all:\n  - {count: A,\n     at_least: 3}\nbasis: []\n"
    assert [
        line_of(text, p) for p in ("yellow.all.0.at_least", "yellow.all.0.x", "yellow.all.7", "nope")
    ] == [
        5,
        4,
        3,
        1,
    ]
