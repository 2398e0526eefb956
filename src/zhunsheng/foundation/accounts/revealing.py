"""When a closed field may be opened: by a named person, cleared for its level, for a purpose on the list."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor, FieldLevel, Viewer
from zhunsheng.foundation.accounts.policies import reveal_purposes

POWER = "subject.reveal"


class RevealError(Exception):
    """A closed field that this viewer may not open, or not without saying what for."""


def may_reveal(by: Actor, viewer: Viewer, level: FieldLevel) -> bool:
    """Whether this person may open fields of a level at all."""
    return POWER in by.powers and viewer.reveals >= level


def stated(*, by: Actor, viewer: Viewer, level: FieldLevel, purpose: str, words: str) -> dict[str, str]:
    """What goes on record of the purpose: its code and name with the words beside it; RevealError without."""
    by.require_person("查看敏感字段", POWER)
    if viewer.reveals < level:
        raise RevealError(_("没有查看该字段的权限"))
    known = reveal_purposes()
    if purpose not in known or not words.strip():
        raise RevealError(_("请选择用途，并写明具体事由"))
    return {"purpose": f"{known[purpose]}：{words.strip()[:500]}", "purpose_code": purpose}
