"""The tree of the log in the database: full tiles are rows, what is not full is read from below."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from zhunsheng.core.tlog import merkle, tiles
from zhunsheng.core.tlog.merkle import Subtree, leaf_hash
from zhunsheng.core.tlog.tiles import WIDTH, Tile, complete_hash, from_tiles, pack_hashes
from zhunsheng.foundation.evidence.models import Leaf, LogTile

TILES_REMEMBERED_MAX = 64


def hashes_between(era: int, level: int, low: int, high: int) -> list[bytes]:
    """The hashes low to high of a tile level, where the tile above them is not full yet."""
    if level == 0:
        rows = Leaf.objects.filter(era=era, index__gte=low, index__lt=high).order_by("index")
        return [leaf_hash(bytes(entry)) for entry in rows.values_list("entry", flat=True)]
    full = LogTile.objects.filter(era=era, level=level - 1, index__gte=low, index__lt=high)
    return [bytes(above) for above in full.order_by("index").values_list("above", flat=True)]


def tile_bytes(era: int, tile: Tile) -> bytes:
    """A tile's bytes as C2SP serves them."""
    if tile.width == WIDTH:
        row = LogTile.objects.filter(era=era, level=tile.level, index=tile.index).first()
        if row is not None:
            return bytes(row.hashes)
    first = tile.index * WIDTH
    return pack_hashes(hashes_between(era, tile.level, first, first + tile.width))


def reader(era: int, size: int) -> Subtree:
    """Subtree hashes of the first `size` leaves."""
    remembered = lru_cache(TILES_REMEMBERED_MAX)(lambda tile: tile_bytes(era, tile))
    return from_tiles(size, remembered)


def root_of(era: int, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return merkle.root(size, reader(era, size))


def new_tiles(era: int, size: int, hashes: Sequence[bytes]) -> list[LogTile]:
    """The tiles that become full when leaves with these hashes follow the first `size`."""
    found: list[LogTile] = []
    level, before = 0, size
    while hashes:
        first = before - before % WIDTH
        row = [*hashes_between(era, level, first, before), *hashes]
        above: list[bytes] = []
        for start in range(0, len(row) - WIDTH + 1, WIDTH):
            part = row[start : start + WIDTH]
            above.append(complete_hash(part))
            place = (first + start) // WIDTH
            found.append(
                LogTile(era=era, level=level, index=place, hashes=pack_hashes(part), above=above[-1])
            )
        level, before, hashes = level + 1, before // WIDTH, above
    return found


def entries_between(era: int, low: int, high: int) -> list[bytes]:
    """The leaves' bytes."""
    rows = Leaf.objects.filter(era=era, index__gte=low, index__lt=high).order_by("index")
    return [bytes(entry) for entry in rows.values_list("entry", flat=True)]


def bundle_bytes(era: int, index: int, width: int) -> bytes:
    """A bundle of entries as C2SP serves it."""
    return tiles.pack_entries(entries_between(era, index * WIDTH, index * WIDTH + width))
