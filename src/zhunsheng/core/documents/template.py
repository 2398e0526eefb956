"""A document template: fields, numbering, review, clocks, and the blocks of its text. All of it is data."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from zhunsheng.core.documents.fields import Field, read_field
from zhunsheng.core.packs.nodes import PackError, as_mapping, only_keys

TEMPLATE, ENTRIES = "zhunsheng.document/1", "zhunsheng.document-entries/1"
BLANK = re.compile(r"\{([a-z_]+)(?::([a-z]+))?\}")
HEAD_KEYS = {
    *("id", "version", "name_zh", "name_en", "group", "serial", "review", "serve", "automatic", "corrects"),
    *("clocks", "fields", "status", "source", "form"),
}
TEMPLATE_KEYS = HEAD_KEYS | {"schema", "body", "sample"}
CLOCK_KEYS = {"serve", "served", "told"}
# What every document knows without a field of its own.
FRAME: Mapping[str, str] = {
    "recipient": "当事人",
    "recipient_code": "当事人的代码",
    "organ": "机关名称",
    "contact": "联系方式",
    "serial": "文号",
    "issued_on": "成文日期",
    "acted_on": "行为发生之日",
    "original": "被更正文书的文号",
    "rights": "救济途径和期限（由 clocks.told 写出）",
}
# Not there for every document; a block that shows them says `when`.
FRAME_OPTIONAL = frozenset({"recipient_code", "original", "rights"})


class BlockKind(StrEnum):
    """What a part of the text is; one description for PDF and Word."""

    ADDRESSEE = "ADDRESSEE"
    PARAGRAPH = "PARAGRAPH"
    HEADING = "HEADING"
    ITEMS = "ITEMS"
    CLAUSES = "CLAUSES"
    TABLE = "TABLE"
    SEAL = "SEAL"
    SIGNATURES = "SIGNATURES"
    NOTE = "NOTE"


WRITTEN_AS = {
    "to": BlockKind.ADDRESSEE,
    "p": BlockKind.PARAGRAPH,
    "h": BlockKind.HEADING,
    "items": BlockKind.ITEMS,
    "clauses": BlockKind.CLAUSES,
    "table": BlockKind.TABLE,
    "seal": BlockKind.SEAL,
    "signatures": BlockKind.SIGNATURES,
    "note": BlockKind.NOTE,
}
OF_A_FIELD = frozenset({BlockKind.ITEMS, BlockKind.CLAUSES})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a form: label and text, shown when the field named by `when` has a value."""

    label: str
    text: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the text. `text` has blanks; for ITEMS and CLAUSES it is the name of the field."""

    kind: BlockKind
    text: str = ""
    when: str = ""
    rows: tuple[Row, ...] = ()
    labels: tuple[str, ...] = ()

    def blanks(self) -> Iterator[tuple[str, str, str]]:
        """(name, style, when) of every blank."""
        if self.kind in OF_A_FIELD:
            yield self.text, "", self.when
        else:
            yield from ((name, style, self.when) for name, style in BLANK.findall(self.text))
        for row in self.rows:
            yield from ((name, style, row.when or self.when) for name, style in BLANK.findall(row.text))


@dataclass(frozen=True, slots=True)
class Template:
    """One version of one kind of document. Without body it is an entry of the catalogue: no wording yet.

    `serial` is the type in its number, empty for documents without one. `review`: another person looks at
    it first. `serve`: it goes to the addressee. `automatic`: the software may issue it (never a decision).
    `serve_clock` runs from the issue, `served_clocks` from the service; the text tells the reader of
    `told_clocks`. `form` is its number in a published set of forms.
    """

    id: str
    version: str
    name_zh: str
    name_en: str
    group: str
    serial: str
    review: bool
    serve: bool
    automatic: bool
    corrects: bool
    serve_clock: str
    served_clocks: tuple[str, ...]
    told_clocks: tuple[str, ...]
    fields: Mapping[str, Field]
    blocks: tuple[Block, ...]
    sample: Mapping[str, Any]
    form: str
    content_hash: str
    document: Mapping[str, Any] = field(repr=False, compare=False, default_factory=dict)

    @property
    def worded(self) -> bool:
        """Whether there is a text to fill."""
        return bool(self.blocks)

    def known(self) -> set[str]:
        """Every name a blank may use."""
        return {*self.fields, *FRAME}

    def optional(self) -> set[str]:
        """Names that may have no value."""
        return {name for name, told in self.fields.items() if not told.required} | FRAME_OPTIONAL


def read_template(body: Mapping[str, Any], path: str) -> Template:
    """One template or entry; PackError with path and cure."""
    only_keys(body, TEMPLATE_KEYS, path)
    missing = sorted({"id", "version", "name_zh", "group"} - body.keys())
    if missing:
        raise PackError(path, f"缺少 {missing}")
    where = f"{path}:{body['id']}"
    clocks = as_mapping(body.get("clocks", {}), f"{where}.clocks")
    only_keys(clocks, CLOCK_KEYS, f"{where}.clocks")
    fields = {
        str(name): read_field(str(name), as_mapping(told, where), f"{where}.fields.{name}")
        for name, told in as_mapping(body.get("fields", {}), f"{where}.fields").items()
    }
    shadowed = sorted(set(fields) & FRAME.keys())
    if shadowed:
        raise PackError(f"{where}.fields", f"{shadowed} 由系统填写，不能另设字段")
    parts = body.get("body", [])
    return Template(
        str(body["id"]),
        str(body["version"]),
        str(body["name_zh"]),
        str(body.get("name_en", "")),
        str(body["group"]),
        str(body.get("serial", "")),
        bool(body.get("review", True)),
        bool(body.get("serve", True)),
        bool(body.get("automatic", False)),
        bool(body.get("corrects", False)),
        str(clocks.get("serve", "")),
        tuple(str(key) for key in clocks.get("served", ())),
        tuple(str(key) for key in clocks.get("told", ())),
        fields,
        tuple(_block(as_mapping(part, where), f"{where}.body[{i}]") for i, part in enumerate(parts)),
        as_mapping(body.get("sample", {}), f"{where}.sample"),
        str(body.get("form", "")),
        canonical_hash(dict(body)),
        body,
    )


def _block(body: Mapping[str, Any], path: str) -> Block:
    found = [key for key in WRITTEN_AS if key in body]
    if len(found) != 1:
        raise PackError(path, f"每一段写且只写 {sorted(WRITTEN_AS)} 之一")
    only_keys(body, {found[0], "when"}, path)
    kind, value, when = WRITTEN_AS[found[0]], body[found[0]], str(body.get("when", ""))
    match kind:
        case BlockKind.TABLE:
            rows = tuple(_row(as_mapping(row, path), path) for row in value)
            return Block(kind, when=when, rows=rows)
        case BlockKind.SIGNATURES:
            return Block(kind, when=when, labels=tuple(str(label) for label in value))
        case BlockKind.SEAL:
            return Block(kind, "{organ}", when)
        case _:
            return Block(kind, str(value), when)


def _row(body: Mapping[str, Any], path: str) -> Row:
    only_keys(body, {"label", "text", "when"}, path)
    return Row(str(body["label"]), str(body["text"]), str(body.get("when", "")))


def canonical_hash(value: object) -> str:
    """SHA-256 over sorted JSON without spaces: the same for the same content, wherever it is computed."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def canonical_bytes(value: object) -> bytes:
    """The bytes that are hashed. Dates are written as text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()
