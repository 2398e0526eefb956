"""Messages, their calls and trials are for the bureau; a business reads its own inbox and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from zhunsheng.core.actors import Actor, ActorKind, Audience, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.messages import MessagePolicy
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.foundation.outreach import actions, queries
from zhunsheng.foundation.outreach.new_messages import NewMessage

pytestmark = pytest.mark.django_db
FIRM, OTHER = "91980102MA100A1B2U", "92980102MA400G4H2X"
NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
BUREAU, PUBLIC = Viewer.bureau("test"), Viewer(Audience.PUBLIC, "")
BUSINESS = Viewer(Audience.BUSINESS, FIRM, subjects=frozenset({FIRM}))
SYSTEM = Actor(ActorKind.PERSON, "9801-91", "卫东篱", powers=frozenset({actions.SWITCH}))
PACK = Path(__file__).parents[3] / "packs/general/messages"
POLICY = MessagePolicy.read(yaml.safe_load((PACK / "policy.yaml").read_text(encoding="utf-8")))
REMINDER = NewMessage("m1", "SMS", "13900000001", "T01-1:L-7", "请核对")
LETTER = NewMessage("m2", "INBOX", FIRM, "T01-1:L-7", "请核对")


@pytest.fixture
def row() -> OutboxRow:
    """A short message on its way, and a letter in the inbox."""
    for message in (REMINDER, LETTER):
        assert actions.queue(by=Actor.service("outreach"), at=NOW, message=message, policy=POLICY)
    return OutboxRow.objects.get(key="m1")


@pytest.mark.parametrize("viewer", [PUBLIC, BUSINESS])
def test_outside_the_bureau_nothing_of_a_message_is_told(row: OutboxRow, viewer: Viewer) -> None:
    (card,) = queries.of_keys(viewer=BUREAU, keys=["m1"])
    everything = {"message_id": card.id, "narrowed": lambda rows: rows}
    assert queries.message(viewer=BUREAU, **everything) == card
    assert queries.message(viewer=viewer, **everything) is None
    assert queries.with_keys(viewer=viewer, keys=["m1"], narrowed=lambda rows: rows) == []
    assert queries.receipts(viewer=viewer, key="m1") == []
    bearing = queries.bearings(viewer=viewer, at=NOW, wanted=[REMINDER], policy=POLICY)[0]
    assert bearing == queries.Bearing(0, False)
    assert queries.bearings(viewer=BUREAU, at=NOW, wanted=[REMINDER], policy=POLICY)[0].repeated
    assert queries.trials(viewer=viewer) == []
    assert outbox.unsettled(viewer=viewer, topic=row.topic) == []
    assert outbox.row_of(viewer=viewer, topic=row.topic, key="m1") is None
    assert outbox.row_of(viewer=BUREAU, topic=row.topic, key="m1") is not None
    assert outbox.tries(viewer=viewer, row_id=row.id) == []


def test_a_business_reads_its_own_inbox(row: OutboxRow) -> None:
    own = {"viewer": BUSINESS, "recipient": FIRM}
    assert [card.key for card in queries.to_recipient(**own)] == ["m2"]
    assert [card.key for card in queries.to_recipient(**own, channel="INBOX")] == ["m2"]
    assert queries.to_recipient(**own, channel="SMS") == []
    assert queries.to_recipient(viewer=BUSINESS, recipient=OTHER) == []


def test_a_trial_ends_with_a_reason_and_only_where_one_lasts() -> None:
    with pytest.raises(actions.TrialError, match="理由"):
        actions.end_trial(by=SYSTEM, at=NOW, reason=" ")
    with pytest.raises(actions.TrialError, match="不在试运行"):
        actions.end_trial(by=SYSTEM, at=NOW, reason="结束")
    actions.begin_trial(by=SYSTEM, at=NOW, reason="上线前核对")
    actions.end_trial(by=SYSTEM, at=NOW, reason="核对无误")
    assert [t.end_reason for t in queries.trials(viewer=BUREAU)] == ["核对无误"]
