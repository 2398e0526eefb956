"""Examples of a pack: facts and what they must come to, written as data beside the rules that they test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.core.contracts import ContractSet, check_payload
from zhunsheng.core.facts import Fact
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import PackError

SCHEMA, SUBJECT = "zhunsheng.example/1", "EXAMPLE"
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """One case. `colours`: (point, object) → what it must show; `points`: hundredths, or None for any.

    `as_of` and the instants of facts are epoch seconds; a bare day is its beginning in Asia/Shanghai.
    """

    id: str
    name_zh: str
    as_of: int
    facts: tuple[Fact, ...]
    colours: Mapping[Place, str]
    points: int | None


def read_examples(documents: Iterable[tuple[str, Document]], contracts: ContractSet) -> list[Example]:
    """Every example among the documents, in order; PackError where a fact does not keep its contract."""
    told = [_read(name, d, contracts) for name, d in documents if d.get("schema") == SCHEMA]
    twice = sorted({one.id for one in told if sum(other.id == one.id for other in told) > 1})
    if twice:
        raise PackError(SCHEMA, f"示例编号重复：{'、'.join(twice)}")
    return told


def _read(where: str, document: Mapping[str, Any], contracts: ContractSet) -> Example:
    try:
        expected = document["expect"]
        rows = expected.get("points", ())
        colours = {(str(row["point"]), str(row.get("object", ""))): str(row["colour"]) for row in rows}
        score = expected.get("score_hundredths")
        facts = tuple(_fact(where, n, row, contracts) for n, row in enumerate(document["facts"], start=1))
        if not colours and score is None:
            raise PackError(where, "示例须写明应有的触线或分值")
        return Example(
            str(document["id"]),
            str(document["name_zh"]),
            _at(document["as_of"]),
            facts,
            colours,
            None if score is None else int(score),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackError(where, f"示例写得不完整：{error}") from error


def _fact(where: str, number: int, row: Mapping[str, Any], contracts: ContractSet) -> Fact:
    contract = contracts.get(str(row["kind"]))
    if contract is None:
        raise PackError(where, f"没有这种事实：{row['kind']}")
    told = row.get("payload", {})
    payload = {name: v if isinstance(v, bool | int) else str(v) for name, v in told.items()}
    if refusals := check_payload(contract, payload):
        raise PackError(where, f"第 {number} 条事实：{refusals[0].field} {refusals[0].reason_zh}")
    at = _at(row["at"])
    return Fact(
        f"example-{number}", contract.kind, SUBJECT, at, at, number, str(row.get("object", "")), payload
    )


def _at(told: object) -> int:
    return instant(datetime.fromisoformat(str(told)).replace(tzinfo=SHANGHAI))


def wrong_in(expected: Mapping[Place, str], shown: Mapping[Place, str]) -> list[tuple[str, str, str, str]]:
    """(point, object, expected, shown) of every place that shows something else."""
    return [
        (point, thing, colour, shown.get((point, thing), "NONE"))
        for (point, thing), colour in sorted(expected.items())
        if shown.get((point, thing), "NONE") != colour
    ]
