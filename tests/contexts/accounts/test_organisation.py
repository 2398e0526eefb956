"""Units change and nothing is forgotten: which one was responsible on a day, and where its people went."""

from __future__ import annotations

from datetime import date

import pytest

from tests.contexts.accounts import office
from zhunsheng.core.actors import Actor, ActorKind, PowerLackingError, Viewer
from zhunsheng.foundation.accounts.actions import organisation
from zhunsheng.foundation.accounts.actions.organisation import NewUnit, UnitError
from zhunsheng.foundation.accounts.finding import NotFoundError
from zhunsheng.foundation.accounts.models import UnitLevel
from zhunsheng.foundation.accounts.queries import organisation as queries

BUREAU = Viewer.bureau("test")
CHANGE = date(2026, 3, 1)
BEFORE = date(2026, 2, 28)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bureau(db: None) -> None:
    office.found_bureau()


def responsible(key: str, on: date) -> list[str]:
    return [card.name for card in queries.responsible_on(viewer=BUREAU, key=key, on=on)]


def posts(on: date) -> dict[str, list[str]]:
    return {p.key: [unit for unit, _ in p.posts] for p in queries.people(viewer=BUREAU, on=on)}


def test_a_renamed_station_is_found_under_both_names() -> None:
    new = NewUnit("980102/东门所", "东门市场监管所", "东门所")
    organisation.rename_unit(
        by=office.SHELL, at=office.NOW, key="980102/城东所", successor=new, on=CHANGE, reason="地名变更"
    )
    assert responsible("980102/东门所", BEFORE) == ["城东所"]
    assert responsible("980102/城东所", CHANGE) == ["东门市场监管所"]
    told = queries.history(viewer=BUREAU, key="980102/东门所")
    assert [(c.kind, c.before, c.after, c.on) for c in told] == [
        ("RENAMED", "城东所", "东门市场监管所", CHANGE)
    ]


def test_two_stations_merge_with_their_people() -> None:
    office.hire("0001", "程岚", "980102/城东所")
    office.hire("0002", "苏禾", "980102/城南所")
    merged = NewUnit("980102/中心所", "中心市场监管所", "中心所")
    keys = ["980102/城东所", "980102/城南所"]
    organisation.merge_units(
        by=office.SHELL, at=office.NOW, keys=keys, successor=merged, on=CHANGE, reason="机构改革"
    )
    assert posts(BEFORE) == {"0001": ["980102/城东所"], "0002": ["980102/城南所"]}
    assert posts(CHANGE) == {"0001": ["980102/中心所"], "0002": ["980102/中心所"]}
    assert responsible("980102/中心所", BEFORE) == ["城东所", "城南所"]


def test_a_split_leaves_nobody_behind() -> None:
    office.hire("0001", "程岚", "980102/城东所")
    parts = [NewUnit(f"980102/{n}", n, n) for n in ("城东一所", "城东二所")]

    def split(places: dict[str, str]) -> None:
        organisation.split_unit(
            by=office.SHELL,
            at=office.NOW,
            key="980102/城东所",
            successors=parts,
            on=CHANGE,
            reason="辖区过大",
            places=places,
        )

    with pytest.raises(UnitError, match="0001"):
        split({})
    split({"0001": "980102/城东二所"})
    assert posts(CHANGE) == {"0001": ["980102/城东二所"]}
    assert responsible("980102/城东所", CHANGE) == ["城东一所", "城东二所"]


def test_a_merged_district_takes_its_stations_along() -> None:
    office.hire("0003", "何舟", "980103/西浦所")
    office.give("0003", "officer", "980103/西浦所")
    merged = NewUnit("980109", "汀浦区局", "980109")
    organisation.merge_units(
        by=office.SHELL,
        at=office.NOW,
        keys=[office.EAST, office.WEST],
        successor=merged,
        on=CHANGE,
        reason="区划调整",
    )
    tree = {card.key: card.parent for card in queries.units(viewer=BUREAU, on=CHANGE)}
    assert tree["980103/西浦所"] == "980109"
    assert responsible("980109", BEFORE) == ["汀前区局", "西浦区局"]
    grant = office.acting.grants_of("0003", CHANGE)[0]
    scope = office.at_work(grant.id, CHANGE).viewer.scope
    assert scope.stations == {("980103", "西浦所"), ("980109", "西浦所")}


def test_what_cannot_be_is_refused() -> None:
    both = ["980102/城东所", "980103/西浦所"]
    new = NewUnit("x", "x", "x")
    with pytest.raises(UnitError, match="同一上级"):
        organisation.merge_units(
            by=office.SHELL, at=office.NOW, keys=both, successor=new, on=CHANGE, reason="x"
        )
    with pytest.raises(UnitError, match="层级"):
        office.found(new, UnitLevel.STATION, "9801")
    with pytest.raises(UnitError, match="同编号"):
        office.found(NewUnit("980102/城东所", "又一个", "又"), UnitLevel.STATION, office.EAST)
    with pytest.raises(NotFoundError):
        organisation.rename_unit(
            by=office.SHELL, at=office.NOW, key="nowhere", successor=new, on=CHANGE, reason="x"
        )
    anybody = Actor(ActorKind.PERSON, "0009", "路人")
    with pytest.raises(PowerLackingError):
        organisation.rename_unit(
            by=anybody, at=office.NOW, key="980102/城东所", successor=new, on=CHANGE, reason="x"
        )
