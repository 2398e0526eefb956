"""How pages are looked at: language, theme and size of the screen.

What a browser shows does not depend on the database: in a whole run each database takes one half of the ways
(tests/halves.py), so that together they take all. A run by hand takes all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tests.halves import half

View = TypeVar("View")
PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
WIDE = {"width": 1920, "height": 1080}
LOOKS = [("zh-hans", "light"), ("zh-hans", "dark"), ("en", "light"), ("en", "dark")]
VIEWS = [
    (("zh-hans", "light"), SCREEN),
    (("en", "dark"), WIDE),
    (("zh-hans", "dark"), PHONE),
    (("en", "light"), PHONE),
]
HALVES = ((0, 3), (1, 2))


def shared_out(views: Sequence[View]) -> list[View]:
    """Those of this run; halves of four differ in everything within themselves."""
    mine = half()
    return [view for n, view in enumerate(views) if mine is None or n % 4 in HALVES[mine]]
