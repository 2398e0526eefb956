"""The analytical copy: facts of the database as files of the layout, made anew whenever it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact
from zhunsheng.core.merging import LINK
from zhunsheng.engine.nation.encoding import fields_in
from zhunsheng.engine.nation.writing import USUAL, Sizes, write_layout
from zhunsheng.sensing.signals import queries as told

VIEWER = Viewer.bureau("nation-export")


def export(
    folder: Path, known_at: datetime, advance: Callable[[int], None], sizes: Sizes = USUAL
) -> tuple[int, int, int]:
    """What everybody is judged by, as known at an instant; (files, subjects, facts).

    Streams twice, first to see which fields there are. CannotCarryError for what the files do not hold.
    """
    fields, linked = set[tuple[str, str]](), False
    for _, facts in told.timelines(viewer=VIEWER, known_at=known_at):
        fields |= fields_in(facts)
        linked = linked or any(fact.kind == LINK for fact in facts)

    def counted() -> Iterator[tuple[str, Sequence[Fact]]]:
        for subject, facts in told.timelines(viewer=VIEWER, known_at=known_at):
            yield subject, facts
            advance(1)

    world = told.world(viewer=VIEWER, known_at=known_at)
    return write_layout(folder, counted(), world, fields, instant(known_at), joined=linked, sizes=sizes)
