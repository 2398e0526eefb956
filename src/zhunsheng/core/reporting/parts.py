"""A replay in parts: what each group of businesses gave, as text that can be kept, and the whole made of it.

A replay that is stopped goes on behind the last group; the whole is the same as without a stop.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from zhunsheng.core.reporting.impact import Hit
from zhunsheng.core.reporting.profiles import Profile

PROFILE = tuple(one.name for one in fields(Profile))


@dataclass(slots=True)
class Part:
    """Of one group: who was chosen, the touches of each version, and a hash of the facts read."""

    register: dict[str, Profile]
    hits: list[list[Hit]]
    digest: str


@dataclass(slots=True)
class Whole:
    """Of every group, in order."""

    register: dict[str, Profile] = field(default_factory=dict)
    hits: list[list[Hit]] = field(default_factory=list)
    digest: str = ""


def whole_of(parts: Iterable[Part], versions: int) -> Whole:
    """The parts put together, in order of their groups; `digest` is the hash of all that was read."""
    told, digest = Whole(hits=[[] for _ in range(versions)]), hashlib.sha256()
    for part in parts:
        told.register |= part.register
        digest.update(part.digest.encode())
        for all_hits, hits in zip(told.hits, part.hits, strict=True):
            all_hits += hits
    told.digest = digest.hexdigest()
    return told


def touched_only(part: Part) -> Part:
    """The part without whoever nothing touched: what the lists behind a report's numbers are made of."""
    touched = {hit.subject for hits in part.hits for hit in hits}
    return replace(part, register={key: part.register[key] for key in part.register if key in touched})


def to_text(part: Part) -> str:
    """A part as JSON."""
    told = {
        "register": {subject: _row(profile) for subject, profile in part.register.items()},
        "hits": [[_hit(hit) for hit in hits] for hits in part.hits],
        "digest": part.digest,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Part:
    """The part that was kept as this text."""
    told = json.loads(text)
    register = {subject: Profile(*row) for subject, row in told["register"].items()}
    return Part(register, [[_read(row) for row in rows] for rows in told["hits"]], told["digest"])


def _row(profile: Profile) -> list[str]:
    return [getattr(profile, name) for name in PROFILE]


def _hit(hit: Hit) -> list[Any]:
    told = [hit.at, hit.subject, hit.item, hit.point, hit.object, hit.colour]
    return [*told, _row(hit.profile), dict(hit.results)]


def _read(row: Sequence[Any]) -> Hit:
    at, subject, item, point, thing, colour, profile, results = row
    return Hit(at, subject, item, point, thing, colour, Profile(*profile), results)
