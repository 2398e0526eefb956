"""Right codes are read, wrong ones refused with reason and cure."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zhunsheng.core.identifiers.surrogate import is_surrogate, surrogate
from zhunsheng.core.identifiers.uscc import (
    ALPHABET,
    CodeRefusal,
    Fault,
    Uscc,
    check_character,
    make,
    old_number_checks,
    read,
)

EIGHT = st.text(st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"), min_size=8, max_size=8)
CODES = st.builds(make, st.sampled_from(["91", "92", "93"]), st.sampled_from(["980102", "980121"]), EIGHT)


@pytest.mark.parametrize(
    "code",
    [
        "91980102MA100A1B2U",
        "91980103MA200C2D2N",
        "92980102MA400G4H2X",
        "91980103MA800Q8R47",
        "91980104MA030B2C02",
        "92980103MA900T9U5K",
    ],
)
def test_the_story_subjects_have_right_codes(code: str) -> None:
    assert read(code) == Uscc(code)


@pytest.mark.parametrize(
    ("text", "fault", "suggestion"),
    [
        ("", Fault.EMPTY, ""),
        ("  ", Fault.EMPTY, ""),
        ("91980102MA100A1B2", Fault.LENGTH, ""),
        ("云汀市中山路 1 号", Fault.NOT_A_CODE, ""),
        ("91980102MA100A1B20", Fault.CHECK, ""),
        ("9198O102MA100A1B2U", Fault.ALPHABET, "91980102MA100A1B2U"),
        ("91980102MA100A182U", Fault.CHECK, "91980102MA100A1B2U"),
        ("980102000000017", Fault.OLD_REGISTRATION_NUMBER, ""),
        ("9801020000001", Fault.OLDER_NUMBER, ""),
    ],
)
def test_wrong_codes_are_refused_with_their_reason(text: str, fault: Fault, suggestion: str) -> None:
    refusal = read(text)
    assert isinstance(refusal, CodeRefusal)
    assert (refusal.fault, refusal.suggestion) == (fault, suggestion)
    assert refusal.reason_zh and refusal.cure_zh


def test_width_case_and_spaces_are_put_right_and_reported() -> None:
    assert read(" ９１980102ma100a1b2u ") == Uscc("91980102MA100A1B2U", normalised=True)


@given(CODES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_caught(code: str, place: int, other: str) -> None:
    """Weights are powers of 3, a primitive root of 31: none is 0, so one change always shows."""
    assume(code[place] != other)
    assert isinstance(read(code[:place] + other + code[place + 1 :]), CodeRefusal)


@given(CODES, st.integers(0, 16))
def test_every_swap_of_neighbours_is_caught(code: str, place: int) -> None:
    """Neighbouring weights differ modulo 31, so a swap of different characters always shows."""
    assume(code[place] != code[place + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert isinstance(read(swapped), CodeRefusal)


@given(CODES)
def test_what_is_made_is_read(code: str) -> None:
    told = read(code)
    assert isinstance(told, Uscc)
    assert told.division == code[2:8]


def test_the_old_number_has_a_check_digit() -> None:
    right = [n for n in range(10) if old_number_checks(f"98010200000001{n}")]
    assert len(right) == 1


@given(st.integers(1, 999_999_999))
def test_a_surrogate_is_never_a_credit_code(serial: int) -> None:
    ours = surrogate("980102", serial)
    assert is_surrogate(ours)
    assert isinstance(read(ours), CodeRefusal)
    assert not is_surrogate(ours[:-1] + ("0" if ours[-1] != "0" else "1"))


def test_a_wrong_organisation_check_is_told_but_not_refused() -> None:
    right = make("91", "980102", "MA100A1B")
    seventeen = right[:16] + ("1" if right[16] != "1" else "2")
    told = read(seventeen + check_character(seventeen))
    assert isinstance(told, Uscc)
    assert told.doubt_zh
