"""Capital amounts and dates, against an independent reader of them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.core.documents.amounts import FEN_MAX, capital_amount, capital_date, plain_amount, plain_date

DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
SMALL = {"拾": 10, "佰": 100, "仟": 1_000}


def read_back(text: str) -> int:
    """The 分 of a capital amount: each section up to 亿 and 万 on its own, as a clerk would read it."""
    yuan_text, _, rest = text.rpartition("元")
    total = 0
    for part in yuan_text.split("亿"):
        high, _, low = part.rpartition("万")
        total = total * 100_000_000 + section(high) * 10_000 + section(low)
    jiao, cents = re.search("(.)角", rest), re.search("(.)分", rest)
    return total * 100 + (DIGITS[jiao[1]] * 10 if jiao else 0) + (DIGITS[cents[1]] if cents else 0)


def section(text: str) -> int:
    value, digit = 0, 0
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS[sign]
        else:
            value, digit = value + digit * SMALL[sign], 0
    return value + digit


@pytest.mark.parametrize(
    ("fen", "told"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (70, "柒角整"),
        (100, "壹元整"),
        (1_000, "壹拾元整"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (10_000_000, "壹拾万元整"),
        (10_050_000, "壹拾万零伍佰元整"),
        (100_000_000_000, "壹拾亿元整"),
        (100_000_500_000, "壹拾亿零伍仟元整"),
        (100_010_000_000_000, "壹万零壹亿元整"),
        (1_000_000_000_000_000, "壹拾万亿元整"),
    ],
)
def test_amounts_as_vouchers_write_them(fen: int, told: str) -> None:
    assert capital_amount(fen) == told


@given(st.integers(0, 10**15))
def test_every_amount_reads_back(fen: int) -> None:
    told = capital_amount(fen)
    assert read_back(told) == fen
    assert "零零" not in told
    assert told.endswith(("整", "分"))


@pytest.mark.parametrize("fen", [-1, FEN_MAX + 1])
def test_amounts_that_cannot_be_written_are_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="大写"):
        capital_amount(fen)


def test_plain_amounts_and_dates() -> None:
    day = dt.date(2026, 10, 31)
    assert plain_amount(123_456_705) == "1,234,567.05"
    assert plain_date(day) == "2026年10月31日"
    assert capital_date(day) == "二〇二六年十月三十一日"
