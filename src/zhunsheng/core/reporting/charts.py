"""One description, one drawing: a table of counts as bars of shares or as a matrix, in SVG without script.

The same drawing serves print and page. On a page each mark is a link into the list that it counts, with its
value in words; print leaves the links out. Colours are attributes, which a page's sheet may override by
class. Nothing is told by colour alone: the table itself stands beside each chart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

from zhunsheng.core.reporting.tables import MASKED, Counts

FILLS = ("#2f6fb0", "#7fb2dd", "#e8a33d", "#b3372f", "#7a6ca8")
WIDTH, LABEL, ROW, BAR = 640, 150, 30, 20
ROWS_MAX = 24
NAME_CHARACTERS_MAX = 11
INKS = ("#222222", "#ffffff")

# (name of a row, name of a column) → the address of the list that the number counts.
Leads = Callable[[str, str], str]


def bars(told: Counts, *, family: str = "sans-serif", leads: Leads | None = None, unit: str = "户") -> str:
    """Each row as a bar of shares with its total; masked rows stay empty; rows beyond are cut.

    Where `leads` gives no address, a mark is no link. `unit` is what the numbers count.
    """
    rows = told.rows[:ROWS_MAX]
    height = ROW * (len(rows) + 1) + 10
    parts = [_head(told.title, height, family, leads)]
    x = LABEL
    for number, name in enumerate(told.columns):
        parts.append(f'<rect class="c{number}" x="{x}" y="6" width="14" height="14" fill="{_fill(number)}"/>')
        parts.append(f'<text x="{x + 20}" y="18">{escape(name)}</text>')
        x += 34 + 15 * len(name)
    for number, (name, values) in enumerate(rows, 1):
        parts += ["<g>", *_row(ROW * number + 6, told, name, values, (leads, unit)), "</g>"]
    return "".join([*parts, "</svg>"])


def _head(title: str, height: int, family: str, leads: Leads | None = None) -> str:
    """A drawing with links in it is a group, because what is inside a picture is not read out."""
    role = "img" if leads is None else "group"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bars" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="{role}" aria-label={quoteattr(title)} '
        f'font-family={quoteattr(family)} font-size="13" fill="#222222">'
    )


def _name(y: int, name: str) -> str:
    shown = name if len(name) <= NAME_CHARACTERS_MAX else name[: NAME_CHARACTERS_MAX - 1] + "…"
    return f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(shown)}</text>'


def _row(
    y: int, told: Counts, name: str, values: tuple[int, ...], said: tuple[Leads | None, str]
) -> list[str]:
    leads, unit = said
    parts = [_name(y, name)]
    if MASKED in values:
        return [*parts, f'<text x="{LABEL}" y="{y + 15}">（户数过少，不显示）</text>']
    total, room, x = sum(values), WIDTH - LABEL - 70, LABEL * 1000
    hints = []
    for number, value in enumerate(values):
        width = 0 if total == 0 else room * 1000 * value // total
        if width:
            place = f'x="{_thousandths(x)}" y="{y}" width="{_thousandths(width)}" height="{BAR}"'
            mark = f'<rect class="c{number}" {place} fill="{_fill(number)}"/>'
            words = f"{name} {told.columns[number]}：{value} {unit}，占 {_percent(value, total)}"
            parts.append(_linked(mark, words, leads and leads(name, told.columns[number]), number))
            if leads:
                hints.append(_hint(y, words, number))
        x += width
    return [*parts, *hints, f'<text x="{WIDTH - 62}" y="{y + 15}">{total}</text>']


def _linked(mark: str, words: str, address: str | None, number: int) -> str:
    if not address:
        return mark
    label = quoteattr(words)
    link = f'<a class="mark m{number}" href={quoteattr(address)} aria-label={label}>'
    return f"{link}<title>{escape(words)}</title>{mark}</a>"


def _hint(y: int, words: str, number: int) -> str:
    """The value in words, which a page's sheet shows while its mark is under the pointer or has the focus."""
    place = f'x="{LABEL + 6}" y="{y + 15}" visibility="hidden"'
    return f'<text class="hint-value v{number}" {place} aria-hidden="true">{escape(words)}</text>'


def matrix(told: Counts, *, family: str = "sans-serif", leads: Leads | None = None) -> str:
    """Each number in a cell, the darker the larger its share of its row; '＊' where it is masked."""
    wide = (WIDTH - LABEL - 10) // max(1, len(told.columns))
    rows = told.rows[:ROWS_MAX]
    parts = [_head(told.title, ROW * (len(rows) + 1) + 10, family, leads)]
    parts += [
        f'<text x="{LABEL + wide * n + wide // 2}" y="21" text-anchor="middle">{escape(column)}</text>'
        for n, column in enumerate(told.columns)
    ]
    for number, (name, values) in enumerate(rows, 1):
        y, total = ROW * number + 6, sum(max(0, value) for value in values)
        parts.append(_name(y, name))
        for n, value in enumerate(values):
            share = 0 if total == 0 else max(0, value) * 1000 // total
            words = f"{name} → {told.columns[n]}：{value} 户，占 {_percent(value, total)}"
            cell = _cell(LABEL + wide * n, y, wide, ("＊" if value == MASKED else str(value), share))
            address = leads(name, told.columns[n]) if leads and value > 0 else None
            parts.append(_linked(cell, words, address, n))
    return "".join([*parts, "</svg>"])


def _cell(x: int, y: int, wide: int, told: tuple[str, int]) -> str:
    text, share = told
    ink = INKS[share >= 500]
    place = f'x="{x}" y="{y - 3}" width="{wide}" height="{ROW - 4}"'
    box = f'<rect class="cell" {place} fill="#ffffff" stroke="#767676"/>'
    shade = f'<rect class="shade" {place} fill="{_fill(0)}" fill-opacity="{_shade(share)}"/>'
    middle = f'x="{x + wide // 2}" y="{y + 15}" text-anchor="middle" fill="{ink}"'
    return f"{box}{shade}<text {middle}>{text}</text>"


def _shade(share: int) -> str:
    """Light below a half so that dark figures are read on it, full from a half on so that white ones are."""
    return "1" if share >= 500 else _thousandths(share)


def _percent(value: int, total: int) -> str:
    return "—" if total <= 0 else f"{value * 1000 // total / 10:.1f}%"


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
