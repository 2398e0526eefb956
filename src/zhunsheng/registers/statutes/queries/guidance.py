"""Guidance and self-check sheets that hold on a day: the bureau's own list in force, or the shipped one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.statutes.guidance import (
    GUIDANCE,
    SELF_CHECKS,
    Guide,
    Sheet,
    guides_of,
    sheets_of,
)
from zhunsheng.registers.statutes.queries.lists import in_force


@dataclass(frozen=True, slots=True)
class Guides:
    """The guides of a day; `version` is the list in force that they stand in, None for the shipped one."""

    version: int | None
    rows: list[Guide]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The self-check sheets of a day; `version` as with guides."""

    version: int | None
    rows: list[Sheet]


def guides(*, viewer: Viewer, on: date, shipped: Mapping[str, Any]) -> Guides:
    """The guides of the list in force that day, or the shipped ones as long as the bureau has none."""
    found = in_force(viewer=viewer, list_key=GUIDANCE, on=on)
    return Guides(found.id, guides_of(found.content)) if found else Guides(None, guides_of(shipped))


def sheets(*, viewer: Viewer, on: date, shipped: Mapping[str, Any]) -> Sheets:
    """The sheets of the list in force that day, or the shipped ones as long as the bureau has none."""
    found = in_force(viewer=viewer, list_key=SELF_CHECKS, on=on)
    return Sheets(found.id, sheets_of(found.content)) if found else Sheets(None, sheets_of(shipped))
