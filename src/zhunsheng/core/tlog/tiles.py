"""Tiles and entry bundles of C2SP tlog-tiles: which there are, what they are called, what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from zhunsheng.core.tlog.merkle import HASH_BYTES, Subtree, node_hash

WIDTH = 256
HEIGHT = 8
ENTRY_BYTES_MAX = 65_535


class TileError(ValueError):
    """Bytes that are no tile or bundle of the wanted width."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: `width` hashes of level 8·`level`, the `index`-th of its level; 256 wide when full."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """Below the prefix of the log."""
        return f"tile/{self.level}/{_name(self.index, self.width)}"


# Gives the bytes of a tile; it may raise what it likes for one that is missing.
TileSource = Callable[[Tile], bytes]


def _name(index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    suffix = "" if width == WIDTH else f".p/{width}"
    return "/".join(reversed(groups)) + suffix


def bundle_path(index: int, width: int) -> str:
    """Where a bundle of entries stands below the prefix of the log."""
    return f"tile/entries/{_name(index, width)}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of so many leaves, lowest level first; the last of a level may be partial."""
    level, count = 0, size
    while count:
        for index in range(count // WIDTH):
            yield Tile(level, index, WIDTH)
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
        level, count = level + 1, count // WIDTH


def bundles_of(size: int) -> Iterator[tuple[int, int]]:
    """(index, width) of every bundle of entries."""
    for low in range(0, size, WIDTH):
        yield low // WIDTH, min(WIDTH, size - low)


def pack_hashes(hashes: Iterable[bytes]) -> bytes:
    """A tile's bytes."""
    return b"".join(hashes)


def read_tile(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile of a known width; TileError if the length differs."""
    if len(data) != width * HASH_BYTES:
        raise TileError(f"瓦片应有 {width * HASH_BYTES} 字节，实有 {len(data)} 字节")
    return [data[k : k + HASH_BYTES] for k in range(0, len(data), HASH_BYTES)]


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle's bytes: each entry behind its length in two bytes, big end first."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise TileError(f"日志条目超过 {ENTRY_BYTES_MAX} 字节")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def read_entries(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle; TileError if they are not exactly so many, or bytes are left."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise TileError("条目包被截断")
        entries.append(entry)
        at += 2 + length
    if len(entries) != width:
        raise TileError(f"条目包应有 {width} 条，实有 {len(entries)} 条")
    return entries


def complete_hash(hashes: Sequence[bytes]) -> bytes:
    """Hash of a complete subtree from the hashes of its lowest level, a power of two of them."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[k], row[k + 1]) for k in range(0, len(row), 2)]
    return row[0]


def from_tiles(size: int, fetch: TileSource) -> Subtree:
    """Subtree hashes of a tree of `size` leaves, read from its tiles."""

    def subtree(level: int, index: int) -> bytes:
        tile_level, inner = divmod(level, HEIGHT)
        first = index << inner
        tile_index, offset = divmod(first, WIDTH)
        available = (size >> (HEIGHT * tile_level)) - tile_index * WIDTH
        width = min(available, WIDTH)
        hashes = read_tile(fetch(Tile(tile_level, tile_index, width)), width)
        return complete_hash(hashes[offset : offset + (1 << inner)])

    return subtree
