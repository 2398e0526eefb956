"""The system administrator sets up a receiver, sees every attempt, sends again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.test import Client

from tests.contexts.accounts import office
from tests.contexts.accounts.office import NOW
from zhunsheng.foundation.accounts.models import Grant
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.foundation.webhooks import actions
from zhunsheng.foundation.webhooks.models import Subscription
from zhunsheng.workflows import posting, sealing

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    settings.DEMO, settings.DEMO_CLOCK, settings.HOME = True, NOW, tmp_path
    settings.WEBHOOK_HOSTS = frozenset({"hooks.example"})
    office.found_bureau()
    office.hire("9801-91", "卫东篱", "9801")
    office.give("9801-91", "system_admin", "9801")
    office.open_account("9801-91", "weidongli")
    client = Client()
    client.post("/sign-in/as/", {"person": "9801-91"})
    return client


def test_from_setting_up_to_sending_again(admin: Client) -> None:
    told = {
        "district": "ALL",
        "name": "大数据局",
        "url": "https://hooks.example/in",
        "types": ["touch.created"],
    }
    assert "名单" in admin.post("/webhooks/new/", {**told, "url": "https://evil.example/"}).content.decode()
    assert "请选择：推送哪些事件" in admin.post("/webhooks/new/", {**told, "types": ["all"]}).content.decode()
    page = admin.post("/webhooks/new/", told).content.decode()
    key = re.findall(r"whsec_[\w+/=]+", page)[0]
    number = Subscription.objects.get(district="").id
    evidence.record(by=office.SHELL, at=NOW, action="TOUCHED", target="touch:1", detail={})
    sealing.seal_log(NOW)
    actions.feed(by=office.SHELL, at=NOW, places=posting.districts_of)
    shown = admin.get(f"/webhooks/{number}/").content.decode()
    assert "touch:1" in shown and "等待发送" in shown and key not in shown
    name = OutboxRow.objects.get(topic=f"webhook.{number}").key
    assert admin.post(f"/webhooks/{number}/again/", {"key": name}).status_code == 302
    assert admin.post(f"/webhooks/{number}/again/", {"key": "msg_9_9"}).status_code == 404
    admin.post("/webhooks/replay/", {"number": number, "since": "2026-06-30", "until": "2026-06-30"})
    assert OutboxRow.objects.filter(topic=f"webhook.{number}").count() == 3
    assert "whsec_" in admin.post("/webhooks/key/", {"number": number}).content.decode()
    admin.post("/webhooks/pause/", {"number": number, "reason": "对方停机"})
    assert Subscription.objects.get().state == "PAUSED"
    admin.post("/webhooks/resume/", {"number": number, "reason": "恢复"})
    assert Subscription.objects.get().state == "ACTIVE"


def test_its_owner_is_told_when_it_was_switched_off(admin: Client) -> None:
    actions_by = office.at_work(Grant.objects.get().id).actor
    actions.subscribe(
        by=actions_by, at=NOW, name="大数据局", url="https://hooks.example/", types=["touch.created"]
    )
    assert "已停用" not in admin.get("/organisation/").content.decode()
    Subscription.objects.update(state="DISABLED", state_reason="自 2026-06-26 09:00 起没有一次成功")
    assert "推送“大数据局”已停用：自 2026-06-26" in admin.get("/organisation/").content.decode()
