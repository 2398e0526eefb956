"""Who is merged into another is not judged by itself: the command says whom to ask for instead."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.core.actors import Viewer
from zhunsheng.sensing.signals import queries as signals


def refuse_merged(subject: str, known_at: datetime) -> None:
    """CannotRunError that names the one that stands for a merged subject."""
    other = signals.survivor_of(viewer=Viewer.bureau("judge"), subject=subject, known_at=known_at)
    if other:
        message = _("%(subject)s 已并入 %(other)s，合并研判；请改查后者。")
        raise CannotRunError(message % {"subject": subject, "other": other})
