"""The published schema accepts every shipped file and refuses what the reader refuses."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from zhunsheng.core.contracts import ContractError, ContractSet, parse_contracts
from zhunsheng.core.packs.load import assemble
from zhunsheng.core.packs.schema import pack_schema
from zhunsheng.engine.packfiles import RULE_SCHEMAS, read_documents

GENERAL = Path(__file__).resolve().parents[3] / "packs" / "general"
VALIDATOR = Draft202012Validator(pack_schema())
HEAD = {"schema": "zhunsheng.pack/1", "id": "p", "version": "1", "name_zh": "包"}
FAULTS = ["drop", "rename", 2.5, "x", [], {}]
REFUSALS = (ValueError, KeyError, TypeError, AttributeError, ContractError)
SHIPPED = [
    (name, document)
    for name, document in read_documents(GENERAL)
    if "kinds" in document or document.get("schema") in RULE_SCHEMAS
]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(pack_schema())


@pytest.mark.parametrize(("name", "document"), SHIPPED, ids=[name for name, _ in SHIPPED])
def test_every_shipped_file_is_valid(name: str, document: dict[str, Any]) -> None:
    assert [e.message for e in VALIDATOR.iter_errors(document)] == [], name


def read(document: dict[str, Any]) -> None:
    """Read one document as the reader would, with just enough around it to stand."""
    if "kinds" in document:
        parse_contracts(document, where="x")
        return
    around: list[tuple[str, dict[str, Any]]]
    around = [] if document.get("schema") == HEAD["schema"] else [("pack.yaml", HEAD)]
    if document.get("schema") == "zhunsheng.indicator/1":
        model: dict[str, object] = {
            "schema": "zhunsheng.model/1",
            "id": document["model"],
            "name_zh": "x",
            "families": [],
        }
        rest: dict[str, object] = {
            "cut_offs": [],
            "sufficiency": {"min_permille": 0, "insufficient_class": ""},
        }
        around.append(("m", {**model, **rest}))
    assemble([*around, ("x", document)], ContractSet())


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places(node[key])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SHIPPED), st.integers(0, 10_000), st.sampled_from(["drop", "rename", 2.5, "x", [], {}])
)
def test_what_the_reader_refuses_the_schema_refuses(
    shipped: tuple[str, dict[str, Any]], where: int, fault: Any
) -> None:
    document = copy.deepcopy(shipped[1])
    found = [(n, k) for n, k in places(document)]
    node, key = found[where % len(found)]
    if fault == "drop":
        del node[key]
    elif fault == "rename" and isinstance(node, dict):
        node[f"{key}x"] = node.pop(key)
    else:
        node[key] = fault
    points = document.get("points")
    unique = (
        [p["id"] for p in points if isinstance(p, dict) and "id" in p] if isinstance(points, list) else []
    )
    if len({str(name) for name in unique}) != len(unique):
        return  # ids that stand twice are no matter of one file's structure
    try:
        read(document)
    except REFUSALS as error:
        if "dedupe" in str(error) or "同一模型中没有指标" in str(error):
            return  # a name that another part of the file, or another file, must declare
        assert not VALIDATOR.is_valid(document), f"{shipped[0]}: {error}"
