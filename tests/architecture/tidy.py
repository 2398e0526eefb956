"""Budgets and habits as checks: each returns complaints."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
WORKFLOW_LINES_MAX = 80
JUNK_DRAWERS = frozenset({"utils.py", "helpers.py", "misc.py", "common.py"})
PRESENT = frozenset({"now", "today", "utcnow", "time", "monotonic"})

Check = Callable[[str, ast.Module], list[str]]


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def long_functions(module: str, tree: ast.Module) -> list[str]:
    """Functions over the budget, decorators not counted."""
    return [
        f"{module}.{f.name}: {length} lines"
        for f in _functions(tree)
        if (length := (f.end_lineno or f.lineno) - f.lineno + 1) > FUNCTION_LINES_MAX
    ]


def hidden_imports(module: str, tree: ast.Module) -> list[str]:
    """Imports inside functions: they hide circles."""
    return [
        f"{module}:{node.lineno}"
        for f in _functions(tree)
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def undocumented(module: str, tree: ast.Module) -> list[str]:
    """Public functions and classes of a module's top level without a docstring."""
    return [
        f"{module}.{node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]


def present_in_rules(module: str, tree: ast.Module) -> list[str]:
    """Calls that ask a library for the present; only `core.clock.SystemClock` may."""
    if module == "zhunsheng.core.clock":
        return []
    complaints = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = ast.unparse(node.func.value)
        if node.func.attr in PRESENT and owner.split(".")[-1] in {"datetime", "date", "time", "timezone"}:
            complaints.append(f"{module}:{node.lineno} {owner}.{node.func.attr}()")
    return complaints


def junk_drawers(package: Path) -> list[str]:
    """Files whose name says nothing."""
    return [p.name for p in sorted(package.rglob("*.py")) if p.name in JUNK_DRAWERS]


def long_files(package: Path, *, lines_max: int) -> list[str]:
    """Files over the budget."""
    found = []
    for path in sorted(package.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > lines_max:
            found.append(f"{path.relative_to(package)}: {lines}")
    return found
