"""Captured files and the log on pages: what they are, who had them, whether they still are that; proofs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.contexts.evidence.logs import sealed
from tests.journeys.city import BUREAU, OFFICER, Bureau, at
from tests.portals.pages import E1, PDF, as_, reminded, staffed, stand_at
from zhunsheng.foundation.attachments import actions, store
from zhunsheng.foundation.attachments.capturing import CaptureMethod
from zhunsheng.foundation.attachments.models import Attachment
from zhunsheng.foundation.evidence import showing
from zhunsheng.foundation.evidence.models import AuditEvent

pytestmark = pytest.mark.django_db
WHY = {"purpose": "VERIFY", "words": "核对现场"}
NOW = at("2026-07-02 09:00")


@pytest.fixture
def file(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A sealed recording about a touch, and a redaction copy of it; the log is signed."""
    settings.MEDIA_ROOT, settings.HOME = tmp_path / "media", tmp_path / "home"
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    owner = f"touch:{reminded(Bureau())}"
    capture = actions.Capture(CaptureMethod.RECORDER, "执法记录仪 7 号", at("2026-07-02 08:00"))
    number = actions.keep(
        by=OFFICER, at=NOW, owner=owner, shared_with=E1, name="现场.pdf", content=PDF, capture=capture
    )
    actions.seal(by=OFFICER, at=NOW, owner=owner)
    covered = PDF.replace(b"trailer", b"covered")
    actions.redact(by=OFFICER, at=NOW, attachment_id=number, content=covered, reason="遮去人像")
    sealed(settings.HOME)
    return number


def page(client: Client, address: str, code: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == code
    return response.content.decode()


def test_a_file_tells_what_it_is_and_who_had_it(file: int) -> None:
    officer, other = as_(Client(), "0002"), as_(Client(), "0003")
    digest = Attachment.objects.get(id=file).sha256
    assert digest[:16] in page(officer, f"/evidence/?method=RECORDER&sha256={digest[:6]}")
    assert "现场.pdf" not in page(officer, "/evidence/?state=BROKEN")
    assert "现场.pdf" not in page(other, "/evidence/")
    for name in ("", "original/", "device/"):
        page(other, f"/evidence/{file}/{name}", 404)
    told = page(officer, f"/evidence/{file}/")
    for words in (
        digest,
        "执法记录仪",
        "2026-07-02 08:00",
        "与采集时相同",
        "遮去人像",
        "制作遮盖件",
        "封存文件",
    ):
        assert words in told
    assert "7 号" not in told


def test_original_and_device_are_opened_for_a_purpose_that_is_on_record(file: int) -> None:
    officer = as_(Client(), "0002")
    before = AuditEvent.objects.count()
    for name in ("original", "device"):
        page(officer, f"/evidence/{file}/{name}/")
        refused = officer.post(f"/evidence/{file}/{name}/", {"purpose": "VERIFY", "words": ""})
        assert refused.status_code == 200 and b"attachment" not in str(refused.headers).encode()
    assert AuditEvent.objects.count() == before
    taken = officer.post(f"/evidence/{file}/original/", WHY)
    assert taken.content == PDF and "attachment" in taken.headers["Content-Disposition"]
    assert "执法记录仪 7 号" in officer.post(f"/evidence/{file}/device/", WHY).content.decode()
    told = page(officer, f"/evidence/{file}/")
    assert "查看原件" in told and "查看封存的个人信息" in told and "核对现场" in told
    page(as_(Client(), "0007"), f"/evidence/{file}/original/", 404)


def test_a_file_that_is_not_what_was_captured_is_seen_and_cannot_be_used(file: int) -> None:
    officer = as_(Client(), "0002")
    path = store.path_of(Attachment.objects.get(id=file).sha256, "original")
    path.write_bytes(PDF + b"x")
    told = page(officer, f"/evidence/{file}/")
    assert "不能再用" in told and "取用原件" not in told
    assert Attachment.objects.get(id=file).broken_at is None
    assert officer.post(f"/evidence/{file}/").status_code == 302
    assert "文件摘要不符" in page(officer, f"/evidence/{file}/")
    assert "现场.pdf" in page(officer, "/evidence/?state=BROKEN")
    assert officer.post(f"/evidence/{file}/original/", WHY).status_code == 400
    path.write_bytes(PDF)
    assert "不能再用" in page(officer, f"/evidence/{file}/")


def test_the_log_and_one_act_are_proved_on_their_pages(
    file: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = as_(Client(), "0007")
    first = showing.state(viewer=BUREAU)
    assert first is not None
    actions.check(by=OFFICER, at=NOW, attachment_id=file)
    assert "另有" in page(auditor, "/evidence/log/")
    size = sealed(settings.HOME).size
    told = page(as_(Client(), "0002"), f"/evidence/log/?since={first.size}")
    assert f"签署到 {first.size} 条时的日志，是现在 {size} 条的开头" in told and "不成立" not in told
    event = AuditEvent.objects.get(action="FILE_REDACTED").id
    assert f"/evidence/acts/{event}/" in page(auditor, "/audit/?action=FILE_REDACTED")
    told = page(auditor, f"/evidence/acts/{event}/")
    assert "制作遮盖件" in told and "成立" in told and "不成立" not in told
    page(as_(Client(), "0002"), f"/evidence/acts/{event}/", 404)
    monkeypatch.setattr("zhunsheng.core.tlog.merkle.node_hash", lambda left, right: left)
    assert "不成立" in page(auditor, f"/evidence/acts/{event}/")
