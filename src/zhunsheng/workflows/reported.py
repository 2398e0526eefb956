"""Who is behind a number of a kept report: the same cells, asked the other way round."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.listing import Listed, Part
from zhunsheng.core.reporting.credit import DISCOVERY, TREND, Classed
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import ReportCard, RunCard
from zhunsheng.workflows.banding import cells_of
from zhunsheng.workflows.classed import SUBJECTS_AT_ONCE, part_of

# A page looks at so many businesses at most; a rare cell is then found over several pages.
PARTS_A_PAGE_MAX = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a report: its table, its row and its column; '' for the whole row."""

    table: str
    row: str
    column: str = ""


def runs_of(viewer: Viewer, card: ReportCard) -> dict[str, RunCard]:
    """Day → the run that the report tells of."""
    days = {name for table in card.content["tables"] if table["id"] == TREND for name, _ in table["rows"]}
    rows_max = len(days) + int(card.content["months"]) + 1
    told = portraits.monthly_runs(viewer=viewer, until=card.as_of, rows_max=rows_max, made_until=card.made_at)
    return {day_of(instant(run.as_of)).isoformat(): run for run in (*told, card.run)}


def behind(viewer: Viewer, card: ReportCard, cell: Cell, part: Part) -> Listed[tuple[str, Classed]]:
    """The businesses that a number counts, in order of their keys, with what they counted for."""
    runs = runs_of(viewer, card)
    run = runs.get(cell.row) if cell.table == TREND else card.run
    if run is None:
        return Listed()
    before = None if cell.table == TREND else runs.get(card.content["before"])
    cells = cells_of(card.as_of, card.content["bands"])
    found: list[tuple[str, Classed]] = []
    class_name = "" if cell.table == DISCOVERY else cell.column
    walked, ended = part, False
    for _ in range(PARTS_A_PAGE_MAX):
        asked = replace(walked, rows_max=SUBJECTS_AT_ONCE)
        rows = portraits.next_of_run(viewer=viewer, run_id=run.id, class_name=class_name, part=asked)
        for subject, row in part_of(run, before, rows):
            place = (cell.row, row.class_name) if cell.table == TREND else cells.of(cell.table, row)
            if place is not None and place[0] == cell.row and cell.column in {"", place[1]}:
                found.append((subject, row))
        ended = len(rows) < SUBJECTS_AT_ONCE
        if ended or len(found) > part.rows_max:
            break
        walked = replace(walked, cursor=rows[-1][0])
    return _listed(found, part, "" if ended else walked.cursor)


def _listed(found: list[tuple[str, Classed]], part: Part, walked: str) -> Listed[tuple[str, Classed]]:
    page = found[: part.rows_max]
    further = page[-1][0] if len(found) > part.rows_max else walked
    back = (page[0][0] if page else part.cursor) if part.cursor else ""
    if part.backwards:
        return Listed(tuple(reversed(page)), next=back, previous=further)
    return Listed(tuple(page), next=further, previous=back)
