"""Evidence packages: a zip that a notary or a court can check without us, and our own check of one.

Every byte counts: the manifest lists all other files and is signed; the zip itself is written in one way
only, so that a reader can write it again and compare.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from rfc3161_client import decode_timestamp_response

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.tlog import merkle
from zhunsheng.core.tlog.checkpoints import Checkpoint, read_checkpoint, read_proof
from zhunsheng.core.tlog.leaves import LeafError, canonical, check_entry
from zhunsheng.core.tlog.notes import Note, NoteError, Verifier, read_note, strict_base64, verified
from zhunsheng.core.tlog.packages import KEYS, MANIFEST, Manifest, listed, read_manifest
from zhunsheng.foundation.evidence.keys import Signer
from zhunsheng.foundation.evidence.proofs import Proven

READ_ME = "README.txt"
WORDS = """证据包

本包由准绳生成，可脱离本系统核验：
一、另行取得核验程序 verify_evidence.py（只需 Python 3.11，不联网、不装任何软件），不要使用来路不明的版本。
二、另行取得日志公钥与见证人公钥（本局公告、上级机关或公证机构留存），与本包 keys 文件比对。
三、执行：python3 verify_evidence.py 本包.zip --key 日志公钥 --witness 见证人公钥
各目录：entries 为事项原文、盐与日志叶子；proofs 为包含证明（C2SP tlog-proof）；files 为证据原件，
其摘要写在某一事项中；timestamps 为可信时间戳（RFC 3161）及其所盖的检查点；consistency 为一致性证明。
"""


class PackageError(ValueError):
    """A package that is not what it says; the text says where."""


@dataclass
class Told:
    """What a sound package shows."""

    origin: str
    made_at: str
    entries: list[tuple[int, int, dict[str, object]]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    signers: set[str] = field(default_factory=set)
    stamped: list[int] = field(default_factory=list)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The one zip of these files: stored, in the order of their names, without a date."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(files):
            archive.writestr(undated(name), files[name])
    return target.getvalue()


def undated(name: str) -> zipfile.ZipInfo:
    """The head of a file in a zip that is to have the same bytes each time: without date and machine."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


def entry_file(proven: Proven) -> bytes:
    """An act with its salt and its leaf."""
    return canonical(
        {"content": proven.content.decode(), "entry": proven.entry.decode(), "salt": proven.salt.hex()}
    )


def pack(
    *,
    signers: Sequence[Signer],
    keys: Sequence[str],
    at: datetime,
    proofs: Sequence[Proven],
    files: Mapping[str, bytes],
    more: Mapping[str, bytes],
) -> bytes:
    """The zip of acts with their proofs, evidence files by name, and `more` (time stamps, consistency)."""
    inside = {f"files/{name}": content for name, content in files.items()} | dict(more)
    inside |= {READ_ME: WORDS.encode(), KEYS: "".join(f"{key}\n" for key in keys).encode()}
    for proven in proofs:
        inside[f"entries/{proven.index:012d}"] = entry_file(proven)
        inside[f"proofs/{proven.index:012d}"] = proven.proof.encode()
    lines = tuple(listed(path, inside[path]) for path in sorted(inside))
    text = Manifest(signers[0].name, at.astimezone(SHANGHAI).isoformat(), lines).text
    inside[MANIFEST] = Note(text, tuple(signer.sign(text) for signer in signers)).encoded().encode()
    return zipped(inside)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a package; PackageError for a zip that we would have written otherwise."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
                raise PackageError("压缩包的写法不规范")
            files = {info.filename: archive.read(info) for info in archive.infolist()}
        if zipped(files) != data:
            raise PackageError("压缩包的写法不规范：有字节被改动")
    except PackageError:
        raise
    except Exception as error:  # zipfile raises whatever a broken file provokes
        raise PackageError("压缩包无法读取") from error
    return files


def check_package(data: bytes, verifiers: Sequence[Verifier]) -> Told:
    """All that a package claims, checked under keys that are trusted; PackageError says what is wrong."""
    files = unpacked(data)
    try:
        note = read_note(files[MANIFEST])
        verified(note, verifiers)
        manifest = read_manifest(note.text)
        for line in manifest.files:
            if listed(line.path, files.get(line.path, b"")) != line or line.path not in files:
                raise PackageError(f"{line.path} 与清单不符")
        if {line.path for line in manifest.files} != files.keys() - {MANIFEST}:
            raise PackageError("压缩包中有清单以外的文件")
        told = Told(manifest.origin, manifest.made_at)
        digests = _check_entries(files, verifiers, told)
        _check_stamps(files, verifiers, told)
    except (NoteError, LeafError, merkle.ProofError, KeyError, ValueError) as error:
        raise PackageError(str(error) if isinstance(error, PackageError) else f"{error}") from error
    for line in manifest.files:
        if line.path.startswith("files/"):
            if line.sha256 not in digests:
                raise PackageError(f"{line.path} 不是任何一个事项所记的文件")
            told.files.append(line.path)
    return told


def _check_entries(files: Mapping[str, bytes], verifiers: Sequence[Verifier], told: Told) -> str:
    """Each act under a signed checkpoint; the text of all acts, in which digests of files are looked up."""
    contents: list[str] = []
    for path in sorted(files):
        folder, _, name = path.partition("/")
        if folder != "entries":
            continue
        entry = json.loads(files[path])
        content = entry["content"].encode()
        check_entry(entry["entry"].encode(), bytes.fromhex(entry["salt"]), content)
        proof = read_proof(files[f"proofs/{name}"].decode())
        checkpoint = _signed(proof.checkpoint, verifiers, told)
        leaf = merkle.leaf_hash(entry["entry"].encode())
        merkle.verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
        told.entries.append((proof.index, checkpoint.size, json.loads(content)))
        contents.append(entry["content"])
    return "\n".join(contents)


def _signed(text: str, verifiers: Sequence[Verifier], told: Told) -> Checkpoint:
    note = read_note(text)
    names = {signature.name for signature in verified(note, verifiers)}
    checkpoint = read_checkpoint(note.text)
    if checkpoint.origin != told.origin or told.origin not in names:
        raise PackageError("检查点不是本日志签署的")
    told.signers |= names
    return checkpoint


def _check_stamps(files: Mapping[str, bytes], verifiers: Sequence[Verifier], told: Told) -> None:
    """Stamped checkpoints are the beginning of the one that the proofs stand under."""
    for path in sorted(files):
        folder, _, name = path.partition("/")
        if folder != "consistency":
            continue
        old = _signed(files[f"timestamps/{name}.checkpoint"].decode(), verifiers, told)
        lines = files[path].decode().split("\n")
        new = _signed("\n".join(lines[lines.index("") + 1 :]), verifiers, told)
        hashes = [strict_base64(line) for line in lines[: lines.index("")]]
        merkle.verify_consistency(old.size, new.size, old.root, new.root, hashes)
        stamp = decode_timestamp_response(files[f"timestamps/{name}.tsr"])
        if stamp.tst_info.message_imprint.message != sha256(files[f"timestamps/{name}.checkpoint"]).digest():
            raise PackageError(f"{name}: 时间戳盖的不是这个检查点")
        told.stamped.append(old.size)
