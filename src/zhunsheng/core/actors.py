"""Who acts and who looks: every action names its actor, every query its viewer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What stands behind a name: only a PERSON may take a human decision (concept, boundary 2)."""

    PERSON = "PERSON"
    SERVICE = "SERVICE"
    BUSINESS = "BUSINESS"
    PUBLIC = "PUBLIC"


@dataclass(frozen=True, slots=True)
class Actor:
    """One who writes. `name` is stored in the audit entry as it was at the time of the act."""

    kind: ActorKind
    key: str
    name: str

    @classmethod
    def service(cls, key: str) -> Actor:
        """A part of the software itself, such as ``judge`` or ``dispatch``."""
        return cls(ActorKind.SERVICE, key, key)

    def require_person(self, decision: str) -> None:
        """Refuse a human decision taken by a machine (common rules: forbidden transition 2)."""
        if self.kind is not ActorKind.PERSON:
            raise HumanDecisionRequiredError(decision, self.key)


class HumanDecisionRequiredError(Exception):
    """A service account tried to fill a field that only a named, qualified person may fill."""

    def __init__(self, decision: str, key: str) -> None:
        super().__init__(f"{decision}: 只能由具名人员作出，{key} 不是人员账号")


class Audience(StrEnum):
    """Which side of the internal/public boundary a viewer stands on (concept, boundary 1)."""

    BUREAU = "BUREAU"
    BUSINESS = "BUSINESS"
    PUBLIC = "PUBLIC"


@dataclass(frozen=True, slots=True)
class Viewer:
    """One who reads. A BUSINESS viewer carries the keys of the subjects it may see."""

    audience: Audience
    key: str
    subjects: frozenset[str] = frozenset()

    @classmethod
    def bureau(cls, key: str) -> Viewer:
        """The command line, a job or an officer's page."""
        return cls(Audience.BUREAU, key)

    @classmethod
    def business(cls, subject: str) -> Viewer:
        """A business looking at its own file through a signed link."""
        return cls(Audience.BUSINESS, subject, frozenset({subject}))

    def may_see_subject(self, subject: str) -> bool:
        """Whether the file of this subject is open to this viewer at all."""
        return self.audience is Audience.BUREAU or subject in self.subjects
