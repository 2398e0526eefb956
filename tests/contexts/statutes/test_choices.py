"""Two levels in conflict: a qualified person chooses, the look-up follows, nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.contexts.statutes.test_lists import AUTHOR, BUREAU, LAWYER, NOW, SAMPLE, day, effective
from zhunsheng.core.actors import Actor, HumanDecisionRequiredError, PowerLackingError, Viewer
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.registers.statutes.actions import choices
from zhunsheng.registers.statutes.lifecycle import ListStepError
from zhunsheng.registers.statutes.models import ListChoice
from zhunsheng.registers.statutes.queries import lists

pytestmark = pytest.mark.django_db
JUDGE = replace(LAWYER, powers=frozenset({choices.CHOOSE}))
CITY = {**SAMPLE, "list": "city", "level": "CITY", "title_zh": "市清单"}
PROVINCE = {**SAMPLE, "list": "province", "level": "PROVINCE", "title_zh": "省清单"}
BUSINESS = Viewer.business("91980102MA100A1B2U")


@pytest.fixture
def both() -> tuple[int, int]:
    return effective(day("2026-06-01"), CITY), effective(day("2026-06-01"), PROVINCE)


def choose(both: tuple[int, int], chosen: int, **more: Any) -> int:
    told: dict[str, Any] = {
        "by": JUDGE,
        "at": NOW,
        "reason": "省清单条件更宽",
        "lower_within_authority": True,
    }
    told |= {"lower_more_favourable": False, "version_ids": both, "chosen_id": chosen, **more}
    return choices.choose(**told)


def in_force(key: str, on: str = "2026-07-01", viewer: Viewer = BUREAU) -> str:
    card = lists.in_force(viewer=viewer, list_key=key, on=day(on))
    return card.list_key if card else ""


def test_the_look_up_follows_the_choice_from_its_day_on(both: tuple[int, int]) -> None:
    city, province = both
    assert in_force("city") == "city"
    choose(both, province)
    assert (in_force("city"), in_force("province")) == ("province", "province")
    assert in_force("city", viewer=BUSINESS) == "province"
    assert in_force("city", "2026-06-30") == "city" and in_force("city", "2026-05-31") == ""
    (told,) = lists.choices(viewer=BUREAU, version_ids=[city])
    assert (told.higher.id, told.lower.id, told.chosen.id, told.proposed.id) == (
        province,
        city,
        province,
        province,
    )
    assert told.stands and told.by_name == "闻笛" and lists.choices(viewer=BUSINESS, version_ids=[city]) == []


def test_a_later_choice_supersedes_and_both_stay_on_record(both: tuple[int, int]) -> None:
    city, province = both
    choose(both, province)
    choose(both, city, at=NOW.replace(day=3), lower_more_favourable=True, reason="市清单更有利")
    assert in_force("city", "2026-07-03") == "city" and in_force("province", "2026-07-03") == "city"
    assert in_force("city", "2026-07-02") == "province"
    told = lists.choices(viewer=BUREAU, version_ids=both)
    assert [(c.chosen.id, c.proposed.id, c.stands) for c in told] == [
        (city, city, True),
        (province, province, False),
    ]
    entries = AuditEvent.objects.filter(action="LIST_CHOSEN").order_by("id")
    assert [e.target for e in entries] == ["list:province@1", "list:city@1"] * 2
    assert entries[0].detail["chosen"] == "list:province@1" and entries[0].detail["reason"]


def test_what_is_proposed_need_not_be_chosen(both: tuple[int, int]) -> None:
    choose(both, both[0])
    (told,) = lists.choices(viewer=BUREAU, version_ids=both)
    assert (told.chosen.list_key, told.proposed.list_key) == ("city", "province")


def test_a_new_version_asks_for_a_new_choice_and_other_lists_are_left_alone(both: tuple[int, int]) -> None:
    effective(day("2026-06-01"), {**SAMPLE, "list": "else", "level": "DISTRICT", "title_zh": "区清单"})
    before = in_force("else")
    choose(both, both[1])
    assert in_force("else") == before == "else"
    effective(day("2026-07-10"), {**CITY, "title_zh": "市清单（新）"})
    assert in_force("city", "2026-07-09") == "province" and in_force("city", "2026-07-10") == "city"


def test_a_chain_of_choices_is_followed_and_a_ring_ends(both: tuple[int, int]) -> None:
    city, province = both
    nation = effective(day("2026-06-01"), {**SAMPLE, "list": "nation", "level": "NATIONAL"})
    choose(both, province)
    choose((province, nation), nation)
    assert in_force("city") == "nation"
    choose((city, nation), city)
    assert in_force("city") in {"city", "province", "nation"}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"reason": "  "}, ListStepError),
        ({"chosen_id": 0}, ListStepError),
        ({"by": AUTHOR}, PowerLackingError),
        ({"by": replace(AUTHOR, powers=JUDGE.powers)}, ListStepError),
        ({"by": LAWYER}, PowerLackingError),
        ({"by": Actor.service("rule")}, HumanDecisionRequiredError),
        ({"at": NOW.replace(month=5)}, ListStepError),
    ],
    ids=["no reason", "neither", "no power", "own draft", "reviewer", "machine", "not yet in force"],
)
def test_who_may_not_or_says_nothing_is_refused(
    both: tuple[int, int], more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        choose(both, more.pop("chosen_id", both[1]), **more)
    assert not ListChoice.objects.exists() and not AuditEvent.objects.filter(action="LIST_CHOSEN").exists()


def test_lists_that_are_not_in_conflict_are_refused(both: tuple[int, int]) -> None:
    city, _province = both
    same = effective(day("2026-06-01"), {**CITY, "list": "city2"})
    entries = [{**entry, "type": "别的"} for entry in SAMPLE["entries"]]
    odd = {**SAMPLE, "list": "odd", "level": "PROVINCE", "entries": entries, "shape": {}}
    for other in (same, city, 999_999, effective(day("2026-06-01"), odd)):
        with pytest.raises(ListStepError):
            choose((city, other), city)


def test_the_database_refuses_changes_a_third_list_and_a_second_beginning(both: tuple[int, int]) -> None:
    made = choose(both, both[1])
    rows = ListChoice.objects.filter(id=made)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(reason="别的")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows._raw_delete("default")
    values = rows.values().get() | {"id": None}
    for wrong in ({"chosen_id": effective(day("2026-06-01"))}, {"reason": ""}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ListChoice.objects.create(**{**values, "supersedes_id": made if wrong else None, **wrong})
