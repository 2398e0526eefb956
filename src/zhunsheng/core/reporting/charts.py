"""One description, one drawing: a table of counts as bars of shares, in SVG without script or style.

Colours are attributes, which a page's sheet may override by class. Nothing is told by colour alone: the table
itself stands beside each chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from zhunsheng.core.reporting.tables import MASKED, Counts

FILLS = ("#2f6fb0", "#7fb2dd", "#e8a33d", "#b3372f", "#7a6ca8")
WIDTH, LABEL, ROW, BAR = 640, 150, 30, 20
ROWS_MAX = 24
NAME_CHARACTERS_MAX = 11


def bars(told: Counts, *, family: str = "sans-serif") -> str:
    """Each row as a bar of shares with its total; masked rows stay empty; rows beyond are cut."""
    rows = told.rows[:ROWS_MAX]
    height = ROW * (len(rows) + 1) + 10
    parts = [_head(told.title, height, family)]
    x = LABEL
    for number, name in enumerate(told.columns):
        parts.append(f'<rect class="c{number}" x="{x}" y="6" width="14" height="14" fill="{_fill(number)}"/>')
        parts.append(f'<text x="{x + 20}" y="18">{escape(name)}</text>')
        x += 34 + 15 * len(name)
    for number, (name, values) in enumerate(rows, 1):
        parts += _row(ROW * number + 6, name, values)
    return "".join([*parts, "</svg>"])


def _head(title: str, height: int, family: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bars" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label={quoteattr(title)} '
        f'font-family={quoteattr(family)} font-size="13" fill="#222222">'
    )


def _row(y: int, name: str, values: tuple[int, ...]) -> list[str]:
    shown = name if len(name) <= NAME_CHARACTERS_MAX else name[: NAME_CHARACTERS_MAX - 1] + "…"
    parts = [f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(shown)}</text>']
    if MASKED in values:
        return [*parts, f'<text x="{LABEL}" y="{y + 15}">（户数过少，不显示）</text>']
    total, room, x = sum(values), WIDTH - LABEL - 70, LABEL * 1000
    for number, value in enumerate(values):
        width = 0 if total == 0 else room * 1000 * value // total
        if width:
            place = f'x="{_thousandths(x)}" y="{y}" width="{_thousandths(width)}" height="{BAR}"'
            parts.append(f'<rect class="c{number}" {place} fill="{_fill(number)}"/>')
        x += width
    return [*parts, f'<text x="{WIDTH - 62}" y="{y + 15}">{total}</text>']


def curve(title: str, points: Sequence[tuple[int, int]], now: int, *, family: str = "sans-serif") -> str:
    """Counts over the values of a line, joined in order; the value in force is a square and is named."""
    room, high, base = WIDTH - LABEL - 40, 180, 210
    most = max((count for _, count in points), default=0) or 1
    step = room // max(1, len(points) - 1)
    places = [(LABEL + step * n, base - high * count // most) for n, (_, count) in enumerate(points)]
    way = " ".join(f"{x},{y}" for x, y in places)
    parts = [
        _head(title, base + 40, family),
        f'<polyline fill="none" stroke="{_fill(0)}" stroke-width="2" points="{way}"/>',
        f'<line x1="{LABEL}" y1="{base}" x2="{LABEL + room}" y2="{base}" stroke="#767676"/>',
    ]
    for (x, y), (value, count) in zip(places, points, strict=True):
        mark = f'<circle cx="{x}" cy="{y}" r="5" fill="{_fill(0)}"/>'
        if value == now:
            mark = f'<rect x="{x - 6}" y="{y - 6}" width="12" height="12" fill="{_fill(3)}"/>'
        word = f"{value}（现行）" if value == now else str(value)
        parts += [mark, f'<text x="{x}" y="{y - 12}" text-anchor="middle">{count}</text>']
        parts.append(f'<text x="{x}" y="{base + 20}" text-anchor="middle">{word}</text>')
    return "".join([*parts, "</svg>"])


def _thousandths(number: int) -> str:
    return f"{number // 1000}.{number % 1000:03d}"


def _fill(number: int) -> str:
    return FILLS[number % len(FILLS)]
