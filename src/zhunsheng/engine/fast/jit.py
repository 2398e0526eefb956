"""Compiling once: machine code is kept on disk and depends on the sources of this folder only.

A changed rule changes tables, never code. numba looks at the changed time of the defining file alone, which
would leave a caller with the old body of a function from another file; so the stamp here is a digest of
the whole folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., Any])
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]


@cache
def _sources_stamp() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _or_nothing(load: Callable[[], Any]) -> Callable[[], Any]:
    """An index that older sources left may name classes that are gone: then there is no machine code yet."""

    def loaded() -> Any:
        try:
            return load()
        except (AttributeError, ImportError):
            return {}

    return loaded


def compiled(function: F) -> F:
    """The function as machine code that releases the interpreter lock; kept on disk.

    Nothing is allocated inside, so counting references (a third of a microsecond a call) is off.
    """
    return _machine(function, forceinline=False)


def inlined(function: F) -> F:
    """The same, put into its callers: handing all tables over costs more than most functions do."""
    return _machine(function, forceinline=True)


def _machine(function: F, *, forceinline: bool) -> F:
    # `_nrt` is numba's own word for "no run time": it is in no published signature.
    options: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False, "forceinline": forceinline}
    machine: Any = numba.njit(**options)(function)
    kept = machine._cache._cache_file
    kept._source_stamp = _sources_stamp()
    kept._load_index = _or_nothing(kept._load_index)
    return cast(F, machine)
