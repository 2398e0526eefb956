"""What the shell offers for the log: verify, packages, keys, another log after a restore."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import transaction

from tests.contexts.accounts import office
from tests.contexts.evidence.logs import CLERK, NOW, OFFICER, act
from zhunsheng.cli.commands import evidence, explain, verify
from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.foundation.evidence import actions
from zhunsheng.foundation.evidence.models import LeafSalt, SealedDetail

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def keeper() -> str:
    """The work number of who keeps the log."""
    office.employ("9801-03", "程岚", "audit_admin")
    return "9801-03"


def run(command: Any, *words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_a_package_is_made_and_verified(home: Path, keeper: str) -> None:
    act(2)
    target = str(home / "package.zip")
    made = run(evidence.command, "package", "subject:S1", "--to", target, "--by", keeper, "--why", "法院调取")
    assert made.exit_code == ExitCode.OK, made.output
    told = json.loads(run(verify.command, "--package", target, "--json").stdout)
    assert (told["ok"], told["leaves"]) == (True, 1)
    Path(target).write_bytes(Path(target).read_bytes()[:-1])
    assert run(verify.command, "--package", target).exit_code == ExitCode.FOUND


def test_the_log_is_verified_and_a_fault_is_found(home: Path) -> None:
    act(3)
    keys = json.loads(run(evidence.command, "keys", "--json").stdout)
    assert (len(keys["keys"]), keys["size"], keys["halted"]) == (1, 3, "")
    assert run(verify.command).exit_code == ExitCode.OK
    LeafSalt.objects.update(salt=b"x" * 32)
    told = run(verify.command, "--json")
    assert told.exit_code == ExitCode.FOUND and len(json.loads(told.stdout)["faults"]) == 3
    assert run(verify.command, "--key", "x").exit_code == ExitCode.CANNOT_RUN


def test_keys_change_and_another_log_begins(home: Path, keeper: str) -> None:
    act(1)
    assert run(evidence.command, "sm2", "--by", keeper).exit_code == ExitCode.CANNOT_RUN
    run(evidence.command, "keys")
    for words in (["rotate", "--why", "更换"], ["sm2"], ["begin-again", "--why", "恢复"]):
        assert run(evidence.command, *words, "--by", keeper).exit_code == ExitCode.OK
    assert len(json.loads(run(evidence.command, "keys", "--json").stdout)["keys"]) == 5
    assert run(verify.command).exit_code == ExitCode.OK


def test_a_person_is_forgotten_with_a_reason_and_the_log_still_holds(home: Path, keeper: str) -> None:
    with transaction.atomic():
        told = actions.seal_detail(by=CLERK, at=NOW, person="P-CHENG", told={"device": "手机"})
        actions.record(by=OFFICER, at=NOW, action="FILE_KEPT", target="touch:1", detail=told)
    run(evidence.command, "keys")
    words = ("forget", "P-CHENG", "--by", keeper, "--why")
    refused = run(evidence.command, *words, " ")
    assert refused.exit_code == ExitCode.USAGE and "须写明理由" in refused.output
    assert SealedDetail.objects.exists()
    done = run(evidence.command, *words, "本人请求", "--json")
    assert json.loads(done.stdout) == {"person": "P-CHENG", "leaves": 1}
    assert not SealedDetail.objects.exists()
    assert json.loads(run(verify.command, "--json").stdout)["ok"] is True


def test_explain_shows_where_the_log_holds_what_was_decided(home: Path) -> None:
    act(3)
    assert explain._proofs("S1") == []
    run(evidence.command, "keys")
    (shown,) = explain._proofs("S1")
    assert (shown["action"], shown["target"], shown["index"], shown["size"]) == ("SEEN", "subject:S1", 1, 3)
    assert shown["holds"]
    (home / "log" / "vkeys").write_text("")
    assert not explain._proofs("S1")[0]["holds"]
