"""What was committed becomes leaves of the log, and the log says how long it is: once a turn of the loop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from zhunsheng.foundation.evidence.keys import KeyFileError
from zhunsheng.foundation.evidence.signing import RollbackError, Sealed, seal


@dataclass(frozen=True, slots=True)
class Turn:
    """How long the log is, and in `halted` why it signs nothing more; '' while all is well."""

    size: int
    halted: str = ""


def seal_log(at: datetime) -> Turn:
    """One turn of the log. A log that must not sign halts; acts go on and wait to be logged."""
    try:
        told: Sealed = seal(home=settings.HOME, at=at, host=urlsplit(settings.PUBLIC_ADDRESS).netloc)
    except (RollbackError, KeyFileError) as error:
        return Turn(0, str(error))
    return Turn(told.size)
