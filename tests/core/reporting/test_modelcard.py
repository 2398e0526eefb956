"""The card of a model, on rows small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.core.reporting.modelcard import (
    Check,
    Standing,
    calibration,
    difference,
    fairness,
    hit_rates,
    migration,
)
from zhunsheng.core.reporting.precision import wilson
from zhunsheng.core.reporting.profiles import Profile

SHOP = Profile("汀前区", "汀前所", "零售业", "A", "不满10人", "1至3年", "ENTERPRISE")
FIRM = replace(SHOP, size="100至299人")
STANDING = [Standing(SHOP, "A", "A", 800), Standing(SHOP, "A", "D", 800), Standing(FIRM, "D", "", 300)]
CHOSEN = [Check(FIRM, "D", drawn=False, found=n > 0) for n in range(4)]
DRAWN = [Check(SHOP, "A", drawn=True, found=n == 0) for n in range(4)]


def test_chosen_visits_stand_against_drawn_ones_with_what_was_seen() -> None:
    a, d, none, drawn = hit_rates(STANDING, CHOSEN + DRAWN, ["A", "D"])
    assert (a["checks"], a["permille"], a["more_permille"]) == (0, None, None)
    assert (d["businesses"], d["checks"], d["found"], d["permille"]) == (1, 4, 3, 750)
    assert d["exposure_permille"] == 4000 and d["more_permille"] == 500
    assert d["more_low_permille"] < 0 < d["more_high_permille"]
    assert none["businesses"] == 0 and none["exposure_permille"] is None
    assert (drawn["group"], drawn["checks"], drawn["permille"]) == ("RANDOM", 4, 250)


def test_calibration_believes_only_what_chance_drew() -> None:
    assert calibration(CHOSEN + DRAWN, ["A", "D"])["ordered"] is None
    severe = [Check(FIRM, "D", drawn=True, found=found) for found in (True, True)]
    assert calibration([*DRAWN, *severe], ["A", "D"])["ordered"] is True
    clean = [replace(c, found=False) for c in severe]
    assert calibration([*DRAWN, *clean], ["A", "D"])["ordered"] is False


def test_every_business_is_in_the_matrix_once() -> None:
    rows = {row["group"]: row["to"] for row in migration(STANDING, ["A", "D"])}
    assert rows["A"]["A"] == rows["D"]["A"] == rows["未分类"]["D"] == 1
    assert sum(n for to in rows.values() for n in to.values()) == 3


def test_who_stood_in_a_severe_class_for_nothing_is_counted_by_group() -> None:
    rows = {(r["dimension"], r["group"]): r for r in fairness(STANDING, CHOSEN + DRAWN, frozenset("D"))}
    firm, shop = rows["size", "100至299人"], rows["size", "不满10人"]
    assert (firm["severe_permille"], firm["unfounded_permille"]) == (1000, 1000)
    assert (shop["severe_permille"], shop["unfounded_permille"]) == (0, 0)
    assert rows["form", "ENTERPRISE"]["unfounded_permille"] == 250


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_a_difference_lies_within_its_interval_and_turns_with_its_sides(
    a: int, n: int, b: int, m: int
) -> None:
    def share(found: int, checks: int) -> dict[str, int]:
        found = min(found, checks)
        low, high = wilson(found, checks)
        return {"permille": found * 1000 // checks, "low_permille": low, "high_permille": high}

    middle, low, high = difference(share(a, n), share(b, m))
    assert -1000 <= low <= middle <= high <= 1000
    assert difference(share(b, m), share(a, n)) == (-middle, -high, -low)
