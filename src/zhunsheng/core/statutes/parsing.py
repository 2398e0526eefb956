"""Published statute texts read into articles, paragraphs and items (条、款、项).

Collections differ in their marks (bold heads, HTML anchors, front matter) and share their faults: an article
that swallows the next ones, even without 第; a section heading that clings to an article; page furniture at
the end. A head is believed inside a line only where its number is the next one, so that a reference to
another article never becomes one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from zhunsheng.core.statutes.numerals import read_number

NUMBER = "[零〇一二两三四五六七八九十百千]+"
HEAD = re.compile(rf"^第({NUMBER})条(?:之({NUMBER}))?[\s　:：]*")
TITLE = rf"第?{NUMBER}[章节][\s　]*[^，。；：\s]{{1,30}}?"
INLINE_HEAD = re.compile(
    rf"(?<=[。；）])[\s　]*(?:{TITLE}){{0,2}}第?({NUMBER})条(?![第之规所的、和至及])[\s　]*"
)
DIVISION = re.compile(rf"^第{NUMBER}(?:编|分编|章|节)[\s　]*[^，。；]{{0,40}}$")
CLINGING = re.compile(rf"(?<=[。；])[\s　]*((?:{TITLE}){{1,2}})$")
ITEM = re.compile(rf"^（({NUMBER})）")
INLINE_ITEM = re.compile(rf"(?<=[：；])（({NUMBER})）")
TAG = re.compile(r"<(?!!--)[^>]*>")
DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
FURNITURE = re.compile(r"(?:【?(?:打印本页|关闭本页|关闭窗口|返回顶部|打印|关闭|分享到)[】：:]?[\s　]*)+$")
IN_FORCE = re.compile(r"(?:自(\d{4}年\d{1,2}月\d{1,2}日)起施行|(\d{4}年\d{1,2}月\d{1,2}日)[\s　]*施行)")


class StatuteError(ValueError):
    """A text that is not a statute, with the reason."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph (款) with its items (项), each item as written."""

    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One article; `branch` is the number after 之, 0 for none."""

    number: int
    branch: int
    division: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        """The whole article, a line for each paragraph and item."""
        return "\n".join(line for p in self.paragraphs for line in (p.text, *p.items) if line)


@dataclass(frozen=True, slots=True)
class ParsedLaw:
    """A statute as its file gives it. `in_force_on` only where the text states the day."""

    name: str
    preamble: tuple[str, ...]
    articles: tuple[ParsedArticle, ...]
    in_force_on: dt.date | None
    last_date: dt.date | None
    findings: tuple[str, ...]


@dataclass(slots=True)
class _Building:
    number: int
    branch: int
    division: str
    lines: list[str] = field(default_factory=list)


def parse_statute(text: str, *, name: str = "") -> ParsedLaw:
    """Read one file. Raises StatuteError when it has no title or no article; other faults are findings."""
    title, division = name, ""
    preamble: list[str] = []
    built: list[_Building] = []
    findings: list[str] = []
    for line in _lines(text):
        if line.startswith("# "):
            title = title or line[2:].strip(" 　")
            continue
        line = line.lstrip("#").strip(" 　")
        if DIVISION.match(line):
            division = re.sub(r"[\s　]+", " ", line)
            continue
        head = HEAD.match(line)
        if head is not None and _follows(built, head):
            built.append(_Building(read_number(head[1]), read_number(head[2]) if head[2] else 0, division))
            line = line[head.end() :]
        if not built:
            preamble.append(line)
            continue
        division = _take(line, built, division, findings)
    if not title:
        raise StatuteError("没有标题")
    if not built:
        raise StatuteError("没有读到任何条文")
    findings += _gaps(built)
    articles = tuple(ParsedArticle(b.number, b.branch, b.division, _paragraphs(b.lines)) for b in built)
    dates = [_date(m[0]) for part in preamble for m in DATE.finditer(part)]
    known = [day for day in dates if day is not None]
    stated = _stated([*preamble, articles[-1].text])
    return ParsedLaw(title, tuple(preamble), articles, stated, max(known, default=None), tuple(findings))


def _lines(text: str) -> Iterator[str]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if text.startswith("---\n") and "\n---\n" in text[3:]:
        text = text[text.index("\n---\n", 3) + 5 :]
    text = TAG.sub("", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    for sign, plain in (("&emsp;", ""), ("&ensp;", ""), ("&nbsp;", " "), ("**", "")):
        text = text.replace(sign, plain)
    for line in text.split("\n"):
        line = line.strip(" 　\t>")
        if line:
            yield line


def _follows(built: list[_Building], head: re.Match[str]) -> bool:
    """A head at the start of a line counts unless it goes back: then it is a quotation."""
    number = read_number(head[1])
    branch = read_number(head[2]) if head[2] else 0
    return not built or (number, branch) > (built[-1].number, built[-1].branch)


def _take(line: str, built: list[_Building], division: str, findings: list[str]) -> str:
    """Add a line to the last article, splitting what clings to it; the division that follows."""
    bare = FURNITURE.sub("", line).rstrip(" 　")
    if bare != line and bare in {"", *"。"}:
        findings.append(f"第 {built[-1].number} 条后有网页文字，已略去")
    elif bare != line:
        findings.append(f"第 {built[-1].number} 条末尾粘连网页文字，已略去")
    while (found := _next_inside(bare, built[-1].number)) is not None:
        built[-1].lines.append(bare[: found.start()])
        findings.append(f"第 {built[-1].number} 条内粘连第 {built[-1].number + 1} 条，已拆开")
        built.append(_Building(built[-1].number + 1, 0, division))
        bare = bare[found.end() :].lstrip(" 　")
    clinging = CLINGING.search(bare)
    if clinging is not None:
        findings.append(f"第 {built[-1].number} 条末尾粘连标题“{clinging[1]}”，已拆开")
        bare, division = bare[: clinging.start()], clinging[1]
    if bare:
        built[-1].lines.append(bare)
    return division


def _next_inside(line: str, number: int) -> re.Match[str] | None:
    return next((m for m in INLINE_HEAD.finditer(line) if read_number(m[1]) == number + 1), None)


def _gaps(built: list[_Building]) -> list[str]:
    return [
        f"第 {before.number} 条之后是第 {after.number} 条，条号不连续"
        for before, after in zip(built, built[1:], strict=False)
        if after.number > before.number + 1
    ]


def _paragraphs(lines: list[str]) -> tuple[Paragraph, ...]:
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        parts = _split_items(line)
        if ITEM.match(parts[0]) and found:
            found[-1][1].extend(parts)
        else:
            found.append((parts[0], parts[1:]))
    return tuple(Paragraph(text, tuple(items)) for text, items in found)


def _split_items(line: str) -> list[str]:
    """Items written on one line are cut where their numbers run 一, 二, 三."""
    cuts, wanted = [], read_number(head[1]) + 1 if (head := ITEM.match(line)) else 1
    for match in INLINE_ITEM.finditer(line):
        if read_number(match[1]) == wanted:
            cuts.append(match.start())
            wanted += 1
    edges = [0, *cuts, len(line)]
    return [line[a:b] for a, b in zip(edges, edges[1:], strict=False)]


def _date(text: str) -> dt.date | None:
    match = DATE.search(text)
    try:
        return dt.date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _stated(texts: list[str]) -> dt.date | None:
    """The last day on which the text says that it is in force."""
    days = [_date(m[1] or m[2]) for text in texts for m in IN_FORCE.finditer(text)]
    return max((day for day in days if day is not None), default=None)
