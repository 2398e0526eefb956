"""One-time codes are those of the standard, and each is good once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from zhunsheng.foundation.accounts import totp

SECRET = b"12345678901234567890"
LONGER = {"sha1": SECRET, "sha256": (SECRET * 2)[:32], "sha512": (SECRET * 4)[:64]}


@pytest.mark.parametrize(
    ("seconds", "sha1", "sha256", "sha512"),
    [
        (59, "94287082", "46119246", "90693936"),
        (1111111109, "07081804", "68084774", "25091201"),
        (1111111111, "14050471", "67062674", "99943326"),
        (1234567890, "89005924", "91819424", "93441116"),
        (2000000000, "69279037", "90698825", "38618901"),
        (20000000000, "65353130", "77737706", "47863826"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, sha1: str, sha256: str, sha512: str) -> None:
    step = seconds // totp.STEP_SECONDS
    told = {name: totp.code_at(key, step, digits=8, algorithm=name) for name, key in LONGER.items()}
    assert told == {"sha1": sha1, "sha256": sha256, "sha512": sha512}


def test_a_code_is_good_for_its_step_and_its_neighbours_and_only_once() -> None:
    at = datetime(2026, 6, 30, tzinfo=UTC)
    now = int(at.timestamp()) // 30
    codes = {drift: totp.code_at(SECRET, now + drift) for drift in (-2, -1, 0, 1, 2)}
    good = {d for d, code in codes.items() if totp.step_of(SECRET, code, at, after_step=0) is not None}
    assert good == {-1, 0, 1}
    assert totp.step_of(SECRET, codes[0], at, after_step=now) is None
    assert totp.step_of(SECRET, codes[-1], at, after_step=now) is None
    assert totp.step_of(SECRET, codes[1], at, after_step=now) == now + 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345"])
def test_what_is_no_code_is_refused(code: str) -> None:
    assert totp.step_of(SECRET, code, datetime(2026, 6, 30, tzinfo=UTC), after_step=0) is None
