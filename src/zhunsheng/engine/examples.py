"""Examples of a pack tried by the plain interpreter: what each expects, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.examples import Example, read_examples, wrong_in
from zhunsheng.core.packs.lines import Named
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.reference import judge


def tried(pack: Pack, contracts: ContractSet, documents: Sequence[Named]) -> list[dict[str, Any]]:
    """One row an example: id, name_zh, passes, why_zh. One that cannot be read fails with its reason."""
    try:
        examples = read_examples(documents, contracts)
    except PackError as error:
        return [{"id": error.path, "name_zh": "", "passes": False, "why_zh": error.message_zh}]
    return [_row(pack, example) for example in examples]


def _row(pack: Pack, example: Example) -> dict[str, Any]:
    subject = example.facts[0].subject if example.facts else ""
    told = judge(pack, subject, example.facts, (), example.as_of, example.as_of)
    shown = {(r.point, r.object): r.colour.value for r in told.points}
    words = [
        f"{point}{f'（{thing}）' if thing else ''} 应为 {due}，实为 {is_}"
        for point, thing, due, is_ in wrong_in(example.colours, shown)
    ]
    if example.points is not None and told.models[0].score != example.points:
        words.append(f"分值应为 {example.points} 百分之一分，实为 {told.models[0].score}")
    return {"id": example.id, "name_zh": example.name_zh, "passes": not words, "why_zh": "；".join(words)}
