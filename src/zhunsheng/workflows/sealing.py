"""What was committed becomes leaves of the log, and the log says how long it is: once a turn of the loop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from zhunsheng.foundation.evidence.actions import forget_again
from zhunsheng.foundation.evidence.keys import KeyFileError
from zhunsheng.foundation.evidence.signing import BY, RollbackError, Sealed, seal
from zhunsheng.foundation.evidence.vouching import vouch


@dataclass(frozen=True, slots=True)
class Turn:
    """How long the log is, and in `halted` why it signs nothing more; '' while all is well.

    `alarms`: what witnesses hold against the log. `silent`: who could not be asked this time.
    """

    size: int
    halted: str = ""
    alarms: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def seal_log(at: datetime) -> Turn:
    """One turn of the log. A log that must not sign halts; acts go on and wait to be logged.

    Before it, a database that was put back forgets whom it must.
    """
    forget_again(by=BY, at=at)
    try:
        told: Sealed = seal(home=settings.HOME, at=at, host=urlsplit(settings.PUBLIC_ADDRESS).netloc)
    except (RollbackError, KeyFileError) as error:
        return Turn(0, str(error))
    return Turn(told.size)


def vouched_turn(at: datetime) -> Turn:
    """A turn of the log, and what witnesses and the time stamp authority say of its newest checkpoint."""
    turn = seal_log(at)
    if turn.halted:
        return turn
    told = vouch(home=settings.HOME, at=at)
    return replace(turn, alarms=tuple(told.alarms), silent=tuple(told.silent))
