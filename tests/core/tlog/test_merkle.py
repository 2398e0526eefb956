"""Trees and proofs: against the definition, against another implementation's answers, against liars."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from zhunsheng.core.tlog import merkle, tiles
from zhunsheng.core.tlog.checkpoints import read_checkpoint
from zhunsheng.core.tlog.merkle import ProofError
from zhunsheng.core.tlog.notes import NoteError, Verifier, key_id, read_note, read_vkey, verified

SIZES = range(41)
ENTRIES = [f"entry {k}".encode() for k in range(600)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
SUBTREE = merkle.from_leaves(LEAVES)

# Known answers of the logs that another implementation (Tessera) made of these words (so spelt there)
WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten"),
    *("ileven", "twelf", "threeten", "fourten", "fivten"),
)
ANSWERS = {
    1: "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=",
    3: "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=",
    15: "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=",
}
THEIR_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
THEIR_SIGNATURE = (
    "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI="
)


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, written as it stands there."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", [*SIZES, 255, 256, 257, 599])
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert merkle.root(size, SUBTREE) == by_definition(LEAVES[:size])


def test_a_growing_tree_knows_its_root_at_any_moment() -> None:
    frontier = merkle.Frontier()
    assert frontier.root() == by_definition([])
    for size in SIZES[1:]:
        frontier.push(LEAVES[size - 1])
        assert frontier.root() == by_definition(LEAVES[:size])


@pytest.mark.parametrize("size", ANSWERS)
def test_the_root_is_that_of_another_implementation(size: int) -> None:
    leaves = [merkle.leaf_hash(word.encode()) for word in WORDS]
    assert base64.b64encode(merkle.root(size, merkle.from_leaves(leaves))).decode() == ANSWERS[size]


def ed25519(text: str) -> Verifier:
    name, kind, public = read_vkey(text)

    def check(message: bytes, body: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(body, message)
        except InvalidSignature:
            return False
        return True

    return Verifier(name, key_id(name, kind, public), check)


def test_a_checkpoint_of_another_implementation_is_read_and_its_signature_verified() -> None:
    note = f"example.com/log/testdata\n15\n{ANSWERS[15]}\n\n— example.com/log/testdata {THEIR_SIGNATURE}\n"
    verified(read_note(note), [ed25519(THEIR_KEY)])
    assert read_checkpoint(read_note(note).text).size == 15
    with pytest.raises(NoteError):
        verified(read_note(note.replace("\n15\n", "\n14\n")), [ed25519(THEIR_KEY)])


@pytest.mark.parametrize("size", SIZES)
def test_every_inclusion_proof_holds_and_no_altered_one(size: int) -> None:
    tree = merkle.root(size, SUBTREE)
    for index in range(size):
        proof = merkle.inclusion_proof(index, size, SUBTREE)
        merkle.verify_inclusion(LEAVES[index], index, size, proof, tree)
        lies = [
            (LEAVES[index + 1], index, size, proof, tree),
            (LEAVES[index], index, size, [*proof, LEAVES[0]], tree),
            (LEAVES[index], index, size, proof[:-1], tree) if proof else (LEAVES[1], 0, 1, [], LEAVES[0]),
            (LEAVES[index], index, size, proof[::-1], tree) if len(set(proof)) > 1 else None,
            (LEAVES[index], index, size, proof, LEAVES[0]) if size > 1 else None,
            (LEAVES[index], size, size, proof, tree),
            (LEAVES[index], -1, size, proof, tree),
        ]
        lies += [(LEAVES[index], other, size, proof, tree) for other in range(size) if other != index]
        for lie in lies:
            if lie is not None:
                with pytest.raises(ProofError):
                    merkle.verify_inclusion(*lie)


@pytest.mark.parametrize("new", SIZES)
def test_every_consistency_proof_holds_and_no_altered_one(new: int) -> None:
    roots = [merkle.root(size, SUBTREE) for size in range(new + 2)]
    for old in range(new + 1):
        proof = merkle.consistency_proof(old, new, SUBTREE)
        merkle.verify_consistency(old, new, roots[old], roots[new], proof)
        forked = merkle.root(new, merkle.from_leaves([LEAVES[-1], *LEAVES[1:new]])) if new else b"x" * 32
        lies = [
            (old, new, roots[old], roots[new], [*proof, LEAVES[0]]),
            (old, new, LEAVES[-1], roots[new], proof),
            (new + 1, new, roots[new + 1], roots[new], proof),
            (-1, new, roots[0], roots[new], proof),
            (old, new, roots[old], forked, proof) if old else (0, 0, roots[0], LEAVES[0], []),
        ]
        lies += [(old, new, roots[old], roots[new], proof[:-1])] if proof else []
        for lie in lies:
            with pytest.raises(ProofError):
                merkle.verify_consistency(*lie)


def test_hashes_of_a_wrong_length_are_refused() -> None:
    proof = merkle.inclusion_proof(1, 3, SUBTREE)
    with pytest.raises(ProofError):
        merkle.verify_inclusion(LEAVES[1], 1, 3, [proof[0] + proof[1][:1], proof[1]], merkle.root(3, SUBTREE))


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(ProofError):
        merkle.inclusion_proof(3, 3, SUBTREE)
    with pytest.raises(ProofError):
        merkle.consistency_proof(4, 3, SUBTREE)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 599), st.data())
def test_tiles_give_the_same_proofs_as_leaves(size: int, data: st.DataObject) -> None:
    stored = {tile.path: tiles.pack_hashes(_hashes(tile)) for tile in tiles.tiles_of(size)}
    subtree = tiles.from_tiles(size, lambda tile: stored[tile.path])
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert merkle.root(size, subtree) == merkle.root(size, SUBTREE)
    assert merkle.inclusion_proof(index, size, subtree) == merkle.inclusion_proof(index, size, SUBTREE)
    assert merkle.consistency_proof(old, size, subtree) == merkle.consistency_proof(old, size, SUBTREE)


def _hashes(tile: tiles.Tile) -> list[bytes]:
    first = tile.index * tiles.WIDTH
    return [SUBTREE(8 * tile.level, first + k) for k in range(tile.width)]


def test_the_tiles_of_the_specification_s_example() -> None:
    """70,000 entries: 273 full and one partial of 112, one full and one of 17, one of 1."""
    found = list(tiles.tiles_of(70_000))
    assert sum(t.level == 0 and t.width == 256 for t in found) == 273
    assert [(t.level, t.width) for t in found if t.level or t.width < 256] == [
        (0, 112),
        (1, 256),
        (1, 17),
        (2, 1),
    ]
    assert [t.path for t in tiles.tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert tiles.Tile(0, 1_234_067, 256).path == "tile/0/x001/x234/067"
    assert tiles.bundle_path(1_234_067, 7) == "tile/entries/x001/x234/067.p/7"


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_come_back_as_they_went(entries: list[bytes]) -> None:
    packed = tiles.pack_entries(entries)
    assert tiles.read_entries(packed, len(entries)) == entries
    for broken in (packed + b"\x00", packed[:-1]) if packed else ():
        with pytest.raises(tiles.TileError):
            tiles.read_entries(broken, len(entries))


def test_an_entry_too_long_and_a_tile_too_short_are_refused() -> None:
    with pytest.raises(tiles.TileError):
        tiles.pack_entries([b"x" * 65_536])
    with pytest.raises(tiles.TileError):
        tiles.read_tile(b"x" * 31, 1)
    with pytest.raises(tiles.TileError):
        tiles.read_entries(tiles.pack_entries([b"a"]), 2)


def test_a_consistency_proof_that_is_missing_proves_nothing() -> None:
    old, new = (merkle.range_hash(0, size, SUBTREE) for size in (3, 5))
    with pytest.raises(ProofError, match="证明过短"):
        merkle.verify_consistency(3, 5, old, new, [])


def test_every_entry_is_in_one_bundle() -> None:
    assert list(tiles.bundles_of(0)) == []
    assert list(tiles.bundles_of(512)) == [(0, 256), (1, 256)]
    assert list(tiles.bundles_of(600)) == [(0, 256), (1, 256), (2, 88)]
