"""Once a month: what is usual among peers becomes facts of the world, used online and in replay alike."""

from __future__ import annotations

from datetime import datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import instant
from zhunsheng.engine.peers import peer_statistics
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals.new_facts import WORLD, NewFact
from zhunsheng.workflows.ruling import rules_at

BY = Actor.service("peers")


def publish_peer_statistics(as_of: datetime, at: datetime) -> int:
    """Compute as of an instant from what is known at `at`, and record it; how many groups and measures."""
    library = rules_at(as_of, at)
    viewer = Viewer.bureau(BY.key)
    timelines = (facts for _, facts in told.timelines(viewer=viewer, known_at=at))
    statistics = peer_statistics(library.pack, timelines, instant(as_of), instant(at))
    facts = [
        NewFact("PEER_STATISTIC", WORLD, as_of, {**s.values, "sample": s.sample}, f"{s.measure_id}/{s.group}")
        for s in statistics
    ]
    signals.record_facts(
        by=BY, at=at, facts=facts, source="judging", contracts=library.contracts, announce=False
    )
    return len(facts)
