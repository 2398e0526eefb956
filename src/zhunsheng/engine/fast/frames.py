"""Arguments kept in machine form: handing seventy arrays over costs twenty microseconds, this a tenth of one.

A frame is a tuple of tables, columns and scratch in the shape the kernel takes it. `bind` writes it into
a small array once; a kernel reads it back with the `opener` of its kind. The arrays themselves are not
copied: whoever binds a frame keeps its arrays alive, and binds again when one of them is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic

from zhunsheng.engine.fast.jit import I64, compiled

BYTES_A_WORD = 8


class OtherFrameError(TypeError):
    """A frame whose arrays have not the types that its kernel was made for."""


def kind_of(frame: tuple[Any, ...]) -> types.Type:
    """The kind of a frame, from one made for example."""
    typeof: Callable[[Any], types.Type] = numba.typeof
    return typeof(frame)


def opener(kind: types.Type) -> Callable[[I64], Any]:
    """What a kernel calls to read a frame of a kind back; for use in machine code only."""

    def opened(_typing: Any, memory: types.Type) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, args[0]).data
            return builder.load(builder.bitcast(data, context.get_value_type(kind).as_pointer()))

        return kind(memory), generate

    return cast(Callable[[I64], Any], intrinsic(opened))


def _written(_typing: Any, memory: types.Type, frame: types.Type) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        builder.store(args[1], builder.bitcast(data, args[1].type.as_pointer()))
        return context.get_dummy_value()

    return types.void(memory, frame), generate


_write: Any = intrinsic(_written)


@compiled
def _bind(memory: I64, frame: Any) -> None:
    _write(memory, frame)


_FITTING: set[tuple[object, ...]] = set()


def _form(part: Any) -> tuple[object, ...]:
    """What decides on the kind of a frame, found in a tenth of the time that its kind takes."""
    if isinstance(part, np.ndarray):
        return (part.dtype.char, part.ndim, part.flags.num)
    return (type(part), *map(_form, part)) if isinstance(part, tuple) else (type(part),)


def bind(kind: types.Type, frame: tuple[Any, ...], memory: I64 | None = None) -> I64:
    """A frame in machine form; OtherFrameError if it is not of the kind."""
    form = (id(kind), *_form(frame))  # kinds are made once a process and never go
    if form not in _FITTING:
        if kind_of(frame) != kind:
            raise OtherFrameError(str(kind_of(frame)))
        _FITTING.add(form)
    # An array is at most ten words here, and no frame has more than a hundred of them.
    made = np.zeros(1_000, dtype=np.int64) if memory is None else memory
    _bind(made, frame)
    return made
