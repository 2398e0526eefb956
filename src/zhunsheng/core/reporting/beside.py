"""Two versions over the same days, counted side by side: what both touch, and what only one of them does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from zhunsheng.core.clock import day_of
from zhunsheng.core.reporting.impact import Hit

# (day, item, station) → (touches of one, of the other, only of the one, only of the other).
Beside = Mapping[tuple[date, str, str], tuple[int, int, int, int]]


def beside(one: Sequence[Hit], other: Sequence[Hit], first: int, end: int) -> Beside:
    """Touches of [first, end), epoch seconds; the same when day, business, point, thing and colour are."""
    told: dict[tuple[date, str, str], list[int]] = {}
    mine, theirs = (
        Counter(
            (day_of(h.at), h.item, h.profile.station, h.subject, h.point, h.object, h.colour)
            for h in hits
            if first <= h.at < end
        )
        for hits in (one, other)
    )
    for place, of in enumerate((mine, theirs, mine - theirs, theirs - mine)):
        for (day, item, unit, *_who), number in of.items():
            told.setdefault((day, item, unit), [0, 0, 0, 0])[place] += number
    return {key: (a, b, c, d) for key, (a, b, c, d) in told.items()}
