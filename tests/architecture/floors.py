"""What import contracts cannot see in Django: foreign keys, doors, signatures, circles.

Each check is a function from a small description of the code to a list of complaints, so that
`test_seeded_faults.py` can hand it a fault and see it caught.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

FLOORS = (
    "core",
    "engine",
    "foundation",
    "registers",
    "sensing",
    "judging",
    "casework",
    "trust",
    "publishing",
    "workflows",
    "portals",
    "config",
)
SAME_HEIGHT = {"web": "foundation", "api": "portals", "cli": "portals", "demo": "portals"}
CONTEXT_FLOORS = frozenset(FLOORS[2:9])
PRIVATE = frozenset({"models"})


@dataclass(frozen=True)
class Relation:
    """One foreign key: the module that owns it and the module it points to."""

    owner: str
    field: str
    target: str


@dataclass(frozen=True)
class Import:
    """One import statement: who, whom, where."""

    importer: str
    imported: str
    line: int


def floor_height(module: str) -> int:
    """Height of zhunsheng.<floor>…; a package that is in no table is an error."""
    name = module.split(".")[1]
    return FLOORS.index(SAME_HEIGHT.get(name, name))


def context_of(module: str) -> str:
    """zhunsheng.registers.registry.models → zhunsheng.registers.registry; core stays one context."""
    parts = module.split(".")
    return ".".join(parts[: 3 if len(parts) > 2 and parts[1] not in {"core", "engine"} else 2])


def upward_relations(relations: Iterable[Relation]) -> list[str]:
    """Foreign keys whose target stands on a higher floor than their owner."""
    return [
        f"{r.owner}.{r.field} points up to {r.target}"
        for r in relations
        if floor_height(r.target) > floor_height(r.owner)
    ]


def closed_doors(imports: Iterable[Import]) -> list[str]:
    """Imports of a private module (models) from outside its own context."""
    return [
        f"{i.importer}:{i.line} imports {i.imported}, which is private to its context"
        for i in imports
        if i.imported.startswith("zhunsheng.")
        and PRIVATE & set(i.imported.split("."))
        and context_of(i.importer) != context_of(i.imported)
    ]


def _public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


def unsigned_functions(module: str, tree: ast.Module) -> list[str]:
    """Public actions without keyword-only by and at; public queries without keyword-only viewer."""
    wanted = {"actions": ("by", "at"), "queries": ("viewer",)}
    needed = next((wanted[part] for part in module.split(".") if part in wanted), ())
    complaints = []
    for function in _public_functions(tree):
        names = {argument.arg for argument in function.args.kwonlyargs}
        missing = [name for name in needed if name not in names]
        if missing:
            complaints.append(f"{module}.{function.name}: keyword-only {', '.join(missing)} missing")
    return complaints


SCOPING = frozenset({"within", "opens", "subjects", "sees_all", "is_supervisor", "may_see_subject", "audits"})
OWN_RULES = frozenset({"foundation"})
# Whoever looks gets them: each entry was looked at. Statutes and tables of codes are public, and lists are
# published by law.
FOR_EVERYBODY = frozenset(
    {
        "zhunsheng.registers.registry.queries.reference_table",
        "zhunsheng.registers.statutes.queries.browsing.articles",
        "zhunsheng.registers.statutes.queries.browsing.compared",
        "zhunsheng.registers.statutes.queries.browsing.law",
        "zhunsheng.registers.statutes.queries.browsing.listed",
        "zhunsheng.registers.statutes.queries.barred.barred",
        "zhunsheng.registers.statutes.queries.barred.named",
        "zhunsheng.registers.statutes.queries.barred.texts_on",
        "zhunsheng.registers.statutes.queries.browsing.numbers",
        "zhunsheng.registers.statutes.queries.browsing.placed",
        "zhunsheng.registers.statutes.queries.browsing.texts",
        "zhunsheng.registers.statutes.queries.citing.standings",
        "zhunsheng.registers.statutes.queries.laws.article_on",
        "zhunsheng.registers.statutes.queries.laws.laws",
        "zhunsheng.registers.statutes.queries.laws.search",
        "zhunsheng.registers.statutes.queries.laws.versions",
    }
)


def unscoped_queries(module: str, tree: ast.Module) -> list[str]:
    """Public queries that read rows without asking what is open to the viewer, or judge by audience alone.

    Foundation knows no subjects and is exempt from the first half.
    """
    parts = module.split(".")
    if "queries" not in parts:
        return []
    complaints = []
    for function in _public_functions(tree):
        names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
        names |= {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        free = parts[1] in OWN_RULES or f"{module}.{function.name}" in FOR_EVERYBODY
        if "objects" in names and not free and not names & SCOPING:
            complaints.append(f"{module}.{function.name}: reads rows of any scope")
        if "audience" in names:
            complaints.append(f"{module}.{function.name}: judges by audience, which says nothing of scope")
    return complaints


def context_circles(imports: Iterable[Import], relations: Iterable[Relation]) -> list[str]:
    """Contexts that cannot be put in order when imports and foreign keys are counted together."""
    graph: dict[str, set[str]] = {}
    edges = [(i.importer, i.imported) for i in imports if i.imported.startswith("zhunsheng.")]
    edges += [(r.owner, r.target) for r in relations]
    for source, target in edges:
        a, b = context_of(source), context_of(target)
        if a != b and b != "zhunsheng":
            graph.setdefault(a, set()).add(b)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" → ".join(error.args[1])]
    return []


def imports_of(module: str, tree: ast.AST) -> list[Import]:
    """Every import of a module, those hidden in functions included."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [Import(module, alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [Import(module, f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def modules_below(package: Path) -> Iterator[tuple[str, ast.Module]]:
    """Dotted name and syntax tree of every module, migrations excepted."""
    for path in sorted(package.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        dotted = ".".join(path.relative_to(package.parent).with_suffix("").parts)
        yield dotted.removesuffix(".__init__"), ast.parse(path.read_text(encoding="utf-8"))
