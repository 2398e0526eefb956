"""The house stands: keys point down, doors are used, actors are named, nothing runs in circles."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps

import zhunsheng
from tests.architecture import floors

PACKAGE = Path(zhunsheng.__file__).parent


def all_relations() -> list[floors.Relation]:
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("zhunsheng."):
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or not target.__module__.startswith("zhunsheng."):
                continue
            found.append(floors.Relation(model.__module__, field.name, target.__module__))
    return found


@pytest.fixture(scope="module")
def imports() -> list[floors.Import]:
    return [i for name, tree in floors.modules_below(PACKAGE) for i in floors.imports_of(name, tree)]


def test_foreign_keys_point_down() -> None:
    assert floors.upward_relations(all_relations()) == []


def test_models_are_private(imports: list[floors.Import]) -> None:
    assert floors.closed_doors(imports) == []


def test_public_functions_name_their_actor() -> None:
    complaints = [
        complaint
        for name, tree in floors.modules_below(PACKAGE)
        if name.split(".")[1:2] and name.split(".")[1] in floors.CONTEXT_FLOORS
        for complaint in floors.unsigned_functions(name, tree)
    ]
    assert complaints == []


def test_queries_ask_for_the_scope() -> None:
    modules = floors.modules_below(PACKAGE)
    assert [c for name, tree in modules for c in floors.unscoped_queries(name, tree)] == []


def test_contexts_have_an_order(imports: list[floors.Import]) -> None:
    assert floors.context_circles(imports, all_relations()) == []


def test_every_context_writes_its_page() -> None:
    silent = [
        str(marker.parent.relative_to(PACKAGE))
        for marker in PACKAGE.glob("*/*/apps.py")
        if not (marker.parent / "README.md").exists()
    ]
    assert silent == []
