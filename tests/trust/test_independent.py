"""F-25: what we prove, others verify: known answers of another implementation, and a verifier that shares no
line. OpenSSL checks the SM2 line and the time stamps in tests/contexts/evidence."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.core.tlog.test_merkle import ANSWERS, THEIR_KEY, THEIR_SIGNATURE, WORDS
from tools import verify_evidence
from tools.verify_evidence import WrongError, grown, rooted
from zhunsheng.core.tlog import merkle
from zhunsheng.core.tlog.leaves import sm3
from zhunsheng.core.tlog.merkle import ProofError, leaf_hash

SIZES = range(1, 49)
LEAVES = [leaf_hash(f"act {n}".encode()) for n in range(max(SIZES))]
TREE = merkle.from_leaves(LEAVES)


def agree_on_inclusion(size: int) -> int:
    """Both accept every right proof and refuse every wrong one; how many were tried."""
    root, tried = merkle.root(size, TREE), 0
    for index in range(size):
        path = merkle.inclusion_proof(index, size, TREE)
        for claimed in {index, (index + 1) % size, size}:
            for shown in (path, path[::-1], path[:-1], [*path, root]):
                tried += 1
                assert by_us(index, claimed, size, shown, root) == by_them(index, claimed, size, shown, root)
        assert by_them(index, index, size, path, root)
    return tried


def by_us(leaf: int, claimed: int, size: int, path: list[bytes], root: bytes) -> bool:
    try:
        merkle.verify_inclusion(LEAVES[leaf], claimed, size, path, root)
    except ProofError:
        return False
    return True


def by_them(leaf: int, claimed: int, size: int, path: list[bytes], root: bytes) -> bool:
    try:
        return rooted(LEAVES[leaf], claimed, size, path) == root
    except WrongError:
        return False


def test_two_verifiers_agree_on_every_inclusion() -> None:
    assert sum(agree_on_inclusion(size) for size in SIZES) > 10_000


@pytest.mark.parametrize("new", SIZES)
def test_two_verifiers_agree_on_every_growth(new: int) -> None:
    root = merkle.root(new, TREE)
    for old in range(1, new + 1):
        before, path = merkle.root(old, TREE), merkle.consistency_proof(old, new, TREE)
        assert grown(old, new, before, path) == (before, root)
        for shown in (path[:-1] if path else [root], [*path, root], [leaf_hash(b"lie"), *path[1:]]):
            try:
                told = grown(old, new, before, shown)
            except WrongError:
                continue
            assert told != (before, root)


@pytest.mark.parametrize("size", ANSWERS)
def test_the_other_verifier_finds_the_roots_of_a_third_implementation(size: int) -> None:
    leaves = [sha256(b"\x00" + word.encode()).digest() for word in WORDS[:size]]
    path = merkle.inclusion_proof(size - 1, size, merkle.from_leaves(leaves))
    assert base64.b64encode(rooted(leaves[-1], size - 1, size, path)).decode() == ANSWERS[size]


def test_the_other_verifier_reads_the_signature_of_a_third_implementation() -> None:
    name = "example.com/log/testdata"
    note = f"{name}\n15\n{ANSWERS[15]}\n\n— {name} {THEIR_SIGNATURE}\n"
    text, signed = verify_evidence.opened(note, [verify_evidence.Key(THEIR_KEY)])
    assert verify_evidence.checkpoint(text)[1] == 15 and signed == {THEIR_KEY}
    with pytest.raises(WrongError):
        verify_evidence.opened(note.replace("\n15\n", "\n14\n"), [verify_evidence.Key(THEIR_KEY)])


def test_signatures_and_digests_are_those_of_the_libraries() -> None:
    for number in range(12):
        key, message = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32), bytes(range(number * 20))
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert verify_evidence.ed25519(public, message, signature)
        for place in range(0, 64, 7):
            other = bytearray(signature)
            other[place] ^= 1
            assert not verify_evidence.ed25519(public, message, bytes(other))
        assert verify_evidence.sm3(message).hex() == sm3(message)


def test_planted_fault_a_tree_without_domain_separation_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merkle, "node_hash", lambda left, right: sha256(left + right).digest())
    with pytest.raises(AssertionError):
        agree_on_inclusion(5)
