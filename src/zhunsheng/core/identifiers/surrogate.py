"""Identities of our own for shops that lawfully have no credit code.

`ZR` + six digits of division + nine digits + check character, 18 characters in all. It cannot be taken for a
credit code: R follows Z, and Z is not in that alphabet.
"""

from __future__ import annotations

from zhunsheng.core.identifiers.uscc import ALPHABET

PREFIX = "ZR"
LENGTH = 18
SERIAL_MAX = 999_999_999


def _check(body: str) -> str:
    total = sum(int(digit) * pow(3, place, 31) for place, digit in enumerate(body, start=1))
    return ALPHABET[(31 - total % 31) % 31]


def surrogate(division: str, serial: int) -> str:
    """The identity with this serial number in a division; serials are gap-free per division."""
    if len(division) != 6 or not division.isdigit() or not 0 < serial <= SERIAL_MAX:
        raise ValueError(f"{division} / {serial}")
    body = f"{division}{serial:09d}"
    return f"{PREFIX}{body}{_check(body)}"


def is_surrogate(text: str) -> bool:
    """Whether a text is one of our own identities, check character included."""
    body = text[2:-1]
    return text.startswith(PREFIX) and len(text) == LENGTH and body.isdigit() and _check(body) == text[-1]
