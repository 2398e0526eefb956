"""A manuscript as a version: its texts in place of the definitions of the version from which it began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from zhunsheng.core.actors import Actor
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.diagnosis import Fault, faults_of
from zhunsheng.core.packs.findings import Severity
from zhunsheng.core.packs.forms import field_at, place_of
from zhunsheng.core.packs.lines import Named
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.packs.parts import Part, composed, parts_of
from zhunsheng.core.packs.proof import prove_pack
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.library import proof_policy
from zhunsheng.engine.packfiles import contracts_from, pack_from
from zhunsheng.engine.parttexts import read_part
from zhunsheng.judging.rulebook.actions import manuscripts
from zhunsheng.judging.rulebook.queries import ManuscriptCard, Texts
from zhunsheng.workflows.keeping import documents_of, keep_trial


@dataclass(frozen=True)
class Rewrite:
    """What a manuscript says. `pack` is None while something cannot be read; `faults` by definition why."""

    documents: list[Named]
    parts: dict[str, Part]
    contracts: ContractSet
    pack: Pack | None = None
    faults: dict[str, list[Fault]] = field(default_factory=dict)


def rewrite_of(card: ManuscriptCard, only: str = "") -> Rewrite:
    """The version as the manuscript has it, or with `only` one of its definitions changed."""
    changed = changes_in({key: told for key, told in card.texts.items() if only in {"", key}})
    base = documents_of(card.base_hash)
    documents, contracts = composed(base, changed), contracts_from(base)
    parts = parts_of(documents)
    broken = {p.key: found for p in changed if p.node is not None and (found := faults_of(p.node))}
    if broken:
        return Rewrite(documents, parts, contracts, None, broken)
    try:
        pack, _ = pack_from(documents)
    except PackError as error:
        stray = [Fault("", error.message_zh, error.path)]
        return Rewrite(documents, parts, contracts, None, {part.key: stray for part in changed})
    return Rewrite(documents, parts, contracts, pack, _proved(pack, contracts, parts.values()))


def changes_in(texts: Texts) -> list[Part]:
    """The definitions that a manuscript writes otherwise."""
    return [
        Part(key, str(told["home"]), None if told["text"] is None else read_part(told["text"]))
        for key, told in texts.items()
    ]


def _proved(pack: Pack, contracts: ContractSet, parts: Iterable[Part]) -> dict[str, list[Fault]]:
    told: dict[str, list[Fault]] = {}
    found = prove_pack(pack, contracts, proof_policy(settings.PACKS))
    for part in parts:
        for f in (f for f in found if part.owns(f.path)):
            node, hinders = part.node or {}, f.severity is Severity.ERROR
            place = field_at(node, place_of(node, f.path), f.about)
            told.setdefault(part.key, []).append(Fault(place, f.text_zh, f.cure_zh, hinders))
    return told


def try_out(by: Actor, at: datetime, card: ManuscriptCard) -> str:
    """Keep what the manuscript says as a version for the lab; its hash. PackError while it cannot be read."""
    told = keep_trial(by, at, rewrite_of(card).documents).content_hash
    manuscripts.note_trial(by=by, at=at, manuscript_id=card.id, read=card.number, pack_hash=told)
    return told
