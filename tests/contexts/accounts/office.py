"""云汀's bureau on a small scale: two districts, three stations, a handful of people."""

from __future__ import annotations

from datetime import date, datetime

from zhunsheng.core.actors import Actor, ActorKind, ScopeKind
from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.foundation.accounts import acting
from zhunsheng.foundation.accounts.actions import accounts, grants, organisation, people
from zhunsheng.foundation.accounts.actions.grants import NewGrant
from zhunsheng.foundation.accounts.actions.organisation import NewUnit
from zhunsheng.foundation.accounts.models import Unit, UnitLevel
from zhunsheng.foundation.accounts.totp import STEP_SECONDS, code_at

SHELL = Actor.service("shell")
FOUNDED = date(2020, 1, 1)
TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 9, tzinfo=SHANGHAI)
HERE = Actor(ActorKind.PUBLIC, "10.1.1.7", "10.1.1.7")
SECRET = b"12345678901234567890"
PASSWORD = "Qing-Chuan-2026"
EAST, WEST = "980102", "980103"
STATIONS = {
    "980102/城东所": (EAST, "城东所"),
    "980102/城南所": (EAST, "城南所"),
    "980103/西浦所": (WEST, "西浦所"),
}


def found_bureau() -> None:
    """市局 → 汀前区局、西浦区局 → 城东所、城南所、西浦所."""
    unit = NewUnit("9801", "云汀市市场监督管理局", "9801")
    found(unit, UnitLevel.BUREAU, "")
    for code, name in ((EAST, "汀前区局"), (WEST, "西浦区局")):
        found(NewUnit(code, name, code), UnitLevel.DISTRICT, "9801")
    for key, (district, name) in STATIONS.items():
        found(NewUnit(key, name, name), UnitLevel.STATION, district)


def found(unit: NewUnit, level: UnitLevel, parent: str) -> None:
    organisation.found_unit(by=SHELL, at=NOW, unit=unit, level=level, parent=parent, since_on=FOUNDED)


def hire(key: str, name: str, unit: str, title: str = "科员") -> str:
    """Register a person and put them into a unit."""
    people.register_person(by=SHELL, at=NOW, key=key, name=name, joined_on=FOUNDED)
    people.take_post(by=SHELL, at=NOW, person=key, unit=unit, title=title, since_on=FOUNDED)
    return key


def employ(key: str, name: str, *roles: str, unit: str = "9801") -> None:
    """Register a person with these roles in a unit; the bureau is founded when it does not stand yet."""
    if not Unit.objects.exists():
        found_bureau()
    hire(key, name, unit)
    for role in roles:
        give(key, role, unit)


def certify(key: str, until: date, kind: str = "LAW_ENFORCEMENT") -> None:
    """A certificate that is valid until a day."""
    people.record_certificate(
        by=SHELL, at=NOW, person=key, kind=kind, number=f"{kind}-{key}", valid_from=FOUNDED, valid_to=until
    )


def give(
    key: str,
    role: str,
    unit: str,
    scope: ScopeKind | None = None,
    units: tuple[str, ...] = (),
    until: date | None = None,
) -> int:
    """Give a role from the founding day on."""
    grant = NewGrant(key, role, unit, FOUNDED, until, scope, units)
    return grants.give(by=SHELL, at=NOW, grant=grant, reason="岗位安排")


def at_work(grant: int, on: date = TODAY) -> acting.Acting:
    """The actor and viewer that a standing grant makes on a day."""
    return acting.empower(acting.standing_grants(on).get(id=grant), on)


def open_account(key: str, name: str, at: datetime = NOW) -> str:
    """Invite a person, who accepts at once."""
    token = accounts.invite(by=SHELL, at=at, person=key)
    return accounts.accept_invitation(by=HERE, at=at, token=token, name=name, password=PASSWORD)


def code(at: datetime, secret: bytes = SECRET) -> str:
    """What the app shows at an instant."""
    return code_at(secret, instant(at) // STEP_SECONDS)
