"""Which acts are told as what, and how patiently: `packs/webhooks`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.packfiles import read_documents, stamp


@dataclass(frozen=True)
class WebhookTerms:
    """A `zhunsheng.webhook-events/1` document. `type_of` is by action of the audit trail."""

    names_zh: Mapping[str, str]
    type_of: Mapping[str, str]
    attempts_max: int
    first_pause_seconds: int
    call_seconds: float
    disable_after: timedelta
    old_key: timedelta


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> WebhookTerms:
    for _name, told in read_documents(folder):
        if told.get("schema") == "zhunsheng.webhook-events/1":
            events, delivery = told["events"], told["delivery"]
            return WebhookTerms(
                {kind: str(body["name_zh"]) for kind, body in events.items()},
                {action: kind for kind, body in events.items() for action in body["actions"]},
                int(delivery["attempts_max"]),
                int(delivery["first_pause_seconds"]),
                float(delivery["call_seconds_max"]),
                timedelta(hours=int(delivery["disable_after_hours"])),
                timedelta(hours=int(delivery["old_key_hours"])),
            )
    raise PackError("webhooks", "没有推送事件的配置")


def webhook_terms() -> WebhookTerms:
    """As the file stands now; PackError when there is none."""
    folder = Path(settings.PACKS) / "webhooks"
    return _read(folder, stamp(folder))
