"""Who businesses were at an instant, from what was known then: to count by and to choose among."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings

from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.facts import Fact
from zhunsheng.core.reporting.credit import NO_CLASS, UNKNOWN, band_of, years_of
from zhunsheng.core.reporting.profiles import Profile, Selection, said_at
from zhunsheng.engine.library import open_library
from zhunsheng.registers.registry.queries import SubjectCard
from zhunsheng.workflows.banding import bands_of, names_on


@dataclass(frozen=True, slots=True)
class Asked:
    """What is replayed: (start, end], results as known at `known_at`, of this part of the register."""

    start: datetime
    end: datetime
    known_at: datetime
    outcomes: Mapping[str, Any]
    chosen: Selection


class Register:
    """Profiles in words; only stations and forms are today's. `class_at`: the class in effect, or ''."""

    def __init__(self, start: datetime, end: datetime, class_at: Callable[[str, int], str]) -> None:
        self.start, self.end, self.class_at = instant(start), instant(end), class_at

    @cached_property
    def _policy(self) -> Mapping[str, Any]:
        return open_library(settings.PACKS).policy("zhunsheng.report-policy/1")

    @cached_property
    def _names(self) -> Any:
        return names_on(day_of(self.end))

    def place(
        self, chosen: Selection, subject: str, card: SubjectCard | None, facts: Sequence[Fact]
    ) -> Profile | None:
        """The profile at the beginning of the period, or at its end for who came later; None if not chosen.

        Single subjects are chosen when their facts are read.
        """
        at = self.start if said_at(facts, self.start) else self.end
        said, classes = said_at(facts, at), chosen.classes
        wanted = not chosen.stations or (card is not None and card.station in chosen.stations)
        starts = all(
            not codes or str(said.get(name) or "").startswith(codes)
            for name, codes in (("division", chosen.divisions), ("industry", chosen.industries))
        )
        fits = wanted and starts and (not classes or self.class_at(subject, at) in classes)
        profile = self.profile(subject, card, facts, at) if fits else None
        return None if profile is None or chosen.sizes and profile.size not in chosen.sizes else profile

    def profile(self, subject: str, card: SubjectCard | None, facts: Sequence[Fact], at: int) -> Profile:
        """In words, as known at an instant."""
        said = said_at(facts, at)
        founded, staff = said.get("established_on"), said.get("staff")
        years = years_of(date.fromisoformat(str(founded)) if founded else None, day_of(at))
        return Profile(
            self._names("area", str(said.get("division") or "")),
            card.station if card else "",
            self._names("industry", str(said.get("industry") or "")),
            self.class_at(subject, at) or NO_CLASS,
            band_of(int(staff) if staff is not None else None, bands_of(self._policy["staff"])),
            band_of(years, bands_of(self._policy["ages_years"])),
            card.kind if card else UNKNOWN,
        )
