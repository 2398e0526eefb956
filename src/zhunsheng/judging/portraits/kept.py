"""A kept pack read back: the same documents make the same pack, and the hash proves it."""

from __future__ import annotations

from collections.abc import Sequence

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.lines import Named
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.packfiles import pack_from


class OtherPackError(ValueError):
    """The documents do not make the pack that they are said to be."""


def read_back(documents: Sequence[Named], content_hash: str) -> tuple[Pack, ContractSet]:
    """The pack and its fact contracts; OtherPackError when the hash is another."""
    pack, contracts = pack_from(documents)
    if pack.content_hash != content_hash:
        raise OtherPackError(f"规则包内容是 {pack.content_hash}，不是 {content_hash}")
    return pack, contracts
