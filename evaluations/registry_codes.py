"""The registry sample and its dirty rows: every wrong code refused with its reason, no right one refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from zhunsheng.core.identifiers.uscc import CodeRefusal, read


@dataclass(frozen=True)
class CodeResult:
    """`refused_right`: right codes refused. `dirty`: (kind of dirt, fault or OK) → rows."""

    right: int
    refused_right: int
    dirty: Counter[tuple[str, str]]


def evaluate_codes(folder: Path) -> CodeResult:
    """Read every code of both files."""
    good = pl.read_parquet(folder / "registry/enterprises_100k.parquet", columns=["uscc"])["uscc"]
    refused = sum(isinstance(read(code), CodeRefusal) for code in good)
    dirty: Counter[tuple[str, str]] = Counter()
    for row in pl.read_csv(folder / "registry/dirty_rows_1000.csv", infer_schema_length=0).iter_rows(
        named=True
    ):
        told = read(row["uscc"] or "")
        dirty[(row["dirt"], told.fault.value if isinstance(told, CodeRefusal) else "OK")] += 1
    return CodeResult(len(good), refused, dirty)


def section(result: CodeResult) -> str:
    """For the page."""
    rows = [f"| {dirt} | {fault} | {n} |" for (dirt, fault), n in sorted(result.dirty.items())]
    accepted = sum(n for (_, fault), n in result.dirty.items() if fault == "OK")
    told = (
        f"{result.right} codes that pass GB 32100: {result.refused_right} refused. "
        f"{result.dirty.total()} dirty rows: {accepted} accepted."
    )
    head = ["## Registry codes", "", told, "", "| dirt | reason given | rows |", "|---|---|--:|"]
    return "\n".join([*head, *rows, ""])
