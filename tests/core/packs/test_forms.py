"""A form says what the definition says: read and written back, nothing differs; faults stand at theirs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from tools.bootstrap import ROOT
from zhunsheng.core.packs.findings import read_policy
from zhunsheng.core.packs.forms import FieldKind, fields_of, filled, place_of
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.proof import prove_pack
from zhunsheng.engine.packfiles import pack_from, read_documents, read_text

GENERAL = list(read_documents(ROOT / "packs" / "general"))
POLICY = read_policy(
    yaml.safe_load((ROOT / "packs" / "policy" / "forbidden_features.yaml").read_text(encoding="utf-8"))
)
DEFINITIONS: list[Document] = [
    *(point for _name, document in GENERAL for point in document.get("points", ())),
    *(document for _name, document in GENERAL if document.get("schema") == "zhunsheng.indicator/1"),
]
T09 = next(node for node in DEFINITIONS if node["id"] == "T09-1")
LINE = "yellow.all.0.at_least"


def other(kind: FieldKind, text: str) -> str:
    """A text of the same kind that says something else."""
    match kind:
        case FieldKind.FLAG:
            return "false" if text == "true" else "true"
        case FieldKind.NUMBER:
            return str(int(text) + 1)
        case FieldKind.POINTS:
            return f"{text}.5" if text.lstrip("-").isdigit() else "7"
        case FieldKind.WINDOW:
            return "months 5" if text != "months 5" else "all"
        case FieldKind.NUMBERS:
            return f"{text}\n7"
        case FieldKind.DAY:
            return "2031-01-02"
    return f"{text}\n别的" if kind is FieldKind.TEXTS else f"{text}别的"


@pytest.mark.parametrize("node", DEFINITIONS, ids=lambda node: str(node["id"]))
def test_every_shipped_definition_comes_back_as_it_was(node: Document) -> None:
    fields = fields_of(node)
    assert len({field.place for field in fields}) == len(fields)
    before = deepcopy(node)
    for field in fields:
        changed, errors = filled(node, {field.place: other(field.kind, field.text)})
        assert not errors and changed != node, field.place
        there = {f.place: f.text for f in fields_of(changed)}
        assert there == {f.place: f.text for f in fields} | {
            field.place: other(field.kind, field.text).strip()
        }
        back, errors = filled(changed, {f.place: f.text.replace("\n", "\r\n") for f in fields})
        assert (back, errors) == (before, {}), "as a browser sends it back"
        assert repr(back) == repr(dict(before)), "a number is no flag and no text, and the order stays"
    assert node == before, "the definition in hand stays as it is"


@pytest.mark.parametrize("node", DEFINITIONS, ids=lambda node: str(node["id"]))
def test_the_text_and_the_form_are_one(node: Document) -> None:
    written = yaml.safe_dump(dict(node), allow_unicode=True, sort_keys=False)
    ((_name, read),) = read_text("draft", written)
    assert read == node and fields_of(read) == fields_of(node)


def test_what_cannot_be_read_is_told_at_its_field_and_the_rest_is_taken() -> None:
    told, errors = filled(T09, {LINE: "三", "clear_at_percent": "70", "name_zh": "新名", "not.there": "1"})
    assert errors == {LINE: "请写整数"}
    assert (told["clear_at_percent"], told["name_zh"]) == (70, "新名")
    assert told["yellow"]["all"][0]["at_least"] == 3 and set(told) == set(T09)
    for wrong in ("", "3.5", "1e3", "٣", "9" * 40):
        assert filled(T09, {LINE: wrong})[1] == {LINE: "请写整数"}
    assert filled(T09, {"yellow.all.0.where.credible": "maybe"})[1]


def places(change: dict[str, Any]) -> set[tuple[str, str]]:
    """(check, place) of what the proof finds about T09-1 with these parts changed."""
    node = {**deepcopy(dict(T09)), **change}
    documents = [
        (
            name,
            {**d, "points": [node if p["id"] == "T09-1" else p for p in d["points"]]} if "points" in d else d,
        )
        for name, d in GENERAL
    ]
    found = prove_pack(*pack_from(documents), POLICY)
    return {(f.check, place_of(node, f.path)) for f in found if f.path.startswith("T09-1")}


def test_a_finding_stands_at_the_field_that_it_is_about() -> None:
    wrong = deepcopy(T09["yellow"])
    wrong["all"][0]["count"] = "NO_SUCH_FACT"
    assert ("UNKNOWN_KIND", "yellow.all.0") in places({"yellow": wrong})
    name = next(iter(POLICY.kinds))
    wrong["all"][0] = {"count": name, "window": {"days": 30}, "at_least": 3}
    assert ("FORBIDDEN", "yellow.all.0") in places({"yellow": wrong}), "a forbidden feature, at its own part"
    assert ("NO_BASIS", "basis") in places({"basis": []})


def test_places_that_the_proof_names_otherwise() -> None:
    assert place_of(T09, "T09-1.clear[0]") == "clear_at_percent"
    assert place_of(T09, "T09-1") == "" and place_of(T09, "T09-1.unless") == ""
    turned = {"id": "X", "unless": {"not": {"any": [{"count": "A"}, {"count": "B"}]}}}
    assert place_of(turned, "X.unless[1]") == "unless.not.any.1"
