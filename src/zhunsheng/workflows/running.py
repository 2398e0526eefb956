"""One turn of the loop: what is due, what waits inside, what goes outside."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import Clock
from zhunsheng.core.messages import MessagePolicy
from zhunsheng.engine.library import held_library
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outbox import dispatch, epoch
from zhunsheng.foundation.outbox.connectors import Connector
from zhunsheng.foundation.outbox.dispatch import Terms
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.workflows import monthly, reporting, trying, uploading

BY = Actor.service("dispatch")
VIEWER = Viewer.bureau(BY.key)
log = logging.getLogger(__name__)


def turn_inside(clock: Clock, handlers: Mapping[str, outbox.Handler], most: timedelta | None = None) -> int:
    """Uploads, a part of the lab, what is due, and effects until none is left or a turn has lasted `most`."""
    begun, total = clock.now(), uploading.work_off(clock) + trying.work_off(clock)
    _keep_parts_ahead(clock)
    monthly.ensure(clock.now())
    reporting.ensure(clock.now())
    while True:
        with held_library(settings.PACKS):
            schedule.hand_over(by=BY, at=clock.now())
            handled = outbox.handle_internal(by=BY, at=clock.now(), handlers=handlers)
        total += handled
        if not handled or (most is not None and clock.now() - begun >= most):
            return total


def _keep_parts_ahead(clock: Clock) -> None:
    """Whoever may not make parts, or finds the table busy, leaves it to the next turn; `doctor` tells."""
    try:
        signals.keep_parts_ahead(by=BY, at=clock.now())
    except DatabaseError:
        log.warning("no part of the table of facts could be made", exc_info=True)


def turn_outside(
    connector: Connector, clock: Clock, policy: MessagePolicy, *, wary: bool
) -> Counter[RowState]:
    """Send what may go out, and let messages follow their rows. During a trial nothing is handed over."""
    if on_trial():
        return Counter()
    told = dispatch.dispatch(connector, by=BY, clock=clock, terms=Terms(), wary=wary)
    outreach.follow_outbox(by=BY, at=clock.now(), policy=policy)
    return told


def on_trial() -> bool:
    """Whether short messages are only written at present."""
    return bool(messages.trials(viewer=VIEWER, standing=True))


def begin_outside(home: Path) -> bool:
    """Start a dispatcher; True when it must be wary because the database was restored."""
    return epoch.begin(home)


def settle_outside() -> None:
    """Everything open has been reconciled."""
    epoch.settled()
