"""Invented statutes with the faults that real collections have: each is a finding, none a lost article."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.core.statutes.numerals import read_number, write_number
from zhunsheng.core.statutes.parsing import ParsedLaw, StatuteError, parse_statute
from zhunsheng.core.statutes.references import Place, read_place

PLAIN = """# 云汀市纸鸢管理办法

2020年3月1日云汀市人民政府令第9号公布 自2020年5月1日起施行

<!-- INFO END -->

第一章 总则

第一条 为了规范纸鸢放飞，制定本办法。

第二条 放飞人应当遵守下列规定：

（一）不得近电；

（二）不得近路。

违反前款第一项的，依照本办法第九条处理。

第二章 附则

第三条 本办法由风筝办解释。
"""


def numbers(law: ParsedLaw) -> list[tuple[int, int]]:
    return [(a.number, a.branch) for a in law.articles]


def test_articles_paragraphs_items_divisions_and_dates() -> None:
    law = parse_statute(PLAIN)
    assert law.name == "云汀市纸鸢管理办法"
    assert numbers(law) == [(1, 0), (2, 0), (3, 0)]
    first, second = law.articles[1].paragraphs
    assert first.items == ("（一）不得近电；", "（二）不得近路。")
    assert second.text.startswith("违反前款") and second.items == ()
    assert [a.division for a in law.articles] == ["第一章 总则", "第一章 总则", "第二章 附则"]
    assert (law.in_force_on, law.last_date) == (dt.date(2020, 5, 1), dt.date(2020, 5, 1))
    assert law.findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "---\nsidebar: auto\n---\n# 纸鸢办法\n\n**第一条**　甲。\n\n**第二条**　乙。\n",
        '# 纸鸢办法\n&emsp;**<span id="一">第一条</span>**　甲。  \n&emsp;**第二条**　乙。  \n',
        "\ufeff# 纸鸢办法\r\n第一条　甲。\r\n第二条　乙。\r\n",
    ],
    ids=["front matter and bold", "anchors", "byte order mark and CRLF"],
)
def test_the_marks_of_collections(text: str) -> None:
    law = parse_statute(text)
    assert [a.text for a in law.articles] == ["甲。", "乙。"]


def test_an_article_that_swallows_the_next_ones_even_without_their_first_sign() -> None:
    law = parse_statute(
        "# 价法\n第三条 查。第四条查时可以：（一）问；（二）看。五条不得说。三章 附则六条 自行。\n第八条 完。"
    )
    assert numbers(law) == [(3, 0), (4, 0), (5, 0), (6, 0), (8, 0)]
    assert law.articles[1].paragraphs[0].items == ("（一）问；", "（二）看。")
    assert any("粘连第 4 条" in finding for finding in law.findings)
    assert any("不连续" in finding for finding in law.findings)


def test_a_reference_inside_a_line_never_becomes_an_article() -> None:
    law = parse_statute(
        "# 法\n第一条 甲。第二条第三款的除外。依照第二条处理。第二条规定的情形除外。\n第二条 乙。"
    )
    assert numbers(law) == [(1, 0), (2, 0)]
    assert law.findings == ()


def test_a_head_inside_a_line_counts_only_with_the_next_number() -> None:
    law = parse_statute("# 法\n第一条 甲。第七条 另见。\n第二条 乙。")
    assert numbers(law) == [(1, 0), (2, 0)]
    assert "第七条 另见" in law.articles[0].text


def test_a_heading_that_clings_goes_to_the_next_article() -> None:
    law = parse_statute("# 法\n第一章 总则\n第一条 甲。第二章 责任第一节 一般规定\n第二条 乙。")
    assert law.articles[0].text == "甲。"
    assert "第一节" in law.articles[1].division
    assert any("粘连标题" in finding for finding in law.findings)


def test_page_furniture_is_left_out_and_said() -> None:
    law = parse_statute("# 法\n第一条 甲。\n第二条 乙。打印本页 关闭本页")
    assert law.articles[1].text == "乙。"
    assert any("网页文字" in finding for finding in law.findings)


def test_inserted_articles_and_going_back() -> None:
    law = parse_statute("# 法\n第八条 甲。\n第八条之一 乙。\n第九条 丙。\n第八条 引文而已。")
    assert numbers(law) == [(8, 0), (8, 1), (9, 0)]


@pytest.mark.parametrize("text", ["", "没有标题\n第一条 甲。", "# 只有标题\n说明。"])
def test_what_is_no_statute_is_refused(text: str) -> None:
    with pytest.raises(StatuteError):
        parse_statute(text)


@given(st.integers(1, 9_999))
def test_numerals_there_and_back(number: int) -> None:
    assert read_number(write_number(number)) == number


@given(st.text("第一二三十百条章节（）。；： \n#*", max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        law = parse_statute("# 法\n" + text)
    except StatuteError:
        return
    assert numbers(law) == sorted(set(numbers(law)))


def test_places() -> None:
    assert read_place("83(4)") == Place(83, 0, (4,))
    assert read_place("21(1)(5)") == Place(21, 0, (1, 5))
    assert read_place("88-1") == Place(88, 1, ())
    assert read_place("全文") is None
