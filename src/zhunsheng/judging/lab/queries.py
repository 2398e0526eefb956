"""Reading runs: one's own, and all for whoever sees the whole bureau."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.reporting.parts import Part, from_text
from zhunsheng.judging.lab.lifecycle import LabState, RunKind
from zhunsheng.judging.lab.models import LabPart, LabRun

RUNS_MAX = 200


@dataclass(frozen=True, slots=True)
class RunCard:
    """A run as it is told. `versions` are (version, hash)."""

    id: int
    kind: RunKind
    owner: str
    owner_name: str
    grant: int | None
    asked: dict[str, Any]
    versions: tuple[tuple[str, str], ...]
    state: LabState
    total: int
    done: int
    last_key: str
    reason: str
    content_hash: str
    asked_at: datetime
    changed_at: datetime

    @property
    def at_work(self) -> bool:
        """Whether a worker is at it or is waited for."""
        return self.state is LabState.RUNNING

    @property
    def percent(self) -> int:
        """About how much is done."""
        return 100 if self.state is LabState.DONE else min(99, 100 * self.done // max(1, self.total))


def _card(row: LabRun) -> RunCard:
    return RunCard(
        row.id,
        RunKind(row.kind),
        row.owner,
        row.owner_name,
        row.grant,
        row.asked,
        tuple((version, its) for version, its in row.versions),
        LabState(row.state),
        row.total,
        row.done,
        row.last_key,
        row.reason,
        row.content_hash,
        row.asked_at,
        row.changed_at,
    )


def _open(viewer: Viewer) -> QuerySet[LabRun]:
    """A report counts what its owner may see, so a narrower viewer sees only the own ones."""
    if not viewer.is_supervisor:
        return LabRun.objects.none()
    rows = LabRun.objects.defer("content")
    return rows if viewer.sees_all else rows.filter(owner=viewer.key)


def runs(*, viewer: Viewer, owner: str = "") -> list[RunCard]:
    """The newest runs first; `owner` narrows to one's."""
    rows = _open(viewer).filter(owner=owner) if owner else _open(viewer)
    return [_card(row) for row in rows.order_by("-id")[:RUNS_MAX]]


def run(*, viewer: Viewer, run_id: int, owner: str = "") -> RunCard | None:
    """One run, if it is open to the viewer and, where `owner` is given, that one's."""
    rows = _open(viewer).filter(owner=owner) if owner else _open(viewer)
    row = rows.filter(id=run_id).first()
    return _card(row) if row else None


def report_text(*, viewer: Viewer, run_id: int) -> str:
    """The text of a report that is done, byte for byte; '' while there is none."""
    return _open(viewer).filter(id=run_id).values_list("content", flat=True).first() or ""


def report(*, viewer: Viewer, run_id: int) -> dict[str, Any] | None:
    """The content of a report that is done; None while there is none."""
    text = report_text(viewer=viewer, run_id=run_id)
    content: dict[str, Any] | None = json.loads(text) if text else None
    return content


def rows(*, viewer: Viewer, run_id: int) -> list[Part]:
    """What the numbers of a report that is done count; nothing where it was not kept."""
    done = _open(viewer).filter(id=run_id, state=LabState.DONE.value).order_by("parts__id")
    return [from_text(text) for text in done.values_list("parts__text", flat=True) if text]


def has_rows(*, viewer: Viewer, run_id: int) -> bool:
    """Whether numbers of a report lead to lists."""
    done = _open(viewer).filter(id=run_id, state=LabState.DONE.value)
    return done.filter(parts__isnull=False).exists()


def parts(*, viewer: Viewer, run_id: int) -> Iterator[Part]:
    """What has been kept so far, in order; for whoever sees the whole bureau."""
    if viewer.sees_all:
        texts = LabPart.objects.filter(run_id=run_id).order_by("id").values_list("text", flat=True)
        yield from (from_text(text) for text in texts.iterator(chunk_size=20))
