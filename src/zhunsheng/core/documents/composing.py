"""A template, values and clauses become content: one description of the page, for PDF, Word and the hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.documents.amounts import capital_date, plain_date
from zhunsheng.core.documents.clauses import Clause, clause_key
from zhunsheng.core.documents.fields import FieldError, FieldType, accept, written
from zhunsheng.core.documents.template import (
    BLANK,
    OF_A_FIELD,
    Block,
    BlockKind,
    Template,
    canonical_hash,
)

CONTENT = "zhunsheng.document-content/1"
Content = dict[str, Any]


class IncompleteError(ValueError):
    """Required fields without a value, or a template without wording."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a document knows besides its fields. A draft has no serial and no day of issue yet."""

    organ: str
    contact: str
    recipient: str
    recipient_code: str = ""
    serial: str = ""
    issued_on: dt.date | None = None
    acted_on: dt.date | None = None
    original: str = ""
    rights: str = ""

    def words(self, name: str, style: str) -> str:
        """The value as it is written; empty when there is none."""
        value = getattr(self, name)
        if isinstance(value, dt.date):
            return capital_date(value) if style == "capital" else plain_date(value)
        return str(value or "")


def accepted(template: Template, values: Mapping[str, object]) -> dict[str, Any]:
    """The values as they are stored. FieldError for unknown fields and what a field cannot hold."""
    unknown = sorted(set(values) - template.fields.keys())
    if unknown:
        raise FieldError(f"{template.name_zh}没有这些字段：{'、'.join(unknown)}")
    present = {name: value for name, value in values.items() if value not in ("", None, [], ())}
    return {name: accept(template.fields[name], value) for name, value in present.items()}


def lacking(template: Template, values: Mapping[str, Any]) -> list[str]:
    """Names of required fields without a value, as people read them."""
    return [f.name_zh for name, f in template.fields.items() if f.required and name not in values]


def laws_of(template: Template, values: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """Every {law, article} that the values refer to, once, in order."""
    found: dict[str, Mapping[str, str]] = {}
    for name, told in template.fields.items():
        if told.type is FieldType.LAW:
            found |= {clause_key(one): one for one in values.get(name, ())}
    return list(found.values())


def compose(
    template: Template, values: Mapping[str, Any], clauses: Mapping[str, Clause], frame: Frame
) -> Content:
    """The content of a document from accepted values; IncompleteError when something is lacking."""
    if not template.worded:
        raise IncompleteError(f"{template.name_zh}：目录中只有字段，本局尚未填写正文（文书 → 文书正文）")
    absent = lacking(template, values)
    if absent:
        raise IncompleteError(f"{template.name_zh}：还缺 {'、'.join(absent)}")
    filling = _Filling(template, values, clauses, frame)
    return {
        "schema": CONTENT,
        "kind": template.id,
        "version": template.version,
        "template_hash": template.content_hash,
        "title": template.name_zh,
        "form": template.form,
        "organ": frame.organ,
        "serial": frame.serial,
        "issued_on": frame.issued_on.isoformat() if frame.issued_on else "",
        "recipient": {"name": frame.recipient, "code": frame.recipient_code},
        "values": dict(values),
        "blocks": [told for block in template.blocks for told in filling.block(block)],
    }


def content_hash(content: Content) -> str:
    """SHA-256 of the content in canonical JSON. The pages are drawn from it, so they add nothing to it."""
    return canonical_hash(content)


@dataclass(frozen=True, slots=True)
class _Filling:
    template: Template
    values: Mapping[str, Any]
    clauses: Mapping[str, Clause]
    frame: Frame

    def there(self, name: str) -> bool:
        """Whether a field or frame name has a value."""
        if name in self.template.fields:
            return name in self.values
        return bool(getattr(self.frame, name))

    def words(self, name: str, style: str) -> str:
        """What stands in place of a blank."""
        if name not in self.template.fields:
            return self.frame.words(name, style)
        if name not in self.values:
            return ""
        return written(self.template.fields[name], self.values[name], self.clauses, style)

    def fill(self, text: str) -> str:
        """A text with its blanks filled."""
        return BLANK.sub(lambda found: self.words(found[1], found[2] or ""), text)

    def block(self, block: Block) -> Iterator[dict[str, Any]]:
        """The parts that a block becomes: none when its condition has no value."""
        if block.when and not self.there(block.when):
            return
        if block.kind in OF_A_FIELD:
            yield from self._of_field(block)
        elif block.kind is BlockKind.TABLE:
            rows = [[r.label, self.fill(r.text)] for r in block.rows if not r.when or self.there(r.when)]
            yield {"kind": block.kind.value, "rows": rows}
        elif block.kind is BlockKind.SIGNATURES:
            yield {"kind": block.kind.value, "labels": list(block.labels)}
        elif block.kind is BlockKind.SEAL:
            day = self.frame.issued_on
            yield {
                "kind": block.kind.value,
                "organ": self.frame.organ,
                "date": capital_date(day) if day else "",
            }
        else:
            for line in self.fill(block.text).split("\n"):
                if line.strip():
                    yield {"kind": block.kind.value, "text": line.strip()}

    def _of_field(self, block: Block) -> Iterator[dict[str, Any]]:
        value = self.values.get(block.text)
        if not value:
            return
        if block.kind is BlockKind.ITEMS:
            yield {"kind": block.kind.value, "items": list(value)}
            return
        told = [self.clauses[clause_key(one)] for one in value]
        yield {"kind": block.kind.value, "clauses": [clause.as_json() for clause in told]}


def lines_of(content: Content) -> list[str]:
    """The content as lines of plain text, for reading, comparing and checking glyphs."""
    told = [content["title"], *([content["serial"]] if content["serial"] else [])]
    for block in content["blocks"]:
        match block["kind"]:
            case "TABLE":
                told += [f"{label}：{text}" for label, text in block["rows"]]
            case "ITEMS":
                told += [f"{number}. {item}" for number, item in enumerate(block["items"], 1)]
            case "CLAUSES":
                told += [f"{c['words']}：{c['text'] or c['missing_zh']}" for c in block["clauses"]]
            case "SIGNATURES":
                told += [f"{label}：" for label in block["labels"]]
            case "SEAL":
                told += [block["organ"], block["date"]]
            case _:
                told.append(block["text"])
    return [line for line in told if line]
