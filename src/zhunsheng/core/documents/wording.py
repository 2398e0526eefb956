"""A bureau's own wording of a catalogue entry: parts as a person edits them, what is wrong, what differs.

Parts are the blocks of a template and nothing else; a part of several lines is written a line each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from zhunsheng.core.documents.checking import check_template, sample_content
from zhunsheng.core.documents.composing import Content, lacking
from zhunsheng.core.documents.template import (
    FRAME,
    OF_A_FIELD,
    TEMPLATE,
    WRITTEN_AS,
    BlockKind,
    Template,
    read_template,
)
from zhunsheng.core.packs.findings import Severity
from zhunsheng.core.packs.nodes import PackError

PARTS_MAX, TEXT_MAX = 80, 4_000
BAR = "|"
WHOLE = ""


class WordingError(ValueError):
    """A part that cannot be read; the text says which and how it is written."""


@dataclass(frozen=True, slots=True)
class Part:
    """One block as it is edited. `kind` is the key of the template (p, h, items …).

    `text`: for `table` a line a row, label | text | field that must have a value (may be left out); for
    `signatures` a label a line; for `items` and `clauses` the name of the field; for `seal` nothing.
    """

    kind: str
    text: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and where: `part-3`, `f-facts` (a value of the sample), or the whole.

    What does not `hinder` is only told.
    """

    place: str
    text: str
    hinders: bool = True


def parts_of(body: Sequence[Mapping[str, Any]]) -> list[Part]:
    """The body of a template as parts."""
    return [_part(block) for block in body]


def _part(block: Mapping[str, Any]) -> Part:
    kind = next(key for key in WRITTEN_AS if key in block)
    value, when = block[kind], str(block.get("when", ""))
    match WRITTEN_AS[kind]:
        case BlockKind.TABLE:
            rows = (
                f" {BAR} ".join(filter(None, (row["label"], row["text"], row.get("when", ""))))
                for row in value
            )
            return Part(kind, "\n".join(rows), when)
        case BlockKind.SIGNATURES:
            return Part(kind, "\n".join(map(str, value)), when)
        case BlockKind.SEAL:
            return Part(kind, "", when)
        case _:
            return Part(kind, str(value), when)


def body_of(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The body of a template from parts; empty ones are left out. WordingError names the part by number."""
    if len(parts) > PARTS_MAX or any(len(part.text) > TEXT_MAX for part in parts):
        raise WordingError(f"正文不超过 {PARTS_MAX} 段，每段不超过 {TEXT_MAX} 字")
    told = []
    for number, part in enumerate(parts, 1):
        if part.kind not in WRITTEN_AS:
            raise WordingError(f"第 {number} 段：没有这种段落")
        if part.text.strip() or WRITTEN_AS[part.kind] is BlockKind.SEAL:
            told.append({part.kind: _value(part, number), **({"when": part.when} if part.when else {})})
    return told


def _value(part: Part, number: int) -> Any:
    lines = [line.strip() for line in part.text.splitlines() if line.strip()]
    match WRITTEN_AS[part.kind]:
        case BlockKind.TABLE:
            return [_row(line, number) for line in lines]
        case BlockKind.SIGNATURES:
            return lines
        case BlockKind.SEAL:
            return True
        case _:
            return part.text.strip().replace("\r\n", "\n")


def _row(line: str, number: int) -> dict[str, str]:
    cells = [cell.strip() for cell in line.split(BAR)]
    if not 2 <= len(cells) <= 3 or not all(cells):
        raise WordingError(
            f"第 {number} 段：表格一行一格，写成“栏目 {BAR} 内容”，可再加“{BAR} 有值才写的字段”"
        )
    return dict(zip(("label", "text", "when"), cells, strict=False))


def worded(
    base: Template, version: str, body: Sequence[Mapping[str, Any]], sample: Mapping[str, Any]
) -> dict[str, Any]:
    """The template document of a wording: fields, number and clocks of the entry, body and sample its own."""
    kept = {
        k: v for k, v in base.document.items() if k not in {"schema", "version", "body", "sample", "source"}
    }
    return {"schema": TEMPLATE, **kept, "version": version, "body": list(body), "sample": dict(sample)}


def faults(template: Template, clocks: set[str]) -> Iterator[Fault]:
    """What is wrong with a wording, each at its place; nothing hindering means that it can be handed in."""
    if not template.worded:
        yield Fault(WHOLE, "还没有正文，请至少写一段")
        return
    absent = lacking(template, template.sample)
    names = {told.name_zh: name for name, told in template.fields.items()}
    yield from (Fault(f"f-{names[name]}", f"样例缺少必填字段“{name}”") for name in absent)
    head = f"{template.id}.body["
    for finding in check_template(template, clocks):
        # What is absent from sample or text is said below in words of the field.
        if finding.check == "UNUSED_FIELD" or (absent and finding.check in {"NO_SAMPLE", "SAMPLE_FAILS"}):
            continue
        place = WHOLE
        if finding.path.startswith(head):
            place = f"part-{int(finding.path[len(head) :].rstrip(']')) + 1}"
        yield Fault(
            place, f"{finding.text_zh}；{finding.cure_zh}", hinders=finding.severity is Severity.ERROR
        )
    used = {name for block in template.blocks for name, _style, _when in block.blanks()}
    for name, told in template.fields.items():
        if name not in used:
            need = "必填" if told.required else "可不填的"
            text = f"正文没有写{need}字段“{told.name_zh}”，请插入 {{{name}}}"
            yield Fault(WHOLE, text, hinders=told.required)


def places_of(template: Template, characters: str) -> list[str]:
    """Where these characters stand: parts of the body, values of the sample, or nowhere that can be told."""
    parts = parts_of(template.document.get("body", ()))
    wanted = set(characters)
    told = [f"part-{n}" for n, part in enumerate(parts, 1) if wanted & set(part.text)]
    told += [f"f-{name}" for name, value in template.sample.items() if wanted & set(str(value))]
    return told or [WHOLE]


def preview(template: Template) -> Content | None:
    """The wording with its own sample; None while it cannot be composed."""
    try:
        return sample_content(template)
    except (ValueError, KeyError, LookupError, AttributeError):
        return None


def read_wording(document: Mapping[str, Any]) -> Template:
    """The template of a wording; WordingError says what cannot be read."""
    try:
        return read_template(document, "wording")
    except PackError as error:
        raise WordingError(str(error)) from error


def outline(template: Template) -> list[tuple[str, str]]:
    """(kind, text) of every part, a row or label each: what two versions are compared by."""
    told: list[tuple[str, str]] = []
    for part in parts_of(template.document.get("body", ())):
        when = f"（{part.when}）" if part.when else ""
        told += [(part.kind, f"{line}{when}") for line in part.text.splitlines() or [""]]
    return told


Line = tuple[str, str]


def compared(old: Template, new: Template) -> Iterator[tuple[Line | None, Line | None, bool]]:
    """Two wordings beside each other, line by line: (old, new, whether they are the same)."""
    left, right = outline(old), outline(new)
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for at in range(max(b - a, d - c)):
            yield (
                left[a + at] if a + at < b else None,
                right[c + at] if c + at < d else None,
                tag == "equal",
            )


def insertable(template: Template, kind: str) -> dict[str, str]:
    """Name → words of what may be inserted into a part of this kind."""
    if WRITTEN_AS.get(kind) in OF_A_FIELD:
        wanted = "LIST" if kind == "items" else "LAW"
        return {n: f.name_zh for n, f in template.fields.items() if f.type.value == wanted}
    return {n: f.name_zh for n, f in template.fields.items()} | dict(FRAME)
