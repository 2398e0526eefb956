"""The shipped catalogue is proved, published and complete; each fault of a template is found."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from zhunsheng.core.documents.catalogue import Catalogue, UnknownTemplateError, read_catalogue
from zhunsheng.core.documents.checking import check_catalogue, sample_content
from zhunsheng.core.documents.composing import lines_of
from zhunsheng.core.documents.schema import document_schema
from zhunsheng.core.documents.template import read_template
from zhunsheng.core.messages import MessagePolicy
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.documentfiles import open_catalogue
from zhunsheng.engine.library import open_library
from zhunsheng.engine.packfiles import read_documents

PACKS = Path(__file__).resolve().parents[3] / "packs"
SHIPPED = list(read_documents(PACKS / "documents"))
VALIDATOR = Draft202012Validator(document_schema())
WORDED = {
    *("reminder", "self_check", "touch_assessment", "correction_order", "guidance", "no_filing_notice"),
    *("no_penalty_decision", "repair_notice", "inspection_notice", "inspection_record", "inspection_result"),
    *("service_receipt", "correction_notice", "address_confirmation"),
}
KITE = """
schema: zhunsheng.document/1
id: kite
version: "1"
name_zh: 纸鸢放飞通知
group: KITES
serial: 鸢
fields:
  place: {type: LINE, name_zh: 地点}
  fee: {type: MONEY, name_zh: 费用, required: false}
  rules: {type: LAW, name_zh: 规定}
body:
- to: "{recipient}"
- p: 请到{place}。
- p: 费用{fee}。
  when: fee
- clauses: rules
- seal: true
sample: {place: 柳汀, fee: 1250, rules: [{law: 纸鸢办法, article: '2(1)'}]}
"""


def kite(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = yaml.safe_load(KITE)
    return body | changes


def catalogue(*documents: dict[str, Any]) -> Catalogue:
    rest = [
        pair for pair in SHIPPED if pair[1]["schema"] not in {"zhunsheng.document/1", "zhunsheng.bundles/1"}
    ]
    return read_catalogue([*rest, *(("kite.yaml", document) for document in documents)])


def faults(document: dict[str, Any]) -> set[str]:
    clocks = set(open_library(PACKS).clocks.book.rows)
    return {f.check for f in check_catalogue(catalogue(document), clocks) if f.path.startswith("kite")}


def test_the_shipped_catalogue_is_without_fault() -> None:
    told = open_catalogue(PACKS)
    assert check_catalogue(told, set(open_library(PACKS).clocks.book.rows)) == []
    assert {kind for kind, template in told.templates.items() if template.worded} == WORDED
    assert len(told.templates) > 100


@pytest.mark.parametrize(("name", "document"), SHIPPED, ids=[f"{n}:{d.get('id')}" for n, d in SHIPPED])
def test_every_shipped_file_follows_the_published_schema(name: str, document: dict[str, Any]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"body": [{"p": "请到{plaec}。"}]}, "UNKNOWN_FIELD"),
        ({"body": [{"p": "费用{fee}。"}, {"p": "{place}"}, {"clauses": "rules"}]}, "BLANK_MAY_BE_EMPTY"),
        ({"body": [{"p": "{place:bold}"}]}, "UNKNOWN_STYLE"),
        ({"body": [{"items": "place"}]}, "WRONG_FIELD"),
        ({"body": [{"p": "放飞"}]}, "UNUSED_FIELD"),
        ({"sample": {}}, "NO_SAMPLE"),
        ({"sample": {"fee": 1}}, "SAMPLE_FAILS"),
        ({"sample": {"place": "柳汀", "rules": [], "wind": "东"}}, "SAMPLE_FAILS"),
        ({"clocks": {"served": ["kite.clock"]}}, "UNKNOWN_CLOCK"),
        ({"automatic": True}, "AUTOMATIC_REVIEW"),
        ({"serial": ""}, "NO_SERIAL"),
    ],
)
def test_a_planted_fault_is_found(change: dict[str, Any], check: str) -> None:
    assert faults(kite()) == set()
    assert check in faults(kite(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"place": {"type": "PLACE", "name_zh": "地点"}}},
        {"fields": {"organ": {"type": "LINE", "name_zh": "机关"}}},
        {"fields": {"answer": {"type": "CHOICE", "name_zh": "答", "choices": {True: "是"}}}},
        {"body": [{"p": "甲", "h": "乙"}]},
        {"body": [{"q": "甲"}]},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_read_is_refused_by_reader_and_schema(change: dict[str, Any]) -> None:
    with pytest.raises(PackError):
        read_template(kite(**change), "kite.yaml")
    if change != {
        "fields": {"organ": {"type": "LINE", "name_zh": "机关"}}
    }:  # names of the frame: the reader only
        refused = copy.deepcopy(kite(**change))
        assert list(VALIDATOR.iter_errors(refused)) or any(
            True in f.get("choices", {}) for f in refused["fields"].values()
        )


def test_a_bureau_adds_wording_to_an_entry_without_code() -> None:
    entry = {"id": "kite", "version": "0", "name_zh": "纸鸢放飞通知", "group": "KITES", "serial": "鸢"}
    fields = {"place": {"type": "LINE", "name_zh": "地点"}, "height": {"type": "NUMBER", "name_zh": "高度"}}
    entries = {"schema": "zhunsheng.document-entries/1", "entries": [entry | {"fields": fields}]}
    assert not catalogue(entries).template("kite").worded
    told = catalogue(entries, kite())
    assert told.template("kite").worded
    clocks = set(open_library(PACKS).clocks.book.rows)
    assert [f.text_zh for f in check_catalogue(told, clocks) if f.check == "FIELD_LEFT_OUT"] == [
        "正文没有目录中的字段 height"
    ]
    with pytest.raises(PackError, match="写了两次"):
        catalogue(kite(), kite())


def test_an_unknown_kind_names_its_neighbours() -> None:
    with pytest.raises(UnknownTemplateError, match="correction_order"):
        open_catalogue(PACKS).template("correction")


def test_the_reminder_says_nothing_that_a_message_may_not_say() -> None:
    library = open_library(PACKS)
    assert isinstance(library.message_policy, MessagePolicy)
    for kind in ("reminder", "self_check"):
        text = "\n".join(lines_of(sample_content(open_catalogue(PACKS).template(kind))))
        assert [word for word in library.message_policy.forbidden if word in text] == []


def test_numbers_are_written_by_organ_year_and_type() -> None:
    told = open_catalogue(PACKS)
    assert told.serial("980100", "责改", 2026, 7) == "云汀市监责改〔2026〕7号"
