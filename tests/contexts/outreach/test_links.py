"""Signed links: short, bound to kind and day, and only in the one spelling that was handed out."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.outreach.links import LinkError, read, sign

MADE = dt.datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)
WEEK = 7


@given(st.integers(0, 2**40))
def test_what_is_signed_can_be_read_until_the_last_day(number: int) -> None:
    token = sign("touch", number, at=MADE)
    last = dt.datetime(2026, 7, 7, 23, 59, tzinfo=SHANGHAI)
    assert read(token, "touch", at=last, days_max=WEEK) == number
    with pytest.raises(LinkError):
        read(token, "touch", at=last + dt.timedelta(minutes=1), days_max=WEEK)


def test_a_token_fits_a_short_message() -> None:
    assert len(sign("touch", 9_999_999, at=MADE)) <= 30


def test_another_kind_another_number_or_another_day_is_refused() -> None:
    number, day, digest = sign("touch", 41, at=MADE).split("-", 2)
    for forged in (
        sign("visit", 41, at=MADE),
        f"{int(number, 36) + 1}-{day}-{digest}",
        f"{number}-{day[:-1]}z-{digest}",
        f"{number}-{day}-{digest[:-1]}",
        f"0{number}-{day}-{digest}",
        f"+{number}-{day}-{digest}",
        f" {number}-{day}-{digest}",
        f"{number}-{day}-",
        "",
        "-",
        "１-1-x",
        "z" * 5_000,
    ):
        with pytest.raises(LinkError):
            read(forged, "touch", at=MADE, days_max=WEEK)


@given(st.data())
def test_one_changed_letter_is_refused(data: st.DataObject) -> None:
    token = sign("touch", 12_345, at=MADE)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters().filter(lambda c: c != token[place]))
    with pytest.raises(LinkError):
        read(token[:place] + letter + token[place + 1 :], "touch", at=MADE, days_max=WEEK)
