"""Packs that were read once and are set up again and again, each time with a dictionary of its own."""

from __future__ import annotations

from copy import copy
from threading import Lock
from typing import TypeVar

from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast.batch import Yardstick
from zhunsheng.engine.fast.columns import Dictionary
from zhunsheng.engine.fast.compile import Compiler
from zhunsheng.engine.fast.kept import Mover
from zhunsheng.engine.fast.layout import Layout, ShapeRows
from zhunsheng.engine.fast.plain import PlainMaker

READINGS_KEPT = 4
Grown = TypeVar("Grown", Compiler, Dictionary)
_READINGS: list[tuple[Pack, Layout]] = []
_LOCK = Lock()


def yardstick_for(pack: Pack) -> Yardstick:
    """The yardstick of a pack for columns that are made afterwards, with the words of `compiler.words`.

    Reading a pack of a hundred points costs more than replaying a few subjects by it, so what was read of the
    last few packs is copied. Raises CannotCompileError as `Yardstick.of` does.
    """
    layout = copy(_reading(pack))
    compiler = layout.read = _grown_apart(layout.read)
    compiler.words = _grown_apart(compiler.words)
    layout.shape_rows = ShapeRows()
    tables = layout.tables()
    return Yardstick(pack, compiler, layout, tables, len(compiler.words.shapes), Mover(tables), PlainMaker())


def _reading(pack: Pack) -> Layout:
    """A layout of the pack that nobody uses but as a pattern: its dictionary holds no shape."""
    with _LOCK:
        found = next((layout for kept, layout in _READINGS if kept is pack), None)
        if found is None:
            found = Layout(Compiler(pack, Dictionary()))
            _READINGS[READINGS_KEPT - 1 :] = []
            _READINGS.insert(0, (pack, found))
        return found


def _grown_apart(original: Grown) -> Grown:
    """A copy that grows without the original: lists, dicts and sets in it are its own."""
    twin = copy(original)
    names = getattr(original, "__slots__", None) or vars(original)
    for name in names:
        held = getattr(original, name)
        if isinstance(held, dict | list | set):
            setattr(twin, name, held.copy())
    return twin
