"""What can be done with many rows at once, by the list in which they are chosen."""

from __future__ import annotations

from zhunsheng.portals.officer.batches.batch import Batch
from zhunsheng.portals.officer.batches.messages import Messages
from zhunsheng.portals.officer.batches.objections import Objections
from zhunsheng.portals.officer.batches.tasks import Tasks, TasksOfTouches

# Of messages only those that wait for a person can be chosen, on a page of their own (`unclear`).
UNCLEAR = Messages()
BATCHES: dict[str, Batch] = {"tasks": Tasks(), "touches": TasksOfTouches(), "objections": Objections()}
KINDS: dict[str, Batch] = {**BATCHES, "unclear": UNCLEAR}
# Under which name an act was kept; the tasks of touches are tasks.
BY_NAME: dict[str, Batch] = {batch.name: batch for batch in (UNCLEAR, Objections(), Tasks())}
