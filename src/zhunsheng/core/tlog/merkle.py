"""Merkle trees as RFC 6962 section 2.1 defines them: roots, proofs of inclusion and of consistency.

Hashes are SHA-256, 32 bytes. A tree of n leaves is asked through `Subtree`: the hash of the complete
subtree of 2^level leaves that begins at leaf index·2^level, so that a proof can be made from tiles as
well as from a list. Nothing here knows where hashes are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()
Subtree = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof that does not prove what it is said to prove."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of an entry; the prefix keeps leaves and inner nodes apart."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def subtrees(low: int, high: int) -> list[tuple[int, int]]:
    """(level, index) of the complete subtrees that cover leaves low to high, left to right.

    `low` must be a multiple of the largest power of two that fits; this holds for every range that occurs
    in a proof.
    """
    found: list[tuple[int, int]] = []
    while low < high:
        level = (high - low).bit_length() - 1
        found.append((level, low >> level))
        low += 1 << level
    return found


def range_hash(low: int, high: int, subtree: Subtree) -> bytes:
    """MTH of leaves low to high (not empty)."""
    parts = [subtree(level, index) for level, index in subtrees(low, high)]
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found


def root(size: int, subtree: Subtree) -> bytes:
    """Root of the tree of the first `size` leaves."""
    return range_hash(0, size, subtree) if size else EMPTY_ROOT


class Frontier:
    """The right edge of a growing tree: takes leaf hashes one by one, knows the root at any moment."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[tuple[int, bytes]] = []

    def push(self, leaf: bytes) -> None:
        """Another leaf hash."""
        self.size += 1
        level, found = 0, leaf
        while self._parts and self._parts[-1][0] == level:
            found = node_hash(self._parts.pop()[1], found)
            level += 1
        self._parts.append((level, found))

    def root(self) -> bytes:
        """The root of what was pushed so far."""
        if not self._parts:
            return EMPTY_ROOT
        found = self._parts[-1][1]
        for _, left in reversed(self._parts[:-1]):
            found = node_hash(left, found)
        return found


def from_leaves(leaves: Sequence[bytes]) -> Subtree:
    """Subtree hashes worked out from leaf hashes in memory."""

    def subtree(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1))

    return subtree


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Siblings from the leaf's up to the root's child (RFC 6962 section 2.1.1)."""
    if not 0 <= index < size:
        raise ProofError(f"没有第 {index} 条：日志只有 {size} 条")
    low, high = 0, size
    path: list[bytes] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(range_hash(middle, high, subtree))
            high = middle
        else:
            path.append(range_hash(low, middle, subtree))
            low = middle
    return path[::-1]


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Proof that the tree of `old` leaves is the beginning of that of `new` (RFC 6962 section 2.1.2)."""
    if not 0 <= old <= new:
        raise ProofError(f"{old} 条的日志不能是 {new} 条日志的开头")
    if old in {0, new}:
        return []
    low, high, whole = 0, new, True
    path: list[bytes] = []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(range_hash(middle, high, subtree))
            high = middle
        else:
            path.append(range_hash(low, middle, subtree))
            low, whole = middle, False
    if not whole:
        path.append(range_hash(low, high, subtree))
    return path[::-1]


def verify_inclusion(entry_hash: bytes, index: int, size: int, proof: Sequence[bytes], tree: bytes) -> None:
    """Raise ProofError unless the proof binds a leaf hash at an index to a root."""
    if not 0 <= index < size:
        raise ProofError("序号不在日志之内")
    node, last, found = index, size - 1, entry_hash
    for part in _hashes(proof):
        if last == 0:
            raise ProofError("证明过长")
        if node & 1 or node == last:
            found = node_hash(part, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, part)
        node, last = node >> 1, last >> 1
    if last or found != tree:
        raise ProofError("包含证明与树根不符")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofError unless the proof shows that the old tree is the beginning of the new one."""
    if not 0 <= old <= new:
        raise ProofError("旧日志比新日志长")
    if old in {0, new}:
        expected = EMPTY_ROOT if old == 0 else new_root
        if proof or old_root != expected or (new == 0 and new_root != EMPTY_ROOT):
            raise ProofError("一致性证明与树根不符")
        return
    parts = _hashes(proof)
    if not old & (old - 1):
        parts = [old_root, *parts]
    if not parts:
        raise ProofError("证明过短")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = parts[0]
    for part in parts[1:]:
        if last == 0:
            raise ProofError("证明过长")
        if node & 1 or node == last:
            first, second = node_hash(part, first), node_hash(part, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, part)
        node, last = node >> 1, last >> 1
    if last or first != old_root or second != new_root:
        raise ProofError("一致性证明与树根不符")


def _hashes(proof: Iterable[bytes]) -> list[bytes]:
    parts = list(proof)
    if any(len(part) != HASH_BYTES for part in parts):
        raise ProofError("证明中有不是 32 字节的散列")
    return parts
