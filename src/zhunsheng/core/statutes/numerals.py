"""Numbers of articles as statutes write them: 第一千二百六十条, 第八十八条之一."""

from __future__ import annotations

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1_000}


def read_number(text: str) -> int:
    """The value of a Chinese or Arabic numeral below ten thousand; ValueError for anything else."""
    if text.isascii() and text.isdigit():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in UNITS:
            total += (digit or 1) * UNITS[sign]
            digit = 0
        else:
            raise ValueError(f"{text!r} 不是数字")
    if not text:
        raise ValueError("没有数字")
    return total + digit


def write_number(number: int) -> str:
    """The numeral as statutes write it, below ten thousand."""
    signs, told, gap = "零一二三四五六七八九", "", False
    for unit, value in (("千", 1_000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, value)
        if digit:
            ten = unit == "十" and digit == 1 and not told
            told += ("零" if gap and told else "") + ("" if ten else signs[digit]) + unit
        gap = not digit
    return told or signs[0]
