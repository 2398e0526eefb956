"""The lists of the officer's pages, each defined once."""

from __future__ import annotations

from typing import Any

from zhunsheng.portals.officer.lists.messages import SENT
from zhunsheng.portals.officer.lists.subjects import SUBJECTS
from zhunsheng.portals.officer.lists.tasks import TASKS
from zhunsheng.portals.officer.lists.touches import TOUCHES
from zhunsheng.web.lists import ListDefinition

LISTS: dict[str, ListDefinition[Any]] = {one.key: one for one in (TOUCHES, SUBJECTS, TASKS, SENT)}
