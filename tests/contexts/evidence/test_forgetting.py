"""F-43 from inside: a crash between decision and deed, and two who make a person's key at once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.contexts.evidence.logs import CLERK, NOW, OFFICER
from zhunsheng.foundation.evidence import actions, personal
from zhunsheng.foundation.evidence.keys import write_secret
from zhunsheng.foundation.evidence.models import AuditEvent, SealedDetail

pytestmark = pytest.mark.django_db


def test_what_was_decided_before_a_crash_is_carried_out_once(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    with transaction.atomic():
        told = actions.seal_detail(by=CLERK, at=NOW, person="P-CHENG", told={"device": "手机 13900009801"})
        actions.record(by=OFFICER, at=NOW, action="FILE_KEPT", target="touch:1", detail=told)
    assert actions.forget_again(by=CLERK, at=NOW) == 0  # nobody decided anything
    personal.erase(personal.Erased("n1", "P-CHENG", NOW.isoformat(), OFFICER.name, "保存期满"))
    assert SealedDetail.objects.count() == 1  # the crash came here
    assert [actions.forget_again(by=CLERK, at=NOW) for _ in range(2)] == [1, 0]
    assert not SealedDetail.objects.exists()
    entry = AuditEvent.objects.latest("id")
    assert (entry.detail["why"], entry.detail["decided_by"]) == ("保存期满", OFFICER.name)


def test_of_two_who_make_a_key_at_once_the_first_ones_is_taken(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path

    def beaten(_fresh: Path, path: Path) -> None:
        write_secret(path, secrets.token_bytes(personal.KEY_BYTES))
        raise FileExistsError

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", beaten)
        mine = personal.seal_for("P", b"one", bound="x")
    theirs = personal.seal_for("P", b"two", bound="x")
    assert [personal.open_for("P", sealed, bound="x") for sealed in (mine, theirs)] == [b"one", b"two"]
    assert len(list((tmp_path / personal.FOLDER / personal.KEYS).iterdir())) == 1
