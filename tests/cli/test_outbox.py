"""Whoever looks after messages sees what is unclear, settles it by name, and the doctor tells what waits."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import transaction

from tests.contexts.accounts import office
from zhunsheng.cli import health
from zhunsheng.cli.commands import outbox as command
from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.cli.health import Finding, Level
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SystemClock
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.outbox import actions, queries
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach.lifecycle import MessageState
from zhunsheng.foundation.outreach.new_messages import NewMessage
from zhunsheng.registers.registry import actions as registry
from zhunsheng.registers.registry.actions import SubjectRecord
from zhunsheng.sensing.signals.actions import FACTS_RECORDED

BY = Actor.service("dispatch")
BUREAU = Viewer.bureau("test")
pytestmark = pytest.mark.django_db


def run(*words: str) -> tuple[int, Any]:
    done = CliRunner().invoke(command.command, [*words, "--json"])
    return done.exit_code, json.loads(done.stdout) if done.stdout.strip() else None


def put(topic: str, key: str, at: datetime) -> None:
    with transaction.atomic():
        actions.put(by=BY, at=at, topic=topic, key=key, payload={})


def unclear(key: str = "SMS:1:1", hours: int = 30) -> int:
    if not OutboxRow.objects.filter(key=key).exists():
        put("sms.send", key, SystemClock().now() - timedelta(hours=hours))
    OutboxRow.objects.filter(key=key).update(state="UNKNOWN", note="HTTP 504")
    return OutboxRow.objects.get(key=key).id


def waiting() -> dict[str, Finding]:
    return {finding.check: finding for finding in health.waiting()}


def test_what_is_unclear_is_listed_and_settled_by_a_named_person() -> None:
    office.employ("9801-01", "陆衡", "bureau_leader")
    row = unclear()
    code, (told,) = run("list")
    assert (code, told["id"], told["state"], told["note"]) == (ExitCode.FOUND, row, "UNKNOWN", "HTTP 504")
    assert "HTTP 504" in CliRunner().invoke(command.command, ["list"]).stdout
    words = ("settle", str(row), "--finding", "arrived", "--reason", "已电话核实", "--by", "9801-01")
    assert run(*words) == (ExitCode.OK, {"id": row, "state": "DONE"})
    assert run("list") == (ExitCode.OK, [])
    assert run(*words)[0] == ExitCode.CANNOT_RUN
    assert queries.for_a_person(viewer=BUREAU) == []
    (trail,) = evidence.entries_of(target=f"outbox:{row}", viewer=BUREAU)
    assert (trail.action, trail.actor) == ("OUTBOX_SETTLED", "陆衡")


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("980102-1", ExitCode.OK),
        ("980103-1", ExitCode.CANNOT_RUN),
        ("980102-2", ExitCode.CANNOT_RUN),
        ("程岚", ExitCode.CANNOT_RUN),
        ("9801-01", ExitCode.OK),
    ],
)
def test_only_who_may_settle_messages_about_this_business_does(by: str, code: ExitCode) -> None:
    """Its district's officer or the bureau's leader; not another district's, not another role, no name."""
    office.employ("980102-1", "程岚", "officer", unit=office.EAST)
    office.employ("980103-1", "闻笛", "officer", unit=office.WEST)
    office.employ("980102-2", "沈砚", "list_editor", unit=office.EAST)
    office.employ("9801-01", "陆衡", "bureau_leader")
    record = SubjectRecord("91980102MA100A1B2U", "ENTERPRISE", "商行", office.EAST, "5211", office.FOUNDED)
    registry.record_subject(by=BY, at=office.NOW, record=record)
    policy = open_library(settings.PACKS).message_policy
    message = NewMessage("SMS:1:1", "SMS", "13900000001", "T01-1", "请核对", subject=record.key)
    outreach.queue(by=BY, at=SystemClock().now(), message=message, policy=policy)
    row = unclear()
    done = CliRunner().invoke(
        command.command, ["settle", str(row), "--finding", "arrived", "--reason", "已电话核实", "--by", by]
    )
    assert done.exit_code == code, done.output
    assert ("授权" in done.output) == (code != ExitCode.OK)


@pytest.mark.parametrize(("missing", "code"), [("--reason", ExitCode.USAGE), ("--by", ExitCode.CANNOT_RUN)])
def test_nobody_settles_without_name_and_reason(missing: str, code: ExitCode) -> None:
    row = unclear()
    given = {"--finding": "give-up", "--reason": "停机", "--by": "程岚", missing: " "}
    words = [part for pair in given.items() for part in pair]
    assert CliRunner().invoke(command.command, ["settle", str(row), *words]).exit_code == code
    assert run("list")[0] == ExitCode.FOUND


def test_the_doctor_tells_what_waits_too_long_and_not_what_has_just_come() -> None:
    at = SystemClock().now()
    assert {finding.level for finding in waiting().values()} == {Level.OK}
    put("sms.send", "fresh", at)
    put("sms.send", "tomorrow", at + timedelta(hours=12))
    assert {finding.level for finding in waiting().values()} == {Level.OK}
    put("sms.send", "late", at - timedelta(hours=2))
    put(FACTS_RECORDED, "E1:1", at - timedelta(hours=3))
    unclear()
    found = waiting()
    late = ("waiting.facts", "waiting.outbox", "waiting.unclear")
    assert {name: found[name].level for name in late} == dict.fromkeys(late, Level.WARN)
    assert "3.0" in found["waiting.facts"].text and found["waiting.facts"].cure
    assert "30.0" in found["waiting.unclear"].text


def test_receipts_of_strangers_are_told() -> None:
    policy = open_library(settings.PACKS).message_policy
    at = SystemClock().now()
    outreach.take_receipt(by=BY, at=at, key="theirs", told=MessageState.FAILED, policy=policy)
    assert waiting()["waiting.strangers"].level is Level.WARN
    code, (told,) = run("strangers")
    assert (code, told["key"], told["told"]) == (ExitCode.OK, "theirs", "FAILED")


def test_tables_that_are_not_there_yet_are_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "pending_migrations", lambda: ["outbox.0001_initial"])
    assert list(health.waiting()) == []
