"""A receiver of one district is told of that district's records and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.contexts.documents import office as papers
from tests.contexts.webhooks.receiver import Receiver
from tests.contexts.webhooks.test_webhooks import ADMIN, BUREAU, NOW, SHELL, Day, day, receiver
from zhunsheng.foundation.documents.models import Document
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.evidence import queries as log
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.foundation.webhooks import actions, queries
from zhunsheng.judging.triggers.models import Touch
from zhunsheng.registers.registry import actions as registry
from zhunsheng.registers.registry.actions import SubjectRecord
from zhunsheng.workflows import posting, sealing

__all__ = ["day", "receiver"]
pytestmark = pytest.mark.django_db
EAST, WEST = "91980102MA100A1B2U", "91980103MA200C2D2N"


def lying() -> dict[str, list[str]]:
    """Records of two districts, by the key of their subject: itself, a touch, a document."""
    told = {}
    for key in (EAST, WEST):
        record = SubjectRecord(key, "ENTERPRISE", key, key[2:8], "7020", date(2018, 3, 1))
        registry.record_subject(by=SHELL, at=NOW, record=record)
        touch = Touch.objects.create(
            subject=key, item="T01", point="T01-1", colour="YELLOW", state="OBSERVING", started_at=NOW
        )
        paper = papers.begin(recipient=replace(papers.SHOP, district=key[2:8]))
        Document.objects.filter(id=paper).update(district=key[2:8])
        told[key] = [f"subject:{key}", f"touch:{touch.id}", f"document:{paper}"]
    return told


KINDS = ("SUBJECT_CHANGED", "TOUCH_STEP", "DOCUMENT_REVISED")
WANTED = ("subject.changed", "touch.changed", "document.changed", "facts.recorded")


@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.sampled_from([EAST, WEST, ""]), st.integers(0, 2)), max_size=10))
def test_a_subscriber_of_a_district_is_told_the_same_whatever_happens_elsewhere(
    receiver: Receiver, db: None, steps: list[tuple[str, int]]
) -> None:
    """Two worlds, with and without the other district's acts; what is of no district is told in none."""

    def told(world: list[tuple[str, int]]) -> list[dict[str, Any]]:
        sealing.seal_log(NOW)
        number, _key = actions.subscribe(
            by=ADMIN, at=NOW, name="汀前区", url=receiver.address, types=WANTED, district=EAST[2:8]
        )
        for key, kind in world:
            of_nobody = ("FACTS_RECORDED", "source:12315")
            action, target = (KINDS[kind], records[key][kind]) if key else of_nobody
            evidence.record(by=SHELL, at=NOW, action=action, target=target, detail={})
        sealing.seal_log(NOW)
        actions.feed(by=SHELL, at=NOW, places=posting.districts_of)
        rows = OutboxRow.objects.filter(topic=f"webhook.{number}").order_by("id")
        era = log.log_end(viewer=BUREAU)[0]
        assert not any(row.key.startswith(f"msg_{era}_") for row in rows)
        assert len({row.key for row in rows}) == len(rows)
        return [row.payload for row in rows]

    records = lying() if not Touch.objects.exists() else known()
    alone = told([step for step in steps if step[0] == EAST])
    assert told(steps) == alone
    assert [one["id"] for one in alone] == [records[EAST][kind] for key, kind in steps if key == EAST]


def known() -> dict[str, list[str]]:
    papers_of = {d.district: d.id for d in Document.objects.order_by("id")}
    touches = {t.subject: t.id for t in Touch.objects.all()}
    return {
        key: [f"subject:{key}", f"touch:{touches[key]}", f"document:{papers_of[key[2:8]]}"]
        for key in (EAST, WEST)
    }


def test_a_replay_to_a_district_tells_no_more_than_the_feed_did(receiver: Receiver, day: Day) -> None:
    records = lying()
    number, _key = actions.subscribe(
        by=ADMIN, at=NOW, name="汀前区", url=receiver.address, types=WANTED, district=EAST[2:8]
    )
    for key in (EAST, WEST):
        day.act("TOUCH_STEP", records[key][1])
    day.turn()
    first = receiver.names[:]
    assert [one["id"] for one in receiver.told] == [records[EAST][1]] and len(first) == 1
    span: dict[str, Any] = {"since": NOW, "until": NOW + timedelta(hours=1), "places": posting.districts_of}
    assert actions.replay(by=ADMIN, at=day.clock.now(), number=number, **span) == 1
    day.turn(minutes=1)
    assert receiver.names == first * 2
    assert queries.subscriptions(viewer=BUREAU)[0].district == EAST[2:8]
