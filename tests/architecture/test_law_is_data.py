"""No law in Python: what a bureau answers for stands in packs, where it has a source and dates."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import zhunsheng
from tests.architecture import floors
from tests.architecture.law import law_in_code
from zhunsheng.core.statutes.references import read_records
from zhunsheng.engine.packfiles import read_documents

PACKAGE = Path(zhunsheng.__file__).parent
PACKS = PACKAGE.parent.parent / "packs"
STATUTES = sorted(
    {
        name
        for record in read_records(read_documents(PACKS / "statutes")).values()
        for name in (record.law, record.full_name)
    }
)
# The invented city tells of invented acts; it decides nothing.
STORY_TELLERS = ("zhunsheng.demo",)


def test_no_law_in_python() -> None:
    assert STATUTES
    found = [
        complaint
        for name, tree in floors.modules_below(PACKAGE)
        if not name.startswith(STORY_TELLERS)
        for complaint in law_in_code(name, tree, STATUTES)
    ]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        'BASIS = "行政处罚法第三十三条"',
        'def why():\n    return f"依照第 85 条，{1} 日"',
        'x = {"law": "食品安全法"}',
        'text = "《风筝管理办法》的规定"',
        'place = "特设法83(4)"',
        "REPLY_WORKDAYS = 7",
        "fine: int = 3000\nPENALTY_MAX: int = 300000",
        "due = calendar.after_workdays(start, 15)",
        "start_task(correction_days=7)",
    ],
)
def test_planted_law_is_found(planted: str) -> None:
    assert law_in_code("zhunsheng.casework.seeded", ast.parse(planted), STATUTES)


@pytest.mark.parametrize(
    "innocent",
    [
        'def f():\n    """Common rules; 行政处罚法 art. 85, 第八十五条."""\n',
        "due = calendar.after_workdays(start, regime.length)",
        "RETRY_SECONDS = 30",
        'told = "第 %(n)d 条"',
    ],
)
def test_sources_in_documentation_and_numbers_of_machines_are_let_pass(innocent: str) -> None:
    assert law_in_code("zhunsheng.core.seeded", ast.parse(innocent), STATUTES) == []
