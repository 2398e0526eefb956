"""A bureau in a test: packs from the checkout, a clock that stands, and the loop that moves what waits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.facts import Scalar
from zhunsheng.core.listing import Part
from zhunsheng.engine.library import held_library, open_library
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.registers.registry import actions as registry
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows import handlers

BUREAU = Viewer.bureau("test")
MACHINE = Actor.service("test")
POWERS = frozenset(
    {"touch.decide", "touch.visit", "class.settle", "list.approve", "work.hand_over", "rule.replay"}
)
OFFICER = Actor(ActorKind.PERSON, "9801-07", "程岚", POWERS)
HOUSE = Path(__file__).parents[2]


def at(text: str) -> datetime:
    """'2026-07-01' or '2026-07-01 09:30' in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def letters(subject: str) -> list[messages.MessageCard]:
    """What lies in a business's inbox, newest first."""
    rows = messages.listed(viewer=BUREAU, part=Part(), channel="INBOX").rows
    return [card for card in rows if card.recipient == subject]


class Bureau:
    """Tells facts, lets time pass, and looks at what became of it."""

    def __init__(self) -> None:
        self.library = open_library(HOUSE / "packs")

    def register(
        self,
        key: str,
        name: str,
        *,
        kind: str = "ENTERPRISE",
        industry: str = "7020",
        phone: str | None = None,
        station: str = "汀前所",
    ) -> None:
        """A subject with its registration fact, eight years old."""
        number = f"0900{key[-7:]}" if phone is None else phone
        record = registry.SubjectRecord(
            key, kind, name, key[2:8], industry, date(2018, 3, 1), phone=number, station=station
        )
        registry.record_subject(by=MACHINE, at=at("2026-01-01"), record=record)
        payload: dict[str, Scalar] = {
            "established_on": "2018-03-01",
            "industry": industry,
            "division": key[2:8],
            "industry_risk": "LOW",
        }
        self.tell(key, "REGISTRATION", "2026-01-01", **payload)

    def enrol(self, key: str, *items: str) -> None:
        """Enrolled on New Year's Day, as the class run would do it."""
        for item in items:
            self.tell(key, "ENROLMENT", "2026-01-01", object=item, state="ENROLLED")

    def tell(
        self,
        subject: str,
        kind: str,
        when: str,
        *,
        object: str = "",
        known: str | None = None,
        source: str = "test",
        **payload: Scalar,
    ) -> str:
        """One fact, known when it happened unless said otherwise; then everything that waits is done."""
        fact = NewFact(kind, subject, at(when), payload, object)
        (outcome,) = signals.record_facts(
            by=MACHINE, at=at(known or when), facts=[fact], source=source, contracts=self.library.contracts
        )
        assert not outcome.refusals, outcome.refusals
        self.work(at(known or when))
        return outcome.fact_id

    def work(self, now: datetime) -> None:
        """Handle internal events until none is left, by one library, as a turn of the loop does."""
        with held_library(settings.PACKS):
            while outbox.handle_internal(by=MACHINE, at=now, handlers=handlers()):
                pass

    def pass_time(self, until: str) -> None:
        """Visit every due instant up to a time, in order."""
        end = at(until)
        with held_library(settings.PACKS):
            while (due := clocks.next_due_at(viewer=BUREAU)) is not None and due <= end:
                schedule.hand_over(by=MACHINE, at=due)
                self.work(due)
            self.work(end)

    def touches(self, subject: str) -> list[tuple[str, str, str, str]]:
        """(point, object, colour, state), oldest first."""
        told = triggers.touches(viewer=BUREAU, subject=subject)
        return [(t.point, t.object, t.colour, t.state) for t in reversed(told)]

    def last_touch(self, subject: str) -> int:
        """The id of the newest touch."""
        return triggers.touches(viewer=BUREAU, subject=subject)[0].id


def workdays_later(day: str, number: int) -> str:
    """For readers of a story."""
    library = open_library(HOUSE / "packs")
    return str(library.calendar.after_workdays(date.fromisoformat(day), number).on)


ONE_SECOND = timedelta(seconds=1)
