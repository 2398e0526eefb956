"""What a gateway says became of short messages, read from its body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhunsheng.api.problems import Fault, ProblemError
from zhunsheng.foundation.outreach.lifecycle import MessageState

RECEIPTS_MAX = 1_000
KEY_MAX = 200
NOTE_MAX = 500
# QUEUED is our own word: no gateway can say it.
STATES = tuple(state.value for state in MessageState if state is not MessageState.QUEUED)
FIELDS = frozenset({"key", "state", "note"})


@dataclass(frozen=True, slots=True)
class Told:
    """One statement of a gateway."""

    key: str
    state: MessageState
    note: str


def read_receipts(told: Any) -> list[Told]:
    """The statements of a body; if one of them is none, all are sent back and nothing has happened."""
    if not isinstance(told, list):
        raise ProblemError("bad-receipt", _("正文应是数组"), [Fault("", _("应是数组"))])
    if len(told) > RECEIPTS_MAX:
        raise ProblemError("too-large", _("一批最多 %(most)d 条，请分批报送") % {"most": RECEIPTS_MAX})
    faults = [fault for n, part in enumerate(told) for fault in _faults(part, f"/{n}")]
    if faults:
        raise ProblemError("bad-receipt", _("整批未收，请改正后重发"), faults)
    return [Told(part["key"], MessageState(part["state"]), part.get("note", "")) for part in told]


def _faults(part: Any, pointer: str) -> list[Fault]:
    if not isinstance(part, Mapping):
        return [Fault(pointer, _("应是对象"))]
    found = [Fault(pointer, _("只能有 key、state、note"))] if set(part) - FIELDS else []
    key, note = part.get("key"), part.get("note", "")
    if not isinstance(key, str) or not 0 < len(key) <= KEY_MAX:
        found.append(Fault(f"{pointer}/key", _("应是 1 至 %(most)d 个字符") % {"most": KEY_MAX}))
    if part.get("state") not in STATES:
        found.append(Fault(f"{pointer}/state", _("应为 %(wanted)s") % {"wanted": "、".join(STATES)}))
    if not isinstance(note, str) or len(note) > NOTE_MAX:
        found.append(Fault(f"{pointer}/note", _("应是不超过 %(most)d 个字符的文字") % {"most": NOTE_MAX}))
    return found
