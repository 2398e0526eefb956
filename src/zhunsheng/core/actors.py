"""Who acts and who looks: every action names its actor, every query its viewer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ActorKind(StrEnum):
    """What stands behind a name: only a PERSON may take a human decision (concept, boundary 2)."""

    PERSON = "PERSON"
    SERVICE = "SERVICE"
    BUSINESS = "BUSINESS"
    PUBLIC = "PUBLIC"


@dataclass(frozen=True, slots=True)
class Actor:
    """One who writes. `name` is stored in the audit entry as it was at the time of the act.

    `powers` are the permissions of the grant under which a person acts, resolved by
    `foundation.accounts` for this one request; nobody has any by default. `under` is the mandate under which
    a named person acts for a business; each audit entry of the act carries it.
    """

    kind: ActorKind
    key: str
    name: str
    powers: frozenset[str] = frozenset()
    under: str = ""

    @classmethod
    def service(cls, key: str) -> Actor:
        """A part of the software itself, such as ``judge`` or ``dispatch``."""
        return cls(ActorKind.SERVICE, key, key)

    def require_person(self, decision: str, power: str = "") -> None:
        """Refuse a human decision taken by a machine (common rules: forbidden transition 2).

        With `power`, the person must also hold that permission now.
        """
        if self.kind is not ActorKind.PERSON:
            raise HumanDecisionRequiredError(decision, self.key)
        if power and power not in self.powers:
            raise PowerLackingError(power, self.name)

    def require_power(self, power: str) -> None:
        """Refuse a person without this permission, and every business; the software itself may."""
        if self.kind is not ActorKind.SERVICE and power not in self.powers:
            raise PowerLackingError(power, self.name)


class HumanDecisionRequiredError(Exception):
    """A service account tried to fill a field that only a named, qualified person may fill."""

    def __init__(self, decision: str, key: str) -> None:
        super().__init__(f"{decision}: 只能由具名人员作出，{key} 不是人员账号")


class PowerLackingError(Exception):
    """The grant under which somebody acts does not give this permission, or no longer."""

    def __init__(self, power: str, name: str) -> None:
        super().__init__(f"{name} 目前的岗位授权不含 {power}，或所需证件已过期")


class Audience(StrEnum):
    """Which side of the internal/public boundary a viewer stands on (concept, boundary 1)."""

    BUREAU = "BUREAU"
    BUSINESS = "BUSINESS"
    PUBLIC = "PUBLIC"


class FieldLevel(IntEnum):
    """How closely a field is kept. A viewer reads up to its clearance, the rest is masked."""

    PUBLIC = 0
    INTERNAL = 1
    SENSITIVE = 2
    REPORTER_SECRET = 3


class ScopeKind(StrEnum):
    """Which records a grant opens; the five that back offices know, and none."""

    ALL = "ALL"
    UNIT_AND_BELOW = "UNIT_AND_BELOW"
    UNIT = "UNIT"
    OWN = "OWN"
    CUSTOM = "CUSTOM"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Scope:
    """The records that are open: whole districts, a district's rows of no station, or single stations.

    `stations` are (district, station) as records carry them. OWN opens what the viewer is in charge of,
    within `tenants`: the districts outside of which nothing is ever read or written.
    """

    kind: ScopeKind = ScopeKind.NONE
    districts: frozenset[str] = frozenset()
    without_station: frozenset[str] = frozenset()
    stations: frozenset[tuple[str, str]] = frozenset()

    @property
    def tenants(self) -> frozenset[str]:
        """Every district of which at least something may be open."""
        return self.districts | self.without_station | {district for district, _ in self.stations}


@dataclass(frozen=True, slots=True)
class Viewer:
    """One who reads. A BUSINESS viewer carries the keys of its subjects, an officer a scope.

    Whoever is made without either sees nothing. `clearance` is read at once, `reveals` on stating a purpose.
    `audits` opens the audit trail.
    """

    audience: Audience
    key: str
    subjects: frozenset[str] = frozenset()
    scope: Scope = Scope()
    clearance: FieldLevel = FieldLevel.PUBLIC
    reveals: FieldLevel = FieldLevel.PUBLIC
    audits: bool = False

    @classmethod
    def bureau(cls, key: str) -> Viewer:
        """The software itself or the shell: bureau-wide and unmasked. Never made for a person's page."""
        everything, most = Scope(ScopeKind.ALL), FieldLevel.REPORTER_SECRET
        return cls(Audience.BUREAU, key, frozenset(), everything, most, most, audits=True)

    @classmethod
    def business(cls, subject: str) -> Viewer:
        """A business looking at its own file through a signed link."""
        return cls(Audience.BUSINESS, subject, frozenset({subject}), clearance=FieldLevel.SENSITIVE)

    @property
    def sees_all(self) -> bool:
        """Whether no record of the bureau is closed to this viewer."""
        return self.audience is Audience.BUREAU and self.scope.kind is ScopeKind.ALL

    @property
    def is_staff(self) -> bool:
        """Whether somebody of the bureau looks, an administrator without any scope included."""
        return self.audience is Audience.BUREAU

    @property
    def is_supervisor(self) -> bool:
        """Whether internal things that belong to no subject are open: peers, runs, the state of sources."""
        return self.is_staff and self.scope.kind is not ScopeKind.NONE

    def may_see_subject(self, subject: str) -> bool:
        """Whether this file is open without looking at whose it is; officers' scopes need the registry."""
        return self.sees_all or subject in self.subjects
