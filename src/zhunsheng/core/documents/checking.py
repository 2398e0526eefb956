"""Static proof of the catalogue before a document is written with it: every fault with its cure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from zhunsheng.core.documents.catalogue import Catalogue
from zhunsheng.core.documents.clauses import Clause, citation_words, clause_key
from zhunsheng.core.documents.composing import Content, Frame, accepted, compose, laws_of
from zhunsheng.core.documents.fields import FieldError, FieldType
from zhunsheng.core.documents.template import BLANK, OF_A_FIELD, BlockKind, Template
from zhunsheng.core.packs.findings import Finding, Severity

SAMPLE_FRAME = Frame(
    organ="云汀市市场监督管理局",
    contact="0900-12345",
    recipient="云汀市汀前区样例商行",
    recipient_code="99980100MA0SAMPLE0",
    serial="云汀市监样例〔2026〕1号",
    issued_on=dt.date(2026, 6, 30),
    acted_on=dt.date(2026, 6, 1),
    original="云汀市监样例〔2026〕0号",
    rights="在告知的期限内申请救济",
)
STRAY = re.compile(r"[{}]")
FIELD_OF_BLOCK = {BlockKind.ITEMS: FieldType.LIST, BlockKind.CLAUSES: FieldType.LAW}


def check_catalogue(catalogue: Catalogue, clocks: set[str]) -> list[Finding]:
    """All findings; `clocks` are the keys of packs/deadlines."""
    found = [f for template in catalogue.templates.values() for f in check_template(template, clocks)]
    for rule in catalogue.bundles:
        unknown = [kind for kind in (rule.kind, *rule.needs) if kind not in catalogue.templates]
        found += [
            _error("UNKNOWN_DOCUMENT", f"bundles:{rule.kind}", f"没有文书 {kind}", "改用目录中的编号")
            for kind in unknown
        ]
    for method in catalogue.services.methods.values():
        if method.clock and method.clock not in clocks:
            found.append(_no_clock(f"services:{method.method}", method.clock))
    return [*found, *_left_out(catalogue)]


def sample_content(template: Template) -> Content:
    """The template filled with its own sample, clauses without text; raises what composing raises."""
    values = accepted(template, template.sample)
    clauses = {
        clause_key(one): Clause(
            one["law"], one["article"], citation_words(one["law"], one["article"]), "", None, "（条文）"
        )
        for one in laws_of(template, values)
    }
    return compose(template, values, clauses, SAMPLE_FRAME)


def check_template(template: Template, clocks: set[str]) -> Iterator[Finding]:
    """Findings of one template or entry; `clocks` are the keys of packs/deadlines."""
    path = template.id
    for clock in (template.serve_clock, *template.served_clocks, *template.told_clocks):
        if clock and clock not in clocks:
            yield _no_clock(path, clock)
    if template.automatic and template.review:
        yield _error(
            "AUTOMATIC_REVIEW", path, "自动签发的文书写了 review", "写明 review: false，或者去掉 automatic"
        )
    if not template.serial:
        yield _error("NO_SERIAL", path, "没有文号类型", "写明 serial")
    if not template.worded:
        return
    blanks = list(_check_blanks(template))
    yield from blanks
    if any(finding.check == "UNKNOWN_FIELD" for finding in blanks):
        return
    if not template.sample:
        yield _error("NO_SAMPLE", path, "没有样例", "写 sample，给出每个必填字段的值")
        return
    try:
        sample_content(template)
    except (FieldError, ValueError) as error:
        yield _error("SAMPLE_FAILS", path, f"样例不能成文：{error}", "改正样例或者字段")


def _check_blanks(template: Template) -> Iterator[Finding]:
    used: set[str] = set()
    for number, block in enumerate(template.blocks):
        path = f"{template.id}.body[{number}]"
        for when in {block.when, *(row.when for row in block.rows)} - {""}:
            if when not in template.known():
                yield _unknown(path, when, template)
            used.add(when)
        for name, style, when in block.blanks():
            used.add(name)
            if name not in template.known():
                yield _unknown(path, name, template)
            elif name in template.optional() and when != name and block.kind not in OF_A_FIELD:
                yield _error("BLANK_MAY_BE_EMPTY", path, f"{name} 可能没有内容", f"给这一段写 when: {name}")
            if style and style != "capital":
                yield _error("UNKNOWN_STYLE", path, f"不认识的写法 {style}", "可用：capital（日期大写）")
        if any(STRAY.search(BLANK.sub("", text)) for text in (block.text, *(r.text for r in block.rows))):
            cure = f"空格写成 {{名称}}，可用：{'、'.join(sorted(template.known()))}"
            yield _error("STRAY_BRACE", path, "花括号里不是字段", cure)
        wanted = FIELD_OF_BLOCK.get(block.kind)
        told = template.fields.get(block.text)
        if wanted is not None and told is not None and told.type is not wanted:
            yield _error("WRONG_FIELD", path, f"{block.text} 不是 {wanted}", "改用这一类型的字段")
    for name in sorted(set(template.fields) - used):
        yield Finding(
            Severity.WARNING, "UNUSED_FIELD", template.id, f"字段 {name} 没有用到", "删去，或者写进正文"
        )


def _unknown(path: str, name: str, template: Template) -> Finding:
    return _error("UNKNOWN_FIELD", path, f"没有字段 {name}", f"可用：{'、'.join(sorted(template.known()))}")


def _no_clock(path: str, clock: str) -> Finding:
    return _error("UNKNOWN_CLOCK", path, f"没有期限 {clock}", "见 packs/deadlines")


def _error(check: str, path: str, text: str, cure: str) -> Finding:
    return Finding(Severity.ERROR, check, path, text, cure)


def _left_out(catalogue: Catalogue) -> Iterator[Finding]:
    """Wording without a field of its catalogue entry: the record would be poorer than the list says."""
    for kind, entry in catalogue.entries.items():
        gone = sorted(set(entry.fields) - set(catalogue.templates[kind].fields))
        if gone:
            text = f"正文没有目录中的字段 {'、'.join(gone)}"
            yield Finding(Severity.WARNING, "FIELD_LEFT_OUT", kind, text, "补上字段，或者改目录")
