"""The registry sample and its dirty rows, imported as a bureau would: wrong codes refused, right ones not."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluations.judged import PACKS

TITLE = "## Registry codes"
PRESET = "registry-sample"
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class CodeResult:
    """`refused_right`: rows with right codes refused. `dirty`: (kind of dirt, reason) → rows.

    `rescued`: kind of dirt → rows whose cure names the right code that stands in another column, of
    `shifted` rows whose date column holds 18 characters.
    """

    right: int
    refused_right: int
    accepted_dirty: int
    dirty: Counter[tuple[str, str]]
    rescued: int
    shifted: int


def evaluate_codes(folder: Path) -> CodeResult:
    """Import both files into a home of their own that is thrown away afterwards."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        shutil.copytree(ROOT / "packs", home / "packs")
        shutil.copy(PACKS / "registry/preset.yaml", home / "packs/presets/registry-sample.yaml")
        errors = home / "errors.csv"
        wrong = _import(home, folder / "registry/dirty_rows_1000.csv", "--errors", str(errors))
        right = _import(home, folder / "registry/enterprises_100k.parquet")
        with errors.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    shifted = [row for row in rows if row["dirt"] == "mojibake_shifted" and len(row["reg_date"]) == 18]
    return CodeResult(
        right["accepted"],
        right["rejected"],
        wrong["accepted"],
        Counter((row["dirt"], _reason(row["错误"])) for row in rows),
        sum(row["reg_date"] in row["错误"] for row in shifted),
        len(shifted),
    )


def _import(home: Path, file: Path, *words: str) -> dict[str, Any]:
    command = [str(Path(sys.executable).with_name("zhunsheng")), "--home", str(home / "data")]
    command += ["import", "subjects", str(file), "--preset", PRESET, "--json", *words]
    environment = {**os.environ, "ZHUNSHENG_PACKS": str(home / "packs")}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in {0, 3}:
        raise RuntimeError(f"{file.name}: {done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _reason(errors: str) -> str:
    """The reason about the code, without what is particular to the row."""
    told = next(part for part in errors.split("；") if part.startswith("subject"))
    return told.split("：", 1)[1].split("，", 1)[0]


def section(result: CodeResult) -> str:
    """For the page."""
    rows = [f"| {dirt} | {reason} | {n} |" for (dirt, reason), n in sorted(result.dirty.items())]
    told = (
        f"Imported with `zhunsheng import subjects` through `evaluations/packs/registry`. {result.right} "
        f"rows with codes that pass GB 32100 taken, {result.refused_right} refused. "
        f"{result.dirty.total() + result.accepted_dirty} dirty rows: {result.accepted_dirty} taken. "
        f"Of {result.shifted} rows whose columns have shifted and whose date column holds 18 characters, "
        f"the cure names that code in {result.rescued}."
    )
    head = [TITLE, "", told, "", "| dirt | reason given | rows |", "|---|---|--:|"]
    return "\n".join([*head, *rows, ""])
