"""Where a handler of a matter works on a day: a person by the post, a station by its name in the district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from zhunsheng.core.actors import Viewer
from zhunsheng.core.alarms.finding import Place
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.registers.registry import queries as registry


@dataclass(frozen=True)
class Places:
    """Units by key and by the name that records carry; `people` by work number, `divisions` of subjects."""

    units: Mapping[str, tuple[Place, ...]]
    people: Mapping[str, Place]
    divisions: Mapping[str, str]
    districts: Mapping[str, str]

    def of(self, handler: str, subject: str) -> Place:
        """A station's name may stand in several districts: the subject's own comes first."""
        if handler in self.people:
            return self.people[handler]
        known = self.units.get(handler, ())
        near = [place for place in known if place.district == self.divisions.get(subject)]
        if near or len(known) == 1:
            return (near or list(known))[0]
        return Place(handler, handler, "")

    def crossed(self, hands: Iterable[tuple[str, str]]) -> set[str]:
        """Of (subject, handler) pairs the subjects that come in more than one district."""
        pairs = {(subject, self.of(hand, subject).district) for subject, hand in hands if subject}
        counted = Counter(subject for subject, district in pairs if district)
        return {subject for subject, districts in counted.items() if districts > 1}


def places_on(viewer: Viewer, on: date, subjects: Iterable[str]) -> Places:
    """The organisation of a day, and where these subjects lie now."""
    units: dict[str, tuple[Place, ...]] = {}
    districts: dict[str, str] = {}
    for unit in organisation.units(viewer=viewer, on=on):
        place = Place(unit.key, unit.name, "" if unit.level == "BUREAU" else unit.district)
        for name in {unit.key, unit.code, unit.name}:
            units[name] = (*units.get(name, ()), place)
        if unit.level == "DISTRICT":
            districts[unit.district] = unit.name
    people = {}
    for person in organisation.people(viewer=viewer, on=on):
        posts = [units[key][0] for key, _title in person.posts if key in units]
        if posts:
            people[person.key] = posts[0]
    divisions = registry.divisions(viewer=viewer, keys=set(subjects))
    return Places(units, people, divisions, districts)
