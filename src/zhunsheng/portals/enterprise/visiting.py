"""Who looks at a business's pages, for which business, under which address: by link or mandate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.registers.mandates.queries import MandateCard
from zhunsheng.registers.registry.queries import SubjectCard

DOOR = Viewer.bureau("business-door")
# Pages of the business as a whole: within a mandate they hang on no reminder.
WHOLE = frozenset(
    {"own-file", "home", "guides", "guide", "guide-note", "package", "self-check", "self-check-review"}
    | {f"self-check-{part}" for part in ("done", "dates", "paper", "file", "remove")}
)
CLOSED = frozenset({"NORMAL", "SUSPENDED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One business's pages, seen and acted on as that business.

    `actor` is the holder of a link, who answers for the business, or a named person under `mandate`.
    """

    at: datetime
    subject: SubjectCard
    actor: Actor
    mandate: MandateCard | None = None

    @property
    def viewer(self) -> Viewer:
        """The business itself, with nobody else's file."""
        return Viewer.business(self.subject.key)

    @property
    def items(self) -> frozenset[str]:
        """Items whose lines are shown even without enrolment."""
        return frozenset()

    def url(self, name: str, *args: object) -> str:
        """The address of a page of this visit."""
        assert self.mandate is not None
        return reverse(f"business:{name}", args=[self.mandate.id, *args])

    @property
    def may_self_check(self) -> bool:
        """Whoever holds a link may; under a mandate whoever was given it."""
        return self.mandate is None or "SELF_CHECK" in self.mandate.acts

    def may(self, act: str) -> bool:
        """Whether the mandate allows an act; templates ask."""
        return self.mandate is not None and act in self.mandate.acts


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Visit):
    """One reminder of the business, behind its link (`token`) or within a mandate."""

    touch: TouchCard
    token: str = ""

    @property
    def items(self) -> frozenset[str]:
        """The item of the reminder."""
        return frozenset({self.touch.item})

    @property
    def owner(self) -> str:
        """Under which name its draft and files are kept."""
        return f"touch:{self.touch.id}"

    @property
    def closed(self) -> bool:
        """Whether nothing is asked of the business any more."""
        return self.touch.state in CLOSED

    @property
    def may_answer(self) -> bool:
        """Whoever holds the link may; under a mandate whoever was given it."""
        return self.mandate is None or "ANSWER" in self.mandate.acts

    @property
    def number(self) -> str:
        """The number by which the bureau finds the answer: its day and the reminder; '' without one."""
        told = self.touch.answered_at
        return f"{told.astimezone(self.at.tzinfo):%Y%m%d}-{self.touch.id:06d}" if told else ""

    def url(self, name: str, *args: object) -> str:
        """Behind the link everything hangs on its token; within a mandate only what is of this reminder."""
        if self.mandate is None:
            return reverse(f"enterprise:{name}", args=[self.token, *args])
        told = [self.mandate.id, *args] if name in WHOLE else [self.mandate.id, self.touch.id, *args]
        return reverse(f"business:{name}", args=told)


def page(request: HttpRequest, visit: Visit, template: str, words: dict[str, object]) -> HttpResponse:
    """A page of the business with what each of them needs."""
    told = {"opened": visit, "subject": visit.subject, "mandate": visit.mandate, **frame_words(), **words}
    if isinstance(visit, Opened):
        told["touch"] = visit.touch
    return render(request, f"enterprise/{template}.html", told)


def frame_words() -> dict[str, object]:
    """Who writes, whom to call, and whether this is the demo."""
    return {"bureau": settings.BUREAU_NAME, "contact": settings.BUREAU_CONTACT, "demo": settings.DEMO}
