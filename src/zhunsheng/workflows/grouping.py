"""Which firms have the same link, such as the same supplier, by what facts say of each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.judging.triggers.policies import AreaLink
from zhunsheng.sensing.signals import queries as signals

VIEWER = Viewer.bureau("alert")


def linked(
    firms: Collection[str],
    around: Collection[str],
    since: datetime,
    until: datetime,
    links: Iterable[AreaLink],
) -> dict[str, set[str]]:
    """Group → those of `firms` in it, for every group that one of `around` is in.

    A link counts if it stood at any time after `since` and up to `until`, as known at `until`: who
    changed the supplier yesterday may still have been touched because of it.
    """
    by_kind = {link.kind: link for link in links}
    asked = set(_groups(around, since, until, by_kind)) if by_kind else set()
    found: dict[str, set[str]] = {group: set() for group, _ in asked}
    if found:
        for group, firm in _groups(firms, since, until, by_kind):
            if group in found:
                found[group].add(firm)
    return found


def _groups(
    firms: Collection[str], since: datetime, until: datetime, links: Mapping[str, AreaLink]
) -> Iterator[tuple[str, str]]:
    for firm, facts in signals.told_of(viewer=VIEWER, subjects=firms, kinds=links):
        standing: dict[tuple[str, str], bool] = {}
        for fact in in_force(facts, instant(until)):
            if fact.occurred_at > instant(until):
                continue
            key, stands = (fact.kind, fact.object), _stands(fact, links[fact.kind])
            within = fact.occurred_at > instant(since) and standing.get(key, False)
            standing[key] = stands or within
        yield from ((links[kind].area_of(name), firm) for (kind, name), stood in standing.items() if stood)


def _stands(fact: Fact, link: AreaLink) -> bool:
    return bool(fact.object) and all(fact.payload.get(name) == value for name, value in link.where.items())
