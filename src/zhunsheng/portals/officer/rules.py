"""Rule and indicator cards: found by words, read in any version that was kept, two versions side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhunsheng.core.actors import Viewer
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.cards import CardKind, RuleCard, cards
from zhunsheng.core.packs.diff import Change, difference
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.judging.portraits.queries import PackUse
from zhunsheng.judging.rulebook import queries as rulebook
from zhunsheng.judging.rulebook.actions import EDIT
from zhunsheng.portals.officer.access import internal
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.rulesnooze import holding
from zhunsheng.portals.officer.words import BASIS
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.ruling import rules_at

KINDS: dict[str, str | Promise] = {
    CardKind.POINT: _("触发点"),
    CardKind.INDICATOR: _("分类指标"),
    CardKind.RULE: _("否决与底线"),
}
Versions = dict[str, "Version"]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the pack: the one in force, and those that were judged with and so were kept."""

    hash: str
    name: str
    kept_at: datetime | None
    in_force: bool
    use: PackUse | None


def versions_of(viewer: Viewer) -> Versions:
    """By hash, the one in force first, then the kept ones, newest first."""
    pack, uses = rules_at(page_clock().now()).pack, portraits.pack_uses(viewer=viewer)
    kept = {h: (name, at) for name, h, at in portraits.kept_packs(viewer=viewer)}
    own = kept.pop(pack.content_hash, (pack.version, None))
    told = [Version(pack.content_hash, pack.version, own[1], True, uses.get(pack.content_hash))]
    told += [Version(h, name, at, False, uses.get(h)) for h, (name, at) in reversed(kept.items())]
    return {version.hash: version for version in told}


def _read(viewer: Viewer, version: str) -> tuple[Pack, ContractSet]:
    library = rules_at(page_clock().now())
    if version == library.pack.content_hash:
        return library.pack, library.contracts
    found = portraits.kept_pack(viewer=viewer, content_hash=version)
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest, versions: Versions, name: str, default: str) -> str:
    told = request.GET.get(name, "")
    return told if told in versions else default


@internal
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """All cards; search and filters stand in the address."""
    versions = versions_of(viewer)
    version = _asked(request, versions, "version", next(iter(versions)))
    told = cards(*_read(viewer, version))
    groups = {card.group: f"{card.group} {card.group_zh}" for card in told.values()}
    known = {"kind": set(KINDS), "group": set(groups), "basis": set(BASIS)}
    chosen = {name: w if (w := request.GET.get(name, "")) in known[name] else "" for name in known}
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    words = {
        "here": "rules",
        "rows": [_row(card) for card in told.values() if _fits(card, text, chosen)],
        "total": len(told),
        "text": text,
        "chosen": {**chosen, "version": version},
        "kinds": KINDS.items(),
        "groups": groups.items(),
        "statuses": BASIS.items(),
        "versions": versions.values(),
        "shown": versions[version],
    }
    return render(request, "officer/rules/index.html", words)


def _fits(card: RuleCard, text: str, chosen: dict[str, str]) -> bool:
    wanted = text.casefold().split()
    haystack = card.text.casefold()
    return (
        chosen["kind"] in {"", card.kind}
        and chosen["group"] in {"", card.group}
        and (not chosen["basis"] or any(b.status == chosen["basis"] for b in card.basis))
        and all(word in haystack for word in wanted)
    )


def _row(card: RuleCard) -> dict[str, object]:
    policy = open_library(settings.PACKS).policy("zhunsheng.list-policy/1")
    return {"card": card, "kind": KINDS[card.kind], "withheld": card.id in policy["withheld_points"]}


@require_safe
@with_power("subject.read")
def rule(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
    """One card, in the version asked for; who may edit rules begins from it."""
    viewer, may_edit = acting.viewer, EDIT in acting.actor.powers
    versions, library = versions_of(viewer), open_library(settings.PACKS)
    version = _asked(request, versions, "version", next(iter(versions)))
    card = cards(*_read(viewer, version)).get(key)
    if card is None:
        raise Http404

    def named(codes: tuple[str, ...]) -> list[tuple[str, str]]:
        return [(code, library.measures.get(code, code)) for code in codes]

    words = {
        "here": "rules",
        **_row(card),
        "snoozes": holding(viewer, page_clock().now(), point=card.id),
        "yellow": named(card.yellow_measures),
        "red": named(card.red_measures),
        "basis": [(b.law, b.article, BASIS.get(b.status, b.status)) for b in card.basis],
        "versions": versions.values(),
        "shown": versions[version],
        "former": [v for v in versions.values() if v.hash != version],
        "may_edit": may_edit and versions[version].in_force and card.kind is not CardKind.RULE,
        "manuscripts": rulebook.manuscripts(viewer=viewer) if may_edit else [],
        "unit": library.policy("zhunsheng.list-policy/1")["units"].get(card.field, ""),
    }
    return render(request, "officer/rules/card.html", words)


@internal
def compare(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Two versions side by side: every sentence that changed, old beside new."""
    versions = versions_of(viewer)
    hashes = list(versions)
    new = _asked(request, versions, "new", hashes[0])
    old = _asked(request, versions, "old", hashes[1] if len(hashes) > 1 else hashes[0])
    (before, before_words), (after, after_words) = _read(viewer, old), _read(viewer, new)
    changes = [] if old == new else difference(before, before_words, after, after_words)
    names = {**_names(before), **_names(after)}
    words = {
        "here": "rules",
        "versions": versions.values(),
        "old": versions[old],
        "new": versions[new],
        "groups": [
            (key, names.get(key, ""), list(rows)) for key, rows in groupby(changes, key=lambda c: c.id)
        ],
        "count": _count(changes),
    }
    return render(request, "officer/rules/compare.html", words)


def _names(pack: Pack) -> dict[str, str]:
    told = {item.id: item.name_zh for item in pack.items}
    told |= {point.id: point.name_zh for item in pack.items for point in item.points}
    for model in pack.models:
        told |= {f"{model.id}:{rule.id}": rule.name_zh for rule in model.rules}
        told |= {f"{model.id}:{node.id}": node.name_zh for node in model.indicators}
        told[f"model:{model.id}"] = model.name_zh
    return told


def _count(changes: list[Change]) -> dict[str, int]:
    return {
        "sentences": len(changes),
        "definitions": len({change.id for change in changes}),
    }
