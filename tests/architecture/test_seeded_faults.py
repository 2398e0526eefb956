"""Every guard is shown the fault it exists for. A guard that has never failed is not evidence."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import zhunsheng
from tests.architecture import floors, tidy

PACKAGE = Path(zhunsheng.__file__).parent
ROOT = PACKAGE.parent.parent

UPWARD_IN_FUNCTION = "def peek():\n    from zhunsheng.cli import main\n    return main\n"
IMPORT_FAULTS = {
    "upward import hidden in a function": ("sensing/signals/seeded.py", UPWARD_IN_FUNCTION),
    "core importing Django": ("core/seeded.py", "import django\n"),
    "core opening a socket": ("core/seeded.py", "import socket\n"),
    "engine importing Django": ("engine/seeded.py", "from django.db import models\n"),
    "context importing the HTML kit": ("registers/registry/seeded.py", "import zhunsheng.web.apps\n"),
    "a portal importing another": (
        "portals/officer/seeded.py",
        "import zhunsheng.portals.enterprise\n",
    ),
    "portraits importing triggers": (
        "judging/portraits/seeded.py",
        "import zhunsheng.judging.triggers\n",
    ),
    "a new top-level package": ("surprise/__init__.py", ""),
}


@pytest.mark.parametrize("fault", IMPORT_FAULTS)
def test_import_contracts_catch(fault: str, tmp_path: Path) -> None:
    tree = tmp_path / "src" / "zhunsheng"
    shutil.copytree(PACKAGE, tree, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    place, text = IMPORT_FAULTS[fault]
    target = tree / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(lint), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr


def test_upward_foreign_key_by_string_is_caught() -> None:
    up = floors.Relation("zhunsheng.registers.registry.models", "case", "zhunsheng.casework.cases.models")
    assert floors.upward_relations([up])
    down = floors.Relation(
        "zhunsheng.casework.cases.models", "subject", "zhunsheng.registers.registry.models"
    )
    assert floors.upward_relations([down]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "from zhunsheng.registers.registry.models import Subject",
        "from zhunsheng.registers.registry import models",
        "import zhunsheng.registers.registry.models",
    ],
)
def test_import_through_a_closed_door_is_caught(statement: str) -> None:
    found = floors.imports_of("zhunsheng.portals.officer.subjects", ast.parse(statement))
    assert floors.closed_doors(found)
    assert (
        floors.closed_doors(floors.imports_of("zhunsheng.registers.registry.actions", ast.parse(statement)))
        == []
    )


@pytest.mark.parametrize(
    ("module", "text", "caught"),
    [
        ("zhunsheng.a.b.queries", "def rows(*, code): ...", True),
        ("zhunsheng.a.b.queries", "def rows(viewer): ...", True),
        ("zhunsheng.a.b.queries", "def rows(*, viewer): ...", False),
        ("zhunsheng.a.b.actions", "def act(*, by): ...", True),
        ("zhunsheng.a.b.actions", "def act(*, by, at): ...", False),
        ("zhunsheng.a.b.actions", "def _inner(): ...", False),
        ("zhunsheng.a.b.actions.answers", "def act(): ...", True),
    ],
)
def test_a_function_without_its_actor_is_caught(module: str, text: str, caught: bool) -> None:
    assert bool(floors.unsigned_functions(module, ast.parse(text))) is caught


@pytest.mark.parametrize(
    ("module", "text", "caught"),
    [
        ("zhunsheng.a.b.queries", "def n(*, viewer): return Touch.objects.count()", True),
        ("zhunsheng.a.b.queries", "def n(*, viewer): return within(Touch.objects.all(), viewer)", False),
        ("zhunsheng.a.b.queries.more", "def n(*, viewer): return scoping.subjects(viewer)", False),
        ("zhunsheng.a.b.queries", "def n(*, viewer): return viewer.audience is Audience.BUREAU", True),
        ("zhunsheng.foundation.b.queries", "def n(*, viewer): return Unit.objects.all()", False),
    ],
)
def test_a_query_without_a_scope_is_caught(module: str, text: str, caught: bool) -> None:
    assert bool(floors.unscoped_queries(module, ast.parse(text))) is caught


def test_mutual_foreign_keys_between_siblings_are_caught() -> None:
    there = floors.Relation(
        "zhunsheng.casework.cases.models", "visit", "zhunsheng.casework.inspections.models"
    )
    back = floors.Relation("zhunsheng.casework.inspections.models", "case", "zhunsheng.casework.cases.models")
    assert floors.context_circles([], [there, back])
    assert floors.context_circles([], [back]) == []


LONG_FUNCTION = "def long():\n" + "    x = 1\n" * 80


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (tidy.long_functions, LONG_FUNCTION),
        (tidy.hidden_imports, "def f():\n    import json\n"),
        (tidy.undocumented, "def public_thing() -> None:\n    pass\n"),
        (tidy.present_in_rules, "import datetime\ndef f():\n    return datetime.datetime.now()\n"),
        (tidy.present_in_rules, "import datetime as dt\ndef f():\n    return dt.date.today()\n"),
        (tidy.present_in_rules, "import time\ndef f():\n    return time.time()\n"),
    ],
)
def test_tidy_catches(check: tidy.Check, text: str) -> None:
    assert check("zhunsheng.core.seeded", ast.parse(text))


def test_tidy_catches_long_files_and_junk_drawers(tmp_path: Path) -> None:
    (tmp_path / "utils.py").write_text("", encoding="utf-8")
    (tmp_path / "big.py").write_text("x = 1\n" * 401, encoding="utf-8")
    assert tidy.junk_drawers(tmp_path) == ["utils.py"]
    assert tidy.long_files(tmp_path, lines_max=400) == ["big.py: 401"]
