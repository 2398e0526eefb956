"""Amounts and dates as official documents write them: 人民币壹仟贰佰元整, 二〇二六年六月三十日.

Source of the capital amounts: the rules on filling in bills and settlement vouchers (票据填写规定).
"""

from __future__ import annotations

import datetime as dt

from zhunsheng.core.statutes.numerals import write_number

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("仟", "佰", "拾", "")
FEN_MAX = 10**18 - 1


def capital_amount(fen: int) -> str:
    """An amount of 分 in capital characters, without the currency; ValueError below zero or beyond 万亿."""
    if not 0 <= fen <= FEN_MAX:
        raise ValueError(f"{fen} 分不能写成大写金额")
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    told = f"{_integer(yuan)}元" if yuan else ""
    if jiao:
        told += f"{DIGITS[jiao]}角"
    elif cents and yuan:
        told += DIGITS[0]
    if cents:
        return f"{told}{DIGITS[cents]}分"
    return f"{told or '零元'}整"


def _integer(number: int) -> str:
    """Sections of four digits; what stands above 亿 is read like a number of its own. A gap is one 零."""
    above, rest = divmod(number, 100_000_000)
    told = f"{_integer(above)}亿" if above else ""
    tens, ones = divmod(rest, 10_000)
    if tens:
        told += (DIGITS[0] if told and tens < 1_000 else "") + _section(tens) + "万"
    if ones:
        told += (DIGITS[0] if told and (ones < 1_000 or not tens) else "") + _section(ones)
    return told


def _section(number: int) -> str:
    told, gap = "", False
    for place, unit in enumerate(PLACES):
        digit = number // 10 ** (3 - place) % 10
        if digit:
            told += (DIGITS[0] if gap else "") + DIGITS[digit] + unit
        gap = not digit and bool(told)
    return told


def plain_amount(fen: int) -> str:
    """Yuan with two decimals and separators: 120000 → 1,200.00."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def plain_date(day: dt.date) -> str:
    """2026年6月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def capital_date(day: dt.date) -> str:
    """二〇二六年六月三十日."""
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in f"{day.year:04d}")
    return f"{year}年{write_number(day.month)}月{write_number(day.day)}日"
