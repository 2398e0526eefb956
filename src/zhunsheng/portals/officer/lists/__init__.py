"""The lists of the officer's pages, each defined once."""

from __future__ import annotations

from typing import Any

from zhunsheng.portals.officer.lists.alarms import ALARMS
from zhunsheng.portals.officer.lists.audit import AUDIT
from zhunsheng.portals.officer.lists.documents import DOCUMENTS
from zhunsheng.portals.officer.lists.files import FILES
from zhunsheng.portals.officer.lists.grants import GRANTS
from zhunsheng.portals.officer.lists.imports import IMPORTS
from zhunsheng.portals.officer.lists.laws import LAWS
from zhunsheng.portals.officer.lists.mandates import MANDATES
from zhunsheng.portals.officer.lists.messages import SENT
from zhunsheng.portals.officer.lists.objections import OBJECTIONS
from zhunsheng.portals.officer.lists.people import PEOPLE
from zhunsheng.portals.officer.lists.subjects import SUBJECTS
from zhunsheng.portals.officer.lists.tasks import TASKS
from zhunsheng.portals.officer.lists.touches import TOUCHES
from zhunsheng.web.lists import ListDefinition

ALL: tuple[ListDefinition[Any], ...] = (
    *(TOUCHES, SUBJECTS, TASKS, SENT, FILES, AUDIT, IMPORTS, PEOPLE, GRANTS, LAWS, MANDATES, OBJECTIONS),
    *(ALARMS, DOCUMENTS),
)
LISTS: dict[str, ListDefinition[Any]] = {one.key: one for one in ALL}
