"""The analytical copy: facts of the database as files of the layout, made anew whenever it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant, moment
from zhunsheng.engine.nation.raw import as_layout
from zhunsheng.engine.nation.writing import USUAL, Sizes, Telling, Written, unfinished, write_layout
from zhunsheng.sensing.signals import queries as signals

VIEWER = Viewer.bureau("nation-export")


def export(
    folder: Path,
    known_at: datetime | None,
    now: datetime,
    advance: Callable[[int], None],
    sizes: Sizes = USUAL,
) -> tuple[Written, datetime]:
    """What everybody is judged by, as known at an instant, or now; with that instant.

    A copy that was begun in the folder for the same instant (for any, if none is given) is taken up where it
    stood. CannotCarryError for what the files do not hold.
    """
    begun = unfinished(folder)
    at = known_at or (moment(begun[0]) if begun else now)
    upto = begun[1] if begun and begun[0] == instant(at) else None
    stock = signals.stock(viewer=VIEWER, known_at=at, upto=upto)
    assert stock is not None

    def behind(subject: str) -> Iterator[pa.Table]:
        for table in signals.tables(viewer=VIEWER, of=stock, behind=subject):
            yield as_layout(table, stock.fields)

    world = [f for f in signals.world(viewer=VIEWER, known_at=at) if f.sequence <= stock.upto]
    told = Telling(instant(at), stock.fields, world, behind, joined=stock.joined, upto=stock.upto)
    return write_layout(folder, told, advance, sizes), at
