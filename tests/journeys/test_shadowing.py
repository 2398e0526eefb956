"""A version beside the one in effect: its days add up to a replay, and nothing leaves it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest
from click.testing import CliRunner
from django.apps import apps

from tests.journeys.city import BUREAU, at
from tests.journeys.rulers import AUTHOR, LAWYER, approved, in_effect, line, revised
from tests.journeys.test_replaying import lived
from zhunsheng.cli.commands.shadow import command
from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.clock import instant
from zhunsheng.core.reporting.beside import beside
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.judging.rulebook import actions as rulebook
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.actions import shadows
from zhunsheng.judging.rulebook.lifecycle import ProposalStepError, ShadowState
from zhunsheng.workflows import shadowing
from zhunsheng.workflows.impacting import asked_of
from zhunsheng.workflows.replaying import next_group, play
from zhunsheng.workflows.ruling import course_at

pytestmark = pytest.mark.django_db
BEGUN, UNTIL = at("2026-02-10 09:30"), date(2026, 4, 30)
# What a shadow run may write: its own rows, the queue and the outbox that carry it, and acts on record.
OWN = {"Shadow", "ShadowCount", "OutboxRow", "DueRow", "AuditEvent"}


def whole() -> Counter[tuple[date, str, str, int, int, int, int]]:
    """One replay of the period, both versions, counted the same way."""
    (card,) = queries.shadows(viewer=BUREAU)
    asked = asked_of((card.started_at, card.counted_to), card.counted_to, Selection())
    both = [shadowing.kept(card.pack_hash), course_at(card.counted_to)]
    part, _ = play(BUREAU, both, asked, next_group(BUREAU, asked, ""))
    ours, lives = part.hits
    told = beside(ours, lives, instant(card.started_at), instant(card.counted_to))
    return Counter((*key, *counts) for key, counts in told.items())


def daily() -> Counter[tuple[date, str, str, int, int, int, int]]:
    (card,) = queries.shadows(viewer=BUREAU)
    rows = queries.shadow_counts(viewer=BUREAU, cards=[card])[card.id]
    return Counter((r.day, r.item, r.unit, r.touches, r.live, r.gained, r.lost) for r in rows)


def begin() -> int:
    return shadowing.start(AUTHOR, BEGUN, approved(BEGUN, revised(BEGUN, line(1))), "先看一看", UNTIL)


@pytest.mark.parametrize("seed", [3, 8])
def test_the_days_add_up_to_a_replay_whatever_takes_effect_meanwhile(seed: int) -> None:
    def turn() -> None:
        in_effect(at("2026-03-20 09:00"), revised(at("2026-03-20"), line(3)), date(2026, 4, 1))

    lived(seed, {"2026-02-10 09:30": begin, "2026-03-20 09:00": turn})
    (card,) = queries.shadows(viewer=BUREAU)
    assert (card.state, card.counted_to) == (ShadowState.ENDED, at("2026-05-01"))
    told = daily()
    assert told == whole() and sum(row[5] for row in told) > 0
    assert all(gained - lost == mine - live for *_, mine, live, gained, lost in told)
    shell = json.loads(CliRunner().invoke(command, ["--json"]).stdout)["shadows"]
    assert [len(s["counts"]) for s in shell] == [len(told)] and shell[0]["state"] == "ENDED"
    short = {row for row in told if row[0] != max(r[0] for r in told)}
    assert short != set(whole()), "the planted fault: a day that was not counted is seen"


def contents() -> dict[str, list[dict[str, object]]]:
    return {
        m.__name__: list(m.objects.order_by("pk").values())  # type: ignore[attr-defined]
        for m in apps.get_models()
        if m._meta.managed and m.__module__.startswith("zhunsheng")
    }


def test_nothing_leaves_a_shadow_and_a_person_stops_it() -> None:
    bureau = lived(3)
    number = approved(at("2026-06-30"), revised(at("2026-06-30"), line(4)), "再看一个")
    second = shadowing.start(AUTHOR, at("2026-06-30"), number, "比一比", date(2026, 7, 31))
    before = contents()
    shadowing.on_day({"key": str(second), "due_at": at("2026-07-01").isoformat()}, at("2026-07-01"))
    bureau.work(at("2026-07-01"))
    after = contents()
    assert {name for name in before if before[name] != after[name]} <= OWN
    assert after["AuditEvent"] == before["AuditEvent"], "counting is no act"
    topics = {row["topic"] for row in after["OutboxRow"] if row not in before["OutboxRow"]}
    assert topics == {shadowing.COUNT}
    shadows.stop(by=AUTHOR, at=at("2026-07-01"), shadow_id=second, reason="够了")
    shadowing.on_day({"key": str(second), "due_at": at("2026-07-02").isoformat()}, at("2026-07-02"))
    bureau.work(at("2026-07-02"))
    assert [c.counted_to for c in queries.shadows(viewer=BUREAU) if c.id == second] == [at("2026-07-01")]
    with pytest.raises(ProposalStepError):
        shadows.stop(by=AUTHOR, at=at("2026-07-02"), shadow_id=second, reason="再停")


def test_only_what_was_reviewed_and_is_not_in_effect_runs_beside() -> None:
    pack = revised(BEGUN, line(1))
    dossier = {"pack": {"hash": pack.content_hash, "version": pack.version}, "errors": 0}
    draft = rulebook.draft(by=AUTHOR, at=BEGUN, dossier=dossier, reason="误报多")
    for why, until, number in (("看看", UNTIL, draft), ("", UNTIL, draft), ("看看", date(2026, 2, 9), draft)):
        with pytest.raises(ProposalStepError):
            shadowing.start(AUTHOR, BEGUN, number, why, until)
    with pytest.raises(PowerLackingError):
        shadowing.start(LAWYER, BEGUN, draft, "看看", UNTIL)
    rulebook.submit(by=AUTHOR, at=BEGUN, proposal_id=draft)
    rulebook.review(by=LAWYER, at=BEGUN, proposal_id=draft, opinion="合法")
    shadowing.start(AUTHOR, BEGUN, draft, "看看", UNTIL)
    with pytest.raises(ProposalStepError):
        shadowing.start(AUTHOR, BEGUN, draft, "再来", UNTIL)
