"""Law that hides in Python: article numbers, names of statutes, periods and thresholds as constants."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

ARTICLE = re.compile(
    r"第[零〇一二三四五六七八九十百千]+条|第\s*\d+\s*条|《[^》%]{2,40}》|[法例定](?:第)?\d+(?:\(\d+\))+"
)
PERIOD = re.compile(r"(?:^|_)(?:WORKDAYS|WORK_DAYS|NATURAL_DAYS|LEGAL_DAYS|STATUTORY\w*|FINE\w*|PENALTY\w*)$")
COUNTERS = frozenset({"after_workdays", "after_days", "workday_before"})
PERIOD_KEYWORDS = frozenset({"workdays", "natural_days", "correction_days"})


def _docstrings(tree: ast.Module) -> set[int]:
    """Ids of string nodes that are documentation: there a source of law is wanted."""
    found = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            found |= {
                id(s.value) for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)
            }
    return found


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    documentation = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def _number(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value > 0


def law_in_code(module: str, tree: ast.Module, statutes: Iterable[str]) -> list[str]:
    """Texts that cite, and numbers that are a period or an amount of the law."""
    names = [name for name in statutes if len(name) > 2]
    complaints = [
        f"{module}:{line} {text[:40]!r}"
        for line, text in _texts(tree)
        if ARTICLE.search(text) or any(name in text for name in names)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and _number(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            complaints += [
                f"{module}:{node.lineno} {target.id}"
                for target in targets
                if isinstance(target, ast.Name) and PERIOD.search(target.id.upper())
            ]
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            numbers = [a for a in node.args if _number(a)] if called in COUNTERS else []
            numbers += [k.value for k in node.keywords if k.arg in PERIOD_KEYWORDS and _number(k.value)]
            complaints += [f"{module}:{node.lineno} {ast.unparse(node)[:60]}" for _ in numbers]
    return complaints
