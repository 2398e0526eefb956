"""Conduct → duty → what follows, within which range → what may spare it (M01 `ProvisionLink`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zhunsheng.core.packs.nodes import PackError, only_keys
from zhunsheng.core.statutes.references import Citation

SCHEMA = "zhunsheng.provisions/1"
KEYS = {"id", "field", "conduct_zh", "duty", "consequences", "exemptions", "tolerance"}
CONSEQUENCE_KEYS = {"stage", "kinds", "fine", "goods_below", "goods_from", "basis"}
FINE_KEYS = {"low", "high", "low_times", "high_times", "high_percent", "of"}


class Stage(StrEnum):
    """When a consequence may follow; AFTER_REFUSAL is no penalty at the first finding (M12 step 1)."""

    AT_ONCE = "AT_ONCE"
    AFTER_REFUSAL = "AFTER_REFUSAL"
    SERIOUS = "SERIOUS"


class ConsequenceKind(StrEnum):
    """What the law lets follow."""

    CORRECTION = "CORRECTION"
    WARNING = "WARNING"
    STOP = "STOP"
    FINE = "FINE"
    CONFISCATE = "CONFISCATE"
    SUSPEND = "SUSPEND"
    REVOKE = "REVOKE"
    ABNORMAL_LIST = "ABNORMAL_LIST"


ORDERS = frozenset({ConsequenceKind.CORRECTION, ConsequenceKind.STOP, ConsequenceKind.ABNORMAL_LIST})
PENALTIES = frozenset(ConsequenceKind) - ORDERS


@dataclass(frozen=True, slots=True)
class FineRange:
    """A fine between two sums in 分, or between two hundredths of the value of the goods."""

    low: int
    high: int
    of_goods: bool

    def bounds(self, goods_value_fen: int) -> tuple[int, int]:
        """Lowest and highest fine in 分; parts of a 分 are dropped from the highest, never added."""
        if not self.of_goods:
            return self.low, self.high
        return -(-self.low * goods_value_fen // 100), self.high * goods_value_fen // 100


@dataclass(frozen=True, slots=True)
class Consequence:
    """One consequence; `fine` is None also where the law names none of its own."""

    stage: Stage
    kinds: tuple[ConsequenceKind, ...]
    fine: FineRange | None
    goods_below: int | None
    goods_from: int
    basis: Citation

    def fits(self, goods_value_fen: int) -> bool:
        """Whether goods of this value fall under it."""
        below = self.goods_below is None or goods_value_fen < self.goods_below
        return below and goods_value_fen >= self.goods_from


@dataclass(frozen=True, slots=True)
class Provision:
    """One kind of conduct with all that hangs on it; `tolerance` are entries of tolerance lists."""

    id: str
    field: str
    conduct_zh: str
    duty: Citation
    consequences: tuple[Consequence, ...]
    exemptions: tuple[Citation, ...]
    tolerance: tuple[str, ...]

    def penalty_at_first(self) -> bool:
        """Whether the law lets a penalty follow at once; else correction comes first."""
        return any(c.stage is Stage.AT_ONCE and PENALTIES & set(c.kinds) for c in self.consequences)

    def following(self, stage: Stage, goods_value_fen: int = 0) -> tuple[Consequence, ...]:
        """What may follow at a stage for goods of this value."""
        return tuple(c for c in self.consequences if c.stage is stage and c.fits(goods_value_fen))


def read_provisions(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Provision]:
    """Provisions by id; PackError that names the place of an unknown key, word or range turned round."""
    found: dict[str, Provision] = {}
    for where, document in documents:
        if document.get("schema") != SCHEMA:
            continue
        for body in document["provisions"]:
            made = _provision(f"{where}:{body.get('id')}", body)
            if made.id in found:
                raise PackError(where, f"{made.id} 写了两次")
            found[made.id] = made
    return found


def _provision(where: str, body: Mapping[str, Any]) -> Provision:
    only_keys(body, KEYS, where)
    lacking = sorted(KEYS - body.keys())
    if lacking:
        raise PackError(where, f"缺少 {lacking}")
    return Provision(
        str(body["id"]),
        str(body["field"]),
        str(body["conduct_zh"]),
        _cited(where, body["duty"]),
        tuple(_consequence(where, one) for one in body["consequences"]),
        tuple(_cited(where, one) for one in body["exemptions"]),
        tuple(map(str, body["tolerance"])),
    )


def _cited(where: str, body: Mapping[str, Any]) -> Citation:
    return Citation(where, str(body["law"]), str(body["article"]), str(body["status"]))


def _consequence(where: str, body: Mapping[str, Any]) -> Consequence:
    only_keys(body, CONSEQUENCE_KEYS, where)
    try:
        stage, kinds = Stage(body["stage"]), tuple(map(ConsequenceKind, body["kinds"]))
    except ValueError as error:
        raise PackError(where, f"不认识 {error}") from error
    fine = _fine(where, body["fine"]) if "fine" in body else None
    if fine is not None and ConsequenceKind.FINE not in kinds:
        raise PackError(where, "有罚款幅度而没有罚款")
    below = body.get("goods_below")
    return Consequence(
        stage, kinds, fine, below, int(body.get("goods_from", 0)), _cited(where, body["basis"])
    )


def _fine(where: str, body: Mapping[str, Any]) -> FineRange:
    only_keys(body, FINE_KEYS, where)
    if "of" in body:
        if body["of"] != "GOODS_VALUE":
            raise PackError(where, f"不认识 {body['of']}")
        high = int(body["high_percent"]) if "high_percent" in body else 100 * int(body["high_times"])
        made = FineRange(100 * int(body.get("low_times", 0)), high, of_goods=True)
    else:
        made = FineRange(int(body.get("low", 0)), int(body["high"]), of_goods=False)
    if made.low > made.high:
        raise PackError(where, "幅度下限高于上限")
    return made
