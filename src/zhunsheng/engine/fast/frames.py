"""Arguments kept in machine form: handing seventy arrays over costs twenty microseconds, this a tenth of one.

A frame is a tuple of tables, columns and scratch in the shape the kernel takes it. `bind` writes it into
a small array once; a kernel reads it back with the `opener` of its kind. The arrays themselves are not
copied: whoever binds a frame keeps its arrays alive, and binds again when one of them is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic

from zhunsheng.engine.fast.jit import I64

BYTES_A_WORD = 8


class OtherFrameError(TypeError):
    """A frame whose arrays have not the types that its kernel was made for."""


def opener(kind: types.Type) -> Callable[[I64], Any]:
    """What a kernel calls to read a frame of a kind back; for use in machine code only."""

    def opened(_typing: Any, memory: types.Type) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, args[0]).data
            return builder.load(builder.bitcast(data, context.get_value_type(kind).as_pointer()))

        return kind(memory), generate

    machine: Callable[[I64], Any] = intrinsic(opened)
    return machine


@intrinsic  # type: ignore[untyped-decorator]
def _write(_typing: Any, memory: types.Type, frame: types.Type) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        builder.store(args[1], builder.bitcast(data, args[1].type.as_pointer()))
        return context.get_dummy_value()

    return types.void(memory, frame), generate


@numba.njit(nogil=True, _nrt=False)  # type: ignore[untyped-decorator]
def _bind(memory: I64, frame: tuple[Any, ...]) -> None:
    _write(memory, frame)


def bind(kind: types.Type, frame: tuple[Any, ...], memory: I64 | None = None) -> I64:
    """A frame in machine form; OtherFrameError if it is not of the kind."""
    if numba.typeof(frame) != kind:
        raise OtherFrameError(str(numba.typeof(frame)))
    # An array is at most ten words here, and no frame has more than a hundred of them.
    made = np.zeros(1_000, dtype=np.int64) if memory is None else memory
    _bind(made, frame)
    return made
