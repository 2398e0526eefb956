"""Which contexts own open work, found by looking: a context that has a `handover` module joins in.

The module offers `hand_over(*, by, at, owner, to) -> int`, which moves everything open of a person, and
`open_work(*, owner) -> int`. Owners are work numbers as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps


def owning_contexts() -> Iterator[tuple[str, ModuleType]]:
    """(label, handover module) of every installed context that owns work."""
    for config in apps.get_app_configs():
        name = f"{config.name}.handover"
        if config.name.startswith("zhunsheng.") and find_spec(name) is not None:
            yield config.label, import_module(name)
