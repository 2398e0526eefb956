"""A form says what the definition says: read and written back, nothing differs; faults stand at theirs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.bootstrap import ROOT
from zhunsheng.core.packs.findings import read_policy
from zhunsheng.core.packs.forms import FieldKind, fields_of, filled, place_of, renamed
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


WINDOWS = st.one_of(
    st.sampled_from(["all", {"calendar": "YEAR"}, {"since": {"fact": "A", "where": {"flag": True}}}]),
    st.builds(lambda unit, n: {unit: n}, st.sampled_from(["days", "hours", "months"]), st.integers(1, 900)),
    st.builds(lambda n, m: {"days": n, "ending_days_before": m}, st.integers(1, 99), st.integers(1, 99)),
)
FILTERS = st.dictionaries(
    st.sampled_from(["flag", "state", "@occurred", "a.b"]),
    st.one_of(
        st.booleans(),
        st.sampled_from(["", "甲", " # x", "a: b", "行\n行", "'", "- 1", "true", "3"]),
        st.lists(st.sampled_from(["X", "Y", 3]), min_size=1, max_size=3),
        st.builds(lambda n: {"at_least": n}, st.integers()),
    ),
    max_size=2,
)
COMPARED = st.builds(
    lambda op, kind, where, window, sign, line: {op: kind, "where": where, "window": window, sign: line},
    st.sampled_from(["count", "sum", "objects", "latest"]),
    st.sampled_from(["A", "A.n", ["A", "B"]]),
    FILTERS,
    WINDOWS,
    st.sampled_from(["at_least", "less_than"]),
    st.integers(-99, 10**12),
)
CONDITIONS = st.one_of(
    COMPARED,
    st.builds(
        lambda join, parts: {join: parts}, st.sampled_from(["all", "any"]), st.lists(COMPARED, max_size=2)
    ),
    st.builds(lambda part: {"not": {"any": [part, part]}}, COMPARED),
)


@given(CONDITIONS, st.integers(0, 10**9))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_generated_definition_comes_back_as_it_was(condition: Document, seed: int) -> None:
    node = {"id": "X", "name_zh": "甲", "yellow": condition, "basis": [], "points": "1.5"}
    fields = fields_of(node)
    asis = {f.place: f.text.replace("\n", "\r\n") for f in fields}
    assert filled(node, asis) == (node, {}) and repr(filled(node, asis)[0]) == repr(node)
    field = fields[seed % len(fields)]
    changed, errors = filled(node, {field.place: other(field.kind, field.text)})
    assert not errors and changed != node
    back, _ = filled(changed, asis)
    assert back == node and repr(back) == repr(node)


def test_a_key_is_renamed_only_among_its_kind() -> None:
    assert list(renamed(T09, LINE, "more_than")["yellow"]["all"][0])[-1] == "more_than"
    assert "any" in renamed(T09, "yellow.all", "any")["yellow"]
    for place, key in ((LINE, "count"), (LINE, "x"), ("id", "at_least"), ("nope.x", "any"), (LINE, "window")):
        assert renamed(T09, place, key) == T09


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
