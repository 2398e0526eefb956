"""Facts come in once, stay, and are corrected by facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import Error, connection, transaction

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.core.contracts import ContractSet, parse_contracts
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.foundation.accounts.revealing import RevealError
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.sensing.signals import actions, queries
from zhunsheng.sensing.signals.new_facts import NewFact, Outcome, OutcomeState, same_report

NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
CLERK = Actor.service("intake")
BUREAU = Viewer.bureau("test")
SUBJECT = "91980102MA100A1B2U"
KINDS = {
    "COMPLAINT": {
        "name_zh": "投诉",
        "sources": ["12315", "hotline"],
        "dedupe": ["number"],
        "fields": {
            "number": {"type": "TEXT", "name_zh": "编号", "required": True},
            "people": {"type": "INTEGER", "name_zh": "人数"},
        },
    }
}
CONTRACTS = ContractSet({c.kind: c for c in parse_contracts({"kinds": KINDS}, where="test")})


def complaint(number: str = "N1", **changes: object) -> NewFact:
    fields = {"occurred_at": NOW - timedelta(days=1), "payload": {"number": number}, **changes}
    return NewFact("COMPLAINT", SUBJECT, **fields)  # type: ignore[arg-type]


def record(*facts: NewFact, source: str = "12315", at: datetime = NOW, **more: str) -> list[Outcome]:
    return actions.record_facts(by=CLERK, at=at, facts=facts, source=source, contracts=CONTRACTS, **more)  # type: ignore[arg-type]


def standing() -> list[str]:
    told = queries.timeline(viewer=BUREAU, subject=SUBJECT)
    return [str(f.payload.get("number")) for f in in_force(told, instant(NOW + timedelta(days=9)))]


@pytest.mark.django_db
def test_one_transaction_holds_fact_outbox_and_audit() -> None:
    (outcome,) = record(complaint())
    assert outcome.state is OutcomeState.ACCEPTED
    assert outbox.counts(viewer=BUREAU) == {("facts.recorded", "PENDING"): 1}
    (entry,) = evidence.entries_of(target="source:12315", viewer=BUREAU)
    assert entry.detail["counts"] == {"ACCEPTED": 1}


@pytest.mark.django_db
def test_two_sources_telling_one_event_are_one_fact_with_two_evidences() -> None:
    (first,) = record(complaint())
    (second,) = record(complaint(), source="hotline")
    assert second.state is OutcomeState.DUPLICATE
    told = queries.evidences(viewer=BUREAU, fact_id=first.fact_id)
    assert [source for source, _, _ in told] == ["12315", "hotline"]
    record(complaint(), source="hotline")
    assert len(queries.evidences(viewer=BUREAU, fact_id=first.fact_id)) == 2
    assert standing() == ["N1"]


@pytest.mark.django_db
def test_the_same_delivery_gets_the_same_answer_and_another_body_is_refused() -> None:
    first = record(complaint(), delivery_key="d1")
    assert record(complaint(), delivery_key="d1") == first
    with pytest.raises(actions.AnotherBodyError):
        record(complaint("N2"), delivery_key="d1")
    assert standing() == ["N1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fact", "field"),
    [
        (NewFact("GOSSIP", SUBJECT, NOW), "kind"),
        (NewFact("COMPLAINT", SUBJECT, NOW), "number"),
        (NewFact("COMPLAINT", "", NOW, {"number": "N1"}), "subject"),
        (complaint(occurred_at=NOW + timedelta(days=1)), "occurred_at"),
        (complaint(occurred_at=NOW.replace(tzinfo=None)), "occurred_at"),
        (complaint(payload={"number": "N1", "people": "三"}), "people"),
        (complaint(payload={"number": "N1", "colour": "red"}), "colour"),
    ],
)
def test_what_cannot_be_taken_is_kept_with_reason_and_cure_and_the_good_part_is_taken(
    fact: NewFact, field: str
) -> None:
    refused, taken = record(fact, complaint("N9"))
    assert (refused.state, taken.state) == (OutcomeState.QUARANTINED, OutcomeState.ACCEPTED)
    assert [r.field for r in refused.refusals] == [field]
    assert all(r.reason_zh and r.cure_zh for r in refused.refusals)
    (waiting,) = queries.quarantine(viewer=BUREAU)
    assert waiting.content["kind"] == fact.kind
    assert standing() == ["N9"]


@pytest.mark.django_db
def test_a_batch_is_undone_by_compensating_facts_and_can_come_again() -> None:
    record(complaint("N1"), complaint("N2"), batch="b1")
    record(complaint("N3"))
    assert actions.undo_batch(by=CLERK, at=NOW, batch="b1", contracts=CONTRACTS) == 2
    assert standing() == ["N3"]
    with pytest.raises(actions.UnknownBatchError):
        actions.undo_batch(by=CLERK, at=NOW, batch="b1", contracts=CONTRACTS)


@pytest.mark.django_db
def test_corrections_are_facts() -> None:
    (first,) = record(complaint("N1"))
    record(complaint("N1 corrected", supersedes=first.fact_id))
    assert standing() == ["N1 corrected"]


@pytest.mark.django_db
def test_a_business_sees_its_own_timeline_only() -> None:
    record(complaint())
    assert len(queries.timeline(viewer=Viewer.business(SUBJECT), subject=SUBJECT)) == 1
    assert queries.timeline(viewer=Viewer.business("other"), subject=SUBJECT) == []
    assert list(queries.timelines(viewer=Viewer.business(SUBJECT))) == []
    assert [s for s, _ in queries.timelines(viewer=BUREAU)] == [SUBJECT]


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_a_fact() -> None:
    record(complaint())
    with pytest.raises(Error, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE signals_storedfact SET kind = 'PRAISE'")


@pytest.mark.django_db
def test_a_fact_without_a_zone_or_with_two_meanings_is_kept_with_its_reason() -> None:
    zoneless, torn = complaint(occurred_at=datetime(2026, 9, 1, 9)), complaint("N2")  # noqa: DTZ001
    torn = replace(torn, supersedes="a", retracts="b")
    told = [[r.field for r in outcome.refusals] for outcome in record(zoneless, torn)]
    assert told == [["occurred_at"], ["retracts"]]
    assert standing() == []


@pytest.mark.django_db
def test_a_given_id_is_the_identity_and_nothing_is_announced_unless_wanted() -> None:
    named = replace(complaint(), fact_id="TOUCH:1")
    outcomes = actions.record_facts(
        by=CLERK, at=NOW, facts=[named], source="12315", contracts=CONTRACTS, announce=False
    )
    assert [o.fact_id for o in outcomes] == ["TOUCH:1"]
    assert outbox.counts(viewer=BUREAU) == {}


@pytest.mark.django_db
def test_facts_are_announced_again_each_subject_for_itself() -> None:
    with transaction.atomic():
        actions.announce_apart(by=CLERK, at=NOW, news={"A": [3, 7], "B": [5]})
    rows = OutboxRow.objects.order_by("id").values_list("topic", "payload", "order_key")
    assert list(rows) == [
        ("facts.recorded", {"sequences": [3, 7]}, "A"),
        ("facts.recorded", {"sequences": [5]}, "B"),
    ]


def test_two_reports_of_one_event_have_their_identity_in_common() -> None:
    at = instant(NOW)
    told = [Fact(n, "COMPLAINT", SUBJECT, at, at, k, "", {"number": "N1"}) for k, n in enumerate("ab")]
    other = Fact("c", "COMPLAINT", SUBJECT, at, at, 2, "", {"number": "N2"})
    assert same_report(told[0], CONTRACTS) == same_report(told[1], CONTRACTS)
    assert same_report(told[0], CONTRACTS) != same_report(other, CONTRACTS)


@pytest.mark.django_db
@pytest.mark.parametrize("told", [{"fact_id": "no-such-fact"}, {"field": "strange"}, {"field": "people"}])
def test_a_field_of_a_fact_is_opened_for_a_purpose_and_one_that_is_not_there_is_not(
    told: dict[str, str],
) -> None:
    (outcome,) = record(complaint())
    officer = Actor(ActorKind.PERSON, "0001", "程岚", frozenset({"subject.reveal"}))
    asked = {"fact_id": outcome.fact_id, "field": "number", "purpose": "HANDLE", "words": "任务 3"}
    reveal = partial(actions.reveal, by=officer, at=NOW, viewer=BUREAU, contracts=CONTRACTS, subject=SUBJECT)
    assert reveal(**asked) == "N1"
    with pytest.raises(RevealError):
        reveal(**{**asked, **told})
    (entry,) = evidence.entries_of(target=f"subject:{SUBJECT}", viewer=BUREAU)
    assert (entry.action, entry.detail["field"]) == ("FIELD_REVEALED", "COMPLAINT.number")


@pytest.mark.django_db
def test_a_fresh_database_has_room_for_facts_to_come() -> None:
    """On PostgreSQL parts stand ahead from the beginning; SQLite has one table and asks for none."""
    assert actions.keep_parts_ahead(by=CLERK, at=NOW) == 0
