"""Many are judged as of an instant that has passed: what was done since is not undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.workflows.judging import look_at

VIEWER = Viewer.bureau("look-back")
AT_ONCE = 500


def look_back(subjects: Sequence[str], since: datetime) -> None:
    """Judge them as of then, but for whoever was looked at since: those were judged by what holds now."""
    later = triggers.moved_after(viewer=VIEWER, subjects=subjects, at=since)
    look_at([subject for subject in subjects if subject not in later], since)
