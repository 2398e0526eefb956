"""The numbers of claims and mandates, read from `packs/access/mandates.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.packfiles import read_documents, stamp

SCHEMA = "zhunsheng.mandate-policy/1"


@dataclass(frozen=True, slots=True)
class MandatePolicy:
    """A `zhunsheng.mandate-policy/1` document."""

    claim: timedelta
    claims_a_day_max: int
    offer: timedelta
    agent_days_max: int
    agents_max: int

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> MandatePolicy:
        """All keys are required."""
        claim, agent = told["claim"], told["agent"]
        return cls(
            timedelta(hours=int(claim["hours"])),
            int(claim["a_day_max"]),
            timedelta(hours=int(told["offer"]["hours"])),
            int(agent["days_max"]),
            int(agent["at_once_max"]),
        )


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> MandatePolicy:
    for _name, document in read_documents(folder):
        if document.get("schema") == SCHEMA:
            return MandatePolicy.read(document)
    raise PackError("access", f"没有 {SCHEMA}")


def mandate_policy() -> MandatePolicy:
    """As the file says now."""
    folder = Path(settings.PACKS) / "access"
    return _read(folder, stamp(folder))
