"""A file stays what was captured, or everybody sees that it did not; what is done with it is known."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.contexts.evidence.logs import BUREAU, CLERK, NOW, OFFICER
from zhunsheng.core.actors import HumanDecisionRequiredError, Viewer
from zhunsheng.foundation.attachments import actions, queries, store
from zhunsheng.foundation.attachments.actions import Capture
from zhunsheng.foundation.attachments.capturing import CaptureMethod
from zhunsheng.foundation.attachments.sniffing import AttachmentError
from zhunsheng.foundation.evidence.models import SealedDetail
from zhunsheng.foundation.evidence.personal import open_for

pytestmark = pytest.mark.django_db
OWNER = "touch:7"


def photo(shade: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, shade, shade)).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def captured(settings: Any, tmp_path: Path) -> int:
    """A photo taken by an officer with a body camera, sealed."""
    settings.MEDIA_ROOT = tmp_path
    capture = Capture(CaptureMethod.RECORDER, "执法记录仪 7 号", NOW - timedelta(minutes=9))
    number = actions.keep(
        by=OFFICER, at=NOW, owner=OWNER, shared_with="S1", name="货架.png", content=photo(9), capture=capture
    )
    actions.seal(by=OFFICER, at=NOW, owner=OWNER)
    return number


def acts(number: int) -> list[str]:
    return [entry.action for entry in queries.custody(viewer=BUREAU, attachment_id=number)]


def test_who_when_by_what_means_and_the_device_apart(captured: int) -> None:
    kept = queries.custody(viewer=BUREAU, attachment_id=captured)[0]
    assert (kept.actor, kept.at, kept.detail["method"]) == ("程岚", NOW, "RECORDER")
    assert kept.detail["captured_at"] == (NOW - timedelta(minutes=9)).isoformat()
    assert "执法记录仪" not in str(kept.detail)
    row = SealedDetail.objects.get(commitment=kept.detail["sealed"])
    told = open_for(row.person, bytes(row.sealed), bound=row.commitment)
    assert told is not None and "执法记录仪 7 号" in told.decode(errors="replace")
    assert queries.custody(viewer=Viewer.business("S1"), attachment_id=captured) == []


def test_a_redaction_copy_names_its_original_which_stays(captured: int) -> None:
    by_whom = {"at": NOW, "attachment_id": captured, "content": photo(200)}
    with pytest.raises(HumanDecisionRequiredError):
        actions.redact(by=CLERK, reason="遮盖人像", **by_whom)
    copy = actions.redact(by=OFFICER, reason="遮盖人像", **by_whom)
    original, redaction = queries.of_owner(viewer=BUREAU, owner=OWNER)
    assert (redaction.id, redaction.redacts, redaction.method) == (copy, captured, "REDACTION")
    assert original.path(original=True).read_bytes() == photo(9)
    assert acts(captured) == ["FILE_KEPT", "FILES_SEALED", "FILE_REDACTED"]
    for number, content in ((captured, b"%PDF-1.7 %%EOF"), (copy, photo(1)), (captured + 99, photo(1))):
        with pytest.raises(AttachmentError):
            actions.redact(by=OFFICER, at=NOW, attachment_id=number, content=content, reason="x")


def test_to_read_an_original_one_says_why_and_it_is_known(captured: int) -> None:
    with pytest.raises(AttachmentError):
        actions.read(by=OFFICER, at=NOW, attachment_id=captured, purpose=" ")
    assert actions.read(by=OFFICER, at=NOW, attachment_id=captured, purpose="复核") == photo(9)
    assert acts(captured)[-1] == "FILE_READ"


@pytest.mark.parametrize("copy", ["original", "shown"])
@pytest.mark.parametrize("gone", [True, False])
def test_a_broken_file_is_unusable_and_seen(captured: int, copy: str, gone: bool) -> None:
    (card,) = queries.of_owner(viewer=BUREAU, owner=OWNER)
    path = store.path_of(card.sha256, copy)
    if gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"\0")
    assert [c.id for c in queries.unsound(viewer=BUREAU)] == [captured]
    with pytest.raises(AttachmentError, match="摘要"):
        actions.read(by=OFFICER, at=NOW, attachment_id=captured, purpose="复核")
    (card,) = queries.of_owner(viewer=BUREAU, owner=OWNER)
    assert card.broken
    assert acts(captured)[-1] == "FILE_BROKEN"
    assert not actions.check(by=CLERK, at=NOW, attachment_id=captured)
    assert acts(captured).count("FILE_BROKEN") == 1
    with pytest.raises(AttachmentError):
        actions.redact(by=OFFICER, at=NOW, attachment_id=captured, content=photo(1), reason="x")
