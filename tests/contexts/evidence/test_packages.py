"""A package says all that a notary needs, and two checkers that share no line agree about it."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.contexts.evidence.logs import BUREAU, CLERK, NOW, OFFICER, act, sealed, trusted
from tools import verify_evidence
from tools.bootstrap import ROOT
from zhunsheng.core.actors import HumanDecisionRequiredError
from zhunsheng.core.tlog.notes import Note
from zhunsheng.core.tlog.packages import MANIFEST, Manifest, listed
from zhunsheng.foundation.evidence import actions, queries, signing
from zhunsheng.foundation.evidence.handing_out import NothingToProveError, hand_out
from zhunsheng.foundation.evidence.keyring import known, signers
from zhunsheng.foundation.evidence.models import LogEra
from zhunsheng.foundation.evidence.packages import READ_ME, PackageError, check_package, unpacked, zipped

pytestmark = pytest.mark.django_db
PHOTO = b"\xff\xd8\xff photo of a shelf"
VERIFIER = ROOT / "tools" / "verify_evidence.py"


def a_package(home: Path, *, sm2: bool = False, files: dict[str, bytes] | None = None) -> bytes:
    """Three acts about one touch, one of them with a photo."""
    with transaction.atomic():
        detail = {"sha256": listed("", PHOTO).sha256}
        actions.record(by=OFFICER, at=NOW, action="FILE_KEPT", target="touch:1", detail=detail)
        for step in ("CONFIRMED", "CORRECTED"):
            told = {"step": step, "why": "复查合格"}
            actions.record(by=OFFICER, at=NOW, action="TOUCH_STEP", target="touch:1", detail=told)
    act(4, by=CLERK)
    sealed(home)
    if sm2:
        signing.add_sm2(by=OFFICER, home=home, at=NOW)
        sealed(home)
    return hand_out(
        by=OFFICER,
        at=NOW,
        home=home,
        proofs=queries.proofs_of(viewer=BUREAU, targets=["touch:1"]),
        files={"photo.jpg": PHOTO} if files is None else files,
        more={},
        reason="法院调取",
    )


def outside(home: Path, data: bytes, *arguments: str) -> int:
    """The exit code of the verifier that shares nothing with us, with the log's keys given."""
    path = home / "package.zip"
    path.write_bytes(data)
    keys = [part for text in known(home) for part in ("--key", text)]
    return verify_evidence.main([str(path), *keys, *arguments])


def test_both_checkers_find_a_package_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = a_package(tmp_path, sm2=True)
    told = check_package(data, trusted(tmp_path))
    assert [entry["action"] for _, _, entry in told.entries] == ["FILE_KEPT", "TOUCH_STEP", "TOUCH_STEP"]
    assert told.files == ["files/photo.jpg"]
    assert outside(tmp_path, data) == 0
    assert "证明成立" in capsys.readouterr().out


def test_who_gives_no_key_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(a_package(tmp_path))
    assert verify_evidence.main([str(path)]) == 2


