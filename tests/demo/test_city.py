"""The invented city is the same on every machine, large enough, and tells what the items read."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.journeys.city import HOUSE
from zhunsheng.core.contracts import check_payload
from zhunsheng.core.rules.tree import Select
from zhunsheng.demo.city import population
from zhunsheng.demo.signals import facts_of
from zhunsheng.engine.packfiles import load_pack
from zhunsheng.sensing.signals.new_facts import NewFact

LOADED = load_pack(HOUSE / "packs/general")
# Exclusions and what judging itself writes: nobody has to report them.
NOT_REPORTED = {"PERMIT_ENDED", "TOUCH"}
DIGEST = """
import hashlib
import django
django.setup()
from zhunsheng.demo.city import population
from zhunsheng.demo.signals import facts_of
told = [(b.key, b.name, repr(facts_of(b))) for b in population(3000)[::10]]
print(hashlib.sha256(repr(told).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def facts() -> list[NewFact]:
    return [fact for business in population() for fact in facts_of(business)]


def kinds_in(node: object) -> set[str]:
    """Every kind of fact that a rule reads."""
    found = set(node.kinds) if isinstance(node, Select) else set()
    if dataclasses.is_dataclass(node):
        found |= {kind for f in dataclasses.fields(node) for kind in kinds_in(getattr(node, f.name))}
    elif isinstance(node, tuple):
        found |= {kind for part in node for kind in kinds_in(part)}
    return found


def test_three_thousand_businesses_with_two_years_of_signals(facts: list[NewFact]) -> None:
    assert len({business.key for business in population()}) >= 3_000
    days = [fact.occurred_at for fact in facts]
    assert max(days) - min(days) >= timedelta(days=729)


def test_every_kind_and_every_source_that_the_items_read_is_told(facts: list[NewFact]) -> None:
    assert len(LOADED.pack.items) == 26
    read, told = kinds_in(LOADED.pack.items), {fact.kind for fact in facts}
    assert read - told == NOT_REPORTED
    sources = {LOADED.pack.sources[kind] for kind in read - NOT_REPORTED}
    assert sources <= {LOADED.pack.sources[kind] for kind in told}


def test_every_fact_keeps_its_contract(facts: list[NewFact]) -> None:
    faults = {fact.kind for fact in facts if check_payload(LOADED.contracts.kinds[fact.kind], fact.payload)}
    assert faults == set()


def test_the_city_does_not_depend_on_the_machine_s_own_order() -> None:
    digests = set()
    for seed in ("1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "America/Lima"}
        words = [sys.executable, "-c", DIGEST]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, cwd=HOUSE)
        digests.add(done.stdout.strip())
    assert len(digests) == 1