def test_the_verifier_runs_where_nothing_is_installed(tmp_path: Path) -> None:
    """In isolated mode, without site packages: the standard library alone."""
    path = tmp_path / "package.zip"
    path.write_bytes(a_package(tmp_path, sm2=True))
    keys = [part for text in known(tmp_path) for part in ("--key", text)]
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(path), *keys]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    imported = {
        name.name.split(".")[0] if isinstance(node, ast.Import) else str(node.module).split(".")[0]
        for node in ast.walk(ast.parse(VERIFIER.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported <= sys.stdlib_module_names


def test_handing_out_is_an_act_of_a_named_person(tmp_path: Path) -> None:
    data = a_package(tmp_path)
    (told,) = queries.entries_of(viewer=BUREAU, target="log")
    assert (told.action, told.detail["sha256"]) == ("PACKAGE_HANDED_OUT", listed("", data).sha256)
    proofs = queries.proofs_of(viewer=BUREAU, targets=["touch:1"])
    for by, reason, error in ((CLERK, "x", HumanDecisionRequiredError), (OFFICER, " ", NothingToProveError)):
        with pytest.raises(error):
            hand_out(by=by, at=NOW, home=tmp_path, proofs=proofs, files={}, more={}, reason=reason)


def test_a_file_that_no_act_names_is_refused_by_both(tmp_path: Path) -> None:
    data = a_package(tmp_path, files={"other.jpg": b"taken elsewhere"})
    with pytest.raises(PackageError, match=r"other\.jpg"):
        check_package(data, trusted(tmp_path))
    assert outside(tmp_path, data) == 1


def resigned(home: Path, files: dict[str, bytes]) -> bytes:
    """The log's owner lists other files and signs the list again."""
    ours = signers(home, LogEra.objects.get().origin)
    rest = {path: content for path, content in files.items() if path != MANIFEST}
    text = Manifest(ours[0].name, NOW.isoformat(), tuple(listed(p, rest[p]) for p in sorted(rest))).text
    note = Note(text, tuple(signer.sign(text) for signer in ours)).encoded()
    return zipped(rest | {MANIFEST: note.encode()})


def compressed(data: bytes) -> bytes:
    """The same files, written as another program would."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in unpacked(data).items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (compressed, "写法不规范"),
        (lambda data: data + b"x", "有字节被改动"),
        (lambda _: b"no zip", "无法读取"),
        (lambda data: zipped(unpacked(data) | {READ_ME: b"x"}), "与清单不符"),
        (lambda data: zipped(unpacked(data) | {"more": b"x"}), "清单以外"),
    ],
)
def test_a_package_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, alter: Callable[[bytes], bytes], words: str
) -> None:
    with pytest.raises(PackageError, match=words):
        check_package(alter(a_package(tmp_path)), trusted(tmp_path))


def test_a_log_does_not_speak_for_another(tmp_path: Path) -> None:
    """Our key signs a list that is said to be of another log."""
    files = unpacked(a_package(tmp_path))
    (ours,) = signers(tmp_path, LogEra.objects.get().origin)
    rest = {path: content for path, content in files.items() if path != MANIFEST}
    text = Manifest("elsewhere/log/1", NOW.isoformat(), tuple(listed(p, rest[p]) for p in sorted(rest))).text
    data = zipped(rest | {MANIFEST: Note(text, (ours.sign(text),)).encoded().encode()})
    with pytest.raises(PackageError, match="不是本日志"):
        check_package(data, trusted(tmp_path))
    assert outside(tmp_path, data) == 1


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("entries/000000000001", "复查合格", "复查违规"),
        ("entries/000000000001", "CONFIRMED", "DISMISSED"),
        ("proofs/000000000001", "index 1", "index 2"),
        ("proofs/000000000001", "\n7\n", "\n8\n"),
    ],
)
def test_the_owner_cannot_sign_another_story(tmp_path: Path, path: str, old: str, new: str) -> None:
    files = unpacked(a_package(tmp_path))
    assert check_package(resigned(tmp_path, files), trusted(tmp_path))
    changed = files[path].decode().replace(old, new)
    assert changed.encode() != files[path]
    data = resigned(tmp_path, files | {path: changed.encode()})
    with pytest.raises(PackageError):
        check_package(data, trusted(tmp_path))
    assert outside(tmp_path, data) == 1


def test_a_package_under_strange_keys_proves_nothing(tmp_path: Path) -> None:
    data = a_package(tmp_path / "ours")
    LogEra.objects.update(origin="elsewhere/log/1")
    strange = [s.vkey for s in signers(tmp_path / "ours", "elsewhere/log/1")]
    path = tmp_path / "package.zip"
    path.write_bytes(data)
    assert verify_evidence.main([str(path), "--key", strange[0]]) == 1


def test_who_was_forgotten_is_left_out(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    a_package(tmp_path)
    actions.forget(by=OFFICER, at=NOW, person=OFFICER.key, reason="期满")
    sealed(tmp_path)
    proofs = queries.proofs_of(viewer=BUREAU, targets=["touch:1"])
    with pytest.raises(NothingToProveError):
        hand_out(by=OFFICER, at=NOW, home=tmp_path, proofs=proofs, files={}, more={}, reason="x")
